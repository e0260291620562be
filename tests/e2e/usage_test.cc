// The program as a new user meets it: help, slips, files that are not there.

#include <chrono>
#include <string>
#include <string_view>
#include <thread>

#include "e2e/program.h"
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Usage, HelpGoesToStandardOutput) {
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"--help"}, {"scan", "--help"}, {"db", "--help"}, {"--version"}}) {
    const auto output = portique(command);
    EXPECT_EQ(output.exit_status, 0);
    EXPECT_THAT(output.err, IsEmpty());
    EXPECT_THAT(output.out, HasSubstr("portique"));
  }
}

TEST(Usage, SlipsAreExplainedInTwoLines) {
  struct Case {
    std::vector<std::string> command;
    std::string want;
  };

  for (const Case& c : {Case{{"scan", "/", "--formt", "json"}, "did you mean --format?"},
                        Case{{"sacn", "/"}, "did you mean scan?"},
                        Case{{"scan"}, "TARGET"},
                        Case{{"db", "update", "--mirorr", "x"}, "did you mean --mirror?"},
                        Case{{"db", "updte"}, "did you mean update?"},
                        Case{{"db", "update", "--nonsense"}, "portique db update --help"},
                        Case{{}, "subcommand"},
                        Case{{"version-compare", "Debian", "1"}, "portique version-compare --help"},
                        Case{{"scan", "/", "--exit-code", "many"}, "--exit-code"}}) {
    const auto output = portique(c.command);
    EXPECT_EQ(output.exit_status, 2) << ::testing::PrintToString(c.command);
    EXPECT_THAT(output.err, HasSubstr(c.want));
    EXPECT_THAT(output.out, IsEmpty());
    EXPECT_LE(std::ranges::count(output.err, '\n'), 2);
  }
}

TEST(Usage, WhatIsNotThereIsOneSentence) {
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"scan", "/no/such/image.tar"},
        {"scan", "docker-archive:/no/such/image.tar"},
        {"scan", "/", "--db", "/no/such/database"},
        {"scan", "/", "--ignorefile", "/no/such/file"},
        {"db", "build", "--osv", "/no/such/folder", "--output", "/tmp/never"}}) {
    const auto output = portique(command);
    EXPECT_EQ(output.exit_status, 3) << ::testing::PrintToString(command);
    EXPECT_THAT(output.err, HasSubstr("/no/such"));
    EXPECT_EQ(std::ranges::count(output.err, '\n'), 1) << output.err;
    EXPECT_THAT(output.out, IsEmpty());
  }
}

/// A root file system with one package, for what is about the program and not about what it finds.
class SmallRootfs {
public:
  SmallRootfs() : folder_(base::TempDir::create("portique-usage").value()) {
    write("etc/os-release", "ID=debian\nVERSION_ID=12\n");
    write("var/lib/dpkg/status",
          "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2-1\n");
  }

  [[nodiscard]] std::string target() const { return "rootfs:" + folder_.path().string(); }

private:
  void write(const std::string& path, std::string_view text) {
    std::filesystem::create_directories((folder_.path() / path).parent_path());
    EXPECT_TRUE(base::write_file_atomically(folder_.path() / path, text));
  }

  base::TempDir folder_;
};

TEST(Usage, AFullDiskIsNotSilent) {
  const SmallRootfs rootfs;
  const auto output =
      base::run_program({"sh",
                         "-c",
                         PORTIQUE_PROGRAM " scan \"$1\" --no-cache -q -f json >/dev/full",
                         "sh",
                         rootfs.target()});
  ASSERT_TRUE(output);
  EXPECT_EQ(output->exit_status, 3);
  EXPECT_THAT(output->err, HasSubstr("standard output"));
}

TEST(Usage, APipeGetsPlainText) {
  const SmallRootfs rootfs;
  const auto output = portique({"scan", rootfs.target(), "--no-cache"});
  EXPECT_THAT(output.out, ::testing::Not(HasSubstr("\x1b[")));
  EXPECT_THAT(output.err, IsEmpty()) << "no progress in a pipe";
}

