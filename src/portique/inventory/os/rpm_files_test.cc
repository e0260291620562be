// What is to be compared of the files of real databases, against rpm's own queries.

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"
#include "portique/inventory/os/rpm_files.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

using Lines = std::vector<std::string>;

std::string read(const fs::path& path) {
  return base::read_file(path, 512U << 20U).value();
}

/// "package /path digest size mode", sorted.
Lines lines_of(std::string_view path, std::string_view content, const base::Limits& limits = {}) {
  Lines lines;
  const auto read =
      for_each_rpm_file(FileContent(path, base::as_bytes(content)),
                        limits,
                        [&](std::string_view package, const RpmFile& file) -> base::Result<void> {
                          lines.push_back(fmt::format("{} {}{} {} {} {:o}",
                                                      package,
                                                      file.folder,
                                                      file.name,
                                                      file.digest,
                                                      file.size.value_or(0),
                                                      file.mode.value_or(0)));
                          return {};
                        });
  if (!read) ADD_FAILURE() << read.error().text();
  std::ranges::sort(lines);
  return lines;
}

/// The same from rpm. Its queries give flags as numbers, which are applied here.
Lines rpm_lines(const fs::path& folder) {
  const auto output = base::run_program(
      {"rpm",
       "--define",
       "_db_backend sqlite",
       "--dbpath",
       folder.string(),
       "-qa",
       "--qf",
       "[%{=NAME} %{FILENAMES} x%{FILEDIGESTS} %{FILESIZES} %{FILEMODES} %{FILEFLAGS} "
       "%{FILEVERIFYFLAGS} %{FILESTATES}\\n]"});
  Lines lines;
  if (!output || output->exit_status != 0) return lines;
  for (const std::string_view line : base::split(output->out, '\n')) {
    const auto words = base::split(line, ' ');
    if (words.size() != 8) continue;
    const auto number = [&](std::size_t at) {
      return base::parse_int<unsigned long>(words[at]).value_or(0);
    };
    const unsigned long mode = number(4);
    const unsigned long verify = number(6);
    if ((mode & 0170000U) != 0100000U || (number(5) & 0x41U) != 0 || words[7] != "0") continue;
    lines.push_back(fmt::format("{} {} {} {} {:o}",
                                words[0],
                                words[1],
                                (verify & 1U) != 0 ? words[2].substr(1) : "",
                                (verify & 2U) != 0 ? number(3) : 0UL,
                                (verify & 64U) != 0 ? mode & 07777U : 0UL));
  }
  std::ranges::sort(lines);
  return lines;
}

TEST(RpmFiles, AgreeWithRpmsQueries) {
  PQ_SHARED_DATA_OR_SKIP(path, "pkgdb/rpm/cbl-mariner-2.0/rpmdb.sqlite");
  const auto folder = base::TempDir::create("rpm").value();
  fs::copy(path, folder.path() / "rpmdb.sqlite"); // rpm may lock it
  const Lines want = rpm_lines(folder.path());
  if (want.empty()) GTEST_SKIP() << "rpm cannot read the database here";
  const Lines found = lines_of("var/lib/rpm/rpmdb.sqlite", read(path));
  EXPECT_GT(found.size(), 4000U);
  EXPECT_EQ(found, want);
}

TEST(RpmFiles, OfEveryForm) {
  for (const auto& [path, files] :
       {std::pair<std::string, std::size_t>{"sle15-bci/Packages.db", 900},
        {"fedora-bdb/Packages", 90},
        {"libuuid/Packages", 2}}) {
    PQ_SHARED_DATA_OR_SKIP(real, "pkgdb/rpm/" + path);
    const Lines found = lines_of(path, read(real));
    EXPECT_GE(found.size(), files) << path;
    for (const std::string& line : found)
      EXPECT_THAT(line, testing::MatchesRegex("[^ ]+ /[^ ]+ [0-9a-f]+ [0-9]+ [0-7]+")) << path;
  }
}

struct Value {
  std::uint32_t tag, type, count;
  std::string bytes;
};

std::string number(std::uint64_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t i = bytes; i-- > 0;)
    text.push_back(static_cast<char>(value >> (8 * i)));
  return text;
}

/// A header as a database holds it.
std::string header_of(const std::vector<Value>& values) {
  std::string index;
  std::string data;
  for (const Value& value : values) {
    index += number(value.tag, 4) + number(value.type, 4) + number(data.size(), 4) +
             number(value.count, 4);
    data += value.bytes;
  }
  return number(values.size(), 4) + number(data.size(), 4) + index + data;
}

