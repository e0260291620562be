#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/dotnet/nuget_lock.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;

constexpr std::string_view kPath = "src/packages.lock.json";

TEST(NugetLock, ReadsTheFrameworksOfAProject) {
  const Analysis found = analyze_text(kNugetLock, kPath, R"json({
    "version": 2,
    "dependencies": {
      "net6.0": {
        "A": {"type": "Direct", "requested": "[1.0, )", "resolved": "1.1",
              "dependencies": {"B": "1.0", "C": "[2.0]", "d": "[3.0, )"}},
        "B": {"type": "Transitive", "resolved": "1.5"},
        "other": {"type": "Project", "dependencies": {"A": "1.0"}}
      },
      "net6.0/linux-x64": {"B": {"type": "CentralTransitive", "resolved": "1.6"}},
      "net8.0": {"A": {"type": "Direct", "resolved": "1.1", "dependencies": {"B": "1"}}}
    }})json");
  EXPECT_THAT(listed(found), ElementsAre("A@1.1", "B@1.5", "B@1.6"));
  EXPECT_THAT(find_package(found, "A")->dependencies, ElementsAre("B@1", "B@1.5", "C@2.0"));
  EXPECT_EQ(issues_of(found), "");
}

TEST(NugetLock, SaysWhatIsBroken) {
  EXPECT_EQ(
      issues_of(analyze_text(
          kNugetLock,
          kPath,
          R"({"version":1,"dependencies":{"n":{"A":{"type":"Direct"},"B":{"resolved":"1"}}}})")),
      "\"A\" of \"n\" has no valid name and resolved version\n");
  for (const std::string_view text : {"", "[]", "{}", R"({"version":9})"})
    EXPECT_EQ(analyze_text(kNugetLock, kPath, text).issues.size(), 1U) << text;
}

TEST(NugetLock, ReadsTheSamples) {
  PQ_SHARED_DATA_OR_SKIP(samples, "pkgdb/lang/nuget-lock");
  check_samples(
      kNugetLock, samples, std::filesystem::path(PORTIQUE_TESTDATA) / "golden/nuget-lock");
}

} // namespace
} // namespace portique::inventory
