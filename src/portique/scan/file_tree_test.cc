#include <gtest/gtest.h>

#include "portique/scan/file_tree.h"

namespace portique::scan {
namespace {

LayerEvidence layer(std::vector<std::string> files, std::vector<Link> links = {}) {
  LayerEvidence evidence;
  for (std::string& path : files)
    evidence.files.push_back({std::move(path), "x", {}});
  evidence.links = std::move(links);
  return evidence;
}

std::vector<std::int32_t> layers_of(const FileTree& tree, std::string_view path) {
  std::vector<std::int32_t> layers;
  for (const FileVersion& version : tree.versions(path))
    layers.push_back(version.layer);
  return layers;
}

using Layers = std::vector<std::int32_t>;

TEST(FileTree, KeepsEveryStateOfAFile) {
  const std::vector<LayerEvidence> layers{layer({"a/b"}), layer({}), layer({"a/b", "c"})};
  const FileTree tree(layers);
  EXPECT_EQ(layers_of(tree, "a/b"), (Layers{0, 2}));
  EXPECT_EQ(layers_of(tree, "c"), Layers{2});
  EXPECT_EQ(layers_of(tree, "a"), Layers{});
}

TEST(FileTree, WhiteoutsDeleteOnlyWhatLiesBelow) {
  std::vector<LayerEvidence> layers{layer({"a/b", "a/c/d", "ab/c"}), layer({"a/b"})};
  layers[1].removed = {"a/c", "a/b"}; // the file of the same layer stays
  const FileTree tree(layers);
  EXPECT_EQ(layers_of(tree, "a/b"), Layers{1});
  EXPECT_EQ(layers_of(tree, "a/c/d"), Layers{});
  EXPECT_EQ(layers_of(tree, "ab/c"), Layers{0});
}

TEST(FileTree, AnOpaqueFolderStartsAnew) {
  std::vector<LayerEvidence> layers{layer({"a/b", "a/c", "ad"}), layer({"a/b"})};
  layers[1].emptied = {"a"};
  const FileTree tree(layers);
  EXPECT_EQ(layers_of(tree, "a/b"), Layers{1});
  EXPECT_EQ(layers_of(tree, "a/c"), Layers{});
  EXPECT_EQ(layers_of(tree, "ad"), Layers{0});
}

TEST(FileTree, FollowsLinksInsideTheImage) {
  const std::vector<LayerEvidence> layers{layer({},
                                                {{"lib", "usr/lib"},
                                                 {"var/lib/rpm", "../../usr/lib/sysimage/rpm"},
                                                 {"etc/os-release", "/usr/lib/os-release"},
                                                 {"usr/lib/sysimage", "/data/../../../image"},
                                                 {"up", "../../../../etc"},
                                                 {"h", "real/file", true},
                                                 {"loop/a", "b"},
                                                 {"loop/b", "a"}})};
  const FileTree tree(layers);

  struct Case {
    std::string_view path;
    std::optional<std::string> want;
  };

  for (const Case& c : {Case{"lib/apk/db/installed", "usr/lib/apk/db/installed"},
                        Case{"etc/os-release", "usr/lib/os-release"},
                        Case{"var/lib/rpm/Packages", "image/rpm/Packages"},
                        Case{"up/passwd", "etc/passwd"},
                        Case{"h", "real/file"},
                        Case{"library/x", "library/x"},
                        Case{"loop/a/x", std::nullopt}})
    EXPECT_EQ(tree.resolve(c.path), c.want) << c.path;
}

TEST(FileTree, LaterLayersReplaceLinksAndFolders) {
  const std::vector<LayerEvidence> layers{layer({"var/lib/rpm/Packages"}, {{"lib", "usr/lib"}}),
                                          layer({"lib/apk/db/installed"}),
                                          layer({}, {{"var/lib/rpm", "/usr/rpm"}})};
  const FileTree tree(layers);
  EXPECT_EQ(tree.resolve("lib/apk/db/installed"), "lib/apk/db/installed");
  EXPECT_EQ(layers_of(tree, "var/lib/rpm/Packages"), Layers{});
  EXPECT_EQ(tree.resolve("var/lib/rpm/Packages"), "usr/rpm/Packages");
}

TEST(FileTree, ListsChildren) {
  const std::vector<LayerEvidence> layers{
      layer({"doc/a/copyright", "doc/a/x/y", "doc/b", "docs/c"}, {{"doc/z", "a"}})};
  const FileTree tree(layers);
  EXPECT_EQ(tree.children("doc"), (std::vector<std::string>{"a", "b", "z"}));
  EXPECT_EQ(tree.children("none"), std::vector<std::string>{});
}

} // namespace
} // namespace portique::scan