/// One file "/opt/a" of 0755, and what else the header says of it.
std::vector<Value> one_file(std::vector<Value> more) {
  std::vector<Value> values{{1000, 6, 1, std::string("p\0", 2)},
                            {1030, 3, 1, number(0100755, 2)},
                            {1035, 8, 1, std::string("abcd\0", 5)},
                            {1028, 4, 1, number(7, 4)},
                            {1116, 4, 1, number(0, 4)},
                            {1117, 8, 1, std::string("a\0", 2)},
                            {1118, 8, 1, std::string("/opt/\0", 6)}};
  values.insert(values.end(), more.begin(), more.end());
  return values;
}

Lines lines_of_header(const std::string& header) {
  Lines lines;
  static_cast<void>(for_each_rpm_file(
      base::as_bytes(header), [&](std::string_view, const RpmFile& file) -> base::Result<void> {
        lines.push_back(fmt::format("{}{} {} {} {} {:o}",
                                    file.folder,
                                    file.name,
                                    static_cast<int>(file.kind),
                                    file.digest,
                                    file.size ? std::to_string(*file.size) : "-",
                                    file.mode.value_or(0)));
        return {};
      }));
  return lines;
}

TEST(RpmFiles, WhatIsVerified) {
  struct Case {
    std::string why;
    std::vector<Value> more;
    Lines want;
  };

  for (const Case& c : {
           Case{"nothing else is said", {}, {"/opt/a 1 abcd 7 755"}},
           Case{"SHA-256", {{5011, 4, 1, number(8, 4)}}, {"/opt/a 8 abcd 7 755"}},
           Case{"SHA-512", {{5011, 4, 1, number(10, 4)}}, {"/opt/a 255 abcd 7 755"}},
           Case{"configuration", {{1037, 4, 1, number(1, 4)}}, {}},
           Case{"a ghost", {{1037, 4, 1, number(64, 4)}}, {}},
           Case{"documentation", {{1037, 4, 1, number(2, 4)}}, {"/opt/a 1 abcd 7 755"}},
           Case{"not the digest", {{1045, 4, 1, number(~1U, 4)}}, {"/opt/a 1  7 755"}},
           Case{"the mode alone", {{1045, 4, 1, number(64, 4)}}, {"/opt/a 1  - 755"}},
           Case{"nothing", {{1045, 4, 1, number(0, 4)}}, {}},
           Case{"not installed", {{1029, 1, 1, number(2, 1)}}, {}},
           Case{"replaced", {{1029, 1, 1, number(1, 1)}}, {}},
           Case{"another colour's file", {{1029, 1, 1, number(4, 1)}}, {"/opt/a 1  - 755"}},
           Case{"long sizes",
                {{5008, 5, 1, number(1ULL << 33U, 8)}},
                {"/opt/a 1 abcd 8589934592 755"}},
           Case{"a folder", {{1030, 3, 1, number(0040755, 2)}}, {}},
           Case{"no such folder", {{1116, 4, 1, number(1, 4)}}, {}},
           Case{"modes of another type", {{1030, 4, 1, number(0, 4)}}, {}},
           Case{"digests without an end",
                {{1035, 8, 2, std::string("abcd\0ab", 7)}},
                {"/opt/a 1 abcd 7 755"}},
       })
    EXPECT_EQ(lines_of_header(header_of(one_file(c.more))), c.want) << c.why;
  const std::string good = header_of(one_file({}));
  for (std::size_t bytes = 0; bytes < good.size(); ++bytes)
    static_cast<void>(lines_of_header(good.substr(0, bytes)));
}

TEST(RpmFiles, AVisitorThatRefusesEndsIt) {
  PQ_SHARED_DATA_OR_SKIP(path, "pkgdb/rpm/fedora-bdb/Packages");
  const std::string content = read(path);
  std::size_t visits = 0;
  const auto ended = for_each_rpm_file(FileContent("var/lib/rpm/Packages", base::as_bytes(content)),
                                       {},
                                       [&](std::string_view, const RpmFile&) -> base::Result<void> {
                                         ++visits;
                                         return base::fail(base::Code::LimitExceeded, "enough");
                                       });
  EXPECT_FALSE(ended);
  EXPECT_EQ(visits, 1U);
}

TEST(RpmFiles, WhereRpmKeepsItsDatabases) {
  for (const char* path :
       {"var/lib/rpm/Packages", "var/lib/rpm/rpmdb.sqlite", "usr/lib/sysimage/rpm/Packages.db"})
    EXPECT_TRUE(is_rpm_database(path)) << path;
  for (const char* path : {"var/lib/rpm/Name", "rpmdb.sqlite", "srv/var/lib/rpm/Packages", ""})
    EXPECT_FALSE(is_rpm_database(path)) << path;
}

} // namespace
} // namespace portique::inventory
