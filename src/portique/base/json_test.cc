#include <gtest/gtest.h>

#include "portique/base/json.h"

namespace portique::base {
namespace {

TEST(Json, ReadsMembersByNameAndType) {
  const auto value = parse_json(R"({"name":"a","count":3,"list":[1],"inner":{"x":"y"}})");
  ASSERT_TRUE(value);
  const auto* object = json_object(&*value);
  EXPECT_EQ(json_string(object, "name"), "a");
  EXPECT_EQ(json_string(object, "count"), "") << "a number is no string";
  EXPECT_EQ(json_integer(object, "count"), 3);
  EXPECT_EQ(json_items(object, "list").size(), 1U);
  EXPECT_TRUE(json_items(object, "absent").empty());
  EXPECT_EQ(json_string(&json_fields(object, "inner"), "x"), "y");
  EXPECT_EQ(json_string(nullptr, "x"), "");
}

TEST(Json, RefusesWhatIsNotJson) {
  for (const std::string_view bad : {"", "{", "{} {}", "[1,]", "nul", "{\"a\":\"\xff\"}"})
    EXPECT_EQ(parse_json(bad).error().code(), Code::Malformed) << bad;
}

TEST(Json, TakesCommentsOnlyWhereAsked) {
  const std::string_view text = "// one\n{\"a\": [1, /* two */ 2,],} // three";
  EXPECT_EQ(parse_json_with_comments(text), *parse_json(R"({"a": [1, 2]})"));
  EXPECT_FALSE(parse_json(text));
  for (const std::string_view bad : {"", "{,}", "[1,,]", "/*", "{} {}", "{} x"})
    EXPECT_FALSE(parse_json_with_comments(bad)) << bad;
}

TEST(Json, RefusesDeepNesting) {
  EXPECT_EQ(parse_json(std::string(100'000, '[')).error().code(), Code::Malformed);
}

TEST(Json, WritesIndented) {
  EXPECT_EQ(pretty_json(*parse_json(R"({"a":[1,{"b":null}],"c":{},"d":[]})")),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": {},\n"
            "  \"d\": []\n}\n");
}

} // namespace
} // namespace portique::base
