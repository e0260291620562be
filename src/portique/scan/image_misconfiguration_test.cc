#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/cataloger.h"
#include "portique/scan/image_misconfiguration.h"

namespace portique::scan {
namespace {

using ::testing::ElementsAre;

inspect::FileFact file(std::string path, std::uint32_t mode = 04755) {
  return {std::move(path), mode, 0, 0, model::kNoLayer, false};
}

std::vector<std::string> list(const std::vector<inspect::FileFact>& files) {
  std::vector<std::string> texts;
  for (const inspect::FileFact& file : files)
    texts.push_back(file.path + "@" + std::to_string(file.layer) + (file.owned ? " owned" : ""));
  return texts;
}

TEST(MergeImageFacts, WhatIsLeftCounts) {
  std::vector<LayerEvidence> layers(3);
  layers[0].facts.privileged = {file("usr/bin/su"), file("opt/a"), file("opt/b"), file("opt/c")};
  layers[1].removed = {"opt/a"};
  layers[1].paths = {inventory::path_hash("opt/b")}; // written anew, without the bit
  layers[2].facts.privileged = {file("opt/c")};
  layers[2].paths = {inventory::path_hash("opt/c")};
  FileOwners owners;
  const inventory::OwnedFiles owned{"util-linux", {inventory::path_hash("bin/su")}};
  owners.add(owned);
  EXPECT_THAT(list(merge_image_facts(layers, owners).privileged),
              ElementsAre("usr/bin/su@0 owned", "opt/c@2"));
}

TEST(MergeImageFacts, TheNewestAccountsCount) {
  std::vector<LayerEvidence> layers(3);
  layers[0].facts.accounts.users = {{"root", 0}};
  layers[0].facts.accounts.without_password = {"root"};
  layers[1].facts.accounts.users = {{"root", 0}, {"app", 1}};
  const inspect::Accounts accounts = merge_image_facts(layers, {}).accounts;
  EXPECT_EQ(accounts.users.size(), 2U);
  EXPECT_TRUE(accounts.without_password.empty());
  EXPECT_EQ(accounts.layer, 1);
}

TEST(MergeImageFacts, LeftOversAreInTheImageWhateverIsDeleted) {
  std::vector<LayerEvidence> layers(2);
  layers[0].facts.left_overs = {{"apt", "var/lib/apt/lists", 3, 100, model::kNoLayer}};
  layers[1].facts.left_overs = {{"apt", "var/lib/apt/lists", 1, 50, model::kNoLayer}};
  layers[1].removed = {"var/lib/apt/lists"};
  const auto left = merge_image_facts(layers, {}).left_overs;
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].bytes, 150U);
  EXPECT_EQ(left[0].layer, 0);
}

} // namespace
} // namespace portique::scan
