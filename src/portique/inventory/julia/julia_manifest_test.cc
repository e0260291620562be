#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/julia/julia_manifest.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Analysis analyze_fixture(const Cataloger& cataloger, std::string_view path) {
  const auto file = std::filesystem::path(PORTIQUE_TESTDATA) / cataloger.id / "good" / path;
  return analyze_text(cataloger, path, base::read_file(file, 1U << 20U).value());
}

TEST(JuliaManifest, GivesStandardLibrariesTheVersionOfJulia) {
  const Analysis found = analyze_fixture(kJuliaManifest, "app/Manifest.toml");
  EXPECT_THAT(listed(found),
              ElementsAre("Dates@1.9.0",
                          "HTTP@1.9.4",
                          "MbedTLS@1.1.7",
                          "OpenSSL_jll@1.1.20+0",
                          "Printf@1.9.0",
                          "SHA@0.7.0"));
  EXPECT_THAT(find_package(found, "HTTP")->dependencies,
              ElementsAre("Dates@1.9.0", "MbedTLS@1.1.7", "OpenSSL_jll@1.1.20+0"));
  EXPECT_THAT(found.issues, IsEmpty());
  // Format 1 does not tell the version of Julia.
  const Analysis old = analyze_fixture(kJuliaManifest, "old/JuliaManifest.toml");
  EXPECT_THAT(listed(old), ElementsAre("JSON@0.21.4"));
  EXPECT_THAT(old.packages[0].dependencies, ElementsAre("Base64"));
  EXPECT_THAT(old.issues, IsEmpty());
}

TEST(JuliaManifest, PutsTheUuidIntoThePurl) {
  const Analysis found = analyze_fixture(kJuliaManifest, "app/Manifest.toml");
  EXPECT_EQ(find_package(found, "HTTP")->purl,
            "pkg:julia/HTTP@1.9.4?uuid=cd3eb016-35fb-5094-929b-558a96fad6f3");
  EXPECT_EQ(find_package(found, "MbedTLS")->purl,
            "pkg:julia/MbedTLS@1.1.7?uuid=739be429-bea8-5141-9913-cc70e7f3736d&vcs_url=git%2B"
            "https:%2F%2Fgithub.com%2FJuliaLang%2FMbedTLS.jl.git%40main");
}

TEST(JuliaManifest, KeepsSeveralPackagesOfOneName) {
  const Analysis found = analyze_text(kJuliaManifest,
                                      "Manifest.toml",
                                      "manifest_format = \"2.0\"\n"
                                      "[[deps.A]]\nuuid = \"1\"\nversion = \"1.0\"\n"
                                      "[[deps.A]]\nuuid = \"2\"\nversion = \"2.0\"\n"
                                      "[[deps.B]]\nuuid = \"3\"\nversion = \"1.0\"\n"
                                      "[deps.B.deps]\nA = \"2\"\n");
  EXPECT_THAT(listed(found), ElementsAre("A@1.0", "A@2.0", "B@1.0"));
  EXPECT_THAT(find_package(found, "B")->dependencies, ElementsAre("A"));
}

TEST(JuliaManifest, SaysWhatItDoesNotUnderstand) {
  const Analysis broken =
      analyze_text(kJuliaManifest, "Manifest.toml", "[[A]]\nversion = \"1.0\"\n[[B]]\n");
  EXPECT_THAT(broken.packages, IsEmpty());
  EXPECT_EQ(broken.issues.size(), 2U);
  EXPECT_EQ(analyze_text(kJuliaManifest, "Manifest.toml", "[[").issues.size(), 1U);
  EXPECT_THAT(
      issues_of(analyze_text(kJuliaManifest, "Manifest.toml", "manifest_format = \"3.0\"\n")),
      testing::HasSubstr("not known"));
}

// The lists were made by another TOML reader.
TEST(JuliaManifest, ReadsRealFiles) {
  PQ_SHARED_DATA_OR_SKIP(samples, "pkgdb/lang/julia");
  check_samples(
      kJuliaManifest, samples, std::filesystem::path(PORTIQUE_TESTDATA) / "golden/julia-manifest");
}

} // namespace
} // namespace portique::inventory
