#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/scan/container_drift.h"

namespace portique::scan {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Listed {
  std::string name;
  std::string version;
  std::vector<std::string> files;
};

/// A package database of Alpine.
FileEvidence database(const std::vector<Listed>& packages) {
  FileEvidence file{"lib/apk/db/installed", "apk-installed", {}};
  for (const Listed& listed : packages) {
    model::Package package;
    package.type = "apk";
    package.name = package.source_name = listed.name;
    package.version = package.source_version = listed.version;
    package.arch = "x86_64";
    package.path = file.path;
    file.analysis.packages.push_back(std::move(package));
    inventory::OwnedFiles owned{listed.name, {}};
    for (const std::string& path : listed.files)
      owned.paths.push_back(inventory::path_hash(path));
    file.analysis.owned.push_back(std::move(owned));
  }
  return file;
}

const Listed kBusybox{"busybox", "1.31", {"bin/busybox"}};
const Listed kMusl{"musl", "1.1", {"lib/libc.so"}};

LayerEvidence image_layer() {
  return {.files = {database({kBusybox, kMusl})},
          .programs = {{"bin/busybox", {}}, {"usr/local/bin/app", {}}}};
}

/// "ID subject" of each finding, where the subject is the package or the path.
std::vector<std::string> drift(const LayerEvidence& changes) {
  const std::vector<LayerEvidence> layers{image_layer(), changes};
  const Inventory now = merge_layers(layers);
  std::vector<std::string> list;
  for (const model::Finding& finding : container_drift(layers, now.packages)) {
    EXPECT_EQ(finding.kind, model::FindingKind::Runtime);
    EXPECT_EQ(finding.layer, 1);
    EXPECT_EQ(finding.severity_source, "portique");
    EXPECT_FALSE(finding.title.empty());
    EXPECT_FALSE(finding.fingerprint.empty());
    const std::string id = finding.id.substr(std::string_view("PORTIQUE-DRIFT-").size());
    const bool has_package = finding.package != model::kNoPackage;
    EXPECT_NE(has_package, !finding.path.empty()) << id;
    list.push_back(id + " " + (has_package ? now.packages.at(finding.package).name : finding.path));
  }
  std::ranges::sort(list);
  return list;
}

TEST(ContainerDrift, NothingChangedIsNothingFound) {
  EXPECT_THAT(drift({}), IsEmpty());
  EXPECT_THAT(container_drift({}, {}), IsEmpty());
}

TEST(ContainerDrift, DataOfTheContainerIsNoFinding) {
  EXPECT_THAT(drift({.links = {{"etc/link", "target", false}}, .removed = {"etc/motd"}}),
              IsEmpty());
  EXPECT_THAT(drift({.files = {database({kBusybox, kMusl})}}), IsEmpty())
      << "a database that says the same was only written again";
}

TEST(ContainerDrift, ANewProgramIsFound) {
  EXPECT_THAT(drift({.programs = {{"tmp/.x/miner", {}},
                                  {"usr/lib/libevil.so", {inventory::ExecutableKind::Elf, true}}}}),
              ElementsAre("NEW-EXECUTABLE tmp/.x/miner", "NEW-EXECUTABLE usr/lib/libevil.so"));
}

TEST(ContainerDrift, AChangedProgramIsFoundWhoeverOwnsIt) {
  EXPECT_THAT(
      drift({.programs = {{"bin/busybox", {}}, {"usr/local/bin/app", {}}}}),
      ElementsAre("CHANGED-EXECUTABLE bin/busybox", "CHANGED-EXECUTABLE usr/local/bin/app"));
}

TEST(ContainerDrift, ANewPackageIsFoundOnceAndItsProgramsAreNot) {
  const Listed curl{"curl", "7.67", {"usr/bin/curl", "usr/lib/libcurl.so.4"}};
  EXPECT_THAT(drift({.files = {database({kBusybox, kMusl, curl})},
                     .programs = {{"usr/bin/curl", {}}, {"usr/lib/libcurl.so.4", {}}}}),
              ElementsAre("NEW-PACKAGE curl"));
  EXPECT_THAT(drift({.files = {database({kBusybox, kMusl, curl})},
                     .programs = {{"usr/bin/curl", {}}, {"usr/bin/other", {}}}}),
              ElementsAre("NEW-EXECUTABLE usr/bin/other", "NEW-PACKAGE curl"));
}

TEST(ContainerDrift, AnUpgradeIsAnotherVersion) {
  const Listed newer{"busybox", "1.32", {"bin/busybox"}};
  EXPECT_THAT(drift({.files = {database({newer, kMusl})}, .programs = {{"bin/busybox", {}}}}),
              ElementsAre("CHANGED-PACKAGE busybox"));
}

TEST(ContainerDrift, ARemovedPackageIsFound) {
  EXPECT_THAT(drift({.files = {database({kMusl})}, .removed = {"bin/busybox"}}),
              ElementsAre("REMOVED-PACKAGE busybox"));
}

TEST(ContainerDrift, AFileListThatClaimsAProgramDoesNotHideIt) {
  const Listed doctored{"busybox", "1.31", {"bin/busybox", "tmp/miner"}};
  EXPECT_THAT(drift({.files = {database({doctored, kMusl})}, .programs = {{"tmp/miner", {}}}}),
              ElementsAre("NEW-EXECUTABLE tmp/miner"));
}

TEST(ContainerDrift, ADistributionThatIsNamedAnewIsNoNewPackage) {
  FileEvidence os_release{"etc/os-release", "os-release", {}};
  os_release.analysis.distro = model::Distro{.id = "other", .version_id = "1"};
  EXPECT_THAT(drift({.files = {os_release}}), IsEmpty());
}

TEST(ContainerDrift, ManyProgramsAreCountedAndNotAllNamed) {
  LayerEvidence changes;
  for (int i = 0; i < 1000; ++i)
    changes.programs.push_back({"srv/" + std::to_string(i), {}});
  const std::vector<LayerEvidence> layers{image_layer(), changes};
  const auto findings = container_drift(layers, merge_layers(layers).packages);
  ASSERT_THAT(findings, SizeIs(201));
  EXPECT_THAT(findings.back().evidence, HasSubstr("800 further programs"));
}

TEST(ContainerDrift, WhatBefellTheDatabaseIsAboutTheContainer) {
  std::vector<LayerEvidence> layers{image_layer(), {.removed = {"lib/apk/db"}}};
  FileEvidence os_release{"etc/os-release", "os-release", {}};
  os_release.analysis.distro = model::Distro{.id = "alpine", .version_id = "3.19"};
  layers[0].files.push_back(os_release);
  Inventory now = merge_layers(layers);
  ASSERT_THAT(now.findings, SizeIs(1));
  turn_into_drift(now.findings, 0);
  EXPECT_EQ(now.findings[0].id, "PORTIQUE-IMAGE-DELETED-DATABASE");
  turn_into_drift(now.findings, 1);
  EXPECT_EQ(now.findings[0].id, "PORTIQUE-DRIFT-DELETED-DATABASE");
  EXPECT_EQ(now.findings[0].kind, model::FindingKind::Runtime);
  EXPECT_THAT(container_drift(layers, now.packages), IsEmpty()) << "the packages still count";
}

} // namespace
} // namespace portique::scan
