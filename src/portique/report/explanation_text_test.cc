#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/json.h"
#include "portique/report/explanation_text.h"
#include "portique/report/sample_reports.h"

namespace portique::report {
namespace {

using model::EntryOutcome;
using model::EventKind;
using ::testing::HasSubstr;
using ::testing::Not;

/// What `portique explain CVE-2023-5363` could find in the sample that shows all there is.
model::Explanation sample(const model::Report& report) {
  model::ExplainedEntry entry{
      .record = "DSA-5532-1",
      .ecosystem = "Debian:12",
      .name = "openssl",
      .version = "3.0.11-1~deb12u2",
      .order = "dpkg",
      .ranges = {{.bounds = {{EventKind::Introduced, "0", std::strong_ordering::greater},
                             {EventKind::Fixed, "3.0.11-1~deb12u3", std::strong_ordering::less}},
                  .affected = true}},
      .outcome = EntryOutcome::Affected,
      .fixed = "3.0.11-1~deb12u3"};
  model::ExplainedPackage package{.package = 5, .entries = {entry}};
  package.entries.push_back(entry);
  package.entries.back().record = "GHSA-xxxx";
  package.entries.back().ecosystem = "Debian:11";
  package.entries.back().ranges = {{.bounds = {{EventKind::Fixed, "no version", std::nullopt}}}};
  package.entries.back().outcome = EntryOutcome::OtherRelease;
  package.finding = report.findings[10];
  package.verdict = model::ExplainedVerdict::Affected;
  package.why = "3.0.11-1~deb12u2 is below the fix";
  package.remedy = "upgrade libssl3 to 3.0.11-1~deb12u3";
  model::Explanation explanation{
      .asked = "cve-2023-5363",
      .id = "CVE-2023-5363",
      .aliases = {"DSA-5532-1"},
      .releases = {"Debian:12"},
      .names = "source packages",
      .records = {{.id = "DSA-5532-1", .title = "openssl: wrong lengths"}},
      .packages = {package},
      .elsewhere = {{"Ubuntu:22.04:LTS", "openssl\x1B[2J"}},
      .elsewhere_total = 3,
      .kev = true,
      .epss = model::Epss{0.0123, 0.85},
      .verdict = model::ExplainedVerdict::Affected,
      .why = "libssl3: 3.0.11-1~deb12u2 is below the fix"};
  explanation.records[0].withdrawn = base::parse_time("2024-01-01");
  return explanation;
}

std::string text_of(const model::Explanation& explanation, const model::Report& report) {
  std::string text;
  const auto written = write_explanation_text(
      explanation, report, {}, [&](std::string_view bytes) -> base::Result<void> {
        text += bytes;
        return {};
      });
  EXPECT_TRUE(written);
  return text;
}

TEST(ExplanationText, ShowsTheWholeProof) {
  const model::Report report = sample_report("everything");
  const std::string text = text_of(sample(report), report);
  for (const char* part :
       {"CVE-2023-5363 in web.tar\n",
        "  also       DSA-5532-1\n",
        "  exploited  yes, in CISA's catalogue (KEV); EPSS 1.23 %, more than 85.0 % of all\n",
        "  asked      Debian:12 by source packages\n",
        "AFFECTED  libssl3: 3.0.11-1~deb12u2 is below the fix\n",
        "libssl3 3.0.11-1~deb12u2  (source openssl 3.0.11-1~deb12u2)  affected\n",
        "  read from  var/lib/dpkg/status\n",
        "  layer      0 sha256:1111111111111111",
        "  made by    ADD file:5cbdd52ff3ff8a5ad5c4a79a5e6ad2d8 in /\n",
        "  record     DSA-5532-1 for openssl in Debian:12\n",
        "introduced    from the first version on\n",
        "fixed         3.0.11-1~deb12u3: 3.0.11-1~deb12u2 < 3.0.11-1~deb12u3 by dpkg order\n",
        "            => affected\n",
        "fixed         no version: cannot be compared with 3.0.11-1~deb12u2\n",
        "            => does not count: it is about another release\n",
        "  cleared by upgrade libssl3 to 3.0.11-1~deb12u3\n",
        "  DSA-5532-1, withdrawn 2024-01-01\n",
        "Not installed, but named by the records (3)\n",
        "  and 2 more\n"})
    EXPECT_THAT(text, HasSubstr(part));
  EXPECT_THAT(text, Not(HasSubstr("\x1B"))) << "a record's name cannot draw on the terminal";
}

TEST(ExplanationText, SaysWhenNothingIsKnown) {
  model::Report report = sample_report("not_covered");
  model::Explanation explanation{
      .asked = "CVE-1", .id = "CVE-1", .why = "no record speaks about it"};
  const std::string text = text_of(explanation, report);
  EXPECT_THAT(text, HasSubstr("NOT KNOWN  no record speaks about it\n"));
  EXPECT_THAT(text, HasSubstr("no ecosystem of a distribution"));
  EXPECT_THAT(text, HasSubstr("EPSS unknown"));
}

TEST(ExplanationJson, HoldsTheSame) {
  const model::Report report = sample_report("everything");
  std::string text;
  ASSERT_TRUE(write_explanation_json(
      sample(report), report, [&](std::string_view bytes) -> base::Result<void> {
        text += bytes;
        return {};
      }));
  const auto json = base::parse_json(text);
  ASSERT_TRUE(json.has_value()) << json.error().text();
  const auto& object = json->as_object();
  EXPECT_EQ(object.at("verdict").as_string(), "affected");
  const auto& package = object.at("packages").as_array().at(0).as_object();
  EXPECT_EQ(package.at("layer").as_object().at("index").as_int64(), 0);
  const auto& entry = package.at("entries").as_array().at(0).as_object();
  const auto& bounds = entry.at("ranges").as_array().at(0).as_object().at("bounds").as_array();
  EXPECT_EQ(bounds.at(1).as_object().at("event").as_string(), "fixed");
  EXPECT_EQ(bounds.at(1).as_object().at("installed_is").as_string(), "below");
  EXPECT_EQ(object.at("elsewhere").as_object().at("total").as_int64(), 3);
  EXPECT_TRUE(object.at("records").as_array().at(0).as_object().at("withdrawn").is_string());
}

} // namespace
} // namespace portique::report
