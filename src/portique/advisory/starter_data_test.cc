#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/advisory/starter_data.h"

namespace portique::advisory {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

StarterData some_data() {
  StarterData data;
  data.fixes = {.ecosystem = "Debian:12",
                .suite = "bookworm-security",
                .uri = "http://deb.debian.org/debian-security",
                .date = *base::parse_time("2026-11-21T00:53:02Z"),
                .fixes = {{"a", "CVE-2024-1111", "1.0-1"},
                          {"a", "CVE-2024-2222", ""},
                          {"b", "CVE-2024-1111", "2.0"}},
                .packages = 2};
  return data;
}

TEST(StarterData, IsReadAsItWasWritten) {
  StarterData data = some_data();
  ASSERT_TRUE(add_kev(R"({"dateReleased": "2025-08-25T17:00:00.000Z", "vulnerabilities":
                          [{"cveID": "CVE-2024-2222"}, {"cveID": "CVE-2024-9999"}, {}, 7]})",
                      data));
  add_vectors("cve,version,vector,base_score,base_severity\n"
              "CVE-2024-1111,3.1,CVSS:3.1/AV:N,9.8,CRITICAL\n"
              "CVE-2024-1111,3.1,CVSS:3.1/AV:L,5.0,MEDIUM\n"
              "CVE-2024-1111,4.0,CVSS:4.0/AV:N,9.8,CRITICAL\n"
              "CVE-2024-3333,3.1,CVSS:3.1/AV:N,9.8,CRITICAL\n"
              "CVE-2024-2222,3.1\n",
              data);
  const std::string text = format_starter(data);
  const auto read = parse_starter(text);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->fixes.fixes, data.fixes.fixes);
  EXPECT_EQ(read->fixes.ecosystem, "Debian:12");
  EXPECT_EQ(read->fixes.date, data.fixes.date);
  EXPECT_EQ(base::format_time(read->kev_date), "2025-08-25T17:00:00Z");
  EXPECT_THAT(read->kev, ElementsAre("CVE-2024-2222"));
  EXPECT_THAT(
      read->vectors,
      ElementsAre(Pair("CVE-2024-1111", "CVSS:3.1/AV:N"), Pair("CVE-2024-1111", "CVSS:4.0/AV:N")));
  EXPECT_EQ(format_starter(*read), text);
}

TEST(StarterData, SaysWhichLineIsBroken) {
  EXPECT_EQ(parse_starter("").error().code(), base::Code::Malformed);
  EXPECT_FALSE(parse_starter("portique-starter\t2\ta\tb\tc\td\te\tf\n"));
  const std::string good = format_starter(some_data());
  for (const char* line : {"F\tCVE-1\t2\t3\n", "X\n", "\n", "K\n"})
    EXPECT_THAT(parse_starter(good + line).error().text(), HasSubstr("line 7 ")) << line;
  const std::string header = good.substr(0, good.find('\n') + 1);
  EXPECT_FALSE(parse_starter(header + "F\tCVE-2024-1111\t1\n")) << "a fix of no package";
}

} // namespace
} // namespace portique::advisory
