#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/dotnet/nuget_assets.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;

constexpr std::string_view kPath = "src/obj/project.assets.json";

TEST(NugetAssets, TellsWhatGoesWithTheApplication) {
  const Analysis found = analyze_text(kNugetAssets, kPath, R"json({
    "version": 3,
    "targets": {"net8.0": {
      "A/1.0": {"type": "package", "dependencies": {"B": "2.0", "C": "[1.0, )"},
                "compile": {"lib/A.dll": {}}, "runtime": {"lib/A.dll": {}}},
      "B/2.0": {"type": "package", "compile": {"ref/_._": {}}, "runtime": {"lib/net8.0/_._": {}}},
      "Meta/3.0": {"type": "package", "dependencies": {"A": "1.0"}},
      "Analyser/4.0": {"type": "package", "build": {"build/A.props": {}}},
      "shop/1.0.0": {"type": "project"}},
      "net8.0/linux-x64": {"B/2.0": {"type": "package", "native": {"libb.so": {}}}}},
    "libraries": {
      "A/1.0": {"type": "package", "sha512": "ppPFpBcvxdsfUonNcvITKqLl3bqxWbDCZIzDWHzjpdAHRFfZe0Dw9HmA0+za13IdyrgJwpkDTDA9fHaxOrt20A=="}}})json");
  EXPECT_THAT(listed(found),
              ElementsAre("A@1.0", "Analyser@4.0 (development)", "B@2.0", "Meta@3.0"));
  EXPECT_THAT(find_package(found, "A")->dependencies, ElementsAre("B@2.0", "C"));
  EXPECT_EQ(find_package(found, "A")->hashes.size(), 1U);
  EXPECT_EQ(issues_of(found), "");
}

TEST(NugetAssets, SaysWhatItCannotRead) {
  for (const std::string_view text : {"",
                                      "[]",
                                      "{}",
                                      R"({"version":1})",
                                      R"({"version":3,"targets":{"n":{"A":{"type":"package"}}}})"})
    EXPECT_EQ(analyze_text(kNugetAssets, kPath, text).issues.size(), 1U) << text;
}

} // namespace
} // namespace portique::inventory
