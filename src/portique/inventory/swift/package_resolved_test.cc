#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/swift/package_resolved.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Analysis analyze_fixture(const Cataloger& cataloger, std::string_view path) {
  const auto file = std::filesystem::path(PORTIQUE_TESTDATA) / cataloger.id / "good" / path;
  return analyze_text(cataloger, path, base::read_file(file, 1U << 20U).value());
}

TEST(PackageResolved, NamesPackagesByTheirRepository) {
  const Analysis found = analyze_fixture(kPackageResolved, "app/Package.resolved");
  EXPECT_THAT(listed(found),
              ElementsAre("github.com/apple/swift-nio@2.41.0",
                          "github.com/vapor/vapor@6c89474e62719ddcc1e9614989fff2f68208fe10",
                          "mona/linkedlist@1.2.0"));
  EXPECT_THAT(found.issues, IsEmpty());
  EXPECT_THAT(listed(analyze_fixture(kPackageResolved, "old/Package.resolved")),
              ElementsAre("github.com/Alamofire/Alamofire@4.9.1"));
}

TEST(PackageResolved, UnderstandsAddresses) {
  const struct {
    std::string_view location;
    std::string_view listed; ///< "" for none, with an issue
  } rows[] = {
      {"https://github.com/apple/swift-nio", "github.com/apple/swift-nio@1"},
      {"https://github.com/apple/swift-nio.git/", "github.com/apple/swift-nio@1"},
      {"ssh://git@example.org:2222/group/sub/name.git", "example.org/group/sub/name@1"},
      {"https://user:secret@example.org/name", "example.org/name@1"},
      {"git@example.org:group/name.git", "example.org/group/name@1"},
      {"", ""},
      {"https://example.org", ""},
      {"https://example.org/.git", ""},
      {"name", ""},
      {"a b:c/d", ""},
  };

  for (const auto& row : rows) {
    const Analysis found =
        analyze_text(kPackageResolved,
                     "Package.resolved",
                     "{\"version\": 2, \"pins\": [{\"location\": \"" + std::string(row.location) +
                         "\", \"state\": {\"version\": \"1\"}}]}");
    EXPECT_EQ(found.issues.size(), row.listed.empty() ? 1U : 0U) << row.location;
    EXPECT_EQ(found.packages.empty() ? "" : listed(found.packages[0]), row.listed);
  }
}

TEST(PackageResolved, SaysWhatItDoesNotKnow) {
  for (const std::string_view text : {"[]", "{}", "{\"version\": 2, \"pins\": 1}", "{\"pins\""})
    EXPECT_EQ(analyze_text(kPackageResolved, "Package.resolved", text).issues.size(), 1U) << text;
  const Analysis newer =
      analyze_text(kPackageResolved, "Package.resolved", "{\"version\": 9, \"pins\": []}");
  EXPECT_THAT(issues_of(newer), testing::HasSubstr("known version"));
}

// The lists were made by another JSON reader.
TEST(PackageResolved, ReadsRealFiles) {
  PQ_SHARED_DATA_OR_SKIP(samples, "pkgdb/lang/swift");
  check_samples(kPackageResolved,
                samples,
                std::filesystem::path(PORTIQUE_TESTDATA) / "golden/package-resolved");
}

} // namespace
} // namespace portique::inventory
