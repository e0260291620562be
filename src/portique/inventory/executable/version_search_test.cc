#include <array>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inventory/executable/version_search.h"

namespace portique::inventory {
namespace {

constexpr std::size_t kWindow = 4U << 20U;

std::string find(std::string_view content,
                 std::span<const VersionPattern> patterns,
                 std::string_view name = "",
                 std::string_view proof = "") {
  const auto found =
      find_version({"usr/bin/program", base::as_bytes(content)}, {patterns, name, proof});
  EXPECT_TRUE(found);
  return found ? found->value_or("none") : "error";
}

constexpr std::array kProgram{VersionPattern{"program ", R"(program (\d+\.\d+))"}};

TEST(VersionSearch, FindsAPatternAroundItsNeedle) {
  EXPECT_EQ(find("xx program 1.2 yy", kProgram), "1.2");
  EXPECT_EQ(find("program 1.2", kProgram), "1.2");
  EXPECT_EQ(find("program x, program 3.4", kProgram), "3.4") << "the first needle does not match";
  EXPECT_EQ(find("program", kProgram), "none");
  EXPECT_EQ(find("", kProgram), "none");
}

TEST(VersionSearch, PrefersTheEarlierPatternWhereverItStands) {
  constexpr std::array kTwo{
      VersionPattern{"sure ", R"(sure (\d+))"},
      VersionPattern{"", R"((\d+))"},
  };
  EXPECT_EQ(find("1 2 3", kTwo), "1");
  EXPECT_EQ(find("1 2 sure 3", kTwo), "3");
  EXPECT_EQ(find("1" + std::string(2 * kWindow, ' ') + "sure 3", kTwo), "3");
}

TEST(VersionSearch, FindsWhatWindowsCutInTwo) {
  for (std::size_t before = kWindow - 6000; before < kWindow + 100; before += 7) {
    std::string content(before, '.');
    content += "program 12.345 ";
    content.resize(kWindow + 9000, '.');
    ASSERT_EQ(find(content, kProgram), "12.345") << before;
  }
}

TEST(VersionSearch, FindsWhatStandsFarFromOtherNeedles) {
  // Needles without a match: those behind one of them are passed over as long as they were in
  // reach.
  for (std::size_t gap = 0; gap < 4000; gap += 13) {
    const std::string content = "program x" + std::string(gap, '.') + "program 1.2";
    ASSERT_EQ(find(content, kProgram), "1.2") << gap;
  }
}

TEST(VersionSearch, PutsTheNamesVersionIntoThePattern) {
  constexpr std::array kNamed{VersionPattern{"{name}.", R"(<({name}\.\d+)>)"}};
  EXPECT_EQ(find("<3.9.1> <3.11.2>", kNamed, "3.11"), "3.11.2");
  EXPECT_EQ(find("<3x11.2>", kNamed, "3.11"), "none") << "the dot is a dot";
  EXPECT_EQ(find("<3.11.2>", kNamed), "none") << "there is nothing to put in";
}

TEST(VersionSearch, AsksForProof) {
  EXPECT_EQ(find("program 1.2 made by us", kProgram, "", "made by us"), "1.2");
  EXPECT_EQ(find("program 1.2", kProgram, "", "made by us"), "none");
  EXPECT_EQ(
      find(
          "program 1.2" + std::string(2 * kWindow, ' ') + "made by us", kProgram, "", "made by us"),
      "1.2");
}

TEST(VersionSearch, ReadsBytesThatAreNoText) {
  constexpr std::array kBytes{VersionPattern{"\xff", R"(\xff\x00(\d)\x80)"}};
  EXPECT_EQ(find(std::string("\xc3\x28\xff\0007\x80", 6), kBytes), "7");
}

TEST(VersionSearch, ReportsAFileThatCannotBeRead) {
  const auto folder = base::TempDir::create("version-search").value();
  ASSERT_TRUE(base::write_file_atomically(folder.path() / "short", "program"));
  const base::Fd fd = base::open_file(folder.path() / "short").value();
  EXPECT_FALSE(find_version({"program", fd, 0, 100}, {kProgram, "", ""}));
  EXPECT_FALSE(find_version({"program", fd, 0, kWindow + 100}, {kProgram, "", ""}));
}

TEST(VersionSearch, TakesLinearTimeOnHostileInput) {
  // Nothing but needles, each followed by what nearly matches: the whole stays within seconds even
  // in slow builds, where trying every needle's surroundings in full would take minutes.
  std::string content;
  while (content.size() < kWindow)
    content += "program 12345678";
  EXPECT_EQ(find(content, kProgram), "none");
}

} // namespace
} // namespace portique::inventory
