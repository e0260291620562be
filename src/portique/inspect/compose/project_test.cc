#include <gtest/gtest.h>

#include "portique/inspect/compose/project.h"

namespace portique::inspect::compose {
namespace {

YamlNode yaml(std::string_view text) {
  return base::parse_single_yaml(text, base::Limits{}).value().root;
}

Project read(const YamlNode& root, const OtherFile& other = [](auto) { return nullptr; }) {
  return read_project(root, "app/compose.yaml", {{"TAG", "1.2"}}, other, base::Limits{});
}

const Service& service(const Project& project, std::string_view name) {
  for (const Service& each : project.services)
    if (each.name == name) return each;
  static const Service kNone;
  return kNone;
}

TEST(ComposeProject, FillsVariablesIn) {
  const Environment environment{{"A", "value"}, {"E", ""}};

  const struct {
    std::string_view text;
    std::string_view want;
  } rows[] = {
      {"$A", "value"},
      {"${A}x", "valuex"},
      {"$$A", "$A"},
      {"${N:-d}", "d"},
      {"${E:-d}", "d"},
      {"${E-d}", ""},
      {"${A:+s}", "s"},
      {"${E:+s}", ""},
      {"${N}", "${N}"},
      {"${N:?must}", "${N:?must}"},
      {"${N:-${A}}", "value"},
      {"${A", "${A"},
      {"$", "$"},
      {"a$", "a$"},
  };

  for (const auto& row : rows)
    EXPECT_EQ(interpolate(row.text, environment), row.want) << row.text;
}

TEST(ComposeProject, ExtendsWithinAndAcrossFiles) {
  const YamlNode other = yaml("services:\n  base:\n    privileged: true\n    cap_add: [A]\n"
                              "    environment: {X: \"1\", Y: \"1\"}\n    command: [a]\n");
  const YamlNode root = yaml("services:\n"
                             "  web:\n"
                             "    image: a:${TAG}\n"
                             "    extends:\n"
                             "      file: ../common/base.yaml\n"
                             "      service: base\n"
                             "    cap_add: [B]\n"
                             "    environment: {Y: \"2\"}\n"
                             "    command: [b]\n"
                             "  more:\n"
                             "    extends: web\n");
  const Project project = read(
      root, [&](std::string_view path) { return path == "common/base.yaml" ? &other : nullptr; });
  EXPECT_TRUE(project.problems.empty());
  const YamlNode& web = service(project, "web").node;
  EXPECT_EQ(text(web.find("image")), "a:1.2");
  EXPECT_TRUE(is_true(web.find("privileged")));
  EXPECT_EQ(web.find("privileged")->place.line, 4U) << "what is inherited stands at extends";
  EXPECT_EQ(web.find("cap_add")->items.size(), 2U);
  EXPECT_EQ(text(at(&web, {"environment", "Y"})), "2");
  EXPECT_EQ(text(at(&web, {"environment", "X"})), "1");
  EXPECT_EQ(web.find("command")->items.size(), 1U);
  EXPECT_EQ(text(service(project, "more").node.find("image")), "a:1.2");
}

TEST(ComposeProject, TellsWhatCannotBeExtended) {
  EXPECT_EQ(read(yaml("services:\n  a:\n    extends: b\n")).problems.size(), 1U);
  EXPECT_EQ(
      read(yaml("services:\n  a:\n    extends: {file: x.yaml, service: b}\n")).problems.size(), 1U);
  EXPECT_EQ(read(yaml("services:\n  a:\n    extends: {file: ../../x.yaml, service: b}\n"))
                .problems.size(),
            1U);
  EXPECT_FALSE(
      read(yaml("services:\n  a:\n    extends: b\n  b:\n    extends: a\n")).problems.empty());
  EXPECT_TRUE(read(yaml("services: [a]\n")).services.empty());
}

TEST(ComposeProject, PaysForCopies) {
  std::string source = "services:\n  base:\n    environment:\n";
  for (int i = 0; i < 200; ++i)
    source += "      V" + std::to_string(i) + ": a\n";
  for (int i = 0; i < 200; ++i)
    source += "  s" + std::to_string(i) + ":\n    extends: base\n";
  base::Limits limits;
  limits.yaml_nodes = 5000;
  const YamlNode root = yaml(source);
  const Project project =
      read_project(root, "compose.yaml", {}, [](auto) { return nullptr; }, limits);
  EXPECT_FALSE(project.problems.empty());
}

TEST(ComposeProject, ReadsEnvironmentFiles) {
  const Environment environment =
      read_environment("# c\nA=1\nexport B=\"two words\"\nC='x' \nD=e # comment\nno\n");
  EXPECT_EQ(environment, (Environment{{"A", "1"}, {"B", "two words"}, {"C", "x"}, {"D", "e"}}));
}

TEST(ComposeProject, KeepsPathsInside) {
  EXPECT_EQ(normal_path("a/b/", "../c/d.yaml"), "a/c/d.yaml");
  EXPECT_EQ(normal_path("", "./d.yaml"), "d.yaml");
  EXPECT_EQ(normal_path("a/", "../../d.yaml"), "");
  EXPECT_EQ(normal_path("a/", "/etc/passwd"), "");
  EXPECT_EQ(normal_path("/tmp/x/", "y.yaml"), "/tmp/x/y.yaml");
}

} // namespace
} // namespace portique::inspect::compose
