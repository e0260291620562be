#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/haskell/cabal_freeze.h"
#include "portique/inventory/haskell/stack_lock.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Analysis analyze_fixture(const Cataloger& cataloger, std::string_view path) {
  const auto file = std::filesystem::path(PORTIQUE_TESTDATA) / cataloger.id / "good" / path;
  return analyze_text(cataloger, path, base::read_file(file, 1U << 20U).value());
}

/// What a cataloger lists of a file, in the words of the list made for it.
void check_file(const Cataloger& cataloger,
                const std::filesystem::path& file,
                const std::string& golden) {
  const std::string want = base::read_file(std::filesystem::path(PORTIQUE_TESTDATA) / "golden" /
                                               cataloger.id / (golden + ".txt"),
                                           1U << 20U)
                               .value();
  const Analysis found =
      analyze_text(cataloger, file.filename().string(), base::read_file(file, 1U << 20U).value());
  std::string lines;
  for (const std::string& line : listed(found))
    lines += line + "\n";
  EXPECT_EQ(lines, want) << file;
  EXPECT_THAT(found.issues, IsEmpty()) << file;
}

TEST(StackLock, ReadsHackageAndRepositories) {
  const Analysis found = analyze_fixture(kStackLock, "app/stack.yaml.lock");
  EXPECT_THAT(listed(found), ElementsAre("HTTP@4000.3.16", "kore@0.60.0.0"));
  EXPECT_EQ(find_package(found, "kore")->purl,
            "pkg:hackage/kore@0.60.0.0?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Fruntimeverification"
            "%2Fhaskell-backend.git%40a5847301404583e16d55cd4d051b8e605d704fbc");
  EXPECT_THAT(found.issues, IsEmpty());
}

TEST(StackLock, SaysWhatItDoesNotUnderstand) {
  for (const std::string_view text : {"",
                                      "snapshots: []",
                                      "packages:\n- 1\n",
                                      "packages:\n- completed:\n    hackage: a-1.x\n",
                                      "packages:\n- completed:\n    hackage: a\n"})
    EXPECT_EQ(analyze_text(kStackLock, "stack.yaml.lock", text).issues.size(), 1U) << text;
}

TEST(CabalFreeze, ListsWhatHasOneVersion) {
  const Analysis found = analyze_fixture(kCabalFreeze, "app/cabal.project.freeze");
  EXPECT_THAT(listed(found), ElementsAre("Cabal@3.2.1.0", "hspec@2.10.0", "xml-conduit@1.9.1.1"));
  EXPECT_THAT(found.issues, IsEmpty());
}

TEST(CabalFreeze, SaysWhatItDoesNotUnderstand) {
  const struct {
    std::string_view text;
    std::size_t packages;
    std::size_t issues;
  } rows[] = {
      {"", 0, 1},
      {"nothing here", 0, 1},
      {"constraints:", 0, 0},
      {"constraints: a ==1.0, b ==2", 2, 0},
      {"constraints: setup.a ==1.0,\n b:setup.c ==2.*", 1, 0},
      {"constraints: a ==one", 0, 1},
      {"constraints: ==1", 0, 1},
      {"constraints: a ==1.0\nother: b ==1.0", 1, 0},
      {"constraints: a ==1.0,,,\r\n  b ==2\r\n", 2, 0},
  };

  for (const auto& row : rows) {
    const Analysis found = analyze_text(kCabalFreeze, "cabal.project.freeze", row.text);
    EXPECT_EQ(found.packages.size(), row.packages) << row.text;
    EXPECT_EQ(found.issues.size(), row.issues) << row.text << issues_of(found);
  }
}

// The lists were made by another YAML reader and with regular expressions.
TEST(Haskell, ReadsRealFiles) {
  PQ_SHARED_DATA_OR_SKIP(samples, "pkgdb/lang/haskell");
  std::size_t checked = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(samples)) {
    if (!entry.is_regular_file()) continue;
    const std::string sample = entry.path().parent_path().filename().string();
    if (sample == "syft-corrupt-stack.yaml") {
      const std::string text = base::read_file(entry.path(), 1U << 20U).value();
      EXPECT_EQ(analyze_text(kStackLock, "stack.yaml.lock", text).issues.size(), 1U);
    } else {
      check_file(
          entry.path().extension() == ".lock" ? kStackLock : kCabalFreeze, entry.path(), sample);
    }
    ++checked;
  }
  EXPECT_GT(checked, 0U);
}

} // namespace
} // namespace portique::inventory
