#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/dotnet/dotnet_deps.h"
#include "portique/inventory/dotnet/nuget_package.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kPath = "app/shop.deps.json";

TEST(DotnetDeps, ListsWhatRuns) {
  const Analysis found = analyze_text(kDotnetDeps, kPath, R"({
    "runtimeTarget": {"name": ".NETCoreApp,Version=v8.0/linux-x64"},
    "targets": {
      ".NETCoreApp,Version=v8.0": {},
      ".NETCoreApp,Version=v8.0/linux-x64": {
        "shop/1.0.0": {"dependencies": {"A": "1.0"}, "runtime": {"shop.dll": {}}},
        "A/1.0": {"dependencies": {"Meta": "2.0", "Native": "3.0", "Gone": "1"},
                  "runtime": {"lib/A.dll": {}}},
        "Meta/2.0": {"dependencies": {"Native": "3.0"}},
        "Native/3.0": {"native": {"libn.so": {}}},
        "Compiler/4.0": {"compile": {"lib/C.dll": {}}},
        "Words/5.0-rc.1": {"resources": {"de/W.dll": {}}},
        "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1": {"runtime": {"System.dll": {}}}
      }},
    "libraries": {
      "shop/1.0.0": {"type": "project", "sha512": ""},
      "A/1.0": {"type": "package", "sha512": "sha512-ppPFpBcvxdsfUonNcvITKqLl3bqxWbDCZIzDWHzjpdAHRFfZe0Dw9HmA0+za13IdyrgJwpkDTDA9fHaxOrt20A=="},
      "Meta/2.0": {"type": "package"},
      "Native/3.0": {"type": "package", "sha512": "sha512-AAAA"},
      "Compiler/4.0": {"type": "package"},
      "Words/5.0-rc.1": {"type": "package"},
      "Framework/6.0": {"type": "reference"},
      "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1": {"type": "runtimepack"}
    }})");
  EXPECT_THAT(listed(found),
              ElementsAre("A@1.0",
                          "Microsoft.NETCore.App.Runtime.linux-x64@8.0.1",
                          "Native@3.0",
                          "Words@5.0-rc.1"));
  EXPECT_EQ(issues_of(found), "");
  const model::Package* a = find_package(found, "A");
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->type, "nuget");
  EXPECT_THAT(a->dependencies, ElementsAre("Native@3.0"));
  EXPECT_THAT(a->hashes,
              ElementsAre("sha512:a693c5a4172fc5db1f5289cd72f2132aa2e5ddbab159b0c2648cc3587ce3a5d0"
                          "074457d97b40f0f47980d3ecdad7721dcab809c299034c303d7c76b13abb76d0"));
  EXPECT_THAT(find_package(found, "Native")->hashes, IsEmpty());
}

TEST(DotnetDeps, AFileOfAnotherToolIsNone) {
  EXPECT_EQ(analyze_text(kDotnetDeps, kPath, R"({"main": ["a.js"]})"), Analysis{});
}

TEST(DotnetDeps, ReadsTheNameOfTheTargetAlone) {
  EXPECT_THAT(listed(analyze_text(
                  kDotnetDeps,
                  kPath,
                  "\xEF\xBB\xBF"
                  R"({"runtimeTarget":"x","targets":{"x":{"A/1":{"runtime":{"a":{}}},"B/1":{}}},)"
                  R"("libraries":{"A/1":{"type":"package"},"B/1":{"type":"package"}}})")),
              ElementsAre("A@1"));
}

TEST(DotnetDeps, SaysWhatItCannotRead) {
  for (const std::string_view text :
       {"",
        "[]",
        "{",
        R"({"targets":{}})",
        R"({"runtimeTarget":{},"libraries":{}})",
        R"({"targets":{},"libraries":{"no version":{"type":"package"}}})"})
    EXPECT_EQ(analyze_text(kDotnetDeps, kPath, text).issues.size(), 1U) << text;
  base::Limits limits;
  limits.packages = 1;
  constexpr std::string_view kTwo =
      R"({"targets":{},"libraries":{"A/1":{"type":"package"},"B/1":{"type":"package"}}})";
  const Analysis found = analyze_dotnet_deps({kPath, base::as_bytes(kTwo)}, limits);
  EXPECT_EQ(found.packages.size(), 1U);
  EXPECT_THAT(issues_of(found), HasSubstr("too many"));
}

TEST(DotnetDeps, ReadsTheSamples) {
  const struct {
    std::string_view file;
    std::vector<std::string> want;
    std::size_t issues;
  } samples[] = {
      {"happy.deps.json", {"Newtonsoft.Json@13.0.1"}, 0},
      {"missing-target.deps.json", {"Newtonsoft.Json@13.0.1"}, 0},
      {"no-libraries.deps.json", {}, 1},
      {"without-runtime.deps.json", {"JsonDiffPatch@2.0.61", "Libuv@1.9.1"}, 0},
  };

  for (const auto& sample : samples) {
    PQ_SHARED_DATA_OR_SKIP(path, "pkgdb/lang/dotnet-deps/" + std::string(sample.file));
    const Analysis found =
        analyze_text(kDotnetDeps, sample.file, base::read_file(path, 1U << 20U).value());
    EXPECT_EQ(listed(found), sample.want) << sample.file;
    EXPECT_EQ(found.issues.size(), sample.issues) << sample.file << issues_of(found);
  }
}

TEST(NugetPackage, KnowsSingleVersions) {
  const struct {
    std::string_view requested;
    std::string_view want;
  } rows[] = {{"1.2.3", "1.2.3"},
              {" 1.0-beta.1 ", "1.0-beta.1"},
              {"[1.0]", "1.0"},
              {"[1.0, )", ""},
              {"(,1.0)", ""},
              {"1.*", ""},
              {"*-*", ""},
              {"[1.0,2.0]", ""},
              {"$(V)", ""},
              {"", ""},
              {"[ 2.0 ]", "2.0"}};

  for (const auto& row : rows)
    EXPECT_EQ(nuget_single_version(row.requested), row.want) << row.requested;
  EXPECT_FALSE(nuget_package("a b", "1.0"));
  EXPECT_FALSE(nuget_package("a", "v1"));
  EXPECT_FALSE(nuget_package("a", ""));
  EXPECT_FALSE(nuget_package("", "1"));
  EXPECT_FALSE(nuget_package("a-1.0"));
}

} // namespace
} // namespace portique::inventory
