#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/byte_reader.h"
#include "portique/inventory/binary/binary_test_builder.h"
#include "portique/inventory/go/build_info.h"

namespace portique::inventory {
namespace {

using base::Code;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr std::string_view kLines =
    "path\texample.net/team/app/cmd/prog\n"
    "mod\texample.net/team/app\tv1.9.0\t\n"
    "dep\texample.com/dep\tv1.2.3\th1:abc=\n"
    "dep\texample.com/other\tv0.4.0\n"
    "=>\texample.com/fork\tv2.0.0+incompatible\th1:def=\n"
    "build\t-compiler=gc\n"
    "build\t-ldflags=\"-X main.version=4.5.6 -X \\\"main.x=a b\\\"\"\n"
    "build\tCGO_ENABLED=0\n";

/// The lines between the marks that Go's linker puts around them.
std::string wrapped(std::string_view lines) {
  return std::string(16, '\x30') + std::string(lines) + std::string(16, '\xf9');
}

std::string with_length(std::string_view text) {
  std::string out;
  std::size_t rest = text.size();
  for (; rest >= 0x80; rest >>= 7U)
    out += static_cast<char>(0x80U | (rest & 0x7fU));
  return out + static_cast<char>(rest) + std::string(text);
}

/// As Go writes it since 1.18.
std::string inline_blob(std::string_view version, std::string_view lines) {
  return std::string("\xff Go buildinf:\x08\x02", 16) + std::string(16, '\0') +
         with_length(version) + with_length(wrapped(lines));
}

/// As Go wrote it before: addresses of two strings, which lie behind the blob at `address`.
std::string pointer_blob(
    std::string_view version, std::string_view lines, std::uint64_t address, bool wide, bool big) {
  const std::size_t word = wide ? 8 : 4;
  const std::string text = wrapped(lines);
  const std::uint64_t headers = address + 32;
  TestBytes out(big);
  out.text(std::string_view("\xff Go buildinf:", 14), 14).number(word, 1).number(big ? 1 : 0, 1);
  out.number(headers, word).number(headers + 2 * word, word).text("", 16 - 2 * word);
  const std::uint64_t bytes = headers + 4 * word;
  out.number(bytes, word).number(version.size(), word);
  out.number(bytes + version.size(), word).number(text.size(), word);
  return out.bytes() + std::string(version) + text;
}

struct Read {
  std::optional<GoBuildInfo> info;
  base::Result<void> result;
};

Read read(std::string_view content, const base::Limits& limits = {}) {
  Read out;
  const FileContent file("usr/bin/program", base::as_bytes(content));
  std::vector<BinaryImage> images;
  const auto kind = kind_of(content.substr(0, kHeadBytes));
  EXPECT_TRUE(read_binary_images(file, kind.value(), limits, images));
  out.result = read_go_build_info(file, images.back(), limits, out.info);
  return out;
}

void expect_whole(const Read& found) {
  ASSERT_TRUE(found.result) << found.result.error().text();
  ASSERT_TRUE(found.info);
  EXPECT_EQ(found.info->go_version, "go1.22.3");
  EXPECT_EQ(found.info->path, "example.net/team/app/cmd/prog");
  ASSERT_TRUE(found.info->main);
  EXPECT_EQ(found.info->main->module, (GoModule{"example.net/team/app", "v1.9.0", ""}));
  EXPECT_THAT(
      found.info->dependencies,
      ElementsAre(GoDependency{{"example.com/dep", "v1.2.3", "h1:abc="}, std::nullopt},
                  GoDependency{{"example.com/other", "v0.4.0", ""},
                               GoModule{"example.com/fork", "v2.0.0+incompatible", "h1:def="}}));
  EXPECT_EQ(found.info->linker_flags, "-X main.version=4.5.6 -X \"main.x=a b\"");
}

TEST(GoBuildInfo, ReadsInlineStringsOfEveryFormat) {
  const std::string blob = inline_blob("go1.22.3", kLines);
  expect_whole(read(build_elf({.sections = {{".go.buildinfo", blob}}})));
  expect_whole(read(build_elf({.wide = false, .sections = {{".go.buildinfo", blob}}})));
  expect_whole(read(build_elf({.big_endian = true, .sections = {{".go.buildinfo", blob}}})));
  expect_whole(read(build_pe({{".text", "code", 0x1000, false}, {".data", blob, 0x2000}})));
  expect_whole(read(build_macho({{"__go_buildinfo", blob}})));
  expect_whole(read(build_fat_macho({build_macho({}), build_macho({{"__go_buildinfo", blob}})})));
}

TEST(GoBuildInfo, FollowsThePointersOfOlderGo) {
  for (const bool wide : {true, false}) {
    for (const bool big : {true, false}) {
      const std::string blob = pointer_blob("go1.22.3", kLines, 0x500000, wide, big);
      expect_whole(read(build_elf(
          {.wide = wide, .big_endian = big, .sections = {{".go.buildinfo", blob, 0x500000}}})));
    }
  }
}

TEST(GoBuildInfo, FindsItWithoutSections) {
  const std::string data = std::string(4096, 'c') + inline_blob("go1.22.3", kLines);
  expect_whole(
      read(build_elf({.has_section_headers = false,
                      .sections = {{"", "read only", 0x1000, false}, {"", data, 0x2000}}})));
  expect_whole(read(build_elf({.sections = {{".renamed", data}}})));
  expect_whole(read(build_macho({{"__renamed", data}})));
}

TEST(GoBuildInfo, SaysNothingOfOtherPrograms) {
  for (const std::string& file :
       {build_elf({.sections = {{".data", "no Go at all"}}}),
        build_elf({.has_section_headers = false, .sections = {{"", std::string(2000, '\xff')}}}),
        build_pe({{".data", "no Go at all"}}),
        build_macho({{"__data", "no Go at all"}}),
        build_macho({})}) {
    const Read found = read(file);
    EXPECT_TRUE(found.result) << found.result.error().text();
    EXPECT_FALSE(found.info);
  }
}

TEST(GoBuildInfo, ReportsGoProgramsThatHideIt) {
  const Read old = read(build_elf({.sections = {{".gopclntab", "table"}, {".data", "x"}}}));
  ASSERT_FALSE(old.result);
  EXPECT_THAT(old.result.error().text(), HasSubstr("without build information"));
  const Read blank = read(build_elf({.sections = {{".go.buildinfo", std::string(200, '\0')}}}));
  EXPECT_FALSE(blank.result);
}

TEST(GoBuildInfo, KnowsProgramsBuiltWithoutModules) {
  const Read found = read(build_elf({.sections = {{".go.buildinfo", inline_blob("go1.12", "")}}}));
  ASSERT_TRUE(found.result);
  ASSERT_TRUE(found.info);
  EXPECT_EQ(*found.info, GoBuildInfo{.go_version = "go1.12"});
}

TEST(GoBuildInfo, ReportsWhatIsBroken) {
  const std::string whole = inline_blob("go1.22.3", kLines);
  const Read all = read(build_elf({.sections = {{".go.buildinfo", whole}}}));
  for (std::size_t size = 14; size + 40 < whole.size(); size += 3) {
    const Read cut = read(build_elf({.sections = {{".go.buildinfo", whole.substr(0, size)}}}));
    // What follows in the file is read in its place, so it is garbage, or an error.
    EXPECT_TRUE(!cut.result || cut.info != all.info) << size;
  }

  const struct {
    std::string blob;
    Code code;
  } rows[] = {
      {std::string("\xff Go buildinf:\x08\x02", 16) + std::string(16, '\0') +
           std::string(20, '\xff'),
       Code::Malformed}, // a length without end
      {std::string("\xff Go buildinf:\x08\x02", 16) + std::string(16, '\0') +
           "\xff\xff\xff\xff\x7f",
       Code::LimitExceeded},
      {std::string("\xff Go buildinf:\x08\x02", 16) + std::string(16, '\0') + "\xff\x7f",
       Code::Truncated},
      {std::string("\xff Go buildinf:\x03\0", 16) + std::string(16, '\1'), Code::Malformed},
      {std::string("\xff Go buildinf:\x08\0", 16) + std::string(16, '\1'), Code::Malformed},
      {inline_blob("go1.22", "mod\n"), Code::Malformed},
      {inline_blob("go1.22", "dep\ta\tb\tc\td\n"), Code::Malformed},
      {inline_blob("go1.22", "=>\ta\tb\tc\n"), Code::Malformed},
  };

  for (const auto& row : rows) {
    const Read found = read(build_elf({.sections = {{".go.buildinfo", row.blob}}}));
    ASSERT_FALSE(found.result) << testing::PrintToString(row.blob);
    EXPECT_EQ(found.result.error().code(), row.code) << testing::PrintToString(row.blob);
  }
}

TEST(GoBuildInfo, KeepsWhatItReadBeforeAnError) {
  const Read found = read(build_elf(
      {.sections = {{".go.buildinfo",
                     inline_blob("go1.22.3", "dep\ta.example/x\tv1.0.0\t\ndep\tbroken\n")}}}));
  EXPECT_FALSE(found.result);
  ASSERT_TRUE(found.info);
  EXPECT_THAT(found.info->dependencies, SizeIs(1));
}

TEST(GoBuildInfo, KeepsWithinItsLimits) {
  base::Limits limits;
  limits.packages = 1;
  const std::string blob = inline_blob("go1.22.3", kLines);
  const Read many = read(build_elf({.sections = {{".go.buildinfo", blob}}}), limits);
  ASSERT_FALSE(many.result);
  EXPECT_EQ(many.result.error().code(), Code::LimitExceeded);
  EXPECT_THAT(many.info.value().dependencies, SizeIs(1));
  limits.go_build_info_bytes = 100;
  EXPECT_FALSE(read(build_elf({.sections = {{".go.buildinfo", blob}}}), limits).result);
}

} // namespace
} // namespace portique::inventory
