#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inventory/binary/binary_image.h"
#include "portique/inventory/binary/binary_test_builder.h"

namespace portique::inventory {
namespace {

using base::Code;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct Read {
  std::vector<BinaryImage> images;
  base::Result<void> result;
};

Read read(std::string_view content, const base::Limits& limits = {}) {
  Read out;
  const FileContent file("usr/bin/program", base::as_bytes(content));
  const auto kind = kind_of(content.substr(0, kHeadBytes));
  if (kind) out.result = read_binary_images(file, *kind, limits, out.images);
  return out;
}

std::string content_of(std::string_view bytes, const BinaryImage& image, std::string_view section) {
  const BinarySection* found = image.section(section);
  if (found == nullptr) return "no such section";
  return read_range({"p", base::as_bytes(bytes)}, image, found->offset, found->size)
      .value_or("unreadable");
}

const std::vector<TestSection> kSections{
    {".rodata", "constants", 0x1000, false},
    {".data", "variables of the program", 0x2000, true},
};

TEST(BinaryImage, TellsTheKindByTheFirstBytes) {
  const struct {
    std::string_view head;
    std::optional<ExecutableKind> kind;
  } rows[] = {
      {"\x7f"
       "ELF",
       ExecutableKind::Elf},
      {"\x7f"
       "ELG",
       std::nullopt},
      {"MZ\x90", ExecutableKind::Pe},
      {"#!/bin/sh\n", ExecutableKind::Script},
      {"#", std::nullopt},
      {"\xcf\xfa\xed\xfe", ExecutableKind::MachO},
      {"\xfe\xed\xfa\xce", ExecutableKind::MachO},
      {{"\xca\xfe\xba\xbe\0\0\0\2", 8}, ExecutableKind::MachO},
      {{"\xca\xfe\xba\xbe\0\0\0\x34", 8}, std::nullopt}, // a class of Java 8
      {{"\xca\xfe\xba\xbe\0\0\0\0", 8}, std::nullopt},
      {"\xca\xfe\xba\xbe", std::nullopt},
      {"", std::nullopt},
      {"text", std::nullopt},
      {"\x1f\x8b", std::nullopt},
  };

  for (const auto& row : rows)
    EXPECT_EQ(kind_of(row.head), row.kind) << testing::PrintToString(row.head);
}

TEST(BinaryImage, ReadsElfOfEveryForm) {
  for (const bool wide : {true, false}) {
    for (const bool big_endian : {true, false}) {
      const std::string file =
          build_elf({.wide = wide, .big_endian = big_endian, .sections = kSections});
      const Read found = read(file);
      ASSERT_TRUE(found.result) << found.result.error().text();
      ASSERT_THAT(found.images, SizeIs(1));
      const BinaryImage& image = found.images[0];
      EXPECT_EQ(image.what, (Executable{ExecutableKind::Elf, false}));
      EXPECT_EQ(image.big_endian, big_endian);
      EXPECT_EQ(content_of(file, image, ".rodata"), "constants");
      EXPECT_EQ(content_of(file, image, ".data"), "variables of the program");
      EXPECT_EQ(image.section(".text"), nullptr);
      ASSERT_THAT(image.segments, SizeIs(2));
      EXPECT_FALSE(image.segments[0].writable);
      EXPECT_TRUE(image.segments[1].writable);
      EXPECT_EQ(image.offset_of(0x2004, 4), image.section(".data")->offset + 4);
      EXPECT_EQ(image.offset_of(0x2004, 100), std::nullopt) << "it is not all there";
      EXPECT_EQ(image.offset_of(0x3000, 0), std::nullopt);
    }
  }
}

TEST(BinaryImage, TellsLibrariesFromPrograms) {
  constexpr std::uint64_t kShared = 3;
  EXPECT_TRUE(read(build_elf({.type = kShared, .sections = kSections})).images[0].what.is_library);
  EXPECT_FALSE(read(build_elf({.type = kShared, .has_interpreter = true, .sections = kSections}))
                   .images[0]
                   .what.is_library);
  EXPECT_FALSE(read(build_elf({.type = kShared, .has_pie_flag = true, .sections = kSections}))
                   .images[0]
                   .what.is_library)
      << "a static program that can be loaded anywhere";
  EXPECT_TRUE(read(build_pe(kSections, true, 0x2022)).images[0].what.is_library);
  EXPECT_FALSE(read(build_pe(kSections)).images[0].what.is_library);
  EXPECT_TRUE(read(build_macho(kSections, true, false, 6)).images[0].what.is_library);
  EXPECT_FALSE(read(build_macho(kSections)).images[0].what.is_library);
}

TEST(BinaryImage, ReadsPe) {
  for (const bool wide : {true, false}) {
    const std::string file = build_pe(kSections, wide);
    const Read found = read(file);
    ASSERT_TRUE(found.result) << found.result.error().text();
    ASSERT_THAT(found.images, SizeIs(1));
    EXPECT_EQ(found.images[0].what.kind, ExecutableKind::Pe);
    EXPECT_EQ(content_of(file, found.images[0], ".rodata"), "constants") << "without padding";
    const std::uint64_t base_address = wide ? 0x140000000 : 0x400000;
    EXPECT_EQ(found.images[0].offset_of(base_address + 0x2000, 9),
              found.images[0].section(".data")->offset);
  }
}

TEST(BinaryImage, ReadsMachO) {
  for (const bool wide : {true, false}) {
    for (const bool big_endian : {true, false}) {
      const std::string file = build_macho(kSections, wide, big_endian);
      const Read found = read(file);
      ASSERT_TRUE(found.result) << found.result.error().text();
      ASSERT_THAT(found.images, SizeIs(1));
      EXPECT_EQ(found.images[0].what.kind, ExecutableKind::MachO);
      EXPECT_EQ(content_of(file, found.images[0], ".data"), "variables of the program");
      EXPECT_EQ(found.images[0].offset_of(0x1000, 9), found.images[0].section(".rodata")->offset);
    }
  }
  const std::string file = build_fat_macho(
      {build_macho({{"__one", "first"}}), build_macho({{"__two", "second"}}, false)});
  const Read found = read(file);
  ASSERT_TRUE(found.result) << found.result.error().text();
  ASSERT_THAT(found.images, SizeIs(2));
  EXPECT_EQ(content_of(file, found.images[0], "__one"), "first");
  EXPECT_EQ(content_of(file, found.images[1], "__two"), "second");
}

TEST(BinaryImage, SaysNothingOfWhatOnlyBeginsLikeAProgram) {
  const std::vector<std::string> others{
      "MZ",
      "MZ" + std::string(200, '\0'),
      "MZ" + std::string(58, '\0') + std::string("\xf0\xff\xff\xff", 4) + std::string(100, 'x'),
      "MZ" + std::string(58, '\0') + std::string("\x40\0\0\0", 4) + "NE" + std::string(100, 'x'),
  };
  for (const std::string& other : others) {
    const Read found = read(other);
    EXPECT_TRUE(found.result);
    EXPECT_THAT(found.images, IsEmpty());
  }
}

TEST(BinaryImage, ReportsHeadersThatEndEarly) {
  const std::string elf = build_elf({.sections = kSections});
  for (std::size_t size = 4; size < elf.size(); ++size) {
    const Read found = read(std::string_view(elf).substr(0, size));
    ASSERT_FALSE(found.result) << size;
    EXPECT_EQ(found.result.error().code(), Code::Truncated) << size;
  }
  const std::string bare = build_elf({.has_section_headers = false, .sections = kSections});
  EXPECT_TRUE(read(bare).result);
  EXPECT_FALSE(read(std::string_view(bare).substr(0, 180)).result) << "in the middle of a segment";

  const std::string pe = build_pe(kSections);
  EXPECT_FALSE(read(std::string_view(pe).substr(0, pe.size() - 510)).result);
  EXPECT_FALSE(read(std::string_view(pe).substr(0, 0x80 + 30)).result);
  const std::string macho = build_macho(kSections);
  for (std::size_t size = 8; size < macho.size(); ++size)
    EXPECT_FALSE(read(std::string_view(macho).substr(0, size)).result) << size;
  const std::string fat = build_fat_macho({macho, macho});
  for (std::size_t size = 8; size < fat.size(); ++size)
    EXPECT_FALSE(read(std::string_view(fat).substr(0, size)).result) << size;
}

TEST(BinaryImage, KeepsWhatItReadBeforeAnError) {
  const std::string elf = build_elf({.sections = kSections});
  const Read found = read(std::string_view(elf).substr(0, elf.size() - 10));
  ASSERT_THAT(found.images, SizeIs(1));
  EXPECT_THAT(found.images[0].segments, SizeIs(2));
  EXPECT_EQ(found.result.error().text(), "the file ends before its section headers");
}

TEST(BinaryImage, RefusesHeadersThatCannotBe) {
  std::string elf = build_elf({.sections = kSections});
  elf[4] = 3;
  EXPECT_EQ(read(elf).result.error().code(), Code::Malformed);
  elf = build_elf({.sections = kSections});
  elf[58] = 1; // size of a section header
  EXPECT_EQ(read(elf).result.error().code(), Code::Malformed);
  elf[59] = '\x7f';
  EXPECT_EQ(read(elf).result.error().code(), Code::Malformed) << "as a table of gigabytes";

  base::Limits limits;
  limits.binary_sections = 3;
  EXPECT_EQ(read(build_elf({.sections = kSections}), limits).result.error().code(),
            Code::LimitExceeded);
  limits.binary_sections = 1;
  EXPECT_EQ(read(build_pe(kSections), limits).result.error().code(), Code::LimitExceeded);
  EXPECT_EQ(read(build_macho(kSections), limits).result.error().code(), Code::LimitExceeded);

  std::string macho = build_macho(kSections);
  macho[36] = 4; // size of the first load command
  macho[37] = 0;
  EXPECT_EQ(read(macho).result.error().code(), Code::Malformed);
}

TEST(BinaryImage, ReadsTheTestProgramItself) {
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
  const base::Fd fd = base::open_file(self).value();
  const FileContent file("portique_inventory_test", fd, 0, std::filesystem::file_size(self));
  std::vector<BinaryImage> images;
  const auto result = read_binary_images(file, ExecutableKind::Elf, {}, images);
  ASSERT_TRUE(result) << result.error().text();
  ASSERT_THAT(images, SizeIs(1));
  EXPECT_FALSE(images[0].what.is_library);
  for (const std::string_view name : {".text", ".rodata", ".data", ".dynamic"})
    EXPECT_NE(images[0].section(name), nullptr) << name;
  const BinarySection* interpreter = images[0].section(".interp");
  ASSERT_NE(interpreter, nullptr);
  EXPECT_THAT(read_range(file, images[0], interpreter->offset, interpreter->size).value(),
              testing::StartsWith("/lib"));
}

} // namespace
} // namespace portique::inventory
