#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/dart/pubspec_lock.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Analysis analyze_fixture(const Cataloger& cataloger, std::string_view path) {
  const auto file = std::filesystem::path(PORTIQUE_TESTDATA) / cataloger.id / "good" / path;
  return analyze_text(cataloger, path, base::read_file(file, 1U << 20U).value());
}

TEST(PubspecLock, LeavesOutTheSdkAndFolders) {
  const Analysis found = analyze_fixture(kPubspecLock, "app/pubspec.lock");
  EXPECT_THAT(
      listed(found),
      ElementsAre("build_runner@2.4.13 (development)", "http@0.13.2", "tray_manager@0.1.8"));
  EXPECT_THAT(
      find_package(found, "build_runner")->hashes,
      ElementsAre("sha256:028819cfb90051c6b5440c7e574d1896f8037e3c96cf17aaeb054c9311cfbf4d"));
  EXPECT_THAT(found.issues, IsEmpty());
}

TEST(PubspecLock, TellsOtherSourcesInThePurl) {
  const Analysis found = analyze_fixture(kPubspecLock, "app/pubspec.lock");
  EXPECT_EQ(find_package(found, "build_runner")->purl, "") << "the merge sets the usual one";
  EXPECT_EQ(find_package(found, "http")->purl,
            "pkg:pub/http@0.13.2?repository_url=https:%2F%2Fpub.flutter-io.cn");
  EXPECT_EQ(find_package(found, "tray_manager")->purl,
            "pkg:pub/tray_manager@0.1.8?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2FKingtous%2F"
            "rustdesk_tray_manager%403aa37c86e47ea748e7b5507cbe59f2c54ebdb23a");
}

TEST(PubspecLock, SaysWhatIsNoLockFile) {
  for (const std::string_view text :
       {"", "[]", "packages: []", "packages: 1", "a: b", "a: [", "\xff"})
    EXPECT_EQ(analyze_text(kPubspecLock, "pubspec.lock", text).issues.size(), 1U) << text;
  EXPECT_THAT(analyze_text(kPubspecLock, "pubspec.lock", "packages: {}").issues, IsEmpty());
}

// The lists were made by another YAML reader.
TEST(PubspecLock, ReadsRealFiles) {
  PQ_SHARED_DATA_OR_SKIP(samples, "pkgdb/lang/pub");
  check_samples(
      kPubspecLock, samples, std::filesystem::path(PORTIQUE_TESTDATA) / "golden/pubspec-lock");
}

} // namespace
} // namespace portique::inventory
