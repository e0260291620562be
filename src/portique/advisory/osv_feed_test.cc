#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/advisory/osv_feed.h"

namespace portique::advisory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kIndex = "2024-08-15T00:05:00.250Z,GO-2024-3\n"
                               "2024-08-15T00:05:00.100Z,GO-2024-2\r\n"
                               "2024-08-14T00:00:00Z,GO-2024-1\n"
                               "not a date,GO-2024-9\n"
                               "2024-08-16T00:00:00Z,../../etc/passwd\n"
                               "2024-08-16T00:00:00Z,.hidden\n"
                               "2024-08-16T00:00:00Z,\n"
                               "2024-08-16T00:00:00Z\n";

std::vector<std::string> ids(std::string_view since) {
  std::vector<std::string> found;
  for (const ModifiedRecord& record : modified_since(kIndex, since))
    found.push_back(record.id);
  return found;
}

TEST(OsvFeed, ReadsTheIndexOfChanges) {
  EXPECT_THAT(ids(""), ElementsAre("GO-2024-3", "GO-2024-2", "GO-2024-1"));
  EXPECT_THAT(ids("2024-08-14T00:00:00Z"), ElementsAre("GO-2024-3", "GO-2024-2"));
  EXPECT_THAT(ids("2024-08-15T00:05:00.100Z"), ElementsAre("GO-2024-3"));
  EXPECT_THAT(ids("2024-08-15T00:05:00.250Z"), IsEmpty());
  EXPECT_THAT(ids("2025-01-01T00:00:00Z"), IsEmpty());
}

} // namespace
} // namespace portique::advisory
