#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/declared_packages.h"

namespace portique::inventory {
namespace {

using model::PackageScope;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const base::Limits kLimits;

model::Package
package(std::string name, PackageScope scope, std::vector<std::string> dependencies = {}) {
  return {.type = "npm",
          .name = std::move(name),
          .version = "1.0",
          .scope = scope,
          .dependencies = std::move(dependencies)};
}

TEST(DeclaredPackages, ListsEachOnceForItsStrongestReason) {
  Analysis analysis;
  DeclaredPackages declared("a.lock", kLimits, analysis);
  EXPECT_TRUE(declared.add(package("b", PackageScope::Development, {"z", "y"})));
  EXPECT_TRUE(declared.add(package("a", PackageScope::Runtime)));
  EXPECT_TRUE(declared.add(package("b", PackageScope::Optional, {"x", "y"})));
  EXPECT_TRUE(declared.add(package("a", PackageScope::Development)));
  declared.finish();
  ASSERT_THAT(analysis.packages, SizeIs(2));
  EXPECT_EQ(analysis.packages[0].name, "b");
  EXPECT_EQ(analysis.packages[0].scope, PackageScope::Optional);
  EXPECT_THAT(analysis.packages[0].dependencies, ElementsAre("x", "y", "z"));
  EXPECT_TRUE(analysis.packages[0].declared);
  EXPECT_EQ(analysis.packages[0].path, "a.lock");
  EXPECT_EQ(analysis.packages[1].scope, PackageScope::Runtime);
}

TEST(DeclaredPackages, TellsNamespacesAndVersionsApart) {
  Analysis analysis;
  DeclaredPackages declared("a.lock", kLimits, analysis);
  model::Package scoped = package("a", PackageScope::Runtime);
  scoped.ns = "@scope";
  model::Package newer = package("a", PackageScope::Runtime);
  newer.version = "2.0";
  for (const auto& one : {package("a", PackageScope::Runtime), scoped, newer})
    EXPECT_TRUE(declared.add(one));
  EXPECT_EQ(dependency_text(scoped), "@scope/a@1.0");
  EXPECT_EQ(dependency_text(newer), "a@2.0");
  declared.finish();
  EXPECT_THAT(analysis.packages, SizeIs(3));
}

TEST(DeclaredPackages, ComparesNamesAsAsked) {
  Analysis analysis;
  DeclaredPackages declared("a.lock", kLimits, analysis);
  EXPECT_TRUE(declared.add(package("Flask", PackageScope::Optional), "flask"));
  EXPECT_TRUE(declared.add(package("flask", PackageScope::Runtime), "flask"));
  declared.finish();
  ASSERT_THAT(analysis.packages, SizeIs(1));
  EXPECT_EQ(analysis.packages[0].name, "Flask");
}

TEST(DeclaredPackages, SaysWhenThereAreTooMany) {
  base::Limits limits;
  limits.packages = 1;
  Analysis analysis;
  DeclaredPackages declared("a.lock", limits, analysis);
  EXPECT_TRUE(declared.add(package("a", PackageScope::Runtime)));
  EXPECT_TRUE(declared.add(package("a", PackageScope::Runtime)));
  EXPECT_FALSE(declared.add(package("b", PackageScope::Runtime)));
  EXPECT_FALSE(declared.add(package("c", PackageScope::Runtime)));
  declared.finish();
  EXPECT_THAT(analysis.packages, SizeIs(1));
  ASSERT_THAT(analysis.issues, SizeIs(1));
  EXPECT_EQ(analysis.issues[0].code, base::Code::LimitExceeded);
}

TEST(DependencyGraph, FindsTheStrongestReason) {
  // 0 -> 1 -> 2 -> 0 (a cycle), 1 -?-> 3 -> 4, 5 -> 4 and 5 -> 6 for development, 7 alone
  DependencyGraph graph(9);
  graph.add(0, 1);
  graph.add(1, 2);
  graph.add(2, 0);
  graph.add(1, 3, true);
  graph.add(3, 4);
  graph.add(5, 4);
  graph.add(5, 6, true);
  graph.add(5, 2);
  graph.add_root(5, PackageScope::Development);
  graph.add_root(0, PackageScope::Runtime);
  graph.add_root(8, PackageScope::Optional);
  using enum PackageScope;
  EXPECT_THAT(graph.scopes(),
              ElementsAre(Runtime,
                          Runtime,
                          Runtime,
                          Optional,
                          Optional,
                          Development,
                          Development,
                          std::nullopt,
                          Optional));
  EXPECT_THAT(DependencyGraph(0).scopes(), IsEmpty());
}

} // namespace
} // namespace portique::inventory
