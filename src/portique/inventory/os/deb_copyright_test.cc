#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/inventory/os/deb_copyright.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Analysis analyze(std::string_view text, std::string_view path = "usr/share/doc/libx1/copyright") {
  return analyze_deb_copyright({path, base::as_bytes(text)}, {});
}

std::vector<std::string> licences(std::string_view text) {
  const Analysis found = analyze(text);
  return found.licences.empty() ? std::vector<std::string>{} : found.licences.at(0).licences;
}

constexpr std::string_view kFormat =
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n";

TEST(DebCopyright, ReadsTheShortNamesOfMachineReadableFiles) {
  const Analysis found = analyze(std::string(kFormat) +
                                 "Upstream-Name: x\n\n"
                                 "Files: *\nCopyright: me\nLicense: GPL-2+ or MIT\n\n"
                                 "Files: a\nlicense:  Apache-2.0  \n\n"
                                 "License: GPL-2+ or MIT\n"
                                 " See /usr/share/common-licenses/GPL-2.\n License: no-field\n\n"
                                 "License:\n only text\n");
  EXPECT_THAT(
      found.licences,
      ElementsAre(LicenceFact{.package = "libx1", .licences = {"Apache-2.0", "GPL-2+ or MIT"}}));
  EXPECT_THAT(found.issues, IsEmpty());
}

TEST(DebCopyright, KnowsWhatIsMachineReadable) {
  for (const std::string_view first :
       {"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/",
        "Format: http://www.debian.org/doc/packaging-manuals/copyright-format/1.0",
        "Format: http://dep.debian.net/deps/dep5/",
        "Format-Specification: http://svn.debian.org/wsvn/dep/web/deps/dep5.mdwn?rev=174",
        "Upstream-Name: x\nformat: http://anonscm.debian.org/viewvc/dep/web/deps/DEP5/",
        "\n# comment\nFormat: http://wiki.debian.org/Proposals/CopyrightFormat?action=recall"}) {
    EXPECT_THAT(licences(std::string(first) + "\n\nLicense: MIT\n"), ElementsAre("MIT")) << first;
  }
  for (const std::string_view first : {"This is prose.",
                                       "Format: pdf",
                                       "Files: *",
                                       "Name: x\n\nFormat: http://dep.debian.net/deps/dep5/",
                                       ""}) {
    EXPECT_THAT(licences(std::string(first) + "\n\nLicense: MIT\n"), IsEmpty()) << first;
  }
}

TEST(DebCopyright, FindsCommonLicencesInProse) {
  EXPECT_THAT(
      licences("see `/usr/share/common-licenses/GPL-2'.\n"
               "and /usr/share/common-licenses/LGPL-2.1. Then\n"
               "</usr/share/common-licenses/Apache-2.0>, /usr/share/common-licenses/GPL-2,\n"
               "/usr/share/common-licenses/ and file:///usr/share/common-licenses/BSD"),
      ElementsAre("Apache-2.0", "BSD", "GPL-2", "LGPL-2.1"));
  EXPECT_THAT(licences(std::string(kFormat) + "\nSee /usr/share/common-licenses/GPL-3\n"),
              ElementsAre("GPL-3"))
      << "a machine-readable file without any License";
  EXPECT_THAT(licences("no licence named"), IsEmpty());
  EXPECT_THAT(licences(""), IsEmpty());
}

TEST(DebCopyright, NamesThePackageByItsFolder) {
  const std::string_view text = "/usr/share/common-licenses/GPL-2";
  EXPECT_EQ(analyze(text, "usr/share/doc/libc6/copyright").licences.at(0).package, "libc6");
  EXPECT_EQ(analyze(text, "a/copyright").licences.at(0).package, "a");
}

TEST(DebCopyright, ReportsWhatIsNoCopyrightFile) {
  const Analysis binary = analyze(std::string_view("Format: dep5\0\n\nLicense: MIT", 26));
  EXPECT_THAT(binary.licences, IsEmpty());
  ASSERT_EQ(binary.issues.size(), 1U);
  EXPECT_EQ(binary.issues[0].code, base::Code::Malformed);

  std::string many(kFormat);
  for (int i = 0; i < 2000; ++i)
    many += "\nLicense: name-" + std::to_string(i) + "\n";
  const Analysis endless = analyze(many);
  EXPECT_THAT(endless.licences, IsEmpty());
  ASSERT_EQ(endless.issues.size(), 1U);
  EXPECT_EQ(endless.issues[0].code, base::Code::LimitExceeded);

  EXPECT_THAT(licences(std::string(kFormat) + "\nLicense: " + std::string(300, 'x')), IsEmpty());
  EXPECT_THAT(licences(std::string(kFormat) + "\nLicense: \xff\n"), ElementsAre("\xef\xbf\xbd"));
  EXPECT_THAT(licences(std::string(kFormat) +
                       "\nLicense: \xfe\n\nLicense: \xff\n\nLicense: \xf0\x9f\x98\x80"),
              ElementsAre("\xef\xbf\xbd", "\xf0\x9f\x98\x80"))
      << "once, and sorted as they are given";
}

TEST(DebCopyright, ReadsTheFilesOfThisMachine) {
  std::size_t files = 0;
  std::size_t with_licences = 0;
  std::error_code none;
  for (const auto& folder : std::filesystem::directory_iterator("/usr/share/doc", none)) {
    const auto text = base::read_file(folder.path() / "copyright", 8U << 20U);
    if (!text) continue;
    ++files;
    const Analysis found = analyze(*text);
    EXPECT_THAT(found.issues, IsEmpty()) << folder.path();
    if (!found.licences.empty()) ++with_licences;
  }
  if (files < 50) GTEST_SKIP() << "no Debian documentation on this machine";
  EXPECT_GT(with_licences * 10, files * 8) << with_licences << " of " << files;
}

} // namespace
} // namespace portique::inventory
