#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/dotnet/msbuild_project.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(MsbuildProject, ReadsReferences) {
  const Analysis found = analyze_text(kMsbuildProject, "src/shop.csproj", R"xml(
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><Base>1</Base><AVersion>$(base).2</AVersion></PropertyGroup>
  <ItemGroup Condition="'$(X)' == 'y'">
    <PackageReference Include="Attribute" Version="1.0" />
    <PackageReference Include="Element"><Version> 2.0 </Version></PackageReference>
    <PackageReference Include="Property" Version="$(AVERSION)" />
    <PackageReference Include="Exactly" Version="[3.0]" />
    <PackageReference Include="Overridden" VersionOverride="4.0" />
    <PackageReference Include="Tool" Version="5.0" PrivateAssets="All" />
    <PackageReference Include="Analyser" Version="6.0"><PrivateAssets>all</PrivateAssets>
    </PackageReference>
    <PackageReference Update="Attribute" Version="9.0" />
    <PackageReference Include="Central" />
    <PackageReference Include="Floating" Version="7.*" />
    <PackageReference Include="Range" Version="[1.0,2.0)" />
    <PackageReference Include="Unknown" Version="$(FromElsewhere)" />
    <ProjectReference Include="../other/other.csproj" />
  </ItemGroup>
</Project>)xml");
  EXPECT_THAT(listed(found),
              ElementsAre("Analyser@6.0 (development)",
                          "Attribute@1.0",
                          "Element@2.0",
                          "Exactly@3.0",
                          "Overridden@4.0",
                          "Property@1.2",
                          "Tool@5.0 (development)"));
  EXPECT_EQ(issues_of(found), "");
}

TEST(MsbuildProject, ReadsCentralVersions) {
  EXPECT_THAT(listed(analyze_text(kMsbuildProject,
                                  "Directory.Packages.props",
                                  "<Project><ItemGroup><PackageVersion Include='A' Version='1.0'/>"
                                  "<GlobalPackageReference Include='B' Version='2.0'/></ItemGroup>"
                                  "</Project>")),
              ElementsAre("A@1.0", "B@2.0 (development)"));
}

TEST(MsbuildProject, ReadsTheOlderProjects) {
  EXPECT_THAT(listed(analyze_text(kMsbuildProject,
                                  "src/old.csproj",
                                  "<Project xmlns='http://schemas.microsoft.com/developer/msbuild/"
                                  "2003'><ItemGroup><PackageReference Include='A'><Version>1.0"
                                  "</Version></PackageReference></ItemGroup></Project>")),
              ElementsAre("A@1.0"));
}

TEST(MsbuildProject, IsNotBlownUpByItsProperties) {
  std::string text = "<Project><PropertyGroup><loop>$(loop)</loop>";
  for (int i = 0; i < 40; ++i) {
    const std::string next = "$(p" + std::to_string(i + 1) + ")";
    text += "<p" + std::to_string(i) + ">" + next + next + "</p" + std::to_string(i) + ">";
  }
  text += "</PropertyGroup><ItemGroup><PackageReference Include='A' Version='$(p0)'/>"
          "<PackageReference Include='B' Version='$(loop)'/></ItemGroup></Project>";
  EXPECT_EQ(analyze_text(kMsbuildProject, "a.csproj", text), Analysis{});
}

TEST(MsbuildProject, SaysWhatIsBroken) {
  EXPECT_THAT(issues_of(analyze_text(kMsbuildProject, "a.csproj", "<html/>")),
              HasSubstr("it is no MSBuild project: it begins with <html>"));
  EXPECT_THAT(issues_of(analyze_text(kMsbuildProject, "a.csproj", "<Project>")),
              HasSubstr("not valid XML"));
  EXPECT_EQ(issues_of(analyze_text(kMsbuildProject,
                                   "packages.config",
                                   "<packages><package id='A'/><package id='B' version='1'/>"
                                   "</packages>")),
            "\"A\" \"\" is no package and version\n");
}

TEST(MsbuildProject, ReadsARealPackagesConfig) {
  PQ_SHARED_DATA_OR_SKIP(
      path, "pkgdb/lang/nuget-config/osv-scanner-locks-scalibr-packages.config/packages.config");
  EXPECT_THAT(listed(analyze_text(
                  kMsbuildProject, "packages.config", base::read_file(path, 1U << 20U).value())),
              ElementsAre("Microsoft.CodeDom.Providers.DotNetCompilerPlatform@1.0.0",
                          "Microsoft.Net.Compilers@1.0.0 (development)"));
}

} // namespace
} // namespace portique::inventory
