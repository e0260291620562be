#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/cpp/conan_lock.h"
#include "portique/inventory/cpp/conan_reference.h"
#include "portique/inventory/cpp/conanfile_txt.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Analysis analyze_fixture(const Cataloger& cataloger, std::string_view path) {
  const auto file = std::filesystem::path(PORTIQUE_TESTDATA) / cataloger.id / "good" / path;
  return analyze_text(cataloger, path, base::read_file(file, 1U << 20U).value());
}

TEST(ConanReference, IsTakenApart) {
  const struct {
    std::string_view reference;
    std::string_view listed; ///< "" for none
    std::string_view purl;   ///< "" for the usual one
  } rows[] = {
      {"zlib/1.2.11", "zlib@1.2.11", ""},
      {"zlib/1.2.11#87a7%1675278904.07", "zlib@1.2.11", ""},
      {"zlib/1.2.11#87a7:0a420ff", "zlib@1.2.11", ""},
      {"zlib/1.2.11@", "zlib@1.2.11", ""},
      {"zlib/1.2.11@_/_", "zlib@1.2.11", ""},
      {"zlib/1.2.11@acme/stable#1",
       "zlib@1.2.11",
       "pkg:conan/zlib@1.2.11?channel=stable&user=acme"},
      {"zlib/1.2.11@acme", "zlib@1.2.11", "pkg:conan/zlib@1.2.11?user=acme"},
      {"poco/cci.20210309", "poco@cci.20210309", ""},
      {"zlib/[>=1.2 <2]", "", ""},
      {"zlib/1.2/3", "", ""},
      {"zlib/", "", ""},
      {"/1.0", "", ""},
      {"zlib", "", ""},
      {"", "", ""},
      {"z lib/1", "", ""},
  };

  for (const auto& row : rows) {
    const auto package = conan_package(row.reference);
    EXPECT_EQ(package ? listed(*package) : "", row.listed) << row.reference;
    EXPECT_EQ(package ? package->purl : "", row.purl) << row.reference;
  }
}

TEST(ConanLock, TellsWhatIsThereToBuild) {
  EXPECT_THAT(listed(analyze_fixture(kConanLock, "app/conan.lock")),
              ElementsAre("cmake@3.25.1 (development)", "libtiff@4.2.0", "zlib@1.2.12"));
  const Analysis graph = analyze_fixture(kConanLock, "old/conan.lock");
  EXPECT_THAT(listed(graph),
              ElementsAre("cmake@3.22.0 (development)", "openssl@1.1.1k", "zlib@1.2.11"));
  EXPECT_THAT(find_package(graph, "openssl")->dependencies, ElementsAre("zlib@1.2.11"));
  EXPECT_THAT(graph.issues, IsEmpty());
}

TEST(ConanLock, SurvivesCyclesAndMissingNodes) {
  const Analysis found =
      analyze_text(kConanLock,
                   "conan.lock",
                   R"({"graph_lock": {"nodes": {"1": {"ref": "a/1", "requires": ["2", "7", 3]},
          "2": {"ref": "b/1", "requires": ["1"]}, "3": 4}}, "version": "0.4"})");
  EXPECT_THAT(listed(found), ElementsAre("a@1", "b@1"));
}

TEST(ConanLock, SaysWhatIsNoLockFile) {
  for (const std::string_view text : {"", "[]", "{}", R"({"version": "0.5"})"})
    EXPECT_EQ(analyze_text(kConanLock, "conan.lock", text).issues.size(), 1U) << text;
}

// The lists were made by another JSON reader.
TEST(ConanLock, ReadsRealFiles) {
  PQ_SHARED_DATA_OR_SKIP(samples, "pkgdb/lang/conan");
  check_samples(
      kConanLock, samples, std::filesystem::path(PORTIQUE_TESTDATA) / "golden/conan-lock");
}

TEST(ConanfileTxt, ListsWhatIsPinned) {
  const Analysis found = analyze_fixture(kConanfileTxt, "app/conanfile.txt");
  EXPECT_THAT(
      listed(found),
      ElementsAre("cmake@3.25.1 (development)", "libcurl@7.79.0", "poco@1.9.4", "zlib@1.2.11"));
  EXPECT_EQ(find_package(found, "zlib")->purl, "pkg:conan/zlib@1.2.11?channel=stable&user=conan");
  EXPECT_THAT(found.issues, IsEmpty());
}

} // namespace
} // namespace portique::inventory
