// Every rule file against the code: its examples are the checks' tests.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/inspect/config_files/check_files.h"
#include "portique/inspect/config_files/rules.h"
#include "portique/inspect/image/image_checks.h"

namespace portique::inspect {
namespace {

namespace fs = std::filesystem;

fs::path project() {
  return fs::path(PORTIQUE_TESTDATA).parent_path() / "../../../..";
}

std::string example_path(const Rule& rule) {
  if (rule.id.starts_with("PQ-DF-")) return "Dockerfile";
  if (rule.id.starts_with("PQ-CO-")) return "compose.yaml";
  if (rule.id.starts_with("PQ-DD-")) return "daemon.json";
  return "manifest.yaml";
}

ConfigFindings check_text(const Rule& rule, const std::string& text) {
  const ConfigFile file{example_path(rule), text};
  return check_config_files(
      std::span(&file, 1),
      {.now = base::parse_time("2026-01-01").value(), .limits = {}, .named = true});
}

std::vector<std::uint32_t> lines_of(const ConfigFindings& found, std::string_view rule) {
  std::vector<std::uint32_t> lines;
  for (const Hit& hit : found.hits)
    if (hit.rule == rule) lines.push_back(hit.lines.first);
  std::ranges::sort(lines);
  return lines;
}

TEST(Rules, AreWhatTheFilesSay) {
  std::set<std::string> ids;
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(project() / "rules/checks")) {
    if (!entry.is_regular_file()) continue;
    ++files;
    const auto rule = parse_rule(base::read_file(entry.path(), 1U << 20U).value());
    ASSERT_TRUE(rule) << entry.path() << ": " << rule.error().text();
    EXPECT_EQ(entry.path().stem(), rule->id);
    EXPECT_TRUE(ids.insert(rule->id).second) << rule->id << " stands twice";
    EXPECT_NE(find_rule(rule->id), nullptr) << rule->id << " is not built in";
    EXPECT_FALSE(rule->passing.empty()) << rule->id;
    EXPECT_FALSE(rule->failing.empty()) << rule->id;
  }
  EXPECT_EQ(files, rules().size());
}

/// Checks of finished images have their own test (image/image_checks_test.cc).
bool is_about_files(const Rule& rule) {
  return !rule.id.starts_with("PQ-IM-");
}

TEST(Rules, AreTheChecksInTheCode) {
  std::vector<std::string_view> in_rules;
  for (const Rule& rule : rules())
    in_rules.push_back(rule.id);
  std::vector<std::string_view> in_code = check_ids();
  const std::vector<std::string_view> of_images = image_check_ids();
  in_code.insert(in_code.end(), of_images.begin(), of_images.end());
  std::ranges::sort(in_code);
  EXPECT_EQ(in_rules, in_code);
}

TEST(Rules, HoldTheirExamples) {
  for (const Rule& rule : rules()) {
    if (!is_about_files(rule)) continue;
    for (const std::string& text : rule.passing) {
      const ConfigFindings found = check_text(rule, text);
      EXPECT_TRUE(lines_of(found, rule.id).empty()) << rule.id << " finds fault with\n" << text;
      for (const model::Issue& issue : found.issues)
        ADD_FAILURE() << rule.id << ": " << issue.message << " in\n" << text;
    }
    for (const FailingExample& example : rule.failing)
      EXPECT_EQ(lines_of(check_text(rule, example.text), rule.id), example.lines)
          << rule.id << " in\n"
          << example.text;
  }
}

TEST(Rules, EndAsSentencesAndFindings) {
  for (const Rule& rule : rules()) {
    EXPECT_FALSE(rule.title.ends_with('.')) << rule.id;
    EXPECT_TRUE(rule.why.ends_with('.')) << rule.id;
    EXPECT_TRUE(rule.remedy.ends_with('.')) << rule.id;
    if (!is_about_files(rule)) continue;
    const std::string& text = rule.failing.front().text;
    const ConfigFindings found = check_text(rule, text);
    for (const Hit& hit : found.hits) {
      if (hit.rule != rule.id) continue;
      const model::Finding finding = make_finding(rule, hit, SourceTextView(text), hit.secrets);
      EXPECT_NE(finding.excerpt, "") << rule.id;
      EXPECT_NE(finding.evidence, "") << rule.id;
      EXPECT_GE(finding.lines.last, finding.lines.first) << rule.id;
    }
  }
}

TEST(Rules, KnowTheNamesOfOtherTools) {
  const Rule* rule = find_rule("PQ-DF-002");
  ASSERT_NE(rule, nullptr);
  for (const std::string_view name :
       {"PQ-DF-002", "pq-df-002", "DL3007", "DS-0001", "AVD-DS-0001", "DS001", "ds001"})
    EXPECT_TRUE(rule->is_called(name)) << name;
  EXPECT_FALSE(rule->is_called("DS002"));
  EXPECT_EQ(find_rule("PQ-DF-999"), nullptr);
}

TEST(Rules, RefuseWhatIsIncomplete) {
  EXPECT_FALSE(parse_rule("id: X\n"));
  EXPECT_FALSE(parse_rule("id: X\ntitle: a\nseverity: huge\nwhy: b.\nremedy: c.\n"));
  EXPECT_FALSE(parse_rule("- a\n"));
}

// PORTIQUE_UPDATE_GOLDEN=1 writes the page anew.
TEST(Rules, StandInTheDocumentation) {
  const fs::path page = project() / "docs/checks.md";
  const std::string text = base::read_file(page, 1U << 20U).value();
  const std::string begin = "<!-- checks -->\n";
  const std::string end = "<!-- end of checks -->\n";
  const std::size_t from = text.find(begin);
  const std::size_t to = text.find(end);
  ASSERT_TRUE(from != text.npos && to != text.npos && from < to);
  const std::string made = text.substr(0, from) + begin + checks_markdown() + text.substr(to);
  if (std::getenv("PORTIQUE_UPDATE_GOLDEN") != nullptr)
    ASSERT_TRUE(base::write_file_atomically(page, made));
  else
    EXPECT_EQ(made, text) << "docs/checks.md is out of date";
}

} // namespace
} // namespace portique::inspect
