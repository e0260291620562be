#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/text.h"
#include "portique/report/finding_facts.h"
#include "portique/report/sample_reports.h"

namespace portique::report {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(FindingFacts, TheRepositoryIsTheSameForEveryTag) {
  struct Case {
    std::string name;
    std::vector<std::string> tags;
    bool image;
    std::string want;
  };

  const Case cases[] = {
      {"web.tar", {"registry.example:5000/shop/web:1.4"}, true, "registry.example:5000/shop/web"},
      {"web.tar", {"registry.example:5000/shop/web:1.5"}, true, "registry.example:5000/shop/web"},
      {"alpine:3.19@sha256:00", {}, true, "alpine"},
      {"registry.example:5000/a", {}, true, "registry.example:5000/a"},
      {"/mnt/centos/", {}, false, "mnt/centos"},
      {"/", {}, false, "root"},
      {"./deploy:x", {}, false, "deploy:x"},
      {"", {}, true, "root"},
  };
  for (const Case& c : cases) {
    model::Subject subject{.name = c.name};
    subject.image.tags = c.tags;
    if (c.image) subject.image.layers.resize(1);
    EXPECT_EQ(repository_name(subject), c.want) << c.name;
  }
  EXPECT_EQ(repository_name(sample_report("container").subject), "registry.example/web");
}

TEST(FindingFacts, APathIsARelativeUri) {
  struct Case {
    std::string_view path;
    std::string_view want;
  };

  const Case cases[] = {
      {"var/lib/dpkg/status", "var/lib/dpkg/status"},
      {"/etc/passwd", "etc/passwd"},
      {"a b#c?d%e", "a%20b%23c%3Fd%25e"},
      {"javascript:alert(1)", "javascript%3Aalert(1)"},
      {"../../../etc/shadow", "etc/shadow"},
      {"a//b/./c", "a/b/c"},
      {"..\\x", "..%5Cx"},
      {"\xFF\xC3\xA9\n", "%FF%C3%A9%0A"},
      {"", "unknown"},
      {"..", "unknown"},
  };
  for (const Case& c : cases)
    EXPECT_EQ(relative_uri(c.path), c.want) << c.path;
}

TEST(FindingFacts, OnlyTheWebIsLinkedTo) {
  for (const std::string_view good :
       {"https://example.org/a?b=c&d#e", "http://1.2.3.4:8080/%0A", "HTTPS://example.org"})
    EXPECT_TRUE(is_web_url(good)) << good;
  for (const std::string_view bad : {"javascript:alert(1)",
                                     " https://example.org",
                                     "https://",
                                     "https://a\"onclick=x",
                                     "https://a<b",
                                     "https://a>b",
                                     "https://a\nb",
                                     "https://[::1]/",
                                     "https:///x",
                                     "https://a,b/",
                                     "https://good.example@evil.example/",
                                     "https://a:80x/",
                                     "https://a/%zz",
                                     "https://a/%4",
                                     "https://a/#b#c",
                                     "data:text/html,x",
                                     "ftp://example.org",
                                     "//example.org",
                                     ""})
    EXPECT_FALSE(is_web_url(bad)) << bad;
  EXPECT_FALSE(is_web_url("https://a/" + std::string(5000, 'x')));
}

TEST(FindingFacts, FingerprintsForgetTagsLayersLinesAndOrder) {
  const model::Report report = sample_report("configuration");
  const auto sorted = [](std::vector<std::string> prints) {
    std::ranges::sort(prints);
    return prints;
  };
  const std::vector<std::string> first = sorted(numbered_fingerprints(report));
  EXPECT_THAT(std::set<std::string>(first.begin(), first.end()), SizeIs(report.findings.size()));

  model::Report later = report;
  later.subject.name = "elsewhere";
  later.subject.image.tags = {"a:2"};
  for (model::Finding& finding : later.findings) {
    finding.lines.first += 10;
    finding.lines.last += 10;
    finding.layer = 5;
    finding.severity = model::Severity::Critical;
  }
  std::ranges::reverse(later.findings);
  EXPECT_EQ(sorted(numbered_fingerprints(later)), first);

  later.findings.front().path += "x";
  EXPECT_NE(sorted(numbered_fingerprints(later)), first);
}

TEST(FindingFacts, AFindingHasAPlace) {
  const model::Report report = every_kind();
  for (const model::Finding& finding : report.findings) {
    const Place place = place_of(report, finding);
    EXPECT_FALSE(place.path.empty());
    EXPECT_GE(place.lines.first, 1U);
    EXPECT_GE(place.lines.last, place.lines.first);
  }
  EXPECT_EQ(place_of(report, report.findings.front()).path, "var/lib/dpkg/status");
}

TEST(FindingFacts, SaysWhatToDo) {
  const model::Report report = every_kind();
  EXPECT_EQ(what_to_do(report, report.findings.front()),
            "Upgrade curl from 7.88.1-10+deb12u5 to 7.88.1-10+deb12u7.");
  EXPECT_EQ(what_to_do(report, report.findings[1]), "No fixed version is known yet.");
  const model::Report old = sample_report("end_of_life");
  EXPECT_THAT(what_to_do(old, old.findings[1]), HasSubstr("end of life"));
  EXPECT_EQ(verdict_text(report), "deny by policy baseline: no-malware");
  EXPECT_EQ(verdict_text(old), "");
}

TEST(FindingFacts, TextIsCutWhereACharacterBegins) {
  EXPECT_EQ(cut_line("short", 10), "short");
  EXPECT_EQ(cut_line("0123456789abc", 10), "0123456789...");
  EXPECT_EQ(cut_line("a\nb", 10),
            "a\xEF\xBF\xBD"
            "b");
  for (std::size_t most = 0; most < 12; ++most)
    EXPECT_TRUE(base::is_utf8(cut_line("\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD", most)));
  EXPECT_LE(cut_line(std::string(1 << 20, 'x'), 100).size(), 103U);
  EXPECT_EQ(cut_lines("a\r\n\tb\x1B", 100), "a\n    b\xEF\xBF\xBD");
}

} // namespace
} // namespace portique::report
