#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/cataloger.h"
#include "portique/scan/secret_findings.h"

namespace portique::scan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

inspect::SecretHit hit(std::string path, std::string fingerprint = "f1") {
  inspect::SecretHit hit;
  hit.rule = "private-key";
  hit.title = "Private key";
  hit.severity = model::Severity::Critical;
  hit.path = std::move(path);
  hit.line = 1;
  hit.masked = "****";
  hit.fingerprint = std::move(fingerprint);
  return hit;
}

/// A layer that wrote these files.
LayerEvidence layer(std::vector<std::string> files) {
  LayerEvidence evidence;
  for (const std::string& file : files)
    evidence.paths.push_back(inventory::path_hash(file));
  std::ranges::sort(evidence.paths);
  return evidence;
}

TEST(SecretFindings, SayWhatTookTheFileOutOfSight) {
  struct Case {
    const char* name;
    LayerEvidence upper;
    std::int32_t removed_in;
  };

  LayerEvidence deleted;
  deleted.removed = {"app/.ssh/id_rsa"};
  LayerEvidence folder_deleted;
  folder_deleted.removed = {"app"};
  LayerEvidence emptied;
  emptied.emptied = {"app/.ssh"};
  LayerEvidence other_deleted;
  other_deleted.removed = {"app/.ssh/id"};
  LayerEvidence same_again = layer({"app/.ssh/id_rsa"});
  same_again.secrets = {hit("app/.ssh/id_rsa")};
  LayerEvidence another = layer({"app/.ssh/id_rsa"});
  another.secrets = {hit("app/.ssh/id_rsa", "f2")};
  for (const Case& c : {Case{"nothing", layer({"app/main"}), model::kNoLayer},
                        Case{"deleted", deleted, 1},
                        Case{"its folder deleted", folder_deleted, 1},
                        Case{"its folder emptied", emptied, 1},
                        Case{"overwritten", layer({"app/.ssh/id_rsa"}), 1},
                        Case{"overwritten by another secret", another, 1},
                        Case{"a file where its folder was", layer({"app"}), 1},
                        Case{"another file deleted", other_deleted, model::kNoLayer},
                        Case{"written again", same_again, model::kNoLayer}}) {
    LayerEvidence lower = layer({"app/.ssh/id_rsa"});
    lower.secrets = {hit("app/.ssh/id_rsa")};
    const std::vector<LayerEvidence> layers{lower, c.upper};
    const auto found = secret_findings(layers, {}, {});
    ASSERT_FALSE(found.findings.empty()) << c.name;
    EXPECT_EQ(found.findings[0].layer, 0) << c.name;
    EXPECT_EQ(found.findings[0].removed_in, c.removed_in) << c.name;
    EXPECT_FALSE(found.findings[0].suppression) << "it can be read by all who have the image";
  }
}

TEST(SecretFindings, OfPublishedFilesAreOnlyCounted) {
  inventory::OwnedFiles owned{
      "libgnutls30",
      {inventory::path_hash("usr/lib/libgnutls.so.30"), inventory::path_hash("etc/app.conf")}};
  FileOwners owners;
  owners.add(owned);
  LayerEvidence evidence;
  evidence.secrets = {hit("usr/lib/libgnutls.so.30"),
                      hit("etc/app.conf"),
                      hit("opt/key.pem"),
                      hit("app/node_modules/a/test/key.pem")};
  const auto found = secret_findings(std::vector{evidence}, {}, owners);
  EXPECT_EQ(found.published, 2U);
  std::vector<std::string> paths;
  for (const model::Finding& finding : found.findings)
    paths.push_back(finding.path);
  EXPECT_THAT(paths, ElementsAre("etc/app.conf", "opt/key.pem"));
}

TEST(SecretFindings, OfTheConfigNameTheField) {
  inspect::SecretHit in_config = hit("");
  in_config.field = "Env DB_PASSWORD";
  const auto found = secret_findings({}, std::vector{in_config}, {});
  ASSERT_THAT(found.findings, SizeIs(1));
  EXPECT_EQ(found.findings[0].field, "Env DB_PASSWORD");
  EXPECT_EQ(found.findings[0].layer, model::kNoLayer);
  EXPECT_EQ(found.findings[0].fingerprint, "f1");
}

} // namespace
} // namespace portique::scan
