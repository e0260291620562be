#include <fstream>

#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/scan/image_cache.h"

namespace portique::scan {
namespace {

namespace fs = std::filesystem;

base::Digest digest(std::string_view text) {
  return base::digest_of(base::as_bytes(text));
}

ImageDescription description() {
  ImageDescription described;
  described.image.config_digest = digest("config");
  described.image.platform = {"linux", "amd64", ""};
  described.image.layers = {{.diff_id = digest("layer"), .created_by = "RUN"}};
  described.layers = {{.blob = "layer.tar", .digest = digest("layer"), .size = 0}};
  return described;
}

TEST(ImageCache, KnowsAnImageByItsId) {
  const auto folder = base::TempDir::create("portique-image-cache");
  const ImageCache cache(folder->path(), {});
  EXPECT_FALSE(cache.load(digest("config")));
  ASSERT_TRUE(cache.store(digest("config"), description()));
  const auto known = cache.load(digest("config"));
  ASSERT_TRUE(known);
  EXPECT_EQ(known->image.layers.at(0).created_by, "RUN");
  EXPECT_EQ(known->layers.at(0).digest, digest("layer"));
  EXPECT_FALSE(cache.load(digest("other")));
}

TEST(ImageCache, KeepsNothingThatItsIdDoesNotVouchFor) {
  const auto folder = base::TempDir::create("portique-image-cache");
  const ImageCache cache(folder->path(), {});
  ASSERT_TRUE(cache.store(digest("an index"), description()));
  EXPECT_FALSE(cache.load(digest("an index")));
  ImageDescription by_manifest = description();
  by_manifest.image.manifest_digest = digest("manifest");
  ASSERT_TRUE(cache.store(digest("manifest"), by_manifest));
  EXPECT_TRUE(cache.load(digest("manifest")));
}

TEST(ImageCache, APlatformIsPartOfTheQuestion) {
  const auto folder = base::TempDir::create("portique-image-cache");
  const ImageCache amd64(folder->path(), {.platform = {"linux", "amd64", ""}});
  ASSERT_TRUE(amd64.store(digest("config"), description()));
  EXPECT_TRUE(amd64.load(digest("config")));
  EXPECT_FALSE(
      ImageCache(folder->path(), {.platform = {"linux", "arm64", ""}}).load(digest("config")));
  EXPECT_FALSE(
      ImageCache(folder->path(), {.platform = {"linux", "amd64", ""}, .platform_demanded = true})
          .load(digest("config")));
}

TEST(ImageCache, DamageCountsAsAbsence) {
  const auto folder = base::TempDir::create("portique-image-cache");
  const ImageCache cache(folder->path(), {});
  ASSERT_TRUE(cache.store(digest("config"), description()));
  for (const auto& entry : fs::recursive_directory_iterator(folder->path()))
    if (entry.is_regular_file()) fs::resize_file(entry.path(), entry.file_size() - 1);
  EXPECT_FALSE(cache.load(digest("config")));
  const ImageCache none({}, {});
  EXPECT_TRUE(none.store(digest("config"), description()));
  EXPECT_FALSE(none.load(digest("config")));
}

} // namespace
} // namespace portique::scan
