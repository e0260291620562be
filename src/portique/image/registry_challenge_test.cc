#include <gtest/gtest.h>

#include "portique/image/registry_challenge.h"

namespace portique::image {
namespace {

/// "scheme(name=value;...)" of each.
std::string shown(std::string_view header) {
  std::string text;
  for (const Challenge& challenge : parse_challenges(header)) {
    text += challenge.scheme + "(";
    for (const auto& [name, value] : challenge.parameters)
      text += name + "=" + value + ";";
    text += ")";
  }
  return text;
}

TEST(RegistryChallenge, ReadsWhatRegistriesSend) {
  struct Case {
    const char* header;
    const char* want;
  };

  for (
      const Case& c : {
          Case{
              R"(Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull")",
              "bearer(realm=https://auth.docker.io/token;service=registry.docker.io;"
              "scope=repository:library/nginx:pull;)"},
          Case{R"(Basic realm="Registry Realm")", "basic(realm=Registry Realm;)"},
          Case{R"(BEARER Realm=https, error="invalid_token")",
               "bearer(realm=https;error=invalid_token;)"},
          Case{R"(Bearer realm="https://a/t", service="s", Basic realm="b")",
               "bearer(realm=https://a/t;service=s;)basic(realm=b;)"},
          Case{R"(Negotiate, Basic realm="b")", "negotiate()basic(realm=b;)"},
          Case{R"(Negotiate a8742/1000492aa8==, Basic realm="b")", "negotiate()basic(realm=b;)"},
          Case{R"(Bearer realm = "x y" , scope="a,b")", "bearer(realm=x y;scope=a,b;)"},
          Case{R"(Bearer realm="say \"hi\" \\ there")", R"(bearer(realm=say "hi" \ there;))"},
          Case{"Basic", "basic()"},
          Case{"  , ,Basic ,, ", "basic()"},
          Case{"", ""},
      })
    EXPECT_EQ(shown(c.header), c.want) << c.header;
}

TEST(RegistryChallenge, WhatIsBrokenEndsTheList) {
  EXPECT_EQ(shown(R"(Basic realm="open)"), "basic()");
  EXPECT_EQ(shown(R"(Basic realm="ends in \)"), "basic()");
  EXPECT_EQ(shown("Basic a=b, realm=, x=y"), "basic(a=b;)");
  EXPECT_EQ(shown("Basic a=b @ Bearer c=d"), "basic(a=b;)");
  EXPECT_EQ(shown("=x"), "");
  EXPECT_EQ(shown(std::string(100'000, ',') + "Basic"), "") << "only the header's front is read";
}

TEST(RegistryChallenge, TheFirstOfTwoParametersCounts) {
  const auto challenges = parse_challenges(R"(Bearer realm="first",realm="second")");
  ASSERT_EQ(challenges.size(), 1U);
  EXPECT_EQ(challenges[0].parameter("realm"), "first");
  EXPECT_EQ(challenges[0].parameter("service"), "");
}

} // namespace
} // namespace portique::image
