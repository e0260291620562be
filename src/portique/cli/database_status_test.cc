#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/json.h"
#include "portique/cli/database_status.h"

namespace portique::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const base::Time kNow = *base::parse_time("2026-11-24T00:00:00Z");

model::DatabaseInfo some_info() {
  return {.schema_version = 1,
          .built = base::parse_time("2026-11-22T00:00:00Z"),
          .feeds = {{"osv", "https://example.org/", base::parse_time("2026-11-21T00:00:00Z"), 1234},
                    {"kev", "x\x1b[31m", std::nullopt, 5}},
          .ecosystems = {"Debian:12", "npm"}};
}

TEST(DatabaseStatus, TellsPeopleHowOldItIs) {
  const std::string text = status_table(some_info(), "/c/portique.lmdb", kNow);
  EXPECT_THAT(text, HasSubstr("database  /c/portique.lmdb\n"));
  EXPECT_THAT(text, HasSubstr("built     2026-11-22 (2 days ago)"));
  EXPECT_THAT(text,
              HasSubstr("osv         1234  2026-11-21 (3 days ago)     https://example.org/\n"));
  EXPECT_THAT(text, HasSubstr("kev            5  unknown"));
  EXPECT_THAT(text, HasSubstr("2 ecosystems: Debian:12, npm\n"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b"))) << "a feed cannot move the cursor";
}

TEST(DatabaseStatus, SaysThatItIsTheStarter) {
  model::DatabaseInfo info = some_info();
  info.embedded = true;
  EXPECT_THAT(status_table(info, "/c", kNow), HasSubstr("inside the program"));
  EXPECT_THAT(status_table(info, "/c", kNow), HasSubstr("portique db update"));
}

TEST(DatabaseStatus, IsJson) {
  const auto value = base::parse_json(status_json(some_info(), "/c/portique.lmdb", kNow));
  ASSERT_TRUE(value);
  const auto* object = base::json_object(&*value);
  EXPECT_EQ(base::json_string(object, "path"), "/c/portique.lmdb");
  EXPECT_EQ(base::json_string(object, "built"), "2026-11-22T00:00:00Z");
  EXPECT_EQ(base::json_integer(object, "age_seconds"), 2 * 86400);
  ASSERT_EQ(base::json_items(object, "feeds").size(), 2U);
  EXPECT_EQ(base::json_integer(base::json_items(object, "feeds")[0].if_object(), "age_seconds"),
            3 * 86400);
  EXPECT_TRUE(base::json_items(object, "feeds")[1].at("updated").is_null());
  EXPECT_EQ(base::json_items(object, "ecosystems").size(), 2U);
}

} // namespace
} // namespace portique::cli
