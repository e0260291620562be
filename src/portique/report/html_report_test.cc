#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/text.h"
#include "portique/report/formats.h"
#include "portique/report/html_assets.h"
#include "portique/report/html_report.h"
#include "portique/report/sample_reports.h"

namespace portique::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string html_of(const model::Report& report) {
  return write_text(*find_format("html"), report, {.tool_version = "1.2.3"}).value();
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size()))
    ++found;
  return found;
}

/// The page without the style and script that are ours.
std::string foreign_part(std::string text) {
  for (const std::string_view ours : {html_style(), html_script()}) {
    const std::size_t at = text.find(ours);
    EXPECT_NE(at, std::string::npos);
    text.erase(at, ours.size());
  }
  return text;
}

TEST(HtmlReport, ForeignTextIsText) {
  struct Case {
    std::string_view text;
    std::string_view want;
  };

  const Case cases[] = {
      {"plain", "plain"},
      {"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
      {"\" onmouseover=\"x", "&quot; onmouseover=&quot;x"},
      {"' onmouseover='x", "&#39; onmouseover=&#39;x"},
      {"&lt;", "&amp;lt;"},
      {"<!--", "&lt;!--"},
  };
  for (const Case& c : cases)
    EXPECT_EQ(html_text(c.text), c.want);
  EXPECT_EQ(html_text("\xFF\xE2\x80\xAE"), "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(HtmlReport, NothingOfAnImageBecomesMarkup) {
  for (const SampleReport& sample : sample_reports()) {
    const std::string text = foreign_part(html_of(sample.make()));
    EXPECT_EQ(count(text, "<script"), 1U) << sample.name;
    EXPECT_EQ(count(text, "</script"), 1U) << sample.name;
    EXPECT_EQ(count(text, "<style"), 1U) << sample.name;
    EXPECT_EQ(count(text, "<img"), 0U) << sample.name;
    EXPECT_EQ(count(text, "<!--"), 0U) << sample.name;
    EXPECT_EQ(count(text, "style="), 0U) << sample.name; // the policy would not let it work
    for (std::size_t at = text.find("href=\""); at != std::string::npos;
         at = text.find("href=\"", at + 1)) {
      const std::string_view url = std::string_view(text).substr(at + 6);
      EXPECT_TRUE(url.starts_with("https://") || url.starts_with("http://") ||
                  url.starts_with("#issues\""))
          << sample.name << ": " << url.substr(0, 60);
    }
  }
}

TEST(HtmlReport, AsksForNothing) {
  const std::string text = html_of(every_kind());
  EXPECT_THAT(text, HasSubstr("content=\"default-src 'none'; style-src 'sha256-"));
  EXPECT_THAT(text, HasSubstr("script-src 'sha256-"));
  for (const std::string_view tag : {"src=", "<link", "<iframe", "url(", "@import", "fetch("})
    EXPECT_THAT(text, Not(HasSubstr(std::string(tag)))) << tag;
}

TEST(HtmlReport, ShowsEveryFindingOfEveryKind) {
  const model::Report report = every_kind();
  const std::string text = html_of(report);
  for (const model::Finding& finding : report.findings)
    EXPECT_THAT(text, HasSubstr(html_text(finding.id)));
  EXPECT_THAT(text, HasSubstr("Verdict: deny by policy baseline: no-malware"));
  EXPECT_THAT(text, HasSubstr("srv/app/.env:3"));
  EXPECT_THAT(text, HasSubstr("What to do next"));
  EXPECT_THAT(text, HasSubstr("The evidence is incomplete"));
  EXPECT_THAT(text, HasSubstr("tar runs as nobody"));
  EXPECT_THAT(html_of(sample_report("clean")), HasSubstr("<p>None.</p>"));
  EXPECT_THAT(html_of(sample_report("not_covered")), HasSubstr("were not checked"));
}

TEST(HtmlReport, EveryPlaceHasARow) {
  const std::string text = html_of(sample_report("configuration"));
  EXPECT_THAT(text, HasSubstr("deploy/web.yaml:21"));
  EXPECT_THAT(text, HasSubstr("deploy/web.yaml:57"));
  EXPECT_EQ(count(text, "<tr class=\"f\""), 2U);
}

TEST(HtmlReport, LaysOutTheFirstRowsAlone) {
  struct Case {
    std::size_t findings;
    std::size_t portions;
  };

  for (const Case& c : {Case{199, 0}, {200, 0}, {201, 1}, {600, 1}, {601, 2}, {5000, 12}}) {
    model::Report report;
    for (std::size_t i = 0; i < c.findings; ++i) {
      model::Finding& finding = report.findings.emplace_back();
      finding.kind = model::FindingKind::Secret;
      finding.id = fmt::format("id-{}", i);
      finding.title = "</noscript><b>";
      finding.path = fmt::format("file-{}", i);
    }
    const std::string text = html_of(report);
    EXPECT_EQ(count(text, "<tr class=\"f\""), c.findings);
    EXPECT_EQ(count(text, "<noscript class=\"more\">"), c.portions);
    EXPECT_EQ(count(text, "</noscript"), c.portions) << "no title ends one";
    EXPECT_EQ(count(text, "<table class=\"findings\">"), c.portions + 1);
    EXPECT_EQ(count(text, "<table"), count(text, "</table>"));
    EXPECT_EQ(count(text, "<tbody>"), count(text, "</tbody>"));
    EXPECT_THAT(text, HasSubstr(fmt::format("data-rows=\"{}\"", c.findings)));
    const std::string_view at_once = std::string_view(text).substr(0, text.find("<noscript"));
    EXPECT_EQ(count(at_once, "<tr class=\"f\""), std::min<std::size_t>(c.findings, 200));
  }
}

} // namespace
} // namespace portique::report
