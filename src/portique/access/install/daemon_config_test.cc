#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "portique/access/install/daemon_config.h"
#include "portique/access/install/file_diff.h"

namespace portique::access {

namespace {

struct EditCase {
  std::string_view name;
  std::optional<std::string> before;
  std::string after;
};

const std::vector<EditCase>& edit_cases() {
  static const std::vector<EditCase> kCases = {
      {"no file", std::nullopt, "{\n  \"authorization-plugins\": [\"portique\"]\n}\n"},
      {"an empty file", "", "{\n  \"authorization-plugins\": [\"portique\"]\n}\n"},
      {"an empty object", "{}\n", "{\n  \"authorization-plugins\": [\"portique\"]\n}\n"},
      {"other members keep every byte",
       "{\n    \"debug\":true,\n\t\"log-opts\" : {\"a\":\"b\"}\n}",
       "{\n    \"authorization-plugins\": [\"portique\"],\n    \"debug\":true,\n\t\"log-opts\" : "
       "{\"a\":\"b\"}\n}"},
      {"on one line",
       "{\"debug\":true}",
       "{ \"authorization-plugins\": [\"portique\"],\"debug\":true}"},
      {"named already",
       "{\"authorization-plugins\":[\"a\",\"portique\"]}",
       "{\"authorization-plugins\":[\"a\",\"portique\"]}"},
      {"behind others, which are asked first",
       "{\"authorization-plugins\": [\"a\"]}",
       "{\n  \"authorization-plugins\": [\n    \"a\",\n    \"portique\"\n  ]\n}\n"},
  };
  return kCases;
}

TEST(DaemonConfig, AddsThePlugin) {
  for (const EditCase& one : edit_cases()) {
    const auto edited = with_authorization_plugin(one.before, "portique");
    ASSERT_TRUE(edited) << one.name << ": " << edited.error().text();
    EXPECT_EQ(*edited, one.after) << one.name;
    const auto plugins = authorization_plugins(*edited);
    ASSERT_TRUE(plugins && !plugins->empty()) << one.name;
    EXPECT_EQ(plugins->back(), "portique") << one.name;
    EXPECT_EQ(authorization_plugins(without_authorization_plugin(*edited, "portique").value()),
              [&] {
                auto rest = *plugins;
                rest.pop_back();
                return rest;
              }())
        << one.name;
  }
}

TEST(DaemonConfig, WhatIsNoConfigurationIsLeftAlone) {
  for (const char* text :
       {"[]", "{", "true", "{\"authorization-plugins\":\"a\"}", "{\"authorization-plugins\":[1]}"})
    EXPECT_FALSE(with_authorization_plugin(text, "portique")) << text;
}

TEST(UnifiedDiff, ShowsWhatChanges) {
  EXPECT_EQ(unified_diff("f", "a\n", "a\n"), "");
  EXPECT_EQ(unified_diff("f", std::nullopt, "a\nb\n"),
            "--- /dev/null\n+++ f\n@@ -0,0 +1,2 @@\n+a\n+b\n");
  EXPECT_EQ(unified_diff("f", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n"),
            "--- f\n+++ f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n");
  EXPECT_EQ(unified_diff("f", "a\n", std::nullopt), "--- f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n");
}

} // namespace

} // namespace portique::access
