#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inventory/php/composer.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// "vendor/name version scope", in their order.
std::vector<std::string> lines_of(const Analysis& analysis) {
  std::vector<std::string> lines;
  for (const model::Package& p : analysis.packages)
    lines.push_back(p.ns + "/" + p.name + " " + p.version + " " +
                    std::string(model::package_scope_name(p.scope)));
  return lines;
}

std::string fixture(std::string_view relative) {
  return base::read_file(std::filesystem::path(PORTIQUE_TESTDATA) / relative, 1U << 20U).value();
}

TEST(ComposerLock, TellsWhatIsForDevelopment) {
  const std::string text = fixture("composer-lock/good/app/composer.lock");
  const Analysis found = analyze_composer_lock({"composer.lock", base::as_bytes(text)}, {});
  EXPECT_THAT(lines_of(found),
              ElementsAre("guzzlehttp/guzzle 7.4.4 runtime",
                          "guzzlehttp/promises 1.5.1 runtime",
                          "phpunit/phpunit 9.5.20 development"));
  EXPECT_THAT(found.packages[0].dependencies, ElementsAre("guzzlehttp/promises"));
  EXPECT_THAT(found.packages[0].licences, ElementsAre("MIT"));
  EXPECT_TRUE(found.packages[0].declared);
  EXPECT_THAT(found.issues, IsEmpty());
}

TEST(ComposerInstalled, ReadsBothForms) {
  const std::string two = fixture("composer-installed/good/app/vendor/composer/installed.json");
  const Analysis found =
      analyze_composer_installed({"vendor/composer/installed.json", base::as_bytes(two)}, {});
  EXPECT_THAT(lines_of(found),
              ElementsAre("pear/log 1.13.3 runtime", "pear/pear_exception v1.0.2 development"));
  EXPECT_FALSE(found.packages[0].declared);
  const std::string one = fixture("composer-installed/good/old/vendor/composer/installed.json");
  const Analysis old =
      analyze_composer_installed({"vendor/composer/installed.json", base::as_bytes(one)}, {});
  EXPECT_THAT(lines_of(old), ElementsAre("psr/log 1.1.4 runtime"));
  EXPECT_THAT(old.packages[0].hashes, ElementsAre("sha1:d49695b909c3b7628b6289db5479a1c204601f11"));
}

TEST(Composer, ReadsRealFiles) {
  PQ_SHARED_DATA_OR_SKIP(lang, "pkgdb/lang");

  // Counted by a JSON reader of another language: distinct pairs of name and version.
  const struct {
    std::string_view file;
    std::size_t packages;
  } rows[] = {
      {"composer/trivy-composer-happy/composer.lock", 10},
      {"composer/trivy-fixtures-repo-composer/composer.lock", 2},
      {"composer/scalibr-two-packages/composer.lock", 2},
      {"composer/scalibr-duplicate-packages/composer.lock", 3},
  };

  for (const auto& row : rows) {
    const std::string text = base::read_file(lang / row.file, 1U << 22U).value();
    const Analysis found = analyze_composer_lock({"composer.lock", base::as_bytes(text)}, {});
    EXPECT_EQ(found.packages.size(), row.packages) << row.file;
    EXPECT_THAT(found.issues, IsEmpty()) << row.file;
  }
  const std::string broken =
      base::read_file(lang / "composer/osv-scanner-locks-many-with-invalid/composer.lock",
                      1U << 22U)
          .value();
  const Analysis none = analyze_composer_lock({"composer.lock", base::as_bytes(broken)}, {});
  EXPECT_THAT(none.packages, IsEmpty());
  EXPECT_EQ(none.issues.size(), 1U);
  const std::string vendor =
      base::read_file(
          lang / "composer-installed/syft-vendor-composer-2/vendor/composer/installed.json",
          1U << 22U)
          .value();
  const Analysis installed =
      analyze_composer_installed({"vendor/composer/installed.json", base::as_bytes(vendor)}, {});
  EXPECT_THAT(lines_of(installed),
              ElementsAre("asm89/stack-cors 1.3.0 runtime", "behat/mink v1.8.1 development"));
}

} // namespace
} // namespace portique::inventory
