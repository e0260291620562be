#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/image/engine_documents.h"

namespace portique::image {
namespace {

using base::Code;
using model::ChangeKind;
using model::PathChange;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const base::Limits kLimits;
const std::string kHex = "a187dde48cd289ac374ad8539930628314bc581a481cdb41409c9289419ddb72";
const std::string kLayer =
    "sha256:beee9f30bc1f711043e78d4a2be0668955d4b761d587d6f60c2c8dc081efb203";

TEST(EngineDocuments, ReadsAnImage) {
  // Docker 20.10, shortened
  const auto image = parse_engine_image(R"({"Id":"sha256:)" + kHex +
                                            R"(","RepoTags":["alpine:3.11","<none>:<none>"],
         "RepoDigests":["alpine@sha256:a02d"],"Created":"2020-03-23T21:19:34.196162891Z",
         "Architecture":"AMD64","Os":"linux","RootFS":{"Type":"layers","Layers":[")" +
                                            kLayer + R"("]}})",
                                        kLimits);
  ASSERT_TRUE(image) << image.error().text();
  EXPECT_EQ(image->id.hex(), kHex);
  EXPECT_THAT(image->tags, ElementsAre("alpine:3.11"));
  EXPECT_THAT(image->repository_digests, ElementsAre("alpine@sha256:a02d"));
  EXPECT_THAT(image->diff_ids, ElementsAre(*base::Digest::parse(kLayer)));
  EXPECT_EQ(image->platform, (model::Platform{"linux", "amd64", ""}));
  EXPECT_EQ(image->created, base::parse_time("2020-03-23T21:19:34Z"));
}

TEST(EngineDocuments, AnIdMayComeWithoutItsAlgorithm) {
  EXPECT_EQ(parse_engine_image(R"({"Id":")" + kHex + "\"}", kLimits)->id.text(), "sha256:" + kHex);
}

TEST(EngineDocuments, RefusesImagesThatAreNone) {
  for (const std::string& text : {std::string("[]"),
                                  std::string("null"),
                                  std::string("{}"),
                                  std::string(R"({"Id":7})"),
                                  std::string(R"({"Id":"sha256:../../containers/x"})"),
                                  R"({"Id":")" + kHex + R"(","RootFS":{"Layers":[7]}})",
                                  R"({"Id":")" + kHex + R"(","RootFS":{"Layers":["sha256:x"]}})"}) {
    const auto image = parse_engine_image(text, kLimits);
    ASSERT_FALSE(image) << text;
    EXPECT_EQ(image.error().code(), Code::Malformed) << text;
  }
  base::Limits few;
  few.layers = 0;
  EXPECT_EQ(parse_engine_image(
                R"({"Id":")" + kHex + R"(","RootFS":{"Layers":[")" + kLayer + R"("]}})", few)
                .error()
                .code(),
            Code::LimitExceeded);
}

TEST(EngineDocuments, ReadsAListOfImages) {
  const auto images = parse_engine_images(R"([{"Id":"sha256:)" + kHex +
                                          R"(","RepoTags":["a:1","b:2"],"Created":1584998374},
          {"Id":"sha256:)" + kHex + R"(","RepoTags":null,"RepoDigests":["<none>@<none>"]}])");
  ASSERT_TRUE(images) << images.error().text();
  ASSERT_EQ(images->size(), 2U);
  EXPECT_THAT(images->at(0).tags, ElementsAre("a:1", "b:2"));
  EXPECT_EQ(images->at(0).created, base::parse_time("2020-03-23T21:19:34Z"));
  EXPECT_THAT(images->at(1).tags, IsEmpty());
  EXPECT_THAT(images->at(1).repository_digests, IsEmpty());
  EXPECT_THAT(*parse_engine_images("[]"), IsEmpty());
  EXPECT_FALSE(parse_engine_images(R"({"message":"no"})"));
  EXPECT_FALSE(parse_engine_images("[{}]"));
}

TEST(EngineDocuments, ReadsAContainer) {
  const auto container =
      parse_engine_container(R"({"Id":")" + kHex + R"(","Name":"/web","Image":"sha256:)" + kHex +
                             R"(","State":{"Running":true},"Config":{"Image":"nginx:1"},
         "GraphDriver":{"Name":"overlay2","Data":{"UpperDir":"/v/diff"}},
         "Mounts":[{"Destination":"/data/"},{"Type":"tmpfs"},{"Destination":"/"}]})");
  ASSERT_TRUE(container) << container.error().text();
  EXPECT_EQ(*container,
            (EngineContainer{.id = kHex,
                             .name = "web",
                             .image = "sha256:" + kHex,
                             .image_name = "nginx:1",
                             .running = true,
                             .storage_driver = "overlay2",
                             .upper_dir = "/v/diff",
                             .mounts = {"data"}}));
  EXPECT_FALSE(parse_engine_container(R"({"Id":"../x"})"));
  EXPECT_FALSE(parse_engine_container("[]"));
}

TEST(EngineDocuments, ReadsChanges) {
  const auto changes = parse_path_changes(
      R"([{"Path":"/etc","Kind":0},{"Path":"/usr/bin/x","Kind":1},{"Path":"/../etc/motd","Kind":2},
          {"Path":"/","Kind":0}])",
      kLimits);
  ASSERT_TRUE(changes) << changes.error().text();
  EXPECT_THAT(*changes,
              ElementsAre(PathChange{"etc", ChangeKind::Changed},
                          PathChange{"etc/motd", ChangeKind::Deleted},
                          PathChange{"usr/bin/x", ChangeKind::Added}));
  EXPECT_THAT(*parse_path_changes("null", kLimits), IsEmpty());
  for (const char* broken : {"{}", R"([{"Path":"/x"}])", R"([{"Path":"/x","Kind":3}])", "[", ""})
    EXPECT_FALSE(parse_path_changes(broken, kLimits)) << broken;
  base::Limits few;
  few.layer_entries = 1;
  EXPECT_EQ(
      parse_path_changes(R"([{"Path":"/a","Kind":0},{"Path":"/b","Kind":0}])", few).error().code(),
      Code::LimitExceeded);
}

TEST(EngineDocuments, FindsTheSentenceInARefusal) {
  EXPECT_EQ(parse_engine_error(R"({"message":"No such image: x\u001b[31m"})"),
            "No such image: x\xEF\xBF\xBD[31m");
  EXPECT_EQ(parse_engine_error("<html>"), "");
  EXPECT_EQ(parse_engine_error(R"({"message":")" + std::string(10'000, 'a') + "\"}").size(), 500U);
}

} // namespace
} // namespace portique::image
