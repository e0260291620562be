#include <fmt/format.h>
#include <gtest/gtest.h>

#include "portique/image/manifest.h"

namespace portique::image {
namespace {

const base::Limits kLimits;
const std::string kDigest = "sha256:" + std::string(64, 'a');

std::string descriptor(std::string_view extra = "") {
  return fmt::format(R"({{"mediaType":"m","digest":"{}","size":7{}}})", kDigest, extra);
}

TEST(Manifest, ReadsDescriptors) {
  const auto index = parse_index(fmt::format(
      R"({{"manifests":[{},{}]}})",
      descriptor(R"(,"platform":{"os":"linux","architecture":"arm64","variant":"v8"},)"
                 R"("annotations":{"org.opencontainers.image.ref.name":"1.2"})"),
      descriptor(R"(,"annotations":{"vnd.docker.reference.type":"attestation-manifest"})")));
  ASSERT_TRUE(index) << index.error().text();
  ASSERT_EQ(index->manifests.size(), 2U);
  EXPECT_EQ(index->manifests[0].platform->variant, "v8");
  EXPECT_EQ(index->manifests[0].ref_name, "1.2");
  EXPECT_FALSE(index->manifests[0].attestation);
  EXPECT_TRUE(index->manifests[1].attestation);
  EXPECT_EQ(index->manifests[1].size, 7U);
}

TEST(Manifest, TellsAnIndexFromAManifest) {
  struct Case {
    std::string_view json;
    bool index;
  };

  for (const Case& c :
       {Case{R"({"mediaType":"application/vnd.oci.image.index.v1+json"})", true},
        Case{R"({"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json"})", true},
        Case{R"({"mediaType":"application/vnd.docker.distribution.manifest.v2+json"})", false},
        Case{R"({"manifests":[]})", true},
        Case{R"({"config":{},"layers":[]})", false}})
    EXPECT_EQ(is_index(c.json), c.index) << c.json;
}

TEST(Manifest, RefusesWhatItCannotTrust) {
  EXPECT_EQ(parse_manifest(R"({"layers":[]})", kLimits).error().code(), base::Code::Malformed);
  EXPECT_EQ(parse_manifest("[]", kLimits).error().code(), base::Code::Malformed);
  EXPECT_EQ(parse_manifest(R"({"schemaVersion":1,"fsLayers":[]})", kLimits).error().code(),
            base::Code::Unsupported);
  EXPECT_EQ(parse_manifest(R"({"config":{"digest":"sha256:../../x"}})", kLimits).error().code(),
            base::Code::Malformed);
  std::string many = R"({"config":)" + descriptor() + R"(,"layers":[)" + descriptor();
  for (int i = 0; i < 2000; ++i)
    many += "," + descriptor();
  EXPECT_EQ(parse_manifest(many + "]}", kLimits).error().code(), base::Code::LimitExceeded);
}

TEST(Config, PutsHistoryBesideTheLayersItMade) {
  const auto config = parse_config(
      fmt::format(R"({{"os":"linux","architecture":"amd64","created":"2024-01-02T00:00:00Z",
        "rootfs":{{"diff_ids":["{0}","{0}"]}},
        "history":[{{"created_by":"FROM"}},{{"created_by":"ENV","empty_layer":true}},
                   {{"created_by":"RUN"}},{{"created_by":"surplus"}}]}})",
                  kDigest),
      kLimits);
  ASSERT_TRUE(config) << config.error().text();
  model::Image image;
  image.layers.resize(2);
  ASSERT_TRUE(apply_config(*config, image));
  EXPECT_EQ(image.layers[0].created_by, "FROM");
  EXPECT_EQ(image.layers[1].created_by, "RUN");
  EXPECT_EQ(image.layers[1].diff_id.text(), kDigest);
  image.layers.resize(3);
  EXPECT_EQ(apply_config(*config, image).error().code(), base::Code::Malformed);
}

TEST(SavedImages, ReadsDockersManifest) {
  const auto images = parse_saved_images(
      R"([{"Config":"c.json","RepoTags":["a:1","b:2"],"Layers":["x/layer.tar"]},
          {"Config":"d.json","RepoTags":null,"Layers":[]}])",
      kLimits);
  ASSERT_TRUE(images);
  EXPECT_EQ(images->at(0).tags, (std::vector<std::string>{"a:1", "b:2"}));
  EXPECT_EQ(images->at(0).layers, std::vector<std::string>{"x/layer.tar"});
  EXPECT_TRUE(images->at(1).tags.empty());
  for (const std::string_view bad :
       {"{}", R"([{"Layers":[]}])", R"([{"Config":"c","Layers":[1]}])"})
    EXPECT_EQ(parse_saved_images(bad, kLimits).error().code(), base::Code::Malformed) << bad;
}

} // namespace
} // namespace portique::image
