#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/advisory/feed_state.h"
#include "portique/base/file.h"

namespace portique::advisory {
namespace {

using ::testing::ElementsAre;

FeedState some_state() {
  FeedState state;
  state.content.info = {"osv", "https://example.org", base::parse_time("2025-08-25T17:04:19Z"), 0};
  state.content.osv = {"/cache/Debian/all.zip", "/cache/Debian/changed"};
  state.content.apt_fixes = {"/cache/bookworm.tsv"};
  state.content.kev = "/cache/kev.json";
  state.content.epss = "/cache/epss.csv.gz";
  state.content.unread = {"a \"quoted\" line", "bytes \xff"};
  state.files["Debian/all.zip"] = {"\"etag\"",
                                   "Mon, 25 Aug 2025 17:04:19 GMT",
                                   base::parse_time("2025-08-26"),
                                   "2025-08-25T17:04:19.123Z"};
  state.files["fresh"] = {};
  return state;
}

class FeedStateTest : public ::testing::Test {
protected:
  void write(std::string_view text) {
    std::ofstream(folder_.path() / "state.json", std::ios::binary) << text;
  }

  [[nodiscard]] std::string read() const {
    return base::read_file(folder_.path() / "state.json", 1U << 20U).value_or("");
  }

  base::TempDir folder_ = *base::TempDir::create("portique-feed-state-test");
};

TEST_F(FeedStateTest, IsReadAsItWasSaved) {
  FeedState state = some_state();
  state.content.unread.pop_back(); // JSON is UTF-8
  ASSERT_TRUE(save_feed_state(folder_.path(), state));
  const auto read = load_feed_state(folder_.path());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->content.info.name, "osv");
  EXPECT_EQ(read->content.info.source, "https://example.org");
  EXPECT_EQ(read->content.info.updated, state.content.info.updated);
  EXPECT_EQ(read->content.osv, state.content.osv);
  EXPECT_EQ(read->content.apt_fixes, state.content.apt_fixes);
  EXPECT_EQ(read->content.kev, state.content.kev);
  EXPECT_EQ(read->content.epss, state.content.epss);
  EXPECT_THAT(read->content.unread, ElementsAre("a \"quoted\" line"));
  EXPECT_EQ(read->files, state.files);
}

TEST_F(FeedStateTest, MakesItsFolder) {
  const auto below = folder_.path() / "feeds/osv";
  ASSERT_TRUE(save_feed_state(below, some_state()));
  EXPECT_TRUE(std::filesystem::exists(below / "state.json"));
}

TEST_F(FeedStateTest, IsNothingIfItCannotBeRead) {
  EXPECT_FALSE(load_feed_state(folder_.path())) << "never fetched";
  ASSERT_TRUE(save_feed_state(folder_.path(), some_state()));
  const std::string good = read();
  for (const std::string& bad : {std::string(),
                                 std::string("{}"),
                                 std::string("[]"),
                                 std::string("null"),
                                 good.substr(0, good.size() / 2),
                                 std::string(R"({"form": 2})"),
                                 std::string(R"({"form": "1"})"),
                                 std::string("\xff\xfe")}) {
    write(bad);
    EXPECT_FALSE(load_feed_state(folder_.path())) << bad;
  }
}

TEST_F(FeedStateTest, TakesWhatIsMissingOrOfAnotherTypeAsAbsent) {
  write(R"({"form": 1, "osv": "x", "unread": [1, "a"], "updated": "soon",
            "files": {"a": 7, "b": {"etag": [], "newest": "n"}}})");
  const auto state = load_feed_state(folder_.path());
  ASSERT_TRUE(state);
  EXPECT_TRUE(state->content.osv.empty());
  EXPECT_THAT(state->content.unread, ElementsAre("a"));
  EXPECT_FALSE(state->content.info.updated);
  EXPECT_EQ(state->files.at("a"), FetchedFile{});
  EXPECT_EQ(state->files.at("b").newest, "n");
}

TEST_F(FeedStateTest, SurvivesBytesThatAreNoUtf8) {
  ASSERT_TRUE(save_feed_state(folder_.path(), some_state()));
  const auto state = load_feed_state(folder_.path());
  ASSERT_TRUE(state) << read();
  EXPECT_EQ(state->content.unread.back(), "bytes \xEF\xBF\xBD");
}

} // namespace
} // namespace portique::advisory
