#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/text.h"
#include "portique/report/formats.h"
#include "portique/report/markdown_report.h"
#include "portique/report/sample_reports.h"

namespace portique::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string markdown_of(const model::Report& report) {
  return write_text(*find_format("markdown"), report, {}).value();
}

/// Cells of a row, where a bar with a backslash before it parts nothing.
std::size_t cells(std::string_view row) {
  std::size_t bars = 0;
  for (std::size_t i = 0; i < row.size(); ++i)
    if (row[i] == '|' && (i == 0 || row[i - 1] != '\\')) ++bars;
  return bars - 1;
}

TEST(MarkdownReport, EveryRowHasTheCellsOfItsTable) {
  for (const SampleReport& sample : sample_reports()) {
    std::size_t columns = 0;
    const std::string text = markdown_of(sample.make());
    for (const std::string_view line : base::split(text, '\n')) {
      if (!line.starts_with("|")) {
        columns = 0;
        continue;
      }
      if (columns == 0) columns = cells(line);
      EXPECT_EQ(cells(line), columns) << sample.name << ": " << line;
    }
  }
}

TEST(MarkdownReport, SaysWhatMattersFirst) {
  const std::string text = markdown_of(sample_report("everything"));
  EXPECT_LT(text.find("### Upgrade first"), text.find("### Findings"));
  EXPECT_THAT(text, HasSubstr("findings** in"));
  EXPECT_THAT(text, HasSubstr("](https://nvd.nist.gov/vuln/detail/CVE-"));
  EXPECT_THAT(markdown_of(sample_report("clean")), HasSubstr("**No findings**"));
  EXPECT_THAT(markdown_of(sample_report("clean_but_unread")), HasSubstr("### Not read"));
  EXPECT_THAT(markdown_of(sample_report("not_covered")), HasSubstr("were not checked"));
}

TEST(MarkdownReport, TheVerdictComesFirstAndTheRestIsFolded) {
  const std::string text = markdown_of(every_kind());
  EXPECT_THAT(text, testing::StartsWith("<!-- portique:registry.example/shop/web -->\n## web"));
  EXPECT_LT(text.find("**Verdict: deny by policy baseline: no-malware**"), text.find("findings**"));
  EXPECT_LT(text.find("The evidence is incomplete"), text.find("findings**"));
  EXPECT_THAT(text, HasSubstr("<details><summary>7 more</summary>\n\n| Severity"));
  EXPECT_THAT(text, HasSubstr("<summary>2 suppressed</summary>"));
}

TEST(MarkdownReport, ShowsTheLinesOfAFile) {
  const std::string text = markdown_of(sample_report("configuration"));
  EXPECT_THAT(text, HasSubstr("`deploy/web.yaml:21`"));
  EXPECT_THAT(text, HasSubstr("\n````\nsecurityContext:\n    privileged: true\n"));
}

TEST(MarkdownReport, EveryFoldIsClosed) {
  std::vector<model::Report> reports{large_report()};
  for (const SampleReport& sample : sample_reports())
    reports.push_back(sample.make());
  for (const model::Report& report : reports) {
    const std::string text = markdown_of(report);
    std::size_t open = 0;
    std::size_t closed = 0;
    for (const std::string_view line : base::split(text, '\n')) {
      open += line.starts_with("<details><summary>") && line.ends_with("</summary>") ? 1 : 0;
      closed += line == "</details>" ? 1 : 0;
    }
    EXPECT_EQ(open, closed) << report.subject.name;
    EXPECT_LT(text.size(), 65'536U);
  }
}

TEST(MarkdownReport, FitsIntoAComment) {
  const std::string text = markdown_of(large_report());
  EXPECT_LT(text.size(), 65'536U);
  EXPECT_THAT(text, HasSubstr("more are left out here"));
}

TEST(MarkdownReport, TextOfTheImageIsNoMarkup) {
  struct Case {
    std::string_view text;
    std::string_view want;
  };

  const Case cases[] = {
      {"plain text", "plain text"},
      {"a|b", "a\\|b"},
      {"<script>", "\\<script\\>"},
      {"[x](javascript:y)", "\\[x\\]\\(javascript:y\\)"},
      {"@someone", "@<!-- -->someone"},
      {"see #12", "see #<!-- -->12"},
      {"http://evil.example", "http:<!-- -->//evil.example"},
      {"# heading", "\\#<!-- --> heading"},
      {"two\nlines", "two\xEF\xBF\xBDlines"},
      {"**bold** `code` _x_ ~y~", "\\*\\*bold\\*\\* \\`code\\` \\_x\\_ \\~y\\~"},
  };
  for (const Case& c : cases)
    EXPECT_EQ(markdown_text(c.text), c.want);
  EXPECT_EQ(markdown_code("a`b|c"), "`a'b\\|c`");
  EXPECT_EQ(markdown_code(""), "");
  EXPECT_LT(markdown_text(std::string(100'000, 'x')).size(), 300U);
  EXPECT_TRUE(base::is_utf8(markdown_text("xxxx" + std::string(3000, '\xE2'))));
  std::string wide;
  for (int i = 0; i < 100; ++i)
    wide += "\xE4\xB8\xAD";
  EXPECT_TRUE(base::is_utf8(markdown_text("x" + wide)));
}

} // namespace
} // namespace portique::report
