#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/redaction.h"
#include "portique/base/text.h"

namespace portique::access {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Redaction, HidesSecretsOfCommands) {
  struct Case {
    std::vector<std::string> words;
    const char* masked;
  };

  const Case cases[] = {
      {{"ls", "-l", "/tmp"}, "ls -l /tmp"},
      {{"mysql", "-u", "root", "-phunter2"}, "mysql -u root -p***"},
      {{"/usr/bin/mysql", "-p", "hunter2"}, "/usr/bin/mysql -p ***"},
      {{"app", "--password", "hunter2", "--port", "80"}, "app --password *** --port 80"},
      {{"app", "--password=hunter2"}, "app --password=***"},
      {{"app", "--api-key=hunter2", "x"}, "app --api-key=*** x"},
      {{"env", "DB_PASSWORD=hunter2", "app"}, "env DB_PASSWORD=*** app"},
      {{"curl", "-u", "me:hunter2", "x"}, "curl -u *** x"},
      {{"curl", "https://me:hunter2@host/p?q=a"}, "curl https://me:***@host/p?q=a"},
      {{"curl", "-H", "Authorization: Bearer hunter2", "x"}, "curl -H Authorization: *** x"},
      {{"sh", "-c", "export TOKEN=hunter2; app --secret hunter2 -v | tee out"},
       "sh -c export TOKEN=***; app --secret *** -v | tee out"},
      {{"sh", "-c", "cd /x && mysql -phunter2 db; ls -pa | curl -u me:hunter2 x"},
       "sh -c cd /x && mysql -p*** db; ls -pa | curl -u *** x"},
      {{"sh", "-c", "A=b /usr/bin/curl --user me:hunter2 x; mkdir -p y"},
       "sh -c A=b /usr/bin/curl --user *** x; mkdir -p y"},
      {{"mount", "//me:hunter2@files/team", "/mnt"}, "mount //me:***@files/team /mnt"},
      {{"redis-cli", "-a", "hunter2", "ping"}, "redis-cli -a *** ping"},
      {{"mkdir", "-p", "/a/b"}, "mkdir -p /a/b"},
      {{"git", "clone", "http://host:80/x@y"}, "git clone http://host:80/x@y"},
      {{}, ""},
  };
  for (const Case& one : cases)
    EXPECT_EQ(masked_command(one.words), one.masked);
}

TEST(Redaction, HidesSecretsOfTargets) {
  struct Case {
    const char* target;
    const char* masked;
  };

  const Case cases[] = {
      {"/v1.41/containers/json?all=1", "/v1.41/containers/json?all=1"},
      {"/build?t=a&buildargs=%7B%22P%22%3A%22hunter2%22%7D&q=1", "/build?t=a&buildargs=***&q=1"},
      {"/commit?container=a&changes=ENV%20P%3Dhunter2&repo=b",
       "/commit?container=a&changes=***&repo=b"},
      {"/build?BuildArgs=x", "/build?BuildArgs=***"},
      {"/x?token=hunter2", "/x?token=***"},
      {"/x?%74oken=hunter2", "/x?%74oken=***"},
      {"/build?remote=https%3A%2F%2Fme%3Ahunter2%40host%2Fr", "/build?remote=***"},
      {"/images/create?fromSrc=https://me:hunter2@host/i.tar",
       "/images/create?fromSrc=https://me:***@host/i.tar"},
      {"http://me:hunter2@d/v1.41/info", "http://me:***@d/v1.41/info"},
      {"/x?flag&b=", "/x?flag&b="},
      {"", ""},
  };
  for (const Case& one : cases)
    EXPECT_EQ(masked_target(one.target), one.masked);
}

TEST(Redaction, StaysShortAndReadable) {
  const std::string long_word(100'000, 'x');
  EXPECT_LT(masked_command(std::vector<std::string>(3, long_word)).size(), 4200U);
  EXPECT_LT(masked_target("/" + long_word + "?a=" + long_word).size(), 4200U);
  EXPECT_TRUE(base::is_utf8(masked_command(std::vector<std::string>{"\xff\xfe", "a"})));
  std::string umlauts;
  for (int i = 0; i < 4000; ++i)
    umlauts += "\xc3\xa4";
  EXPECT_TRUE(base::is_utf8(masked_command(std::vector<std::string>{"x" + umlauts})));
}

} // namespace
} // namespace portique::access
