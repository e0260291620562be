// Updates from a folder and from a server on loopback. What builds the database is a recorder, so
// that the tests see what it would be given.

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/advisory/update.h"
#include "portique/base/file.h"
#include "portique/test_support/http_server.h"

namespace portique::advisory {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

class UpdateTest : public ::testing::Test {
protected:
  void SetUp() override {
    put("Go/all.zip", "zip one");
    put("Debian/all.zip", "zip two");
    put("Nonsense/all.zip", "zip three");
    put("ecosystems.txt", "Debian\nDebian:12\nGo\nNonsense\n");
    put("kev.json", R"({"dateReleased": "2025-08-25T17:00:00Z", "vulnerabilities": [{}]})");
    put("epss.csv",
        "#model_version:v2025,score_date:2025-08-25T12:55:00+0000\ncve,epss,percentile\n");
    request_.cache_dir = folder_.path() / "cache";
    request_.database = folder_.path() / "db/portique.lmdb";
    request_.now = *base::parse_time("2025-09-01T00:00:00Z");
    request_.http.wait = [](std::chrono::milliseconds) {};
    request_.http.retries = 1;
    request_.build = [this](const std::vector<FeedContent>& contents,
                            const fs::path& output) -> base::Result<std::vector<std::string>> {
      ++builds_;
      given_ = contents;
      std::ofstream(output) << "database " << builds_;
      if (build_fails_) return base::fail(base::Code::Malformed, "broken record");
      return std::vector<std::string>{"a note"};
    };
  }

  void put(const std::string& name, const std::string& content) {
    const fs::path file = folder_.path() / "mirror" / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
  }

  base::Result<UpdateOutcome> update() { return update_database(request_, limits_); }

  std::string database() { return base::read_file(request_.database, 1000).value_or("absent"); }

  /// The files that the build was given, relative to the cache or mirror, with their content.
  std::vector<std::string> osv() {
    std::vector<std::string> files;
    for (const FeedContent& content : given_)
      for (const fs::path& path : content.osv)
        for (const fs::path& file : fs::is_directory(path) ? members(path) : std::vector{path})
          files.push_back(file.parent_path().filename().string() + "/" + file.filename().string() +
                          "=" + base::read_file(file, 1000).value_or("?"));
    return files;
  }

  static std::vector<fs::path> members(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder))
      files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
  }

  base::TempDir folder_ = *base::TempDir::create("portique-update-test");
  fs::path mirror_ = folder_.path() / "mirror";
  base::Limits limits_;
  UpdateRequest request_;
  std::vector<FeedContent> given_;
  int builds_ = 0;
  bool build_fails_ = false;
};

TEST_F(UpdateTest, ReadsAFolderInPlace) {
  request_.choices.osv_mirror = mirror_.string();
  request_.choices.kev_source = (mirror_ / "kev.json").string();
  request_.choices.epss_source = (mirror_ / "epss.csv").string();
  const auto outcome = update();
  ASSERT_TRUE(outcome) << outcome.error().text();
  EXPECT_TRUE(outcome->rebuilt);
  EXPECT_THAT(outcome->notes, ElementsAre("a note"));
  EXPECT_EQ(database(), "database 1");
  EXPECT_THAT(osv(), ElementsAre("Debian/all.zip=zip two", "Go/all.zip=zip one"));
  ASSERT_EQ(given_.size(), 3U);
  EXPECT_EQ(given_[1].kev, mirror_ / "kev.json");
  EXPECT_EQ(base::format_time(*given_[1].info.updated), "2025-08-25T17:00:00Z");
  EXPECT_EQ(given_[2].epss, mirror_ / "epss.csv");
  EXPECT_EQ(base::format_time(*given_[2].info.updated), "2025-08-25T12:55:00Z");

  const auto again = update();
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->rebuilt) << "nothing changed";
  put("Go/all.zip", "zip changed");
  ASSERT_TRUE(update());
  EXPECT_EQ(database(), "database 2");
}

TEST_F(UpdateTest, KeepsTheOldDatabaseWhereTheBuildFails) {
  request_.feeds = {"osv"};
  request_.choices.osv_mirror = mirror_.string();
  ASSERT_TRUE(update());
  build_fails_ = true;
  put("Go/all.zip", "worse");
  const auto failed = update();
  ASSERT_FALSE(failed);
  EXPECT_EQ(database(), "database 1");
  EXPECT_EQ(members(request_.database.parent_path()).size(), 1U) << "no litter";
  build_fails_ = false;
  ASSERT_TRUE(update());
  EXPECT_EQ(database(), "database 3") << "the failed change is not forgotten";
}

TEST_F(UpdateTest, TakesTheEcosystemsAskedFor) {
  request_.feeds = {"osv"};
  request_.choices.osv_mirror = mirror_.string();
  request_.choices.ecosystems = {"Go"};
  ASSERT_TRUE(update());
  EXPECT_THAT(osv(), ElementsAre("Go/all.zip=zip one"));
  request_.choices.ecosystems = {"Gopher"};
  const auto failed = update();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), base::Code::InvalidArgument);
}

