#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/advisory/kev.h"
#include "portique/base/file.h"
#include "portique/test_support/shared_data.h"

namespace portique::advisory {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Kev, ReadsACatalogue) {
  const auto catalogue = parse_kev(
      R"({"title": "CISA Catalog of Known Exploited Vulnerabilities",
          "catalogVersion": "2025.08.25", "dateReleased": "2025-08-25T17:04:19.9796Z", "count": 2,
          "vulnerabilities": [{"cveID": "CVE-2025-48384", "vendorProject": "Git"},
                              {"cveID": "CVE-2024-8069"}]})");
  ASSERT_TRUE(catalogue) << catalogue.error().text();
  EXPECT_EQ(base::format_time(*catalogue->released), "2025-08-25T17:04:19Z");
  EXPECT_THAT(catalogue->cves, ElementsAre("CVE-2025-48384", "CVE-2024-8069"));
}

TEST(Kev, MayHaveNoDateAndNoEntry) {
  const auto catalogue = parse_kev(R"({"vulnerabilities": []})");
  ASSERT_TRUE(catalogue);
  EXPECT_FALSE(catalogue->released);
  EXPECT_THAT(catalogue->cves, IsEmpty());
}

TEST(Kev, RefusesWhatIsNone) {
  for (const char* text : {"",
                           "<html>",
                           "[]",
                           "{}",
                           R"({"vulnerabilities": {}})",
                           R"({"vulnerabilities": [7]})",
                           R"({"vulnerabilities": [{}]})",
                           R"({"vulnerabilities": [{"cveID": 7}]})",
                           R"({"vulnerabilities": [{"cveID": "GHSA-1"}]})",
                           R"({"vulnerabilities": [{"cveID": "CVE-2025-48384"})"}) {
    const auto catalogue = parse_kev(text);
    ASSERT_FALSE(catalogue) << text;
    EXPECT_EQ(catalogue.error().code(), base::Code::Malformed) << text;
  }
}

TEST(Kev, ReadsTheRealCatalogue) {
  PQ_SHARED_DATA_OR_SKIP(file, "kev/known_exploited_vulnerabilities.json");
  const auto catalogue = parse_kev(base::read_file(file, 1U << 26U).value());
  ASSERT_TRUE(catalogue) << catalogue.error().text();
  EXPECT_THAT(catalogue->cves, SizeIs(1404));
  EXPECT_THAT(catalogue->cves, Contains("CVE-2021-44228"));
}

} // namespace
} // namespace portique::advisory