TEST(Usage, AReportCanGoIntoAPipe) {
  // Packages enough for a report that no pipe holds, so that the reader is gone while it is
  // written.
  const std::filesystem::path root = fresh_folder();
  write_file(root / "etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
  std::string status;
  for (int i = 0; i < 2000; ++i)
    status += "Package: p" + std::to_string(i) +
              "\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-1\n\n";
  write_file(root / "var/lib/dpkg/status", status);
  const std::string scan =
      PORTIQUE_PROGRAM " scan rootfs:" + root.string() + " --no-cache -q -f json -o /dev/stdout";
  const auto whole = base::run_program({"sh", "-c", scan});
  ASSERT_TRUE(whole) << whole.error().text();
  EXPECT_GT(whole->out.size(), 1U << 17U);
  const auto output = base::run_program({"sh", "-c", scan + " | head -c 1"});
  ASSERT_TRUE(output) << output.error().text();
  EXPECT_EQ(output->out, "{");
}

TEST(Usage, SeveralTargetsEndWithAnOverview) {
  const SmallRootfs first;
  const SmallRootfs second;
  const auto table = portique({"scan", first.target(), second.target(), "--no-cache", "-q"});
  EXPECT_EQ(table.exit_status, 0) << table.err;
  EXPECT_THAT(table.out, HasSubstr("OUTCOME"));
  EXPECT_THAT(table.out, HasSubstr("in 2 targets"));
  // One that is not there is told; the other is scanned all the same.
  const auto json = portique({"scan", first.target(), "docker-archive:/nonexistent.tar"});
  EXPECT_EQ(json.exit_status, 3);
  const auto both = portique({"scan",
                              first.target(),
                              second.target(),
                              "--no-cache",
                              "-q",
                              "-f",
                              "json",
                              "--fail-on",
                              "low"});
  const auto document = base::parse_json(both.out);
  ASSERT_TRUE(document) << document.error().text();
  EXPECT_EQ(base::json_items(&document->as_object(), "reports").size(), 2U);
  EXPECT_EQ(
      base::json_items(&base::json_fields(&document->as_object(), "overview"), "targets").size(),
      2U);
  const auto spdx = portique({"scan", first.target(), second.target(), "-f", "spdx"});
  EXPECT_EQ(spdx.exit_status, 2);
  EXPECT_THAT(spdx.err, HasSubstr("one by one"));
  EXPECT_EQ(portique({"scan"}).exit_status, 2);
}

TEST(Usage, VersionCompareReadsPairs) {
  const auto output = portique({"version-compare", "Debian", "1.0~rc1", "1.0"});
  EXPECT_EQ(output.exit_status, 0);
  EXPECT_EQ(base::trim(output.out), "<");
  EXPECT_EQ(portique({"version-compare", "Atlantis", "1", "2"}).exit_status, 2);
  const auto lines = base::run_program({"sh",
                                        "-c",
                                        R"(printf '1 2\n\n1:x! 1\n2\n2 1\n' | )" PORTIQUE_PROGRAM
                                        " version-compare Debian -"});
  ASSERT_TRUE(lines);
  EXPECT_EQ(lines->out, "<\n!\n!\n>\n") << "an answer for each pair";
  EXPECT_EQ(lines->exit_status, 3);
  EXPECT_THAT(lines->err, HasSubstr("2 pairs could not be compared, the first: line 3: "));
}

/// As the shell's <(command) is one.
TEST(Usage, AnSbomMayComeThroughAPipe) {
  const auto folder = base::TempDir::create("portique-pipe");
  ASSERT_TRUE(folder);
  const std::string path = (folder->path() / "sbom").string();
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const std::jthread writer([&](const std::stop_token& stop) {
    int pipe = -1;
    while (!stop.stop_requested() && (pipe = ::open(path.c_str(), O_WRONLY | O_NONBLOCK)) < 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (pipe < 0) return;
    constexpr std::string_view kSbom =
        R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[]})";
    EXPECT_EQ(::write(pipe, kSbom.data(), kSbom.size()), static_cast<ssize_t>(kSbom.size()));
    ::close(pipe);
  });
  const auto output = portique({"scan", "sbom:" + path});
  EXPECT_EQ(output.exit_status, 0) << output.err;
  EXPECT_THAT(output.out, HasSubstr("read from an SBOM: CycloneDX 1.5"));
}

} // namespace
} // namespace portique::e2e
