#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inspect/compose/includes.h"
#include "portique/inspect/config_files/check_files.h"

namespace portique::inspect::compose {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Includes read(std::string_view list, std::string_view path = "app/compose.yaml") {
  const auto document = base::parse_single_yaml("include:\n" + std::string(list), base::Limits());
  return read_includes(document->root, path, {{"NAME", "db"}});
}

TEST(ComposeIncludes, AreReadInBothForms) {
  const Includes short_form = read("  - ../infra/a.yaml\n  - ${NAME}.yaml\n");
  ASSERT_EQ(short_form.entries.size(), 2U);
  EXPECT_THAT(short_form.entries[0].files, ElementsAre("infra/a.yaml"));
  EXPECT_THAT(short_form.entries[0].environment_files, ElementsAre("infra/.env"));
  EXPECT_THAT(short_form.entries[1].files, ElementsAre("app/db.yaml"));
  const Includes long_form = read("  - path: [a.yaml, b.yaml]\n    project_directory: ..\n"
                                  "  - path: c.yaml\n    env_file: [x.env, y.env]\n");
  ASSERT_EQ(long_form.entries.size(), 2U);
  EXPECT_THAT(long_form.entries[0].files, ElementsAre("app/a.yaml", "app/b.yaml"));
  EXPECT_THAT(long_form.entries[0].environment_files, ElementsAre(".env"));
  EXPECT_THAT(long_form.entries[1].environment_files, ElementsAre("app/x.env", "app/y.env"));
}

TEST(ComposeIncludes, TellWhatIsNotRead) {
  struct Case {
    std::string_view list;
    std::string_view want;
  };

  constexpr Case kCases[] = {
      {"  - ../../x.yaml\n", "outside of the folder"},
      {"  - /etc/passwd\n", "outside of the folder"},
      {"  - path: ../../x.yaml\n", "outside of the folder"},
      {"  - path: a.yaml\n    env_file: /proc/self/environ\n", "outside of the folder"},
      {"  - oci://registry.example/app\n", "on another machine"},
      {"  - https://github.com/a/b.git\n", "on another machine"},
  };
  for (const Case& c : kCases)
    EXPECT_THAT(read(c.list).problems, ElementsAre(HasSubstr(std::string(c.want)))) << c.list;
  for (const std::string_view nothing : {"  a: b\n", "  - [x]\n", "  - {}\n", "  - ''\n", "  -\n"})
    EXPECT_THAT(read(nothing).entries, IsEmpty()) << nothing;
}

TEST(ComposeIncludes, KnowFilesThatIncludeThemselves) {
  EXPECT_THAT(files_in_cycles({{"a", {"b"}}, {"b", {"c"}}}), IsEmpty());
  EXPECT_THAT(files_in_cycles({{"a", {"a"}}}), ElementsAre("a"));
  EXPECT_THAT(files_in_cycles({{"r", {"a"}}, {"a", {"b"}}, {"b", {"a", "e"}}}),
              ElementsAre("a", "b"));
}

std::vector<std::string> issues_of(const ConfigFindings& found) {
  std::vector<std::string> messages;
  for (const model::Issue& issue : found.issues)
    messages.push_back(issue.path + ": " + issue.message);
  return messages;
}

TEST(ComposeIncludes, AreCheckedOnceWithTheVariablesOfTheirIncluder) {
  const std::vector<ConfigFile> files{
      {"compose.yaml", "include: [infra/db]\nservices: {}\n"},
      {".env", "TAG=latest\n"},
      {"infra/.env", "TAG='1.2'\nPRIVILEGED=true\n"},
      // By its name and its text it could be anything.
      {"infra/db", "services:\n  db:\n    image: db:${TAG}\n    privileged: ${PRIVILEGED}\n"},
  };
  const ConfigFindings found = check_config_files(files, {.now = {}, .limits = {}});
  EXPECT_THAT(issues_of(found), IsEmpty());
  const auto count = [&](std::string_view rule) {
    return std::ranges::count_if(
        found.hits, [&](const Hit& hit) { return hit.rule == rule && hit.path == "infra/db"; });
  };
  EXPECT_EQ(count("PQ-CO-025"), 1) << "latest, as the includer says";
  EXPECT_EQ(count("PQ-CO-001"), 1) << "privileged, as the file of its own folder says";
}

TEST(ComposeIncludes, ThatGoInCirclesOrAreMissingAreIssues) {
  const std::vector<ConfigFile> files{
      {"compose.yaml", "include: [a.yaml, gone.yaml]\nservices: {x: {image: a}}\n"},
      {"a.yaml", "include: [b.yaml]\nservices: {a: {image: a}}\n"},
      {"b.yaml", "include: [a.yaml]\nservices: {b: {image: a}}\n"},
  };
  const ConfigFindings found = check_config_files(files, {.now = {}, .limits = {}});
  EXPECT_THAT(issues_of(found),
              ElementsAre("compose.yaml: line 1: the file that is included is not among those "
                          "that are checked: gone.yaml",
                          "a.yaml: the files include each other without end",
                          "b.yaml: the files include each other without end"));
  EXPECT_THAT(found.wanted, Contains("gone.yaml"));
}

} // namespace
} // namespace portique::inspect::compose
