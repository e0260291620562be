#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/json.h"
#include "portique/report/finding_facts.h"
#include "portique/report/formats.h"
#include "portique/report/sample_reports.h"
#include "portique/report/sarif_report.h"

namespace portique::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

boost::json::object run_of(const model::Report& report, bool show_suppressed = true) {
  const std::string text =
      write_text(*find_format("sarif"), report, {.show_suppressed = show_suppressed}).value();
  return base::parse_json(text).value().at("runs").at(0).as_object();
}

std::string text_at(const boost::json::value& value) {
  return std::string(value.as_string());
}

TEST(SarifReport, PointsToFileAndLine) {
  const boost::json::object run = run_of(sample_report("configuration"));
  const auto& place = run.at("results").at(0).at("locations").at(0).at("physicalLocation");
  EXPECT_EQ(text_at(place.at("artifactLocation").at("uri")), "deploy/web.yaml");
  EXPECT_EQ(text_at(place.at("artifactLocation").at("uriBaseId")), "%SRCROOT%");
  EXPECT_EQ(place.at("region").at("startLine").as_int64(), 21);
  EXPECT_EQ(place.at("region").at("endLine").as_int64(), 23);
  EXPECT_THAT(text_at(place.at("region").at("snippet").at("text")), HasSubstr("privileged: true"));

  const boost::json::object image = run_of(every_kind());
  const auto& status = image.at("results").at(0).at("locations").at(0).at("physicalLocation");
  EXPECT_EQ(text_at(status.at("artifactLocation").at("uri")), "var/lib/dpkg/status");
  EXPECT_EQ(status.at("region").at("startLine").as_int64(), 1);
}

/// Rule and both fingerprints of every result.
std::set<std::string> identities(const model::Report& report) {
  std::set<std::string> all;
  const boost::json::object run = run_of(report);
  for (const auto& result : run.at("results").as_array()) {
    const auto& prints = result.at("partialFingerprints");
    all.insert(fmt::format("{} {} {} {}",
                           text_at(run.at("automationDetails").at("id")),
                           text_at(result.at("ruleId")),
                           text_at(prints.at("primaryLocationLineHash")),
                           text_at(prints.at("portique/v1"))));
  }
  return all;
}

TEST(SarifReport, ARebuiltImageKeepsItsAlerts) {
  const model::Report report = every_kind();
  const std::set<std::string> first = identities(report);
  EXPECT_EQ(first.size(), report.findings.size());
  model::Report rebuilt = report;
  rebuilt.subject.name = "other.tar";
  rebuilt.subject.image.tags = {"registry.example/shop/web:1.5"};
  rebuilt.subject.image.layers.insert(rebuilt.subject.image.layers.begin(), model::Layer{});
  for (model::Finding& finding : rebuilt.findings) {
    finding.layer += 1;
    if (finding.lines.first > 0) finding.lines = {finding.lines.first + 4, finding.lines.last + 4};
  }
  for (model::Package& package : rebuilt.packages)
    package.version += "+rebuilt";
  std::ranges::reverse(rebuilt.findings);
  EXPECT_EQ(identities(rebuilt), first);

  rebuilt.subject.image.tags = {"registry.example/shop/api:1.5"};
  EXPECT_NE(identities(rebuilt), first);
}

TEST(SarifReport, HasOneCategoryForAnImage) {
  EXPECT_EQ(text_at(run_of(every_kind()).at("automationDetails").at("id")),
            "portique/registry.example/shop/web/");
}

