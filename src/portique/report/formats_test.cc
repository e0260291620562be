// Every format against its golden files: testdata/<sample>/want*.txt and want.json. To write them
// anew: PORTIQUE_UPDATE_GOLDEN=1 portique_report_test --gtest_filter='Golden*'
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/report/display_width.h"
#include "portique/report/formats.h"
#include "portique/report/sample_reports.h"

namespace portique::report {

namespace {

struct View {
  std::string_view file;
  std::string_view format;
  WriteOptions options;
};

/// What is kept of every sample.
const std::vector<View>& views() {
  static const std::vector<View> kViews{
      {"want.json", "json", {}},
      {"want.txt", "table", {.list_packages = true, .show_suppressed = true}},
      {"want-80.txt", "table", {.unicode = true, .width = 80}},
      {"want-120-colour.txt", "table", {.colour = true, .unicode = true, .width = 120}},
  };
  return kViews;
}

/// Kept of the samples that have something to show for every format.
const std::vector<View>& views_of_all_kinds() {
  static const std::vector<View> kViews{
      {"want.sarif", "sarif", {.show_suppressed = true, .tool_version = "1.2.3"}},
      {"want.html", "html", {.tool_version = "1.2.3"}},
      {"want.md", "markdown", {}},
      {"want-junit.xml", "junit", {}},
      {"want-gitlab.json", "gitlab", {.tool_version = "1.2.3"}},
      {"want-codequality.json", "gitlab-codequality", {}},
      {"want-github.txt", "github", {}},
  };
  return kViews;
}

std::vector<View> views_of(std::string_view sample) {
  std::vector<View> all = views();
  if (sample == "every_kind" || sample == "configuration" || sample == "markup")
    all.insert(all.end(), views_of_all_kinds().begin(), views_of_all_kinds().end());
  return all;
}

std::filesystem::path golden_path(std::string_view sample, std::string_view file) {
  return std::filesystem::path(PORTIQUE_TESTDATA) / sample / file;
}

TEST(Golden, EveryFormatWritesWhatItDid) {
  const bool update = std::getenv("PORTIQUE_UPDATE_GOLDEN") != nullptr;
  for (const SampleReport& sample : sample_reports()) {
    const model::Report report = sample.make();
    for (const View& view : views_of(sample.name)) {
      const auto got = write_text(*find_format(view.format), report, view.options);
      ASSERT_TRUE(got);
      const auto path = golden_path(sample.name, view.file);
      if (update) {
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << *got;
      }
      const auto want = base::read_file(path, 1U << 20U);
      ASSERT_TRUE(want) << want.error().text() << "; set PORTIQUE_UPDATE_GOLDEN=1 to write it";
      EXPECT_EQ(*got, *want) << path;
    }
  }
}

TEST(Golden, NoFileIsLeftOver) {
  std::set<std::filesystem::path> known;
  for (const SampleReport& sample : sample_reports())
    for (const View& view : views_of(sample.name))
      known.insert(golden_path(sample.name, view.file));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(PORTIQUE_TESTDATA))
    EXPECT_TRUE(!entry.is_regular_file() || known.contains(entry.path()) ||
                entry.path().parent_path().parent_path().filename() == "fuzz")
        << entry.path();
}

/// The text without the colours that the table itself sends.
std::string without_colours(std::string text) {
  for (std::size_t at = text.find("\x1B["); at != std::string::npos; at = text.find("\x1B[", at)) {
    const std::size_t end = text.find_first_not_of("0123456789;", at + 2);
    if (end == std::string::npos || text[end] != 'm') break;
    text.erase(at, end - at + 1);
  }
  return text;
}

TEST(Table, NoLineIsWiderThanTheTerminal) {
  for (const SampleReport& sample : sample_reports()) {
    const model::Report report = sample.make();
    for (const std::size_t width : {1, 5, 10, 20, 40, 60, 80, 99, 100, 120, 200}) {
      const WriteOptions options{.colour = true,
                                 .unicode = true,
                                 .width = width,
                                 .list_packages = true,
                                 .show_suppressed = true};
      const std::string text =
          without_colours(write_text(*find_format("table"), report, options).value());
      for (const std::string_view line : base::split(text, '\n')) {
        // A command is broken between its words, but a word is never cut.
        const std::string_view words = base::trim(line);
        if (words.starts_with("$ ") || line.starts_with("      ")) continue;
        EXPECT_LE(display_width(line), width) << sample.name << ": " << line;
      }
    }
  }
}

TEST(Table, NoControlCharacterOfTheImageReachesTheTerminal) {
  for (const SampleReport& sample : sample_reports()) {
    for (const bool colour : {false, true}) {
      std::string text =
          write_text(
              *find_format("table"),
              sample.make(),
              {.colour = colour, .width = 100, .list_packages = true, .show_suppressed = true})
              .value();
      if (colour) text = without_colours(std::move(text));
      std::erase(text, '\n');
      EXPECT_EQ(base::printable(text), text) << sample.name;
    }
  }
}

TEST(Table, APipeGetsAsciiOfOurs) {
  std::string text = write_text(*find_format("table"), sample_report("everything"), {}).value();
  EXPECT_TRUE(
      std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
}

TEST(Table, SaysHowManyMoreUpgradesThereAre) {
  const std::string text = write_text(*find_format("table"), large_report(), {}).value();
  EXPECT_NE(text.find("\n  and 490 more\n"), std::string::npos);
  EXPECT_NE(text.find("\n  all at once: apt-get update && apt-get upgrade\n"), std::string::npos);
}

TEST(Formats, SayThatVulnerabilitiesWereNotLookedFor) {
  model::Report with_secret = sample_report("not_checked");
  with_secret.findings.push_back({.id = "PQ-SECRET-AWS",
                                  .kind = model::FindingKind::Secret,
                                  .severity = model::Severity::High,
                                  .title = "an AWS key",
                                  .path = "app/.env"});
  model::Report unread = sample_report("not_checked");
  unread.issues = sample_report("clean_but_unread").issues;
  model::Report hidden = sample_report("not_checked");
  hidden.hidden = 2;
  for (const model::Report& report : {sample_report("not_checked"), with_secret, unread, hidden}) {
    for (const std::string_view format :
         {"table", "html", "markdown", "sarif", "junit", "gitlab", "github"}) {
      const std::string text = write_text(*find_format(format), report, {.width = 400}).value();
      EXPECT_NE(text.find("Vulnerabilities were not looked for. What was: secrets, changed files."),
                std::string::npos)
          << format << "\n"
          << text;
      for (const std::string_view claim : {"No known vuln", "0 vulnerabilities", "hecked against"})
        EXPECT_EQ(text.find(claim), std::string::npos) << format << "\n" << text;
    }
    const auto json =
        base::parse_json(write_text(*find_format("json"), report, {}).value()).value();
    EXPECT_EQ(json.at("coverage"), "not-checked");
    EXPECT_EQ(json.at("scanners"), (boost::json::array{"secret", "integrity"}));
  }
}

TEST(Formats, AreDocumented) {
  const auto docs = std::filesystem::path(PORTIQUE_TESTDATA).parent_path() / "../../../docs";
  const std::string text = base::read_file(docs / "reports.md", 1U << 20U).value();
  for (const Format& format : formats())
    EXPECT_NE(text.find("| `" + std::string(format.name) + "` |"), std::string::npos)
        << format.name;
}

TEST(Formats, HaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const Format& format : formats()) {
    EXPECT_TRUE(names.insert(format.name).second) << format.name;
    EXPECT_FALSE(format.about.empty());
    EXPECT_EQ(find_format(format.name), &format);
  }
  EXPECT_EQ(find_format("nonesuch"), nullptr);
}

TEST(Formats, TableShowsTheVerdictOnConfigurationFiles) {
  model::Report report;
  report.subject.kind = "config";
  report.verdict = model::Verdict{.decision = model::Decision::Deny, .policy = "house"};
  model::RuleHit& hit = report.verdict->hits.emplace_back();
  hit.rule = "no-host-network";
  hit.decision = model::Decision::Deny;
  hit.message = "Pod web";
  hit.path = "web.yaml";
  hit.line = 3;
  const std::string text = write_text(*find_format("table"), report, {}).value();
  for (const std::string_view part :
       {"Verdict: deny", "house", "no-host-network", "Pod web (web.yaml:3)"})
    EXPECT_NE(text.find(part), std::string::npos) << text;
}

} // namespace
} // namespace portique::report
