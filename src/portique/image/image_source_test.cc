#include <fstream>

#include <gtest/gtest.h>

#include "portique/archive/decompress.h"
#include "portique/base/file.h"
#include "portique/image/archive_blobs.h"
#include "portique/image/image_source.h"
#include "portique/image/layout_folder.h"
#include "portique/image/manifest.h"
#include "portique/test_support/gzip.h"
#include "portique/test_support/image_builder.h"
#include "portique/test_support/shared_data.h"
#include "portique/test_support/tar_builder.h"

namespace portique::image {
namespace {

using test_support::BuildImage;
using test_support::TarBuilder;

const base::Limits kLimits;

Selection any_platform() {
  return {.platform = {"linux", "amd64", ""}};
}

std::string layer_tar(std::string_view name) {
  return TarBuilder().file(name, "content").finish();
}

BuildImage two_layers() {
  return {.layers = {{layer_tar("a"), true, "FROM"}, {layer_tar("b"), false, "RUN"}}};
}

/// A layout as the sandboxed reader sees it that comes through a pipe.
class FolderBlobs : public BlobStore {
public:
  explicit FolderBlobs(const std::filesystem::path& path)
      : folder_(std::move(*LayoutFolder::open(path))) {}

  base::Result<std::unique_ptr<archive::ByteStream>> open(std::string_view name) override {
    auto file = PQ_TRY(folder_->open_blob(name));
    return archive::pipe_stream(std::move(file));
  }

private:
  std::unique_ptr<LayoutFolder> folder_;
};

class ImageSourceTest : public ::testing::Test {
protected:
  ImageSourceTest() : root_(*base::TempDir::create("portique-image")) {}

  std::filesystem::path layout(const std::vector<BuildImage>& images) const {
    const auto path = root_.path() / "layout";
    test_support::write_oci_layout(path, images);
    return path;
  }

  base::Fd archive_file(std::string_view bytes) const {
    const auto path = root_.path() / "archive";
    std::ofstream(path, std::ios::binary) << bytes;
    return std::move(*base::open_file(path));
  }

