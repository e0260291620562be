#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/xml.h"
#include "portique/report/formats.h"
#include "portique/report/sample_reports.h"

namespace portique::report {
namespace {

using ::testing::HasSubstr;

std::string junit_of(const model::Report& report) {
  return write_text(*find_format("junit"), report, {}).value();
}

struct Cases {
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t skipped = 0;
  std::size_t errors = 0;
};

Cases cases_of(const model::Report& report) {
  const auto document = base::XmlDocument::parse(junit_of(report), {}).value();
  Cases cases;
  for (const base::XmlElement& test : document.root().child("testsuite").children("testcase")) {
    if (test.child("failure"))
      ++cases.failed;
    else if (test.child("skipped"))
      ++cases.skipped;
    else if (test.child("error"))
      ++cases.errors;
    else
      ++cases.passed;
  }
  return cases;
}

TEST(JunitReport, EveryFindingIsATest) {
  const model::Report report = every_kind();
  const Cases cases = cases_of(report);
  EXPECT_EQ(cases.skipped, 2U);
  EXPECT_EQ(cases.errors, report.issues.size());
  // The policy's verdict is one more.
  EXPECT_EQ(cases.failed, report.findings.size() - 2 + 1);
  EXPECT_EQ(cases.passed, 0U);
}

TEST(JunitReport, CleanPackagesPass) {
  const model::Report report = sample_report("clean");
  EXPECT_EQ(cases_of(report).passed, report.packages.size());
  EXPECT_EQ(cases_of(report).failed, 0U);
  EXPECT_EQ(cases_of(sample_report("no_packages")).passed, 1U);
}

TEST(JunitReport, AFailureSaysWhatToDo) {
  const std::string text = junit_of(every_kind());
  EXPECT_THAT(text, HasSubstr("what to do: Upgrade git from 1:2.39.2-1.1 to 1:2.39.5-0+deb12u1."));
  EXPECT_THAT(text, HasSubstr("file: srv/app/.env:3"));
  EXPECT_THAT(text, HasSubstr("ignored by .portiqueignore:4 until 2027-01-31: tar runs as nobody"));
}

TEST(JunitReport, ControlCharactersDoNotBreakIt) {
  EXPECT_TRUE(base::XmlDocument::parse(junit_of(sample_report("hostile")), {}));
  const std::string text = junit_of(markup());
  EXPECT_TRUE(base::XmlDocument::parse(text, {}));
  EXPECT_THAT(text, testing::Not(HasSubstr("<script")));
}

} // namespace
} // namespace portique::report
