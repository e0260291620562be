#include <gtest/gtest.h>

#include "portique/base/time.h"

namespace portique::base {
namespace {

TEST(Time, ReadsRfc3339) {
  struct Case {
    std::string_view text;
    std::string_view want;
  };

  for (const Case& c : {Case{"2024-02-29T12:00:00Z", "2024-02-29T12:00:00Z"},
                        Case{"2024-02-29", "2024-02-29T00:00:00Z"},
                        Case{"2024-03-01T01:30:00.123456+02:00", "2024-02-29T23:30:00Z"},
                        Case{"2024-03-01T01:30:00-0530", "2024-03-01T07:00:00Z"},
                        Case{"1970-01-01t00:00:00z", "1970-01-01T00:00:00Z"},
                        Case{"0001-02-03T04:05:06Z", "0001-02-03T04:05:06Z"},
                        Case{"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"}}) {
    const auto time = parse_time(c.text);
    ASSERT_TRUE(time) << c.text;
    EXPECT_EQ(format_time(*time), c.want);
  }
}

TEST(Time, RefusesWhatIsNoDate) {
  for (const std::string_view bad : {"",
                                     "2024",
                                     "2023-02-29",
                                     "2024-13-01",
                                     "2024-01-01T25:00:00Z",
                                     "2024-01-01T00:00:00+99:00",
                                     "yesterday"})
    EXPECT_EQ(parse_time(bad), std::nullopt) << bad;
}

TEST(Time, FormatsAges) {
  using namespace std::chrono_literals;
  EXPECT_EQ(format_age(30s), "less than a minute");
  EXPECT_EQ(format_age(1h), "1 hour");
  EXPECT_EQ(format_age(49h), "2 days");
}

} // namespace
} // namespace portique::base