TEST_F(UpdateTest, FetchesOnlyWhatChanged) {
  PQ_HTTP_SERVER_OR_SKIP(server, mirror_);
  put("Go/modified_id.csv", "2025-08-01T00:00:00Z,GO-1\n");
  request_.feeds = {"osv"};
  request_.choices.osv_mirror = server.url("/files");
  request_.choices.ecosystems = {"Go", "Debian"};
  const auto first = update();
  ASSERT_TRUE(first) << first.error().text();
  EXPECT_THAT(osv(), ElementsAre("Go/all.zip=zip one", "Debian/all.zip=zip two"));

  const auto same = update();
  ASSERT_TRUE(same) << same.error().text();
  EXPECT_FALSE(same->rebuilt);

  put("Go/modified_id.csv", "2025-08-02T00:00:00Z,GO-2\n2025-08-01T00:00:00Z,GO-1\n");
  put("Go/GO-2.json", "record two");
  put("Go/all.zip", "zip with two");
  const auto single = update();
  ASSERT_TRUE(single) << single.error().text();
  EXPECT_TRUE(single->rebuilt);
  EXPECT_THAT(
      osv(),
      ElementsAre("Go/all.zip=zip one", "changed/GO-2.json=record two", "Debian/all.zip=zip two"));
  EXPECT_EQ(base::format_time(*given_[0].info.updated), "2025-08-02T00:00:00Z");

  request_.now += std::chrono::days(8);
  ASSERT_TRUE(update());
  EXPECT_THAT(osv(), ElementsAre("Go/all.zip=zip with two", "Debian/all.zip=zip two"))
      << "after a week all of it";
}

TEST_F(UpdateTest, FetchesAllWhereManyChanged) {
  PQ_HTTP_SERVER_OR_SKIP(server, mirror_);
  put("Go/modified_id.csv", "2025-08-01T00:00:00Z,GO-1\n");
  request_.feeds = {"osv"};
  request_.choices.osv_mirror = server.url("/files");
  request_.choices.ecosystems = {"Go"};
  ASSERT_TRUE(update());
  std::string index;
  for (int i = 0; i < 300; ++i)
    index += "2025-08-02T00:00:00Z,GO-" + std::to_string(i) + "\n";
  put("Go/modified_id.csv", index);
  put("Go/all.zip", "zip of many");
  ASSERT_TRUE(update());
  EXPECT_THAT(osv(), ElementsAre("Go/all.zip=zip of many"));
}

TEST_F(UpdateTest, KeepsTheOldDatabaseWhereADownloadBreaks) {
  PQ_HTTP_SERVER_OR_SKIP(server, mirror_);
  request_.feeds = {"osv"};
  request_.choices.ecosystems = {"Go"};
  request_.choices.osv_mirror = server.url("/files");
  ASSERT_TRUE(update());
  const std::string before = database();
  put("Go/all.zip", std::string(100'000, 'x'));
  // The list comes whole at once; the zip stops in the middle every time.
  put("Broken/ecosystems.txt", "Go\n");
  request_.choices.osv_mirror = server.url("/cut/99");
  const auto failed = update();
  ASSERT_FALSE(failed);
  EXPECT_EQ(database(), before);
  EXPECT_EQ(builds_, 1);
}

TEST_F(UpdateTest, TakesExploitFeedsFromAServer) {
  PQ_HTTP_SERVER_OR_SKIP(server, mirror_);
  request_.feeds = {"kev", "epss"};
  request_.choices.kev_source = server.url("/files/kev.json");
  request_.choices.epss_source = server.url("/redirect/302?to=/files/epss.csv");
  const auto first = update();
  ASSERT_TRUE(first) << first.error().text();
  EXPECT_TRUE(first->rebuilt);
  EXPECT_FALSE(update()->rebuilt) << "both answer 304";
  put("kev.json", "<html>Please sign in</html>");
  const auto failed = update();
  ASSERT_FALSE(failed);
  EXPECT_THAT(base::read_file(given_[0].kev, 1000).value_or(""), HasSubstr("vulnerabilities"))
      << "the good copy stays";
}

TEST_F(UpdateTest, KeepsFeedsThatWereFetchedBefore) {
  request_.feeds = {"osv"};
  request_.choices.osv_mirror = mirror_.string();
  ASSERT_TRUE(update());
  request_.feeds = {"kev"};
  request_.choices.kev_source = (mirror_ / "kev.json").string();
  ASSERT_TRUE(update());
  ASSERT_EQ(given_.size(), 2U);
  EXPECT_EQ(given_[0].info.name, "osv");
  EXPECT_EQ(given_[1].info.name, "kev");
}

TEST_F(UpdateTest, RefusesUnknownFeedsAndMirrors) {
  request_.feeds = {"nvd"};
  EXPECT_THAT(update().error().text(), HasSubstr("the feeds are osv, kev, epss, apt"));
  request_.feeds = {"osv"};
  request_.choices.osv_mirror = (folder_.path() / "absent").string();
  EXPECT_EQ(update().error().code(), base::Code::NotFound);
  request_.choices.osv_mirror = "ftp://example.org/";
  EXPECT_EQ(update().error().code(), base::Code::InvalidArgument);
  EXPECT_EQ(builds_, 0);
}

TEST_F(UpdateTest, LetsOnlyOneUpdateRun) {
  request_.feeds = {"osv"};
  request_.choices.osv_mirror = mirror_.string();
  const BuildDatabase inner = request_.build;
  std::string second;
  request_.build = [&](const std::vector<FeedContent>& contents, const fs::path& output) {
    const auto other = update();
    second = other ? "ran" : other.error().text();
    return inner(contents, output);
  };
  ASSERT_TRUE(update());
  EXPECT_THAT(second, HasSubstr("another update is under way"));
}

} // namespace
} // namespace portique::advisory
