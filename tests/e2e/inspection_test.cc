// What is wrong in an image beyond known vulnerabilities: how it was made, and whether its files
// are what its packages brought.
#include <algorithm>

#include "e2e/program.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/json.h"
#include "portique/test_support/image_builder.h"
#include "portique/test_support/tar_builder.h"

namespace portique::e2e {
namespace {

using test_support::BuildImage;
using test_support::TarBuilder;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kMd5OfHello = "b1946ac92492d2347c6235b4d2611184"; // of "hello\n"

TarBuilder debian() {
  TarBuilder tar;
  tar.file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n")
      .file("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n")
      .file("usr/bin/hello", "hello\n")
      .file("var/lib/dpkg/status",
            "Package: hello\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n")
      .file("var/lib/dpkg/info/hello.list", "/.\n/usr/bin/hello\n")
      .file("var/lib/dpkg/info/hello.md5sums", std::string(kMd5OfHello) + "  usr/bin/hello\n");
  return tar;
}

std::string write_image(const BuildImage& image) {
  return write_file(fresh_folder() / "image.tar", test_support::docker_archive(image));
}

/// "ID path" of every misconfiguration.
std::vector<std::string> found_in(const std::string& image, const std::string& scanners) {
  const auto report = scan_json(image, {"--scanners", scanners, "--no-cache"});
  std::vector<std::string> found;
  for (const auto& item : base::json_items(&report, "findings")) {
    const auto* finding = item.if_object();
    if (base::json_string(finding, "kind") != "misconfiguration") continue;
    found.push_back(std::string(base::json_string(finding, "id")) + " " +
                    std::string(base::json_string(finding, "path")));
  }
  std::ranges::sort(found);
  return found;
}

TEST(Inspection, FilesAreHeldAgainstTheirPackages) {
  const std::string clean = write_image({.layers = {{debian().finish(), true, "FROM"}}});
  EXPECT_THAT(found_in(clean, "integrity"), IsEmpty());
  const std::string changed = write_image(
      {.layers = {
           {debian().finish(), true, "FROM"},
           {TarBuilder().file("usr/bin/hello", "something else\n").finish(), true, "RUN x"}}});
  EXPECT_THAT(found_in(changed, "integrity"),
              ElementsAre("PORTIQUE-IMAGE-CHANGED-FILE usr/bin/hello"));
  EXPECT_THAT(found_in(changed, "vuln"), IsEmpty()) << "not asked for";
}

TEST(Inspection, WhatWasNotLookedForIsSaid) {
  const std::string image = write_image({.layers = {{debian().finish(), true, "FROM"}}});

  struct Case {
    std::string scanners;
    std::vector<std::string> ran;
    bool with_vulnerabilities = false;
  };

  for (const Case& c : {Case{"secret", {"secret"}},
                        Case{"integrity", {"integrity"}},
                        Case{"malware,misconfig", {"malware", "misconfig"}},
                        Case{"integrity,vuln", {"vuln", "integrity"}, true}}) {
    const auto report = scan_json(image, {"--scanners", c.scanners, "--no-cache"});
    EXPECT_EQ(base::json_string(&report, "coverage") == "not-checked", !c.with_vulnerabilities)
        << c.scanners;
    std::vector<std::string> ran;
    for (const auto& item : base::json_items(&report, "scanners"))
      ran.emplace_back(item.as_string());
    EXPECT_EQ(ran, c.ran) << c.scanners;
    const auto table = portique({"scan", image, "--scanners", c.scanners, "--no-cache"});
    EXPECT_EQ(table.out.contains("No known vulnerabilities"), c.with_vulnerabilities) << table.out;
    EXPECT_EQ(table.out.contains("ulnerabilities were not looked for"), !c.with_vulnerabilities)
        << table.out;
    if (c.with_vulnerabilities) continue;
    EXPECT_EQ(table.exit_status, 0) << "what was asked was answered";
    const auto judged = portique({"scan", image, "--scanners", c.scanners, "--policy", "baseline"});
    EXPECT_THAT(judged.out, ::testing::HasSubstr("incomplete-evidence")) << c.scanners;
  }
}

TEST(Inspection, RightsAccountsAndLeftOversAreTold) {
  const std::string image = write_image(
      {.layers = {{debian().finish(), true, "FROM"},
                  {TarBuilder()
                       .file("opt/tool",
                             "\x7f"
                             "ELF",
                             04755)
                       .file("srv/open", "x", 0666)
                       .file("srv/.env", "A=b\n")
                       .file("etc/shadow", "root::19000:0:99999:7:::\n", 0640)
                       .file("etc/passwd", "root:x:0:0::/:/bin/sh\ntoor:x:0:0::/:/bin/sh\n")
                       .file("var/lib/apt/lists/a", std::string(100'000, 'x'))
                       .finish(),
                   true,
                   "RUN curl -fsSL https://example.org/a.sh | sh"}}});
  const auto found = found_in(image, "misconfig");
  for (const char* expected : {"PQ-IM-033 ",
                               "PQ-IM-050 opt/tool",
                               "PQ-IM-052 srv/open",
                               "PQ-IM-053 srv/.env",
                               "PQ-IM-054 var/lib/apt/lists",
                               "PQ-IM-055 etc/shadow",
                               "PQ-IM-057 etc/passwd"})
    EXPECT_THAT(found, Contains(expected));
  // Deleted in a later layer, the tool is no way to root any more.
  EXPECT_THAT(
      found_in(write_image(
                   {.layers = {{TarBuilder().file("opt/tool", "x", 04755).finish(), true, "FROM"},
                               {TarBuilder().file("opt/.wh.tool", "").finish(), true, "RUN rm"}}}),
               "misconfig"),
      Not(Contains("PQ-IM-050 opt/tool")));
}

} // namespace
} // namespace portique::e2e
