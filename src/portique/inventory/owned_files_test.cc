#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/owned_files.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;

TEST(PathHash, GoesOnFromItsBeginning) {
  EXPECT_EQ(path_hash("usr/bin/env"), path_hash("env", path_hash("usr/bin/")));
  EXPECT_NE(path_hash("usr/bin/env"), path_hash("usr/bin/en"));
  // FNV-1a's own test vectors (draft-eastlake-fnv, "Test values").
  EXPECT_EQ(path_hash(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(path_hash("foobar"), 0x85944171f73967e8ULL);
}

TEST(OwnedPaths, FoldersMayBeWrittenInAnyWay) {
  std::string buffer;
  for (const std::string_view folder :
       {"usr/bin", "/usr/bin", "usr/bin/", "/usr//bin/", "./usr/./bin", "/usr/x/../bin"})
    EXPECT_EQ(folder_hash(folder, buffer), path_hash("usr/bin/")) << folder;
  for (const std::string_view root : {"", "/", ".", "./", "/.."})
    EXPECT_EQ(folder_hash(root, buffer), path_hash("")) << root;
}

TEST(OwnedPaths, GoToThePackageThatIsPresent) {
  Analysis analysis;
  OwnedPaths owned({}, analysis);
  owned.add("/usr/bin/a");
  owned.add("/"); // the root is nobody's
  owned.add_in(path_hash("usr/"), "b");
  for (const std::string_view none : {"", ".", "..", "c/d"})
    owned.add_in(path_hash("usr/"), none);
  owned.give_to("first");
  owned.add("lost");
  owned.drop();
  owned.give_to("without files");
  owned.add("./etc/x");
  owned.give_to("second");
  EXPECT_THAT(analysis.owned,
              ElementsAre(OwnedFiles{"first", {path_hash("usr/bin/a"), path_hash("usr/b")}},
                          OwnedFiles{"second", {path_hash("etc/x")}}));
  EXPECT_TRUE(analysis.issues.empty());
}

TEST(OwnedPaths, SaysOnceThatThereAreTooMany) {
  base::Limits limits;
  limits.owned_paths = 3;
  Analysis analysis;
  OwnedPaths owned(limits, analysis);
  owned.add("a");
  owned.add("b");
  owned.give_to("first");
  for (int i = 0; i < 9; ++i)
    owned.add("c");
  owned.give_to("second");
  owned.add("d");
  owned.give_to("third");
  EXPECT_THAT(analysis.owned,
              ElementsAre(OwnedFiles{"first", {path_hash("a"), path_hash("b")}},
                          OwnedFiles{"second", {path_hash("c")}}));
  ASSERT_EQ(analysis.issues.size(), 1U);
  EXPECT_EQ(analysis.issues[0].code, base::Code::LimitExceeded);
}

} // namespace
} // namespace portique::inventory
