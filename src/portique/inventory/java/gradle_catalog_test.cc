#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/java/gradle_catalog.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;

constexpr std::string_view kPath = "gradle/libs.versions.toml";

TEST(GradleCatalog, ReadsEveryWayToNameAVersion) {
  const Analysis found = analyze_text(kGradleCatalog, kPath, R"(
[versions]
groovy = "3.0.5"
strict = { strictly = "2.1" }
range = { strictly = "[2,3[", prefer = "2.5" }
loop = { ref = "loop" }
[libraries]
short = "g:short:1.0"
module = { module = "g:module", version = "2.0" }
parts = { group = "g", name = "parts", version.ref = "groovy" }
strict = { module = "g:strict", version.ref = "strict" }
required = { module = "g:required", version = { require = "4" } }
range = { module = "g:range", version.ref = "range" }
loop = { module = "g:loop", version.ref = "loop" }
missing = { module = "g:missing", version.ref = "none" }
platform = { module = "g:platform" }
managed = "g:managed"
dynamic = { module = "g:dynamic", version = "1.+" }
[plugins]
p = { id = "g.p", version = "1" }
)");
  EXPECT_THAT(
      listed(found),
      ElementsAre("g/module@2.0", "g/parts@3.0.5", "g/required@4", "g/short@1.0", "g/strict@2.1"));
  EXPECT_EQ(issues_of(found), "");
}

TEST(GradleCatalog, SaysWhatIsBroken) {
  EXPECT_EQ(issues_of(analyze_text(
                kGradleCatalog, kPath, "[libraries]\na = 1\nb = {version = \"1\"}\nc = \"x\"\n")),
            "library \"a\" has no group and name\nlibrary \"b\" has no group and name\n"
            "library \"c\" has no group and name\n");
  EXPECT_EQ(analyze_text(kGradleCatalog, kPath, "[libraries").issues.size(), 1U);
}

} // namespace
} // namespace portique::inventory