TEST(SarifReport, SeveritiesAreThoseOfTheOtherFormats) {
  const boost::json::object run = run_of(every_kind());
  const auto& rules = run.at("tool").at("driver").at("rules").as_array();
  std::map<std::string, std::string> scores;
  for (const auto& rule : rules) {
    const auto* score = rule.at("properties").as_object().if_contains("security-severity");
    scores[text_at(rule.at("id"))] = score == nullptr ? "none" : text_at(*score);
    EXPECT_LE(rule.at("properties").at("tags").as_array().size(), 10U);
  }
  EXPECT_EQ(scores.at("CVE-2024-32002"), "9.0"); // its CVSS score
  EXPECT_EQ(scores.at("CVE-2024-2961"), "8.0");
  EXPECT_EQ(scores.at("PORTIQUE-SOCKET"), "none");
  for (const auto& result : run.at("results").as_array())
    EXPECT_EQ(
        text_at(
            rules.at(static_cast<std::size_t>(result.at("ruleIndex").to_number<int>())).at("id")),
        text_at(result.at("ruleId")));
}

TEST(SarifReport, SuppressedFindingsOpenNoAlert) {
  const model::Report report = every_kind();
  const auto suppressed = [&](bool shown) {
    std::size_t count = 0;
    const boost::json::object run = run_of(report, shown);
    for (const auto& result : run.at("results").as_array())
      count += result.as_object().contains("suppressions") ? 1 : 0;
    return count;
  };
  EXPECT_EQ(suppressed(false), 0U);
  EXPECT_EQ(suppressed(true), 2U);
}

TEST(SarifReport, WhatCouldNotBeReadIsANotification) {
  const std::string text =
      write_text(*find_format("sarif"), sample_report("clean_but_unread"), {}).value();
  EXPECT_THAT(text, HasSubstr("the record of package 'nodejs' ends early"));
  EXPECT_THAT(text, HasSubstr("var/lib/dpkg/status.d/nodejs"));
  EXPECT_THAT(text, HasSubstr("\"executionSuccessful\": true"));
  EXPECT_THAT(write_text(*find_format("sarif"), sample_report("not_covered"), {}).value(),
              HasSubstr("were not checked"));
}

TEST(SarifReport, ForeignTextIsNoLink) {
  const boost::json::object run = run_of(markup());
  for (const auto& result : run.at("results").as_array()) {
    const std::string text = text_at(result.at("message").at("text"));
    for (std::size_t at = text.find('['); at != std::string::npos; at = text.find('[', at + 1))
      EXPECT_TRUE(at > 0 && text[at - 1] == '\\') << text;
  }
  for (const auto& rule : run.at("tool").at("driver").at("rules").as_array()) {
    const auto* url = rule.as_object().if_contains("helpUri");
    EXPECT_TRUE(url == nullptr || is_web_url(text_at(*url)));
    EXPECT_THAT(text_at(rule.at("help").at("markdown")), Not(HasSubstr("](")));
    EXPECT_THAT(text_at(rule.at("help").at("markdown")), Not(HasSubstr("javascript:alert(1)>")));
  }
}

TEST(SarifReport, LeavesOutTheMildestPastTheLimit) {
  model::Report report = large_report();
  const std::size_t before = report.findings.size();
  report.findings.reserve(2 * before);
  for (std::size_t i = 0; i < before; ++i) {
    report.findings.push_back(report.findings[i]);
    report.findings.back().fingerprint += "b";
  }
  const boost::json::object run = run_of(report);
  EXPECT_EQ(run.at("results").as_array().size(), kSarifResults);
  EXPECT_LE(run.at("tool").at("driver").at("rules").as_array().size(), kSarifResults);
  std::size_t critical = 0;
  for (const auto& result : run.at("results").as_array())
    critical += text_at(result.at("properties").at("severity")) == "critical" ? 1 : 0;
  EXPECT_EQ(critical,
            static_cast<std::size_t>(std::ranges::count(
                report.findings, model::Severity::Critical, &model::Finding::severity)));
  EXPECT_THAT(text_at(run.at("invocations")
                          .at(0)
                          .at("toolExecutionNotifications")
                          .at(0)
                          .at("message")
                          .at("text")),
              HasSubstr("15000 of the mildest results are left out"));
}

} // namespace
} // namespace portique::report