  base::TempDir root_;
};

TEST_F(ImageSourceTest, DescribesAnOciLayout) {
  FolderBlobs store(layout({two_layers()}));
  const auto described = describe_image(store, any_platform(), kLimits);
  ASSERT_TRUE(described) << described.error().text();
  ASSERT_EQ(described->image.layers.size(), 2U);
  EXPECT_EQ(described->image.layers[1].created_by, "RUN");
  EXPECT_EQ(described->image.layers[0].diff_id.text(), test_support::sha256(layer_tar("a")));
  EXPECT_EQ(described->image.manifest_digest.text().size(), 71U);
  EXPECT_EQ(described->layers[0].digest.text(),
            test_support::sha256(test_support::gzip(layer_tar("a"))));
  auto gzipped = open_layer(store, described->layers[0], kLimits);
  ASSERT_TRUE(gzipped);
  EXPECT_TRUE(gzipped->verified);
  EXPECT_EQ(gzipped->tar->read_all(1 << 20), layer_tar("a"));
  auto plain = open_layer(store, described->layers[1], kLimits);
  EXPECT_TRUE(plain->verified) << "what comes through a pipe is read whole";
  EXPECT_EQ(plain->tar->read_all(1 << 20), layer_tar("b"));
}

TEST_F(ImageSourceTest, ChoosesByPlatformAndName) {
  BuildImage arm = two_layers();
  arm.architecture = "arm64";
  FolderBlobs store(layout({two_layers(), arm}));
  EXPECT_EQ(describe_image(store, any_platform(), kLimits)->image.platform.architecture, "amd64");
  EXPECT_EQ(describe_image(store, {.platform = {"linux", "arm64", "v8"}}, kLimits)
                ->image.platform.architecture,
            "arm64");
  const auto missing = describe_image(store, {.platform = {"linux", "s390x", ""}}, kLimits);
  EXPECT_EQ(missing.error().code(), base::Code::NotFound);
  EXPECT_NE(missing.error().text().find("linux/amd64, linux/arm64"), std::string::npos)
      << missing.error().text();
}

TEST_F(ImageSourceTest, ASingleImageServesUnlessAPlatformIsDemanded) {
  BuildImage arm = two_layers();
  arm.architecture = "arm64";
  FolderBlobs store(layout({arm}));
  EXPECT_TRUE(describe_image(store, any_platform(), kLimits));
  Selection demanded = any_platform();
  demanded.platform_demanded = true;
  EXPECT_EQ(describe_image(store, demanded, kLimits).error().code(), base::Code::NotFound);
}

/// As skopeo writes layouts, and registries keep images of one platform.
TEST_F(ImageSourceTest, ADemandedPlatformIsHeldAgainstTheConfig) {
  const auto path = layout({two_layers()});
  std::string index = base::read_file(path / "index.json", 1U << 20U).value();
  const std::string platform = R"(,"platform":{"os":"linux","architecture":"amd64"})";
  ASSERT_NE(index.find(platform), std::string::npos) << index;
  index.erase(index.find(platform), platform.size());
  std::ofstream(path / "index.json", std::ios::binary) << index;
  FolderBlobs store(path);
  Selection demanded = any_platform();
  demanded.platform_demanded = true;
  EXPECT_TRUE(describe_image(store, demanded, kLimits));
  demanded.platform = {"linux", "arm64", ""};
  const auto other = describe_image(store, demanded, kLimits);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().text(), "the image is for linux/amd64, not for linux/arm64");
}

TEST_F(ImageSourceTest, SeveralNamesNeedAChoice) {
  BuildImage one = two_layers();
  one.tag = "one";
  BuildImage two{.layers = {{layer_tar("c")}}, .tag = "two"};
  FolderBlobs store(layout({one, two}));
  EXPECT_EQ(describe_image(store, any_platform(), kLimits).error().code(),
            base::Code::InvalidArgument);
  Selection chosen = any_platform();
  chosen.reference = "two";
  EXPECT_EQ(describe_image(store, chosen, kLimits)->image.layers.size(), 1U);
  chosen.reference = "three";
  EXPECT_EQ(describe_image(store, chosen, kLimits).error().code(), base::Code::NotFound);
}

TEST_F(ImageSourceTest, ChangedContentIsRefused) {
  const auto path = layout({two_layers()});
  FolderBlobs store(path);
  const auto described = describe_image(store, any_platform(), kLimits);
  ASSERT_TRUE(described);
  const auto blob = [&](const base::Digest& digest) {
    return path / "blobs/sha256" / digest.hex();
  };

  std::ofstream(blob(described->layers[0].digest), std::ios::binary)
      << test_support::gzip(layer_tar("evil"));
  auto layer = open_layer(store, described->layers[0], kLimits);
  ASSERT_TRUE(layer);
  EXPECT_EQ(layer->tar->read_all(1 << 20).error().code(), base::Code::DigestMismatch);

  std::ofstream(blob(described->image.config_digest)) << "{}";
  EXPECT_EQ(describe_image(store, any_platform(), kLimits).error().code(),
            base::Code::DigestMismatch);
}

TEST_F(ImageSourceTest, ReadsADockerArchiveBySeeking) {
  const base::Fd file = archive_file(test_support::docker_archive(two_layers()));
  const auto store = SeekableArchive::index(file, kLimits);
  ASSERT_TRUE(store) << store.error().text();
  const auto described = describe_image(**store, any_platform(), kLimits);
  ASSERT_TRUE(described) << described.error().text();
  EXPECT_EQ(described->image.layers[0].created_by, "FROM");
  EXPECT_EQ(described->image.config_digest.text(),
            test_support::sha256(test_support::config_json(two_layers())));
  const auto layer = open_layer(**store, described->layers[1], kLimits);
  EXPECT_FALSE(layer->verified) << "a plain layer in a file is walked by seeking";
  EXPECT_EQ(layer->tar->read_all(1 << 20), layer_tar("b"));
}

TEST_F(ImageSourceTest, ForeignLayersAreMarked) {
  for (const auto& [media_type, urls, foreign] :
       {std::tuple{"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "", true},
        std::tuple{"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", "", true},
        std::tuple{"application/vnd.oci.image.layer.v1.tar", R"(,"urls":["https://x/"])", true},
        std::tuple{"application/vnd.oci.image.layer.v1.tar", R"(,"urls":[])", false}}) {
    const std::string digest = "sha256:" + std::string(64, 'a');
    const auto manifest =
        parse_manifest(R"({"config":{"digest":")" + digest + R"("},"layers":[{"mediaType":")" +
                           media_type + R"(","digest":")" + digest + "\"" + urls + "}]}",
                       kLimits);
    ASSERT_TRUE(manifest) << manifest.error().text();
    EXPECT_EQ(manifest->layers.at(0).foreign, foreign) << media_type << urls;
  }
}

TEST_F(ImageSourceTest, ReadsACompressedArchiveInOnePass) {
  const base::Fd file =
      archive_file(test_support::gzip(test_support::docker_archive(two_layers())));
  auto plain =
      archive::decompress_detected(archive::file_stream(file, 0, *base::file_size(file)), kLimits);
  std::map<std::string, std::string> layers;
  const auto store = StreamedArchive::read(
      **plain, kLimits, [&](const std::string& name, archive::ByteStream& stream) {
        layers[name] = *stream.read_all(1 << 20);
        return base::Result<void>{};
      });
  ASSERT_TRUE(store) << store.error().text();
  const auto described = describe_image(**store, any_platform(), kLimits);
  ASSERT_TRUE(described) << described.error().text();
  EXPECT_EQ(layers.at(described->layers[1].blob), layer_tar("b"));
  EXPECT_EQ(layers.at(described->layers[0].blob), test_support::gzip(layer_tar("a")));
}

TEST_F(ImageSourceTest, WhatIsNoImageIsSaidSo) {
  const base::Fd file = archive_file(TarBuilder().file("readme", "hello").finish());
  const auto store = SeekableArchive::index(file, kLimits);
  EXPECT_EQ(describe_image(**store, any_platform(), kLimits).error().code(), base::Code::Malformed);
  const base::Fd text = archive_file("this is no archive at all, only a few words");
  EXPECT_FALSE(SeekableArchive::index(text, kLimits));
}

TEST_F(ImageSourceTest, LinksBetweenMembersAreFollowed) {
  MemberLinks links;
  links.add("b/layer.tar", "a/layer.tar");
  links.add("loop", "loop");
  EXPECT_EQ(links.follow("./b/layer.tar"), "a/layer.tar");
  EXPECT_EQ(links.follow("c"), "c");
  EXPECT_EQ(links.follow("loop").error().code(), base::Code::Malformed);
}

TEST_F(ImageSourceTest, RealArchivesAreDescribed) {
  PQ_SHARED_DATA_OR_SKIP(path, "images/symlinked-layers.tar");
  const auto file = base::open_file(path);
  const auto store = SeekableArchive::index(*file, kLimits);
  ASSERT_TRUE(store) << store.error().text();
  const auto described = describe_image(**store, any_platform(), kLimits);
  ASSERT_TRUE(described) << described.error().text();
  EXPECT_EQ(described->layers.size(), 9U);
  for (const StoredLayer& layer : described->layers)
    EXPECT_TRUE(open_layer(**store, layer, kLimits)) << layer.blob;
}

} // namespace
} // namespace portique::image
