#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/audit/file_trail.h"
#include "portique/access/audit/search_trail.h"
#include "portique/base/file.h"
#include "portique/base/json.h"

namespace portique::access {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SearchTrailTest : public ::testing::Test {
protected:
  void SetUp() override {
    options_.folder = temp_.path() / "trail";
    options_.file_bytes = 1500;
    trail_ = FileTrail::open(options_).value();
    add("alice", "containers.create", "web", true, "2026-03-01T10:00:00Z");
    add("bob", "containers.exec", "web", false, "2026-03-01T11:00:00Z", "sh -c Whoami");
    add("alice", "containers.exec", std::string(64, 'c'), true, "2026-03-02T10:00:00Z");
    add("carol", "images.pull", "debian", true, "2026-03-03T10:00:00Z");
  }

  void add(const std::string& user,
           const std::string& action,
           const std::string& resource,
           bool allow,
           const std::string& time,
           const std::string& command = {}) const {
    AuditEvent event;
    event.time = *base::parse_time(time);
    event.gate = "guard";
    event.caller.user = user;
    event.caller.groups = {user == "alice" ? "dev" : "ops"};
    event.action = action;
    event.resource = resource;
    event.command = command;
    event.decision.allow = allow;
    event.decision.rule = allow ? "" : "no-exec";
    ASSERT_TRUE(trail_->append(event));
  }

  static std::vector<std::string> found_by(TrailCursor& cursor, const TrailQuery& query) {
    std::vector<std::string> users;
    EXPECT_EQ(search_trail(cursor,
                           query,
                           [&](const FoundLine& line) {
                             users.emplace_back(base::json_string(&line.members, "user"));
                             return true;
                           }),
              0U);
    return users;
  }

  [[nodiscard]] std::vector<std::string> found(const TrailQuery& query) const {
    auto cursor = TrailCursor::open(options_.folder).value();
    return found_by(cursor, query);
  }

  base::TempDir temp_ = *base::TempDir::create("portique-search");
  TrailOptions options_;
  std::unique_ptr<FileTrail> trail_;
};

TEST_F(SearchTrailTest, EveryQuestionHasItsAnswer) {
  EXPECT_THAT(found({}), ElementsAre("alice", "bob", "alice", "carol"));
  EXPECT_THAT(found({.user = "alice"}), ElementsAre("alice", "alice"));
  EXPECT_THAT(found({.user = "*o*"}), IsEmpty());
  EXPECT_THAT(found({.user = "c*"}), ElementsAre("carol"));
  EXPECT_THAT(found({.user = "nobody"}), IsEmpty());
  EXPECT_THAT(found({.group = "ops"}), ElementsAre("bob", "carol"));
  EXPECT_THAT(found({.resource = "web"}), ElementsAre("alice", "bob"));
  EXPECT_THAT(found({.resource = std::string(12, 'c')}), ElementsAre("alice"));
  EXPECT_THAT(found({.resource = "ccc"}), IsEmpty());
  EXPECT_THAT(found({.action = "containers.*"}), ElementsAre("alice", "bob", "alice"));
  EXPECT_THAT(found({.gate = "plugin"}), IsEmpty());
  EXPECT_THAT(found({.decision = "deny"}), ElementsAre("bob"));
  EXPECT_THAT(found({.rule = "no-exec"}), ElementsAre("bob"));
  EXPECT_THAT(found({.since = base::parse_time("2026-03-01T11:00:00Z"),
                     .until = base::parse_time("2026-03-03")}),
              ElementsAre("bob", "alice"));
  EXPECT_THAT(found({.text = "-C WHO"}), ElementsAre("bob"));
  EXPECT_GT(found({.all_kinds = true}).size(), 6U);
}

TEST_F(SearchTrailTest, ACursorFollowsTheTrailIntoNewFiles) {
  auto cursor = TrailCursor::open(options_.folder).value();
  EXPECT_EQ(found_by(cursor, {}).size(), 4U);
  EXPECT_THAT(found_by(cursor, {}), IsEmpty());
  const std::size_t before = list_trail_files(options_.folder)->size();
  for (int i = 0; i < 30; ++i)
    add("dave" + std::to_string(i), "containers.start", "x", true, "2026-03-04T10:00:00Z");
  EXPECT_GT(list_trail_files(options_.folder)->size(), before + 2);
  const auto more = found_by(cursor, {});
  ASSERT_EQ(more.size(), 30U);
  EXPECT_EQ(more[0], "dave0");
  EXPECT_EQ(more[29], "dave29");
}

TEST_F(SearchTrailTest, WhatCannotBeReadIsCounted) {
  const auto files = list_trail_files(options_.folder).value();
  std::string text = base::read_file(files[0].path, 1U << 20U).value();
  text[text.find("containers.create")] = '"';
  text += "junk\n";
  trail_.reset();
  ASSERT_TRUE(base::write_file_atomically(files[0].path, text));
  auto cursor = TrailCursor::open(options_.folder).value();
  EXPECT_EQ(search_trail(cursor, {}, [](const FoundLine& /*line*/) { return true; }), 2U);
}

} // namespace
} // namespace portique::access
