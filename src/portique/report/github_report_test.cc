#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/text.h"
#include "portique/report/formats.h"
#include "portique/report/github_report.h"
#include "portique/report/sample_reports.h"

namespace portique::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string github_of(const model::Report& report) {
  return write_text(*find_format("github"), report, {}).value();
}

TEST(GithubReport, AnnotatesTheLinesOfAFile) {
  const std::string text = github_of(sample_report("configuration"));
  EXPECT_THAT(text,
              StartsWith("::error file=deploy/web.yaml,line=21,endLine=23,title=high%3A "
                         "PORTIQUE-K8S-PRIVILEGED::a container is privileged.%0A"));
  EXPECT_THAT(text, Not(HasSubstr("PORTIQUE-DOCKERFILE-LATEST"))); // suppressed
  EXPECT_THAT(text, HasSubstr("::warning title=Not read or not checked::deploy: 1 places"));
}

TEST(GithubReport, PathsOfAnImageAreNoFilesOfTheRepository) {
  const std::string text = github_of(every_kind());
  EXPECT_THAT(text, Not(HasSubstr("file=")));
  EXPECT_THAT(text, HasSubstr("%0AFile: srv/app/.env"));
}

TEST(GithubReport, ShowsTheWorstAndCountsTheRest) {
  const std::string text = github_of(large_report());
  std::size_t errors = 0;
  for (const std::string_view line : base::split(text, '\n'))
    errors += line.starts_with("::error ") ? 1 : 0;
  EXPECT_EQ(errors, 10U);
  EXPECT_THAT(text, StartsWith("::error title=critical%3A"));
  EXPECT_THAT(text, HasSubstr("are not shown here"));
}

TEST(GithubReport, EveryLineIsACommandOfOurs) {
  for (const SampleReport& sample : sample_reports()) {
    const std::string text = github_of(sample.make());
    for (const std::string_view line : base::split(text, '\n')) {
      if (line.empty()) continue;
      EXPECT_TRUE(line.starts_with("::error ") || line.starts_with("::warning ") ||
                  line.starts_with("::notice "))
          << sample.name << ": " << line;
      EXPECT_EQ(base::printable(line), line) << sample.name;
    }
  }
}

TEST(GithubReport, APropertyCannotBeLeft) {
  struct Case {
    std::string_view text;
    std::string_view want;
  };

  const Case cases[] = {
      {"plain/file.yaml", "plain/file.yaml"},
      {"a,line=2::b", "a%2Cline=2%3A%3Ab"},
      {"100%", "100%25"},
      {"%0A::error::x", "%250A%3A%3Aerror%3A%3Ax"},
      {"a\r\nb",
       "a\xEF\xBF\xBD\xEF\xBF\xBD"
       "b"},
  };
  for (const Case& c : cases)
    EXPECT_EQ(github_property(c.text), c.want);
}

} // namespace
} // namespace portique::report
