#include <gtest/gtest.h>

#include "portique/base/text.h"
#include "portique/inspect/secrets/secret_checks.h"
#include "portique/inspect/secrets/secret_filter.h"

namespace portique::inspect {
namespace {

bool counts(std::string_view check, std::string_view secret, std::string_view match = {}) {
  const SecretCheck* found = find_secret_check(check);
  EXPECT_NE(found, nullptr) << check;
  return found->judge({secret, match.empty() ? secret : match}).counts;
}

TEST(SecretChecks, GitHubsChecksum) {
  // The specimen that GitHub published with the format.
  EXPECT_EQ(checksum_base62("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ"), "0mLq17");
  EXPECT_EQ(checksum_base62(""), "000000");
}

TEST(SecretChecks, TellSecretsFromExamples) {
  struct Case {
    const char* check;
    std::string secret;
    std::string match;
    bool counts;
  };

  const auto jwt = [](std::string_view header, std::string_view claims) {
    const auto url = [](std::string_view text) {
      std::string encoded = base::to_base64(text);
      while (encoded.ends_with('='))
        encoded.pop_back();
      return encoded;
    };
    return url(header) + "." + url(claims) + ".c2lnbmF0dXJl";
  };
  for (const Case& c : {
           Case{"jwt", jwt(R"({"alg":"HS256"})", R"({"sub":"a"})"), "", true},
           Case{"jwt", jwt(R"({"alg":"none"})", R"({"sub":"a"})"), "", false},
           Case{"jwt", jwt(R"({"alg":"HS256"})", R"({"some":"payload"})"), "", false},
           Case{"jwt", jwt(R"({"alg":"HS256"})", R"({"sub":"1","name":"John Doe"})"), "", false},
           Case{"jwt", jwt("no json", R"({"sub":"a"})"), "", false},
           Case{"jwt", "a.b", "", false},
           Case{"basic", base::to_base64("acme:w8Jq2Zk5"), "", true},
           Case{"basic", base::to_base64("acme:password"), "", false},
           Case{"basic", base::to_base64("no colon"), "", false},
           Case{"basic", "%%%", "", false},
           Case{"url", "w8Jq2Zk5", "postgres://acme:w8Jq2Zk5@db.acme.dev", true},
           Case{"url", "w8Jq2Zk5", "postgres://acme:w8Jq2Zk5@example.com", false},
           Case{"url", "secret", "postgres://acme:secret@db.acme.dev", false},
           Case{"url", "acme", "postgres://acme:acme@db.acme.dev", false},
           Case{"variable", "w8Jq2Zk5", "", true},
           Case{"variable", "/run/secrets/db", "", false},
           Case{"variable", "true", "", false},
           Case{"variable", "${OTHER}", "", false},
           Case{"mixed", "w8Jq2Zk5", "", true},
           Case{"mixed", "onlyletters", "", false},
           Case{"aws-key-id", "AKIAI44QH8DHBEXAMPLE", "", false},
           Case{"aws-key-id", "AKIA", "", false},
       })
    EXPECT_EQ(counts(c.check, c.secret, c.match), c.counts) << c.check << " " << c.secret;
}

TEST(SecretFilter, KnowsPlaceholders) {
  for (const char* value : {"EXAMPLEKEY0123",
                            "xxxxxxxx",
                            "your-token-here",
                            "${TOKEN}",
                            "<token>",
                            "{{ .Values.key }}",
                            "1234567890",
                            "aaaaaaaaaaaa",
                            "changeme",
                            "%s"})
    EXPECT_TRUE(is_placeholder(value, RuleRank::Generic)) << value;
  for (const char* value : {"w8Jq2Zk5", "tr0ub4dor&3", "kQ9-xW2_pL7"})
    EXPECT_FALSE(is_placeholder(value, RuleRank::Generic)) << value;
}

TEST(SecretFilter, EntropyIsShannons) {
  EXPECT_DOUBLE_EQ(entropy_of(""), 0);
  EXPECT_DOUBLE_EQ(entropy_of("aaaa"), 0);
  EXPECT_DOUBLE_EQ(entropy_of("abab"), 1);
  EXPECT_DOUBLE_EQ(entropy_of("abcdefgh"), 3);
}

} // namespace
} // namespace portique::inspect
