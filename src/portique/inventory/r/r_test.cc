#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/r/r_installed.h"
#include "portique/inventory/r/renv_lock.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Analysis analyze_fixture(const Cataloger& cataloger, std::string_view path) {
  const auto file = std::filesystem::path(PORTIQUE_TESTDATA) / cataloger.id / "good" / path;
  return analyze_text(cataloger, path, base::read_file(file, 1U << 20U).value());
}

TEST(RInstalled, ReadsPackagesOfALibrary) {
  const Analysis mass = analyze_fixture(kRInstalled, "usr/lib/R/library/MASS/DESCRIPTION");
  EXPECT_THAT(listed(mass), ElementsAre("MASS@7.3-58.2"));
  EXPECT_THAT(mass.packages[0].licences, ElementsAre("GPL-2 | GPL-3"));
  EXPECT_THAT(mass.packages[0].dependencies,
              ElementsAre("grDevices", "graphics", "methods", "stats", "utils"));
  EXPECT_EQ(mass.packages[0].type, "cran");
  EXPECT_FALSE(mass.packages[0].declared);
  const Analysis views = analyze_fixture(
      kRInstalled, "app/renv/library/R-4.2/x86_64-pc-linux-gnu/BiocGenerics/DESCRIPTION");
  EXPECT_THAT(listed(views), ElementsAre("BiocGenerics@0.44.0"));
  EXPECT_EQ(views.packages[0].type, "bioconductor");
}

TEST(RInstalled, LeavesSourcesAlone) {
  const struct {
    std::string_view path;
    std::string_view text;
    std::size_t packages;
    std::size_t issues;
  } rows[] = {
      {"src/mine/DESCRIPTION", "Package: mine\nVersion: 1.0\n", 0, 0},
      {"src/mine/DESCRIPTION", "Package: mine\nVersion: 1.0\nBuilt: R 4.2.2\n", 1, 0},
      {"usr/lib/R/library/mine/DESCRIPTION", "Package: mine\nVersion: 1.0\n", 1, 0},
      {"usr/lib/R/library/mine/DESCRIPTION", "Package: mine\n", 0, 1},
      {"usr/lib/R/library/mine/DESCRIPTION", "", 0, 1},
      {"usr/share/doc/x/DESCRIPTION", "What this is about.\n", 0, 0},
      {"library/mine/DESCRIPTION", "\xff\xfe: \x00", 0, 1},
      {"a/DESCRIPTION", "Package: a b\nVersion: 1\nBuilt: R\n", 0, 1},
  };

  for (const auto& row : rows) {
    const Analysis found = analyze_text(kRInstalled, row.path, row.text);
    EXPECT_EQ(found.packages.size(), row.packages) << row.path << ": " << row.text;
    EXPECT_EQ(found.issues.size(), row.issues) << row.path << ": " << row.text;
  }
}

TEST(RenvLock, TellsRegistriesAndRepositoriesApart) {
  const Analysis found = analyze_fixture(kRenvLock, "app/renv.lock");
  EXPECT_THAT(listed(found),
              ElementsAre("BiocGenerics@0.44.0", "jsonlite@1.8.4", "remotes@2.4.2.9000"));
  EXPECT_EQ(find_package(found, "BiocGenerics")->type, "bioconductor");
  EXPECT_THAT(find_package(found, "BiocGenerics")->dependencies, ElementsAre("methods"));
  EXPECT_THAT(find_package(found, "jsonlite")->licences, ElementsAre("MIT + file LICENSE"));
  EXPECT_EQ(find_package(found, "jsonlite")->type, "cran");
  EXPECT_EQ(find_package(found, "remotes")->purl,
            "pkg:cran/remotes@2.4.2.9000?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Fr-lib%2Fremotes"
            "%40b2d2e1f8d4c7c1c4a4c1b0f7a9e0d3f6c5b4a392");
  EXPECT_THAT(found.issues, IsEmpty());
}

TEST(RenvLock, SaysWhatIsNoLockFile) {
  for (const std::string_view text : {"", "[]", "{}", R"({"Packages": []})"})
    EXPECT_EQ(analyze_text(kRenvLock, "renv.lock", text).issues.size(), 1U) << text;
}

} // namespace
} // namespace portique::inventory
