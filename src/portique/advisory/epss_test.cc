#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/advisory/epss.h"

namespace portique::advisory {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// What is told for each line, "CVE score percentile".
base::Result<std::vector<std::string>> lines_of(std::string_view csv,
                                                EpssSummary* summary = nullptr) {
  std::vector<std::string> lines;
  const EpssSummary read =
      PQ_TRY(parse_epss(csv, [&](std::string_view cve, double score, double percentile) {
        lines.push_back(std::string(cve) + " " + std::to_string(score) + " " +
                        std::to_string(percentile));
      }));
  if (summary != nullptr) *summary = read;
  return lines;
}

TEST(Epss, ReadsScores) {
  EpssSummary summary;
  const auto lines = lines_of("#model_version:v2025.03.14,score_date:2025-08-25T12:55:00Z\n"
                              "cve,epss,percentile\n"
                              "CVE-1999-0001,0.01141,0.77669\n"
                              "CVE-2021-44228,0.94358,0.99957\r\n"
                              "CVE-2024-1,1,0\n",
                              &summary);
  ASSERT_TRUE(lines) << lines.error().text();
  EXPECT_THAT(*lines,
              ElementsAre("CVE-1999-0001 0.011410 0.776690",
                          "CVE-2021-44228 0.943580 0.999570",
                          "CVE-2024-1 1.000000 0.000000"));
  EXPECT_EQ(summary.records, 3U);
  EXPECT_EQ(base::format_time(*summary.scored), "2025-08-25T12:55:00Z");
}

TEST(Epss, ReadsTheDateAsTheFeedOnceWroteIt) {
  EpssSummary summary;
  ASSERT_TRUE(lines_of("#model_version:v2023.03.01,score_date:2023-09-01T00:00:00+0000\n"
                       "CVE-2024-1,0.5,0.5\n",
                       &summary));
  EXPECT_EQ(base::format_time(*summary.scored), "2023-09-01T00:00:00Z");
}

TEST(Epss, MayHaveNoCommentAndNoHeader) {
  EpssSummary summary;
  ASSERT_TRUE(lines_of("CVE-2024-1,0.5,0.5", &summary));
  EXPECT_FALSE(summary.scored);
  EXPECT_EQ(summary.records, 1U);
}

TEST(Epss, NamesTheFirstLineThatIsNone) {
  for (const char* line : {"CVE-2024-1",
                           "CVE-2024-1,0.5",
                           "CVE-2024-1,0.5,0.5,0.5",
                           "CVE-2024-1,1.5,0.5",
                           "CVE-2024-1,-0.1,0.5",
                           "CVE-2024-1,nan,0.5",
                           "CVE-2024-1,inf,0.5",
                           "CVE-2024-1,0.5x,0.5",
                           "CVE-2024-1,,0.5",
                           "GHSA-1,0.5,0.5",
                           "\x1f\x8b\x08",
                           "<html>"}) {
    const auto lines = lines_of(std::string("cve,epss,percentile\nCVE-2024-2,0.1,0.1\n") + line);
    ASSERT_FALSE(lines) << line;
    EXPECT_THAT(lines.error().text(), HasSubstr("line 3 is no EPSS score")) << line;
  }
}

TEST(Epss, RefusesAListOfNothing) {
  for (const char* text : {"", "\n\n", "#comment\n", "cve,epss,percentile\n"})
    EXPECT_FALSE(lines_of(text)) << text;
}

} // namespace
} // namespace portique::advisory
