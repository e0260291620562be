#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/swift/podfile_lock.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Analysis analyze_fixture(const Cataloger& cataloger, std::string_view path) {
  const auto file = std::filesystem::path(PORTIQUE_TESTDATA) / cataloger.id / "good" / path;
  return analyze_text(cataloger, path, base::read_file(file, 1U << 20U).value());
}

TEST(PodfileLock, ListsPodsWithSubspecsAndDependencies) {
  const Analysis found = analyze_fixture(kPodfileLock, "ios/Podfile.lock");
  EXPECT_THAT(listed(found),
              ElementsAre("Alamofire@4.9.1",
                          "GoogleUtilities/NSData+zlib@7.11.0",
                          "PINCache/Core@3.0.3",
                          "PINCache@3.0.3",
                          "PINOperation@1.2.1",
                          "Reachability@3.2"));
  EXPECT_THAT(find_package(found, "PINCache/Core")->dependencies, ElementsAre("PINOperation"));
  EXPECT_THAT(found.issues, IsEmpty());
}

TEST(PodfileLock, PutsSubspecsAndRepositoriesIntoThePurl) {
  const Analysis found = analyze_fixture(kPodfileLock, "ios/Podfile.lock");
  EXPECT_EQ(find_package(found, "PINCache/Core")->purl, "pkg:cocoapods/PINCache@3.0.3#Core");
  EXPECT_EQ(find_package(found, "GoogleUtilities/NSData+zlib")->purl,
            "pkg:cocoapods/GoogleUtilities@7.11.0#NSData%2Bzlib");
  EXPECT_EQ(find_package(found, "Reachability")->purl,
            "pkg:cocoapods/Reachability@3.2?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Ftonymillion%2F"
            "Reachability.git%400cb23f4b4bbd91fe60c2e6cd9c8e0b73ff10ff2e");
}

TEST(PodfileLock, WithoutPodsIsNoIssue) {
  EXPECT_THAT(analyze_text(kPodfileLock, "Podfile.lock", "COCOAPODS: 1.11.2\n").issues, IsEmpty());
  EXPECT_EQ(analyze_text(kPodfileLock, "Podfile.lock", "[]").issues.size(), 1U);
  EXPECT_EQ(analyze_text(kPodfileLock, "Podfile.lock", "").issues.size(), 1U);
}

// The lists were made by another YAML reader.
TEST(PodfileLock, ReadsRealFiles) {
  PQ_SHARED_DATA_OR_SKIP(samples, "pkgdb/lang/cocoapods");
  check_samples(
      kPodfileLock, samples, std::filesystem::path(PORTIQUE_TESTDATA) / "golden/podfile-lock");
}

} // namespace
} // namespace portique::inventory
