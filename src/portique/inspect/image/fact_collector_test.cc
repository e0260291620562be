#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/byte_reader.h"
#include "portique/inspect/image/fact_collector.h"

namespace portique::inspect {
namespace {

using ::testing::ElementsAre;

class FactCollectorTest : public ::testing::Test {
protected:
  void give(std::string_view path, std::uint32_t mode, std::string_view content = "x") {
    const base::Bytes bytes = base::as_bytes(content);
    if (collector_.begin({std::string(path), mode, 0, 0, content.size()}, bytes)) {
      for (std::size_t at = 0; at < bytes.size(); at += 5) // pieces may be short
        collector_.content(bytes.subspan(at, std::min<std::size_t>(5, bytes.size() - at)));
    }
    collector_.end(facts_);
  }

  base::Limits limits_;
  FactCollector collector_{limits_};
  ImageFacts facts_;
};

std::vector<std::string> paths_of(const std::vector<FileFact>& files) {
  std::vector<std::string> paths;
  for (const FileFact& file : files)
    paths.push_back(file.path);
  return paths;
}

TEST_F(FactCollectorTest, RightsThatSaySomething) {
  give("usr/bin/passwd", 04755);
  give("usr/bin/wall", 02755);
  give("usr/share/text", 04644); // nobody may run it
  give("usr/bin/ls", 0755);
  give("srv/open", 0666);
  EXPECT_THAT(paths_of(facts_.privileged), ElementsAre("usr/bin/passwd", "usr/bin/wall"));
  EXPECT_THAT(paths_of(facts_.world_writable), ElementsAre("srv/open"));
}

TEST_F(FactCollectorTest, CachesAreCounted) {
  give("var/lib/apt/lists/a_Packages", 0644, "1234");
  give("var/lib/apt/lists/partial/b", 0644, "12");
  give("root/.cache/pip/http/x", 0600, "123");
  give("home/u/.npm/_cacache/index", 0600, "1");
  give("srv/var/lib/apt/lists/c", 0644);
  const auto left = facts_.left_overs;
  ASSERT_EQ(left.size(), 3U);
  EXPECT_EQ(left[0], (LeftOver{"apt", "var/lib/apt/lists", 2, 6, model::kNoLayer}));
  EXPECT_EQ(left[1].folder, "root/.cache/pip");
  EXPECT_EQ(left[2].folder, "home/u/.npm/_cacache");
}

TEST_F(FactCollectorTest, FilesOfTheWorkshop) {
  for (const char* path : {"srv/.git/config",
                           "srv/.env",
                           "srv/Dockerfile",
                           "srv/node_modules/a/Dockerfile",
                           "usr/share/doc/a/Dockerfile",
                           "srv/notDockerfile",
                           "srv/.git/HEAD"})
    give(path, 0644);
  EXPECT_THAT(paths_of(facts_.stray), ElementsAre("srv/.git/config", "srv/.env", "srv/Dockerfile"));
}

TEST_F(FactCollectorTest, Accounts) {
  give("etc/passwd",
       0644,
       "root:x:0:0:root:/root:/bin/bash\n# a comment:x:1\nopen::1000:1000::/:/bin/sh\n+::::::\n"
       "broken\nbad:x:notanumber:0\nbig:x:4294967296:0\n");
  give("etc/shadow", 0600, "root:*:19000:0:99999:7:::\nguest::19000:0:99999:7:::\n");
  give("etc/group", 0644, "root:x:0:\nusers:x:100:a,b\n");
  give("srv/etc/passwd", 0644, "evil::0:0:::\n");
  const Accounts accounts = facts_.accounts;
  EXPECT_THAT(accounts.users, ElementsAre(Account{"root", 0}, Account{"open", 1000}));
  EXPECT_THAT(accounts.groups, ElementsAre(Account{"root", 0}, Account{"users", 100}));
  EXPECT_THAT(accounts.without_password, ElementsAre("open", "guest"));
}

TEST_F(FactCollectorTest, NothingGrowsWithoutBound) {
  for (int i = 0; i < 5000; ++i)
    give("srv/" + std::to_string(i), 0666);
  EXPECT_EQ(facts_.world_writable.size(), 2000U);
  limits_.account_file_bytes = 64;
  std::string many;
  for (int i = 0; i < 100; ++i)
    many += "u" + std::to_string(i) + ":x:" + std::to_string(i) + ":0:::\n";
  give("etc/passwd", 0644, many);
  EXPECT_LT(facts_.accounts.users.size(), 8U);
}

} // namespace
} // namespace portique::inspect
