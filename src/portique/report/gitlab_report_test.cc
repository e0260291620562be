#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/json.h"
#include "portique/report/formats.h"
#include "portique/report/sample_reports.h"

namespace portique::report {
namespace {

using ::testing::HasSubstr;

boost::json::value document_of(std::string_view format, const model::Report& report) {
  return base::parse_json(write_text(*find_format(format), report, {}).value()).value();
}

std::string text_at(const boost::json::value& value) {
  return std::string(value.as_string());
}

TEST(GitlabReport, SaysWhatWasFoundWhere) {
  const boost::json::value report = document_of("gitlab", every_kind());
  const boost::json::value& git = report.at("vulnerabilities").at(2);
  EXPECT_EQ(text_at(git.at("severity")), "Critical");
  EXPECT_EQ(text_at(git.at("identifiers").at(0).at("type")), "cve");
  EXPECT_EQ(text_at(git.at("identifiers").at(0).at("url")),
            "https://nvd.nist.gov/vuln/detail/CVE-2024-32002");
  EXPECT_EQ(text_at(git.at("identifiers").at(2).at("type")), "ghsa");
  EXPECT_EQ(text_at(git.at("cvss_vectors").at(0).at("vector")),
            "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:H");
  EXPECT_EQ(text_at(git.at("location").at("dependency").at("package").at("name")), "git");
  EXPECT_EQ(text_at(git.at("location").at("image")), "registry.example/shop/web:1.4");
  EXPECT_EQ(text_at(git.at("location").at("operating_system")), "debian 12");
  EXPECT_THAT(text_at(git.at("solution")), HasSubstr("Upgrade git from"));
}

TEST(GitlabReport, OtherKindsHaveIdentifiersOfTheirOwn) {
  std::set<std::string> types;
  const boost::json::value report = document_of("gitlab", every_kind());
  for (const auto& item : report.at("vulnerabilities").as_array())
    types.insert(text_at(item.at("identifiers").at(0).at("type")));
  EXPECT_EQ(types,
            (std::set<std::string>{"cve",
                                   "portique_access",
                                   "portique_isolation",
                                   "portique_malware",
                                   "portique_misconfiguration",
                                   "portique_runtime",
                                   "portique_secret"}));
}

TEST(GitlabReport, IdsStayWhenTheTagChanges) {
  model::Report report = every_kind();
  const boost::json::value first = document_of("gitlab", report);
  report.subject.image.tags = {"registry.example/shop/web:2"};
  const boost::json::value second = document_of("gitlab", report);
  for (std::size_t i = 0; i < first.at("vulnerabilities").as_array().size(); ++i)
    EXPECT_EQ(first.at("vulnerabilities").at(i).at("id"),
              second.at("vulnerabilities").at(i).at("id"));
}

TEST(GitlabReport, SuppressedFindingsAreCounted) {
  const model::Report report = every_kind();
  const boost::json::value document = document_of("gitlab", report);
  EXPECT_EQ(document.at("vulnerabilities").as_array().size(), report.findings.size() - 2);
  EXPECT_THAT(boost::json::serialize(document.at("scan").at("messages")),
              HasSubstr("2 findings are suppressed."));
}

TEST(CodeQualityReport, PointsToFileAndLine) {
  const boost::json::value report =
      document_of("gitlab-codequality", sample_report("configuration"));
  ASSERT_EQ(report.as_array().size(), 2U);
  EXPECT_EQ(text_at(report.at(0).at("location").at("path")), "deploy/web.yaml");
  EXPECT_EQ(report.at(0).at("location").at("lines").at("begin").as_int64(), 21);
  EXPECT_EQ(text_at(report.at(0).at("severity")), "critical");
  EXPECT_EQ(text_at(report.at(0).at("check_name")), "PORTIQUE-K8S-PRIVILEGED");
  EXPECT_NE(report.at(0).at("fingerprint"), report.at(1).at("fingerprint"));
}

} // namespace
} // namespace portique::report
