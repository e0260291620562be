#include <gtest/gtest.h>

#include "portique/inventory/os/dpkg_files.h"
#include "portique/inventory/r/r_installed.h"
#include "portique/scan/merge.h"

namespace portique::scan {
namespace {

FileEvidence status(std::vector<std::string> names, std::string path = "var/lib/dpkg/status") {
  FileEvidence file{std::move(path), "dpkg-status", {}};
  for (std::string& name : names) {
    model::Package package;
    package.type = "deb";
    package.version = "1";
    package.arch = "amd64";
    package.source_name = package.name = std::move(name);
    package.source_version = "1";
    package.path = file.path;
    file.analysis.packages.push_back(std::move(package));
  }
  return file;
}

FileEvidence os_release(std::string id, std::string path = "etc/os-release") {
  FileEvidence file{path, "os-release", {}};
  file.analysis.distro = model::Distro{.id = std::move(id), .version_id = "12"};
  return file;
}

std::string list(const Inventory& inventory) {
  std::string text;
  for (const model::Package& package : inventory.packages) {
    text += package.name + "@" + std::to_string(package.layer);
    if (package.removed_in != model::kNoLayer) text += "-" + std::to_string(package.removed_in);
    text += " ";
  }
  return text;
}

TEST(Merge, PutsPackagesDownToTheLayerThatBroughtThem) {
  const std::vector<LayerEvidence> layers{{.files = {status({"bash", "curl", "gone"})}},
                                          {},
                                          {.files = {status({"bash", "zsh"})}},
                                          {.files = {status({"bash", "curl", "zsh"})}}};
  // curl was removed by layer 2 and came back with layer 3.
  EXPECT_EQ(list(merge_layers(layers)), "bash@0 curl@3 gone@0-2 zsh@2 ");
}

TEST(Merge, DeletedDatabasesStillCount) {
  std::vector<LayerEvidence> layers{{.files = {status({"bash"}), os_release("debian")}}, {}};
  layers[1].removed = {"var/lib/dpkg"};
  const Inventory inventory = merge_layers(layers);
  EXPECT_EQ(list(inventory), "bash@0 ");
  ASSERT_EQ(inventory.findings.size(), 1U);
  EXPECT_EQ(inventory.findings[0].id, "PORTIQUE-IMAGE-DELETED-DATABASE");
  EXPECT_EQ(inventory.findings[0].path, "var/lib/dpkg/status");
  EXPECT_EQ(inventory.findings[0].layer, 1);
}

TEST(Merge, PackagesTakenOutOfTheDatabaseStillCountWhileTheirFilesAreThere) {
  std::vector<LayerEvidence> layers{{.files = {status({"bash", "zsh"}), os_release("debian")},
                                     .programs = {{"usr/bin/bash", {}}}},
                                    {.files = {status({"zsh"})}}};
  layers[0].files[0].analysis.owned = {{"bash", {inventory::path_hash("bin/bash")}}};
  Inventory inventory = merge_layers(layers);
  EXPECT_EQ(list(inventory), "bash@0 zsh@0 ");
  ASSERT_EQ(inventory.findings.size(), 1U);
  EXPECT_EQ(inventory.findings[0].id, "PORTIQUE-IMAGE-DOCTORED-DATABASE");
  EXPECT_EQ(inventory.findings[0].evidence, "bash is listed in a lower layer and not in this one");
  // Removed as a package manager does it, the program goes as well.
  layers[1].removed = {"usr/bin/bash"};
  inventory = merge_layers(layers);
  EXPECT_EQ(list(inventory), "bash@0-1 zsh@0 ");
  EXPECT_TRUE(inventory.findings.empty());
}

TEST(Merge, ProgramsKnownByNameAreListedUnlessTheDistributionListsThem) {
  FileEvidence owned{"usr/bin/bash", "executable", {}};
  owned.analysis.packages.push_back({.type = "generic", .name = "bash", .version = "5.2.15"});
  owned.analysis.packages.back().path = owned.path;
  FileEvidence free = owned;
  free.path = free.analysis.packages.back().path = "opt/bash";
  std::vector<LayerEvidence> layers{{.files = {status({"bash"}), owned, free}}};
  layers[0].files[0].analysis.owned = {{"bash", {inventory::path_hash("usr/bin/bash")}}};
  const Inventory inventory = merge_layers(layers);
  ASSERT_EQ(list(inventory), "bash@0 bash@0 ");
  EXPECT_EQ(inventory.packages[1].path, "opt/bash");
  EXPECT_TRUE(inventory.unowned.empty());
}

TEST(Merge, ProgramsThatNoPackageAccountsForAreListed) {
  std::vector<LayerEvidence> layers{
      {.files = {status({"bash"})},
       .programs = {{"usr/bin/bash", {}}, {"usr/local/bin/tool", {}}, {"opt/gone", {}}}},
      {.removed = {"opt/gone"}}};
  layers[0].files[0].analysis.owned = {{"bash", {inventory::path_hash("usr/bin/bash")}}};
  const Inventory inventory = merge_layers(layers);
  ASSERT_EQ(inventory.unowned.size(), 1U);
  EXPECT_EQ(inventory.unowned[0].path, "usr/local/bin/tool");
  EXPECT_EQ(inventory.unowned[0].kind, "elf");
}

TEST(Merge, MaintainerScriptsBelongToTheirPackages) {
  std::vector<LayerEvidence> layers{{.files = {status({"bash"})},
                                     .programs = {{"usr/bin/bash", {}},
                                                  {"var/lib/dpkg/info/bash.postinst", {}},
                                                  {"var/lib/dpkg/info/bash:amd64.prerm", {}},
                                                  {"var/lib/dpkg/info/evil.postinst", {}},
                                                  {"var/lib/dpkg/info/bash", {}}}}};
  layers[0].files[0].analysis.owned = {{"bash", {inventory::path_hash("usr/bin/bash")}}};
  const Inventory inventory = merge_layers(layers);
  ASSERT_EQ(inventory.unowned.size(), 2U);
  EXPECT_EQ(inventory.unowned[0].path, "var/lib/dpkg/info/bash");
  EXPECT_EQ(inventory.unowned[1].path, "var/lib/dpkg/info/evil.postinst");
}

TEST(Merge, CopiesElsewhereDoNotCount) {
  const std::vector<LayerEvidence> layers{
      {.files = {status({"bash"}, "backup/var/lib/dpkg/status")}}};
  EXPECT_EQ(list(merge_layers(layers)), "");
}

TEST(Merge, DatabasesBehindLinkedFoldersCountOnce) {
  std::vector<LayerEvidence> layers{{.files = {status({"bash"}, "data/dpkg/status")}}};
  layers[0].links = {{"var/lib", "/data"}};
  EXPECT_EQ(list(merge_layers(layers)), "bash@0 ");
}

TEST(Merge, LinksToFilesOfOtherNamesAreAskedFor) {
  std::vector<LayerEvidence> layers{{.links = {{"var/lib/dpkg/status", "/opt/hidden"}}}};
  const inventory::PathMatcher matcher;
  const ExtraPaths extra = unread_link_targets(layers, matcher);
  ASSERT_EQ(extra.size(), 1U);
  EXPECT_EQ(extra.begin()->first, "opt/hidden");
  layers[0].files = {status({"bash"}, "opt/hidden")};
  EXPECT_TRUE(unread_link_targets(layers, matcher).empty());
  EXPECT_EQ(list(merge_layers(layers)), "bash@0 ");
}

TEST(Merge, DistroAndLicencesCompleteThePackages) {
  FileEvidence copyright{"usr/share/doc/bash/copyright", "deb-copyright", {}};
  copyright.analysis.licences = {{"bash", {"GPL-3"}}};
  std::vector<LayerEvidence> layers{{.files = {status({"bash", "bash-doc"}),
                                               os_release("debian", "usr/lib/os-release"),
                                               copyright}}};
  layers[0].links = {{"etc/os-release", "../usr/lib/os-release"},
                     {"usr/share/doc/bash-doc", "bash"}};
  const Inventory inventory = merge_layers(layers);
  EXPECT_EQ(inventory.distro.id, "debian");
  ASSERT_EQ(inventory.packages.size(), 2U);
  EXPECT_EQ(inventory.packages[0].licences, std::vector<std::string>{"GPL-3"});
  EXPECT_EQ(inventory.packages[1].licences, std::vector<std::string>{"GPL-3"});
  EXPECT_EQ(inventory.packages[0].purl, "pkg:deb/debian/bash@1?arch=amd64&distro=debian-12");
}

// As Debian's r-cran-jsonlite has it: the package of R is the deb package's, and is listed once.
TEST(Merge, PutsPackagesOfRDownToTheDebPackage) {
  FileEvidence files{"var/lib/dpkg/info/r-cran-jsonlite.list", "dpkg-files", {}};
  files.analysis = inventory::analyze_dpkg_files(
      {files.path, base::as_bytes("/.\n/usr\n/usr/lib/R/site-library/jsonlite/DESCRIPTION\n")}, {});
  const auto installed = [](std::string path) {
    FileEvidence file{std::move(path), "r-installed", {}};
    file.analysis = inventory::analyze_r_installed(
        {file.path, base::as_bytes("Package: jsonlite\nVersion: 1.8.4\nBuilt: R 4.2.2\n")}, {});
    return file;
  };
  std::vector<LayerEvidence> layers{
      {.files = {os_release("debian"),
                 status({"r-cran-jsonlite"}),
                 files,
                 installed("usr/lib/R/site-library/jsonlite/DESCRIPTION")}}};
  const Inventory owned = merge_layers(layers);
  ASSERT_EQ(owned.packages.size(), 2U);
  EXPECT_EQ(owned.packages[0].purl, "pkg:cran/jsonlite@1.8.4");
  EXPECT_EQ(owned.packages[0].owner, owned.packages[1].purl);
  EXPECT_EQ(owned.packages[1].owner, "");

  layers[0].files.back() = installed("usr/local/lib/R/site-library/jsonlite/DESCRIPTION");
  const Inventory own = merge_layers(layers);
  ASSERT_EQ(own.packages.size(), 2U);
  EXPECT_EQ(own.packages[0].owner, "") << "somebody installed it beside Debian's";
}

TEST(Merge, KeepsThePurlThatACatalogerMade) {
  FileEvidence lock{"app/Manifest.toml", "julia-manifest", {}};
  lock.analysis.packages.push_back({.type = "julia", .name = "HTTP", .version = "1.9.4"});
  lock.analysis.packages.push_back(lock.analysis.packages[0]);
  lock.analysis.packages[1].name = "JSON";
  lock.analysis.packages[0].purl = "pkg:julia/HTTP@1.9.4?uuid=cd3eb016";
  const std::vector<LayerEvidence> layers{{.files = {lock}}};
  const Inventory inventory = merge_layers(layers, {.declared = true});
  ASSERT_EQ(inventory.packages.size(), 2U);
  EXPECT_EQ(inventory.packages[0].purl, "pkg:julia/HTTP@1.9.4?uuid=cd3eb016");
  EXPECT_EQ(inventory.packages[1].purl, "pkg:julia/JSON@1.9.4");
}

TEST(Merge, IssuesKeepTheirLayer) {
  FileEvidence broken = status({});
  broken.analysis.issues = {{base::Code::Malformed, "broken", broken.path}};
  const Inventory inventory = merge_layers(std::vector<LayerEvidence>{{}, {.files = {broken}}});
  ASSERT_EQ(inventory.issues.size(), 1U);
  EXPECT_EQ(inventory.issues[0].layer, 1);
}

} // namespace
} // namespace portique::scan
