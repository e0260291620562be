#include <fstream>

#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/image/layout_folder.h"

namespace portique::image {
namespace {

namespace fs = std::filesystem;

TEST(LayoutFolder, OpensOnlyWhatALayoutHas) {
  const auto root = base::TempDir::create("portique-layout");
  const std::string hex(64, 'a');
  fs::create_directories(root->path() / "blobs/sha256");
  std::ofstream(root->path() / "index.json") << "{}";
  std::ofstream(root->path() / "secret") << "no";
  std::ofstream(root->path() / "blobs/sha256" / hex) << "blob";
  const auto folder = LayoutFolder::open(root->path());
  ASSERT_TRUE(folder);
  const auto open = [&](std::string_view name) { return (*folder)->open_blob(name); };
  EXPECT_TRUE(open("index.json"));
  EXPECT_TRUE(open("blobs/sha256/" + hex));
  EXPECT_EQ(open("oci-layout").error().code(), base::Code::NotFound);
  EXPECT_EQ(open("blobs/sha256/" + std::string(64, 'b')).error().code(), base::Code::NotFound);
  for (const std::string& name : {std::string("secret"),
                                  std::string("../secret"),
                                  std::string("/etc/passwd"),
                                  std::string("blobs/sha256/../../secret"),
                                  "blobs/sha256/" + std::string(63, 'a'),
                                  "blobs/md5/" + hex})
    EXPECT_EQ(open(name).error().code(), base::Code::InvalidArgument) << name;
}

TEST(LayoutFolder, ALinkOutOfTheLayoutLeadsNowhere) {
  const auto root = base::TempDir::create("portique-layout");
  fs::create_symlink("/etc/passwd", root->path() / "index.json");
  EXPECT_FALSE((*LayoutFolder::open(root->path()))->open_blob("index.json"));
}

} // namespace
} // namespace portique::image
