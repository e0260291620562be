#include <gtest/gtest.h>

#include "portique/inspect/config_files/check_files.h"
#include "portique/inspect/config_files/resources.h"

namespace portique::inspect {
namespace {

ConfigFindings
declared(const std::string& path, std::string text, std::uint64_t most_bytes = 1U << 20U) {
  const std::vector<ConfigFile> files{{path, std::move(text)}};
  return check_config_files(
      files, {.now = {}, .limits = {}, .resources = true, .resource_bytes = most_bytes});
}

TEST(Resources, AreTypedAsGoReadersTypeThem) {
  struct Case {
    std::string_view yaml;
    std::string_view json;
  };

  constexpr Case kCases[] = {
      {"a: 1", R"({"a":1})"},
      {"a: '1'", R"({"a":"1"})"},
      {"a: yes", R"({"a":true})"},
      {"a: 0.5", R"({"a":5E-1})"},
      {"a: -1.5e3", R"({"a":-1.5E3})"},
      {"a: .5", R"({"a":5E-1})"},
      {"a: 1.2.3", R"({"a":"1.2.3"})"},
      {"a: 1e999", R"({"a":"1e999"})"},
      {"a: .nan", R"({"a":".nan"})"},
      {"a: +.", R"({"a":"+."})"},
      {"a: 99999999999999999999", R"({"a":"99999999999999999999"})"},
      {"a: ~\nb:", R"({"a":null,"b":null})"},
      {"a: [x, {b: c}]", R"({"a":["x",{"b":"c"}]})"},
      {"a: \"\\0\\u20ac\"", "{\"a\":\"\\u0000\xE2\x82\xAC\"}"},
      {"x: &x {n: 1}\ny: {<<: *x, m: 2}", R"({"x":{"n":1},"y":{"m":2,"n":1}})"},
  };
  for (const Case& c : kCases) {
    const auto document = base::parse_single_yaml(c.yaml, base::Limits());
    ASSERT_TRUE(document) << c.yaml;
    EXPECT_EQ(json_of(document->root), c.json) << c.yaml;
  }
  const std::string deep = std::string(62, '[') + std::string(62, ']');
  EXPECT_EQ(json_of(base::parse_single_yaml(deep, base::Limits())->root), "");
}

TEST(Resources, AreStagesServicesAndObjects) {
  const auto docker =
      declared("Dockerfile", "FROM debian:12 AS build\nRUN <<E\nmake\nE\nFROM scratch\nUSER 5\n");
  ASSERT_EQ(docker.files.size(), 1U);
  const auto& stages = docker.files[0].resources;
  ASSERT_EQ(stages.size(), 2U);
  EXPECT_EQ(stages[0].name, "build");
  EXPECT_EQ(stages[0].lines, (model::LineRange{1, 4}));
  EXPECT_EQ(stages[0].body,
            R"({"name":"build","from":"debian:12","platform":"","final":false,)"
            R"("RUN":["<<E\nmake\n"]})");
  EXPECT_EQ(stages[1].body,
            R"({"name":"","from":"scratch","platform":"","final":true,"USER":["5"]})");

  const auto compose = declared("compose.yaml",
                                "services:\n  a: {extends: b, user: '1'}\n  b: {image: x}\n"
                                "volumes:\n  data: {external: true}\n");
  const auto& parts = compose.files.at(0).resources;
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[0].kind, "service");
  EXPECT_EQ(parts[0].body, R"({"image":"x","extends":"b","user":"1"})");
  EXPECT_EQ(parts[2].kind, "volume");
  EXPECT_EQ(parts[2].name, "data");

  const auto objects = declared("a.yaml",
                                "apiVersion: v1\nkind: List\nitems:\n"
                                "  - {apiVersion: v1, kind: Secret, metadata: {name: s}}\n"
                                "---\n"
                                "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: n}\n");
  const auto& pods = objects.files.at(0).resources;
  ASSERT_EQ(pods.size(), 2U);
  EXPECT_EQ(pods[0].kind, "Secret");
  EXPECT_EQ(pods[1].space, "n");
  EXPECT_EQ(pods[1].lines.first, 6U);
}

TEST(Resources, LeftOutAreAnIssue) {
  const std::string pods = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, note: 0123456789}\n---\n"
                           "apiVersion: v1\nkind: Pod\nmetadata: {name: b}\n";
  const auto found = declared("a.yaml", pods, 100);
  EXPECT_EQ(found.files.at(0).resources.size(), 1U);
  ASSERT_EQ(found.issues.size(), 1U);
  EXPECT_EQ(found.issues[0].code, base::Code::LimitExceeded);
  EXPECT_TRUE(declared("a.yaml", pods).issues.empty());
}

} // namespace
} // namespace portique::inspect
