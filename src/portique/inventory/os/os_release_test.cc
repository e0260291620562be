#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inventory/os/os_release.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Analysis analyze(std::string_view text) {
  return analyze_os_release({"etc/os-release", base::as_bytes(text)}, {});
}

TEST(OsRelease, ReadsEveryFieldWeAskFor) {
  const Analysis found = analyze("NAME=\"Rocky Linux\"\nVERSION=\"9.3 (Blue Onyx)\"\nID=\"rocky\"\n"
                                 "ID_LIKE=\"rhel  CentOS fedora\"\nVERSION_ID=\"9.3\"\n"
                                 "VERSION_CODENAME=blue\n"
                                 "PRETTY_NAME=\"Rocky Linux 9.3 (Blue Onyx)\"\n"
                                 "CPE_NAME=\"cpe:/o:rocky:rocky:9::baseos\"\nHOME_URL=x\n");
  const model::Distro want{
      .id = "rocky",
      .id_like = {"rhel", "centos", "fedora"},
      .version_id = "9.3",
      .codename = "blue",
      .name = "Rocky Linux",
      .pretty_name = "Rocky Linux 9.3 (Blue Onyx)",
      .cpe_name = "cpe:/o:rocky:rocky:9::baseos",
      .path = "etc/os-release",
  };
  EXPECT_EQ(found.distro, want);
  EXPECT_THAT(found.issues, IsEmpty());
}

TEST(OsRelease, UnquotesAsAShellDoes) {
  const struct {
    std::string_view line;
    std::string_view value;
  } rows[] = {
      {"K=plain", "plain"},
      {"K=", ""},
      {"K=\"\"", ""},
      {"K=\"two words\"", "two words"},
      {"K='single $x \\ \"q\"'", "single $x \\ \"q\""},
      {R"(K="a \"b\" \$c \`d\` \\e \f")", R"(a "b" $c `d` \e \f)"},
      {"K=a\"b c\"'d e'f", "ab cd ef"},
      {"K=a\\ b", "a b"},
      {"K=\"x\" # comment", "x"},
      {"K=x#y", "x#y"},
      {"  K=x\t", "x"},
      {"K=\"it's\"", "it's"},
      {"K_2=x=y", "x=y"},
  };

  for (const auto& row : rows) {
    const auto got = parse_shell_assignment(row.line);
    ASSERT_TRUE(got) << row.line;
    EXPECT_EQ(got->value, row.value) << row.line;
  }
  EXPECT_EQ(parse_shell_assignment("K=words without quotes")->value, "words without quotes");
  for (const std::string_view line :
       {"K", "=x", "K K=x", "K-K=x", "K=\"x", "K='x", "K=\"x\\\"", ""}) {
    EXPECT_FALSE(parse_shell_assignment(line)) << line;
  }
}

// The same values through a real shell.
TEST(OsRelease, AgreesWithAShell) {
  for (const std::string line : {"K=plain",
                                 "K='a \"b\" \\ $c'",
                                 R"(K="a \"b\" \$c \`d\` \\e \f 'g'")",
                                 "K=a\"b c\"'d e'f",
                                 "K=a\\ b\\\\c",
                                 "K=\"x\" # comment",
                                 "K=x#y"}) {
    const auto folder = base::TempDir::create("os-release").value();
    const auto script = folder.path() / "script";
    ASSERT_TRUE(base::write_file_atomically(script, line + "\nprintf %s \"$K\""));
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(
        ::popen(("sh " + script.string()).c_str(), "r"), ::pclose);
    std::array<char, 100> said{};
    const std::size_t size = std::fread(said.data(), 1, said.size(), pipe.get());
    EXPECT_EQ(parse_shell_assignment(line)->value, std::string_view(said.data(), size)) << line;
  }
}

TEST(OsRelease, KeepsToTheDefaultsOfItsSpecification) {
  EXPECT_EQ(analyze("NAME=Something\n").distro->id, "linux");
  EXPECT_EQ(analyze("ID=Debian\nID=ubuntu\n").distro->id, "ubuntu") << "the last assignment counts";
  EXPECT_EQ(analyze("ID=openEuler\r\nVERSION_ID=\"22.03\"\r\n").distro->id, "openeuler");
  EXPECT_EQ(analyze(""), Analysis{});
  EXPECT_EQ(analyze("# only a comment\n\nHOME_URL=x\n"), Analysis{});
  EXPECT_EQ(analyze("ID=a\nNAME=\"\xff\"\n").distro->name, "\xef\xbf\xbd");
}

TEST(OsRelease, ReportsBrokenLinesAndReadsTheRest) {
  const Analysis found = analyze("ID=debian\nVERSION_ID=\"12\nrubbish\nNAME=Debian\n");
  EXPECT_EQ(found.distro->id, "debian");
  EXPECT_EQ(found.distro->version_id, "");
  EXPECT_EQ(found.distro->name, "Debian");
  ASSERT_EQ(found.issues.size(), 2U);
  EXPECT_EQ(found.issues[0].message, "line 2: \"VERSION_ID=\"12\" has a quote that is not closed");
  EXPECT_EQ(found.issues[1].message, "line 3: \"rubbish\" is no assignment");
}

TEST(OsRelease, ReadsARealOne) {
  PQ_SHARED_DATA_OR_SKIP(path, "pkgdb/dpkg/single/etc/os-release");
  const Analysis found = analyze(base::read_file(path, 1U << 20U).value());
  EXPECT_EQ(found.distro->id, "debian");
  EXPECT_EQ(found.distro->version_id, "12");
  EXPECT_EQ(found.distro->codename, "bookworm");
  EXPECT_THAT(found.issues, IsEmpty());
}

} // namespace
} // namespace portique::inventory
