#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/advisory/cvss.h"
#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/test_support/shared_data.h"

namespace portique::advisory {
namespace {

using model::Severity;

// "9.8", or the error.
std::string score_text(std::string_view vector) {
  const auto score = cvss_score(vector);
  return score ? fmt::format("{:.1f}", score->score) : score.error().text();
}

struct Example {
  std::string_view vector;
  std::string_view score;
  std::string_view what;
};

void expect_scores(std::span<const Example> examples, std::string_view version) {
  for (const Example& example : examples) {
    EXPECT_EQ(score_text(example.vector), example.score) << example.vector << " " << example.what;
    EXPECT_EQ(cvss_score(example.vector)->version, version) << example.vector;
  }
}

// https://www.first.org/cvss/v2/guide section 3.3: base scores.
TEST(Cvss, GivesTheScoresOfTheV2Guide) {
  expect_scores(std::to_array<Example>({
                    {"AV:N/AC:L/Au:N/C:N/I:N/A:C", "7.8", "CVE-2002-0392"},
                    {"AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C", "7.8", "temporal is ignored"},
                    {"AV:N/AC:L/Au:N/C:N/I:N/A:C/E:ND/RL:ND/RC:ND/CDP:N/TD:H/CR:H/IR:H/AR:H",
                     "7.8",
                     "environmental is ignored"},
                    {"AV:N/AC:L/Au:N/C:C/I:C/A:C", "10.0", "CVE-2003-0818"},
                    {"AV:L/AC:H/Au:N/C:C/I:C/A:C", "6.2", "CVE-2003-0062"},
                    {"(AV:L/AC:H/Au:N/C:C/I:C/A:C)", "6.2", "in parentheses, as the NVD wrote it"},
                    {"AV:N/AC:L/Au:N/C:N/I:N/A:N", "0.0", "no impact"},
                }),
                "2.0");
}

// https://www.first.org/cvss/v3.0/examples
TEST(Cvss, GivesTheScoresOfTheV30Examples) {
  expect_scores(std::to_array<Example>({
                    {"CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "6.1", "CVE-2013-1937"},
                    {"CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", "6.4", "CVE-2013-0375"},
                    {"CVSS:3.0/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", "3.1", "CVE-2014-3566"},
                    {"CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", "9.9", "CVE-2012-1516"},
                    {"CVSS:3.0/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", "4.2", "CVE-2009-0783"},
                    {"CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", "8.8", "CVE-2012-0384"},
                    {"CVSS:3.0/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", "7.8", "CVE-2015-1098"},
                    {"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "7.5", "CVE-2014-0160"},
                    {"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "9.8", "CVE-2014-6271"},
                    {"CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N", "6.8", "CVE-2008-1447"},
                    {"CVSS:3.0/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "6.8", "CVE-2014-2005"},
                    {"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:N/A:N", "5.8", "CVE-2010-0467"},
                    {"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:L/A:N", "5.8", "CVE-2012-1342"},
                    {"CVSS:3.0/AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H", "9.3", "CVE-2013-6014"},
                    {"CVSS:3.0/AV:N/AC:L/PR:L/UI:R/S:C/C:L/I:L/A:N", "5.4", "CVE-2014-9253"},
                    {"CVSS:3.0/AV:A/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "8.8", "CVE-2011-1265"},
                    {"CVSS:3.0/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N", "4.6", "CVE-2014-2019"},
                }),
                "3.0");
}

// https://www.first.org/cvss/v3.1/examples
TEST(Cvss, GivesTheScoresOfTheV31Examples) {
  expect_scores(std::to_array<Example>({
                    {"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", "6.4", "CVE-2013-0375"},
                    {"CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", "3.1", "CVE-2014-3566"},
                    {"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", "9.9", "CVE-2012-1516"},
                    {"CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", "4.2", "CVE-2009-0783"},
                    {"CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H", "7.2", "CVE-2012-0384"},
                    {"CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", "7.8", "CVE-2015-1098"},
                    {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "7.5", "CVE-2014-0160"},
                    {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "9.8", "CVE-2014-6271"},
                    {"CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N", "6.8", "CVE-2008-1447"},
                    {"CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "6.8", "CVE-2014-2005"},
                    {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:N/A:N", "5.8", "CVE-2010-0467"},
                    {"CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H", "9.3", "CVE-2013-6014"},
                    {"CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:H/I:H/A:H", "9.0", "CVE-2019-7551"},
                    {"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", "8.8", "CVE-2015-0970"},
                    {"CVSS:3.1/S:U/A:H/AV:N/AC:L/PR:N/UI:N/C:H/I:H", "9.8", "metrics in any order"},
                    {"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N/E:P/RL:W/RC:C",
                     "6.1",
                     "temporal is ignored"},
                    {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:N", "0.0", "no impact"},
                }),
                "3.1");
}

// https://www.first.org/cvss/v4.0/examples
TEST(Cvss, GivesTheScoresOfTheV40Examples) {
  expect_scores(
      std::to_array<Example>({
          {"CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
           "7.3",
           "CVE-2022-41741"},
          {"CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
           "7.7",
           "CVE-2020-3549"},
          {"CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U",
           "5.2",
           "CVE-2020-3549, unreported"},
          {"CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N",
           "8.3",
           "CVE-2023-3089"},
          {"CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N"
           "/CR:H/IR:L/AR:L/MAV:N/MAC:H/MVC:H/MVI:L/MVA:L",
           "8.1",
           "CVE-2023-3089, environmental"},
          {"CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N",
           "4.6",
           "CVE-2021-44714"},
          {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N",
           "5.1",
           "CVE-2022-21830"},
          {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N",
           "6.9",
           "CVE-2022-22186"},
          {"CVSS:4.0/AV:L/AC:L/AT:N/PR:H/UI:N/VC:N/VI:N/VA:N/SC:H/SI:N/SA:N",
           "5.9",
           "CVE-2023-21989"},
          {"CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H",
           "9.4",
           "CVE-2020-3947"},
          {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:H/VA:N/SC:H/SI:H/SA:H",
           "9.3",
           "CVE-2023-48228"},
          {"CVSS:4.0/AV:P/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:H/SA:N/S:P/V:D",
           "8.3",
           "CVE-2023-30560, supplemental metrics do not count"},
          {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N/E:A",
           "8.7",
           "CVE-2014-0160"},
          {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:A",
           "10.0",
           "CVE-2021-44228"},
          {"CVSS:4.0/AV:N/AC:H/AT:P/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
           "/E:P/MAC:L/MAT:N/MVC:N/MVI:N/MVA:L",
           "5.5",
           "CVE-2021-44228, environmental"},
          {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:A",
           "9.3",
           "CVE-2014-6271"},
          {"CVSS:4.0/AV:A/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/VA:N/SC:H/SI:N/SA:H",
           "6.4",
           "CVE-2013-6014"},
          {"CVSS:4.0/AV:L/AC:L/AT:N/PR:H/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/R:I",
           "8.4",
           "CVE-2016-5729"},
          {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/MVC:N/MVI:N/MVA:N",
           "0.0",
           "no impact here"},
      }),
      "4.0");
}

TEST(Cvss, RatesScores) {
  const struct {
    std::string_view vector;
    Severity severity;
  } rows[] = {
      {"AV:N/AC:L/Au:N/C:N/I:N/A:N", Severity::Low},                                         // 0.0
      {"AV:L/AC:L/Au:M/C:P/I:P/A:N", Severity::Low},                                         // 2.7
      {"AV:L/AC:H/Au:N/C:C/I:C/A:C", Severity::Medium},                                      // 6.2
      {"AV:N/AC:L/Au:N/C:C/I:C/A:C", Severity::High},                                        // 10.0
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", Severity::Negligible},                // 0.0
      {"CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", Severity::Low},                       // 3.1
      {"CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", Severity::Medium},                    // 4.2
      {"CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H", Severity::High},                      // 7.2
      {"CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:H/I:H/A:H", Severity::Critical},                  // 9.0
      {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", Severity::Medium}, // 6.9
      {"CVSS:4.0/AV:P/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", Severity::High},   // 7.0
  };

  for (const auto& row : rows)
    EXPECT_EQ(cvss_score(row.vector)->severity, row.severity) << row.vector;
}

TEST(Cvss, SaysWhyAVectorIsRefused) {
  const struct {
    std::string_view vector;
    std::string_view reason;
  } rows[] = {
      {"", "the CVSS vector is empty"},
      {" \n", "the CVSS vector is empty"},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", "CVSS metric \"A\" is missing"},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/A:H", "CVSS metric \"A\" is given twice"},
      {"CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
       "CVSS metric \"AV\" has the unknown value \"X\""},
      {"CVSS:3.1/AV:/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
       "CVSS metric \"AV\" has the unknown value \"\""},
      {"CVSS:3.1/AV/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
       "CVSS metric \"AV\" has the unknown value \"\""},
      {"CVSS:3.1/av:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS metric \"av\" is unknown"},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/", "CVSS metric \"\" is unknown"},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/SA:H", "CVSS metric \"SA\" is unknown"},
      {"CVSS:3.1/", "CVSS metric \"\" is unknown"},
      {"CVSS:3.1/AV:N N/AC:L", "CVSS metric \"AV\" has the unknown value \"N N\""},
      {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:S/SA:N",
       "CVSS metric \"SI\" has the unknown value \"S\""},
      {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/MSC:S",
       "CVSS metric \"MSC\" has the unknown value \"S\""},
      {"CVSS:5.0/AV:N", "the CVSS version CVSS:5.0 is unknown"},
      {"CVSS:3.1", "the CVSS version CVSS:3.1 is unknown"},
      {"AV:N/AC:L/Au:N/C:C/I:C", "CVSS metric \"A\" is missing"},
      {"(AV:N/AC:L/Au:N/C:C/I:C/A:C", "CVSS metric \"(AV\" is unknown"},
      {"7.5", "CVSS metric \"7.5\" is unknown"},
  };

  for (const auto& row : rows) {
    const auto score = cvss_score(row.vector);
    ASSERT_FALSE(score) << row.vector;
    EXPECT_EQ(score.error().code(), base::Code::Malformed) << row.vector;
    EXPECT_EQ(score.error().message(), row.reason);
  }
  EXPECT_FALSE(cvss_score(std::string(1'000'000, '/')));
}

TEST(Cvss, AgreesWithAnotherCalculator) {
  const std::string table =
      base::read_file(std::filesystem::path(PORTIQUE_TESTDATA) / "cvss/vectors.csv", 1U << 20U)
          .value();
  std::size_t count = 0;
  for (std::string_view rest = table; !rest.empty(); ++count) {
    std::string_view score = base::take_until(rest, '\n');
    const std::string_view vector = base::take_until(score, ',');
    EXPECT_EQ(score_text(vector), score) << vector;
  }
  EXPECT_GT(count, 1900U);
}

std::string unpacked(const std::filesystem::path& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(
      ::popen(("gzip -dc '" + path.string() + "'").c_str(), "r"), ::pclose);
  std::string text;
  std::vector<char> block(1U << 16U);
  while (const std::size_t size = std::fread(block.data(), 1, block.size(), pipe.get())) {
    text.append(block.data(), size);
  }
  return text;
}

double product_of(std::string_view vector, const std::map<std::string_view, double>& weights) {
  double product = 1;
  for (const std::string_view metric : base::split(vector, '/')) {
    if (const auto weight = weights.find(metric); weight != weights.end())
      product *= weight->second;
  }
  return product;
}

std::string rounded_up(double score) {
  return fmt::format("{:.1f}", std::ceil(std::round(score * 100'000) / 10'000) / 10);
}

// The temporal score that belongs to a v3 base score, by the specification's section 7.2.
std::string temporal_score(std::string_view vector, double base_score) {
  return rounded_up(base_score * product_of(vector,
                                            {{"E:U", 0.91},
                                             {"E:P", 0.94},
                                             {"E:F", 0.97},
                                             {"RL:O", 0.95},
                                             {"RL:T", 0.96},
                                             {"RL:W", 0.97},
                                             {"RC:U", 0.92},
                                             {"RC:R", 0.96}}));
}

// The environmental score of a v3.1 vector of changed scope that has base metrics only, by the
// specification's section 7.3: its impact differs a little from that of the base score.
std::string environmental_score(std::string_view vector) {
  const double spared = product_of(
      vector,
      {{"C:L", 0.78}, {"C:H", 0.44}, {"I:L", 0.78}, {"I:H", 0.44}, {"A:L", 0.78}, {"A:H", 0.44}});
  const double impact_base = std::min(1 - spared, 0.915);
  const double impact =
      7.52 * (impact_base - 0.029) - 3.25 * std::pow(impact_base * 0.9731 - 0.02, 13);
  const double exploitability = 8.22 * product_of(vector,
                                                  {{"AV:N", 0.85},
                                                   {"AV:A", 0.62},
                                                   {"AV:L", 0.55},
                                                   {"AV:P", 0.2},
                                                   {"AC:L", 0.77},
                                                   {"AC:H", 0.44},
                                                   {"PR:N", 0.85},
                                                   {"PR:L", 0.68},
                                                   {"PR:H", 0.5},
                                                   {"UI:N", 0.85},
                                                   {"UI:R", 0.62}});
  return rounded_up(std::min(1.08 * (impact + exploitability), 10.0));
}

// Rows whose published score no reading of their vector gives.
constexpr std::string_view kPublishersSlips[] = {
    "CVE-2022-46647",
    "CVE-2023-3932",
    "CVE-2023-36860",
    "CVE-2023-44154",
    "CVE-2024-0095",
    "CVE-2024-9798",
    "CVE-2024-20275",
    "CVE-2024-20848",
    "CVE-2024-28568",
    "CVE-2024-28575",
    "CVE-2024-33509",
    "CVE-2024-36989",
    "CVE-2024-36995",
    "CVE-2024-36997",
    "CVE-2024-38863",
    "CVE-2024-45323",
    "CVE-2024-46902",
    // Exactly halfway (5.05 and 5.65): calculators in floating point rounded it down.
    "CVE-2024-8642",
    "CVE-2024-24552",
    // The environmental score, of modified metrics.
    "CVE-2024-38526",
};

TEST(Cvss, GivesThePublishedScoresOfRealCves) {
  std::size_t rows = 0;
  std::size_t other_score = 0;
  std::vector<std::string> differences;
  for (const std::string_view name : {"cve/cvss.csv.gz", "cve/cvss-ubuntu.csv.gz"}) {
    PQ_SHARED_DATA_OR_SKIP(path, name);
    const std::string table = unpacked(path);
    std::string_view rest = table;
    base::take_until(rest, '\n'); // the head line
    while (!rest.empty()) {
      const auto fields = base::split(base::take_until(rest, '\n'), ',');
      ASSERT_EQ(fields.size(), 5U);
      ++rows;
      const auto got = cvss_score(fields[2]);
      ASSERT_TRUE(got) << fields[0] << ": " << got.error().text();
      if (fmt::format("{:.1f}", got->score) == fields[3]) continue;
      if (std::ranges::find(kPublishersSlips, fields[0]) != std::end(kPublishersSlips)) continue;
      // Some publishers write another of the vector's scores where the base score belongs.
      if (temporal_score(fields[2], got->score) == fields[3] ||
          (fields[2].contains("/S:C/") && environmental_score(fields[2]) == fields[3])) {
        ++other_score;
        continue;
      }
      differences.push_back(fmt::format("{} {} {}", fields[0], fields[2], fields[3]));
    }
  }
  EXPECT_GT(rows, 70'000U);
  EXPECT_LT(other_score, 400U);
  EXPECT_THAT(differences, testing::IsEmpty());
}

} // namespace
} // namespace portique::advisory
