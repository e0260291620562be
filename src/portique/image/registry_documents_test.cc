#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/image/registry_documents.h"

namespace portique::image {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RegistryDocuments, ReadsTokens) {
  struct Case {
    const char* json;
    const char* token;
    int lifetime;
  };

  for (const Case& c : {Case{R"({"token":"abc","expires_in":300,"issued_at":"x"})", "abc", 300},
                        Case{R"({"access_token":"abc"})", "abc", 60},
                        Case{R"({"token":"","access_token":"abc","expires_in":5})", "abc", 60},
                        Case{R"({"token":"abc","expires_in":"300"})", "abc", 60},
                        Case{R"({"token":"abc","expires_in":-1})", "abc", 60},
                        Case{R"({"token":"abc","expires_in":99999999999})", "abc", 86400}}) {
    const auto answer = parse_token_answer(c.json);
    ASSERT_TRUE(answer) << c.json;
    EXPECT_EQ(answer->token, c.token);
    EXPECT_EQ(answer->lifetime, seconds(c.lifetime)) << c.json;
  }
}

TEST(RegistryDocuments, RefusesTokensThatNoHeaderCanCarry) {
  for (const char* json : {R"({})",
                           R"([])",
                           R"({"token":5})",
                           R"({"token":"a\r\nX-Evil: 1"})",
                           R"({"token":"a b"})",
                           R"({"token":"caf\u00e9"})",
                           "no json"})
    EXPECT_FALSE(parse_token_answer(json)) << json;
}

TEST(RegistryDocuments, ShowsOnlyTheCodesOfErrors) {
  EXPECT_EQ(registry_error_codes(
                R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"secret"},{"code":"DENIED"}]})"),
            "MANIFEST_UNKNOWN, DENIED");
  EXPECT_EQ(registry_error_codes(R"({"errors":[{"code":"Bearer abc"},{"code":5},7]})"), "");
  EXPECT_EQ(registry_error_codes("<html>"), "");
  EXPECT_EQ(
      registry_error_codes(R"({"errors":[{"code":"A"},{"code":"B"},{"code":"C"},{"code":"D"}]})"),
      "A, B, C");
}

TEST(RegistryDocuments, ReadsTheDaemonsMirrors) {
  EXPECT_THAT(*parse_daemon_mirrors(
                  R"({"registry-mirrors":["https://m.example","http://127.0.0.1:5000/",7]})"),
              ElementsAre("https://m.example", "http://127.0.0.1:5000/"));
  EXPECT_THAT(*parse_daemon_mirrors("{}"), IsEmpty());
  EXPECT_THAT(*parse_daemon_mirrors(" \n"), IsEmpty());
  EXPECT_FALSE(parse_daemon_mirrors("{"));
}

TEST(RegistryDocuments, FindsTheNextPage) {
  EXPECT_EQ(next_page(R"(</v2/a/referrers/d?n=1>; rel="next")"), "/v2/a/referrers/d?n=1");
  EXPECT_EQ(next_page(R"(</first>; rel="first", </next>; title="x"; REL=next)"), "/next");
  EXPECT_EQ(next_page(R"(</next>; rel="next", </last>; rel="last")"), "/next");
  for (const char* none : {"", "</a>", R"(</a>; rel="prev")", "</a", R"(rel="next")", "<<<<"})
    EXPECT_EQ(next_page(none), "") << none;
}

} // namespace
} // namespace portique::image
