#include <string>

#include <gtest/gtest.h>

#include "portique/access/docker/request_target.h"

namespace portique::access {
namespace {

TEST(RequestTarget, HasOneMeaning) {
  const struct {
    std::string_view target;
    std::string_view version;
    std::string_view path;
    std::string_view query; ///< "a=1;b=2"
  } rows[] = {
      {"/v1.41/containers/json", "1.41", "/containers/json", ""},
      {"/containers/json", "", "/containers/json", ""},
      {"/v1.41/containers/%63reate", "1.41", "/containers/create", ""},
      {"/v1.41/containers%2Fcreate", "1.41", "/containers/create", ""},
      {"/%76%31.41/info", "1.41", "/info", ""},
      {"http://x/v1.41/info", "1.41", "/info", ""},
      {"HTTPS://x:2376/info", "", "/info", ""},
      {"/v1.41/v1.41/info", "1.41", "/v1.41/info", ""},
      {"/V1.41/info", "", "/V1.41/info", ""},
      {"/version", "", "/version", ""},
      {"/networks/", "", "/networks/", ""},
      {"/images/a%20b/json", "", "/images/a b/json", ""},
      {"/images/a+b/json", "", "/images/a+b/json", ""},
      {"/images/%C3%A9/json", "", "/images/\xC3\xA9/json", ""},
      {"/a..b/.c", "", "/a..b/.c", ""},
      {"/build?t=a&t=b&q=1&q=1", "", "/build", "t=a;t=b;q=1;q=1"},
      {"/x?a=b+c%2Bd&e&f=&&", "", "/x", "a=b c+d;e=;f="},
      {"/x?a=b=c?d", "", "/x", "a=b=c?d"},
      {"/x?%61=%26", "", "/x", "a=&"},
      {"/x?m=a%0Ab", "", "/x", "m=a\nb"},
      {"/x?", "", "/x", ""},
      {"/", "", "/", ""},
      {"/v1.41", "1.41", "/", ""},
  };

  for (const auto& row : rows) {
    const auto target = parse_request_target(row.target);
    ASSERT_TRUE(target) << row.target << ": " << target.error().text();
    EXPECT_EQ(target->version, row.version) << row.target;
    EXPECT_EQ(target->path(), row.path) << row.target;
    std::string query;
    for (const auto& [key, value] : target->query)
      query += (query.empty() ? "" : ";") + key + "=" + value;
    EXPECT_EQ(query, row.query) << row.target;
  }
}

TEST(RequestTarget, RefusesWhatCouldBeReadInTwoWays) {
  const struct {
    std::string_view target;
    std::string_view part;
  } rows[] = {
      {"", "neither"},
      {"*", "neither"},
      {"containers/json", "neither"},
      {"x:80", "neither"},
      {"ftp://x/info", "another scheme"},
      {"http://x", "without a plain host"},
      {"http:///info", "without a plain host"},
      {"http://user@x/info", "without a plain host"},
      {"http://x?/info", "without a plain host"},
      {"http:/info", "neither"},
      {"//containers/json", "doubled"},
      {"/containers//json", "doubled"},
      {"/containers/json//", "doubled"},
      {"/v1.41//info", "doubled"},
      {"/./info", "dot"},
      {"/v1.41/../info", "dot"},
      {"/containers/x/%2e%2e/json", "dot"},
      {"/containers/x%2f..%2fjson", "dot"},
      {"/containers/x%2f%2fjson", "doubled"},
      {"/containers/%2fx/json", "doubled"},
      {"/info#x", "fragment"},
      {"/info?a=1#x", "fragment"},
      {"/in\nfo", "control"},
      {"/in fo", "blank"},
      {std::string_view("/in\0fo", 6), "control"},
      {"/in%00fo", "control"},
      {"/in%0afo", "control"},
      {"/in%7ffo", "control"},
      {"/info?a=%00", "control"},
      {"/info?a%0a=1", "control"},
      {"/in%fo", "percent"},
      {"/info%", "percent"},
      {"/info%2", "percent"},
      {"/info%zz", "percent"},
      {"/info%-1", "percent"},
      {"/info?a=%2", "percent"},
      {"/in\xFFo", "UTF-8"},
      {"/in%ff", "UTF-8"},
      {"/in%c0%af", "UTF-8"},
      {"/info?a=%ff", "UTF-8"},
      {"/a\\b", "backslash"},
      {"/a%5cb", "backslash"},
      {"/info?a=1;b=2", "semicolon"},
      {"/info?a=1&a=2", "twice"},
      {"/info?name=a&Name=a", "case"},
      {"/v1/info", "unusual"},
      {"/v1.041/info", "unusual"},
      {"/v01.41/info", "unusual"},
      {"/v1.41.0/info", "unusual"},
      {"/v1..41/info", "unusual"},
      {"/v.41/info", "unusual"},
      {"/v2.0/info", "unusual"},
      {"/v1.99999999999/info", "unusual"},
      {"/v1.41%2finfo", "behind an encoded slash"},
  };

  for (const auto& row : rows) {
    const auto target = parse_request_target(row.target);
    ASSERT_FALSE(target) << row.target;
    EXPECT_NE(target.error().text().find(row.part), std::string::npos)
        << row.target << ": " << target.error().text();
  }
}

TEST(RequestTarget, IsBounded) {
  EXPECT_FALSE(parse_request_target("/" + std::string(300'000, 'a')));
  std::string many = "/info?";
  for (int i = 0; i < 1025; ++i)
    many += "a" + std::to_string(i) + "&";
  const auto refused = parse_request_target(many);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), base::Code::LimitExceeded);
}

} // namespace
} // namespace portique::access
