#include <gtest/gtest.h>

#include "portique/base/http_url.h"

namespace portique::base {
namespace {

TEST(HttpUrl, TakesHttpAndHttpsOnly) {
  for (const char* good : {"http://a/", "https://a.example:8443/x?y#z", "HTTPS://A.example"})
    EXPECT_TRUE(parse_http_url(good)) << good;
  for (const char* bad : {"",
                          "file:///etc/passwd",
                          "ftp://a/",
                          "a/b",
                          "/x",
                          "gopher://a",
                          "http://",

                          "data:text/plain,x",
                          "http://a b/"}) {
    const auto url = parse_http_url(bad);
    ASSERT_FALSE(url) << bad;
    EXPECT_EQ(url.error().code(), Code::InvalidArgument) << bad;
  }
}

TEST(HttpUrl, FillsThePortAndComparesOrigins) {
  EXPECT_EQ(parse_http_url("https://Example.org/a")->port, "443");
  EXPECT_EQ(parse_http_url("https://Example.org/a")->host, "example.org");
  EXPECT_TRUE(parse_http_url("https://a/x")->same_origin(*parse_http_url("https://A:443/y")));
  EXPECT_FALSE(parse_http_url("https://a/")->same_origin(*parse_http_url("https://a:444/")));
  EXPECT_FALSE(parse_http_url("https://a/")->same_origin(*parse_http_url("http://a:443/")));
}

TEST(HttpUrl, KnowsLoopback) {
  for (const char* yes :
       {"http://127.0.0.1/", "http://127.9.9.9:1/", "http://localhost/", "http://[::1]:5/"})
    EXPECT_TRUE(parse_http_url(yes)->is_loopback()) << yes;
  for (const char* no : {"http://127.evil.example/", "http://128.0.0.1/", "http://localhost.evil/"})
    EXPECT_FALSE(parse_http_url(no)->is_loopback()) << no;
}

TEST(HttpUrl, HidesSecretsInMessages) {
  EXPECT_EQ(parse_http_url("https://user:secret@a/x?token=1#f")->printable(), "https://a/x");
}

struct RedirectCase {
  const char* from;
  const char* location;
  const char* to; ///< "" if refused
};

TEST(HttpUrl, FollowsRedirectsWithinTheRules) {
  const RedirectCase cases[] = {
      {"https://a/x/y", "z", "https://a/x/z"},
      {"https://a/x/y", "/z?q", "https://a/z?q"},
      {"https://a/x", "//b/z", "https://b/z"},
      {"https://a/x", "https://b/", "https://b/"},
      {"http://a/x", "https://a/x", "https://a/x"},
      {"http://a/x", "http://b/x", "http://b/x"},
      {"https://u:p@a/x", "/y", "https://u:p@a/y"},
      {"https://u:p@a/x", "https://b/y", "https://b/y"},
      {"https://a/x", "https://u:p@b/y", "https://b/y"},
      {"https://a/x", "http://a/x", ""},
      {"https://a/x", "file:///etc/passwd", ""},
      {"http://a/x", "http://127.0.0.1/", ""},
      {"http://127.0.0.1/x", "http://127.0.0.1:81/", "http://127.0.0.1:81/"},
      {"https://a/x", "gopher://b/", ""},
  };
  for (const RedirectCase& row : cases) {
    const auto to = follow_redirect(*parse_http_url(row.from), row.location);
    EXPECT_EQ(to ? to->text : "", row.to) << row.from << " -> " << row.location;
    if (!to) {
      EXPECT_EQ(to.error().code(), Code::Network);
    }
  }
}

TEST(HttpUrl, ParametersAreAddedAndEncoded) {
  EXPECT_EQ(*with_query("https://a/t", {{"scope", "repository:a/b:pull"}, {"none", ""}}),
            "https://a/t?scope=repository%3aa%2fb%3apull");
  EXPECT_EQ(*with_query("https://a/t?x=1", {{"y", "&=#"}}), "https://a/t?x=1&y=%26%3d%23");
  EXPECT_EQ(*with_query("https://a/t", {}), "https://a/t");
  EXPECT_FALSE(with_query("no url", {{"a", "b"}}));
  EXPECT_EQ(form_encoded({{"grant_type", "refresh_token"}, {"a", "b c+d"}, {"e", ""}}),
            "grant_type=refresh_token&a=b%20c%2bd");
}

} // namespace
} // namespace portique::base
