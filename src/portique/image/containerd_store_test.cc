#include <cstdlib>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/archive/byte_stream.h"
#include "portique/base/file.h"
#include "portique/image/containerd_store.h"
#include "portique/image/image_source.h"
#include "portique/test_support/engine_daemon.h"
#include "portique/test_support/shared_data.h"

namespace portique::image {
namespace {

namespace fs = std::filesystem;
using base::Code;
using test_support::EngineDaemon;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const base::Limits kLimits;
const std::string kDigest =
    "sha256:244bc8b74c5345321e0e99b8c5dd1afeeaf55a4aed4e2d424d3f4af395822e1e";

TEST(ContainerdTables, ListsImages) {
  const std::string table =
      "REF                           TYPE                           DIGEST   SIZE    PLATFORMS   "
      "LABELS \n"
      "docker.io/library/alpine:3.11 application/vnd.oci.image.manifest.v1+json " +
      kDigest + " 5.6 MiB linux/amd64 -      \n" + kDigest +
      " application/vnd.oci.image.index.v1+json " + kDigest +
      " -       -           io.cri-containerd.image=managed \nbroken x y\n\n";
  EXPECT_THAT(parse_containerd_images(table, "k8s.io"),
              ElementsAre(ContainerdImage{"k8s.io",
                                          "docker.io/library/alpine:3.11",
                                          "application/vnd.oci.image.manifest.v1+json",
                                          *base::Digest::parse(kDigest)},
                          ContainerdImage{"k8s.io",
                                          kDigest,
                                          "application/vnd.oci.image.index.v1+json",
                                          *base::Digest::parse(kDigest)}));
  EXPECT_THAT(parse_containerd_images("", "x"), IsEmpty());
}

TEST(ContainerdTables, FindsTheContentStore) {
  EXPECT_EQ(parse_content_root("Type:          io.containerd.snapshotter.v1\n"
                               "Exports:      \n"
                               "               root      /v/snapshots\n"
                               "Type:          io.containerd.content.v1\n"
                               "ID:            content\n"
                               "Exports:      \n"
                               "               root      /v/my content\n"
                               "Type:          io.containerd.snapshotter.v1\n"
                               "               root      /v/other\n"),
            "/v/my content");
  EXPECT_EQ(parse_content_root("Type: io.containerd.content.v1\nType: x\nroot /v\n"), "");
}

TEST(ContainerdStore, AnAbsentOneIsOneClearSentence) {
  const auto store = ContainerdStore::connect("/nonexistent/containerd.sock", kLimits);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().text(),
            "containerd cannot be reached at /nonexistent/containerd.sock: no such file or "
            "directory; is it running?");
}

/// As the sandboxed reader sees a provider.
class ProviderBlobs : public BlobStore {
public:
  explicit ProviderBlobs(BlobProvider& provider) : provider_(&provider) {}

  base::Result<std::unique_ptr<archive::ByteStream>> open(std::string_view name) override {
    return archive::pipe_stream(PQ_TRY(provider_->open_blob(name)));
  }

private:
  BlobProvider* provider_;
};

TEST(ContainerdStore, ReadsImagesOfEveryNameSpaceInPlace) {
  PQ_SHARED_DATA_OR_SKIP(archive, "images/alpine-311.tar.gz");
  PQ_SHARED_DATA_OR_SKIP(older, "images/alpine-310.tar.gz");
  PQ_ENGINE_OR_SKIP(daemon, EngineDaemon::Kind::Containerd);
  const auto plain = [&](const fs::path& packed) {
    const fs::path file = daemon.folder() / packed.stem();
    EXPECT_EQ(
        base::run_program({"sh", "-c", R"(gunzip -c "$0" >"$1")", packed.string(), file.string()})
            ->exit_status,
        0);
    return file.string();
  };
  (void)daemon.run({"-n", "k8s.io", "images", "import", plain(archive)});
  (void)daemon.run({"-n", "other", "images", "import", plain(older)});
  const auto store = ContainerdStore::connect(daemon.socket(), kLimits);
  ASSERT_TRUE(store) << store.error().text();

  const auto images = store->list_images();
  ASSERT_TRUE(images) << images.error().text();
  ASSERT_EQ(images->size(), 2U);
  EXPECT_EQ(images->at(0).space, "k8s.io");
  EXPECT_EQ(images->at(0).name, "docker.io/library/alpine:3.11");
  EXPECT_EQ(images->at(1).space, "other");

  const ContainerdImage& first = images->at(0);
  for (const std::string& name : {std::string("alpine:3.11"),
                                  first.name,
                                  first.digest.text(),
                                  first.name + "@" + first.digest.text()}) {
    const auto found = store->find_image(name);
    ASSERT_TRUE(found) << name << ": " << found.error().text();
    EXPECT_EQ(*found, first) << name;
  }
  EXPECT_EQ(store->find_image("alpine:3.10")->space, "other");
  const auto absent = store->find_image("alpine:9");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code(), Code::NotFound);
  ::setenv("CONTAINERD_NAMESPACE", "other", 1);
  EXPECT_FALSE(store->find_image("alpine:3.11"));
  ::unsetenv("CONTAINERD_NAMESPACE");

  auto provider = store->open_image(first);
  ASSERT_TRUE(provider) << provider.error().text();
  ProviderBlobs blobs(**provider);
  const auto described = describe_image(blobs, {}, kLimits);
  ASSERT_TRUE(described) << described.error().text();
  EXPECT_THAT(described->image.tags, ElementsAre(first.name));
  EXPECT_EQ(described->image.manifest_digest, first.digest);
  EXPECT_EQ(described->image.config_digest.hex(),
            "a187dde48cd289ac374ad8539930628314bc581a481cdb41409c9289419ddb72");
  ASSERT_EQ(described->layers.size(), 1U);
  const fs::path blob =
      daemon.folder() / "data/io.containerd.content.v1.content" / described->layers[0].blob;
  EXPECT_TRUE((*provider)->open_blob(described->layers[0].blob));
  ASSERT_TRUE(fs::remove(blob));
  const auto missing = (*provider)->open_blob(described->layers[0].blob);
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().text(), HasSubstr("containerd does not keep the blob"));
}

} // namespace
} // namespace portique::image
