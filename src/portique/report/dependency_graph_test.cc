#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/report/dependency_graph.h"

namespace portique::report {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

model::Package package(std::string type,
                       std::string ns,
                       std::string name,
                       std::string version,
                       std::vector<std::string> dependencies = {},
                       std::string path = "lock") {
  model::Package package;
  package.type = std::move(type);
  package.ns = std::move(ns);
  package.name = std::move(name);
  package.version = std::move(version);
  package.dependencies = std::move(dependencies);
  package.path = std::move(path);
  return package;
}

TEST(DependencyGraph, FindsPackagesByNameAndVersion) {
  const std::vector<model::Package> packages{
      package("npm", "", "app", "1", {"lib@2", "@scope/x", "@scope/x@1", "gone", "lib@9", "app"}),
      package("npm", "", "lib", "1"),
      package("npm", "", "lib", "2"),
      package("npm", "@scope", "x", "1"),
      package("pypi", "", "gone", "1"),
      package("deb", "debian", "bash", "5", {"libc6"}),
      package("deb", "debian", "libc6", "2", {"bash"}),
  };
  const auto graph = dependency_graph(packages);
  EXPECT_THAT(graph[0], ElementsAre(2, 3));
  EXPECT_THAT(graph[1], IsEmpty());
  EXPECT_THAT(graph[5], ElementsAre(6));
  EXPECT_THAT(graph[6], ElementsAre(5));
}

TEST(DependencyGraph, PrefersTheSameFileThenTheSameArchitecture) {
  std::vector<model::Package> packages{
      package("npm", "", "app", "1", {"lib"}, "b/lock"),
      package("npm", "", "lib", "1", {}, "a/lock"),
      package("npm", "", "lib", "2", {}, "b/lock"),
      package("deb", "debian", "bash", "5", {"libc6"}),
      package("deb", "debian", "libc6", "2"),
      package("deb", "debian", "libc6", "2"),
  };
  packages[3].arch = "arm64";
  packages[4].arch = "amd64";
  packages[5].arch = "arm64";
  const auto graph = dependency_graph(packages);
  EXPECT_THAT(graph[0], ElementsAre(2));
  EXPECT_THAT(graph[3], ElementsAre(5));
}

} // namespace
} // namespace portique::report
