#include <fstream>

#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/scan/layer_cache.h"

namespace portique::scan {
namespace {

namespace fs = std::filesystem;

LayerEvidence evidence() {
  LayerEvidence layer;
  layer.files.push_back({"a", "x", {}});
  layer.links.push_back({"l", "t", false});
  layer.removed = {"r"};
  layer.entries = 7;
  return layer;
}

base::Digest digest(std::string_view text) {
  return base::digest_of(base::as_bytes(text));
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path());
  return files;
}

TEST(LayerCache, GivesBackWhatItKept) {
  const auto folder = base::TempDir::create("portique-cache");
  const LayerCache cache(folder->path());
  EXPECT_EQ(cache.load(digest("one")), std::nullopt);
  ASSERT_TRUE(cache.store(digest("one"), evidence()));
  EXPECT_EQ(cache.load(digest("one")), evidence());
  EXPECT_EQ(LayerCache(folder->path()).load(digest("one")), evidence());
  EXPECT_EQ(cache.load(digest("two")), std::nullopt);
  EXPECT_EQ(cache.load(base::Digest{}), std::nullopt);
}

TEST(LayerCache, ADamagedFileIsAsGoodAsNone) {
  const auto folder = base::TempDir::create("portique-cache");
  const LayerCache cache(folder->path());
  ASSERT_TRUE(cache.store(digest("one"), evidence()));
  const auto files = files_below(folder->path());
  ASSERT_EQ(files.size(), 1U);
  const std::string good = *base::read_file(files[0], 1 << 20);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x40);
    std::ofstream(files[0], std::ios::binary) << bad;
    EXPECT_EQ(cache.load(digest("one")), std::nullopt) << i;
  }
  std::ofstream(files[0], std::ios::binary) << good.substr(0, good.size() / 2);
  EXPECT_EQ(cache.load(digest("one")), std::nullopt);
}

TEST(LayerCache, AFileOfAnotherLayerDoesNotCount) {
  const auto folder = base::TempDir::create("portique-cache");
  const LayerCache cache(folder->path());
  ASSERT_TRUE(cache.store(digest("one"), evidence()));
  const fs::path one = files_below(folder->path()).at(0);
  ASSERT_TRUE(cache.store(digest("two"), LayerEvidence{}));
  for (const fs::path& file : files_below(folder->path()))
    if (file != one) fs::copy_file(one, file, fs::copy_options::overwrite_existing);
  EXPECT_EQ(cache.load(digest("two")), std::nullopt);
}

TEST(LayerCache, WithoutAFolderItKeepsNothing) {
  const LayerCache none;
  EXPECT_TRUE(none.store(digest("one"), evidence()));
  EXPECT_EQ(none.load(digest("one")), std::nullopt);
}

TEST(LayerCache, AFolderThatCannotBeWrittenIsSaid) {
  const LayerCache cache("/proc/nowhere");
  EXPECT_EQ(cache.store(digest("one"), evidence()).error().code(), base::Code::Io);
}

} // namespace
} // namespace portique::scan
