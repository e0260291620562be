#include <gtest/gtest.h>

#include "portique/model/severity.h"

namespace portique::model {
namespace {

TEST(Severity, EveryNameReadsBack) {
  for (const Severity severity : {Severity::Unknown,
                                  Severity::Negligible,
                                  Severity::Low,
                                  Severity::Medium,
                                  Severity::High,
                                  Severity::Critical})
    EXPECT_EQ(parse_severity(severity_name(severity)), severity);
}

TEST(Severity, ReadsTheDistributionsWords) {
  EXPECT_EQ(parse_severity("Important"), Severity::High);
  EXPECT_EQ(parse_severity("MODERATE"), Severity::Medium);
  EXPECT_EQ(parse_severity("unimportant"), Severity::Negligible);
  EXPECT_EQ(parse_severity("urgent-ish"), std::nullopt);
}

TEST(Severity, OrdersFromLeastToMostSevere) {
  EXPECT_LT(Severity::Unknown, Severity::Negligible);
  EXPECT_LT(Severity::High, Severity::Critical);
}

} // namespace
} // namespace portique::model
