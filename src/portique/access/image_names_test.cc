#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/docker/engine_id.h"
#include "portique/access/image_names.h"

namespace portique::access {
namespace {

using testing::ElementsAre;

const std::string kDigits(64, 'a');
const std::string kId = "sha256:" + kDigits;
const std::string kDigest = "sha256:" + std::string(64, 'd');

TEST(ImageNames, ManySpellingsAreOneName) {
  struct Row {
    std::string written;
    std::string full;
  };

  for (const auto& [written, full] : std::vector<Row>{
           {"nginx", "docker.io/library/nginx:latest"},
           {"nginx:1.27", "docker.io/library/nginx:1.27"},
           {"library/nginx", "docker.io/library/nginx:latest"},
           {"docker.io/nginx", "docker.io/library/nginx:latest"},
           {"index.docker.io/nginx", "docker.io/library/nginx:latest"},
           {"index.docker.io/library/nginx:1", "docker.io/library/nginx:1"},
           {"docker.io/library/nginx", "docker.io/library/nginx:latest"},
           {"INDEX.docker.io/team/app:1", "docker.io/team/app:1"},
           {"team/app", "docker.io/team/app:latest"},
           {"Registry.Corp/app:1", "registry.corp/app:1"},
           {"localhost/app", "localhost/app:latest"},
           {"localhost:5000/app", "localhost:5000/app:latest"},
           {"registry.corp:443/a/b/c:1", "registry.corp:443/a/b/c:1"},
           {"nginx@" + kDigest, "docker.io/library/nginx@" + kDigest},
           {"nginx:1.27@" + kDigest, "docker.io/library/nginx@" + kDigest},
           {"registry.corp/app:*", "registry.corp/app:*"},
           {"cafe", "docker.io/library/cafe:latest"},
           {kId, kId},
           {kDigits, kId},
           {"sha256:aaaa", "sha256:aaaa"},
           {"Nginx", "Nginx"},
           {"a//b", "a//b"},
           {"registry.corp/../evil", "registry.corp/../evil"},
           {"", ""},
       })
    EXPECT_EQ(full_image_name(written), full) << written;
  for (const std::string& id : {kId, kDigits})
    EXPECT_TRUE(is_whole_id(id)) << id;
  for (const std::string& other : {std::string("sha256:aaaa"),
                                   kDigits + "a",
                                   std::string("sha256"),
                                   std::string(64, 'A'),
                                   std::string(64, 'g')})
    EXPECT_FALSE(is_whole_id(other)) << other;
  EXPECT_FALSE(full_reference("sha256:aaaa")) << "no name of Docker Hub's";
}

TEST(ImageNames, APullWithoutTagTakesAllOfThem) {
  EXPECT_EQ(pulled_image_name("nginx"), "docker.io/library/nginx:*");
  EXPECT_EQ(pulled_image_name("registry.corp:5000/app"), "registry.corp:5000/app:*");
  EXPECT_EQ(pulled_image_name("registry.corp:5000/app:1"), "registry.corp:5000/app:1");
  EXPECT_EQ(pulled_image_name("app@" + kDigest), "docker.io/library/app@" + kDigest);
}

TEST(ImageNames, AnIdCountsWithAllNamesThatItHas) {
  const ImageFacts two{.id = kId,
                       .tags = {"registry.corp/app:1", "app:latest"},
                       .digests = {"registry.corp/app@" + kDigest, "other.example/x@" + kDigest}};
  for (const std::string& written : {kId, kDigits, std::string("aaaa"), std::string("sha256:aa")}) {
    const ImageNaming naming = image_naming(written, two);
    EXPECT_THAT(naming.names,
                ElementsAre("registry.corp/app:1",
                            "docker.io/library/app:latest",
                            "other.example/x@" + kDigest))
        << written;
    EXPECT_TRUE(naming.pinned) << written;
  }
  // By name it is what it was asked for as.
  for (const std::string& written : {std::string("app"), std::string("docker.io/library/app")}) {
    const ImageNaming naming = image_naming(written, two);
    EXPECT_THAT(naming.names, ElementsAre("docker.io/library/app:latest")) << written;
    EXPECT_FALSE(naming.pinned) << written;
  }
  const ImageNaming by_digest = image_naming("registry.corp/app:9@" + kDigest, two);
  EXPECT_THAT(by_digest.names, ElementsAre("registry.corp/app@" + kDigest));
  EXPECT_TRUE(by_digest.pinned);
  // An engine that finds a digest under any name says what the image is really called.
  const ImageNaming borrowed = image_naming("trusted.example/app@" + kDigest, two);
  EXPECT_THAT(borrowed.names, testing::Not(testing::Contains(testing::HasSubstr("trusted"))));
}

TEST(ImageNames, WhatHasNoNameIsItsId) {
  const ImageFacts nameless{.id = kId, .tags = {"<none>:<none>"}};
  for (const std::string& written : {kId, kDigits, std::string("aaaa")})
    EXPECT_THAT(image_naming(written, nameless).names, ElementsAre(kId)) << written;
  EXPECT_THAT(image_naming(kId, std::nullopt).names, ElementsAre(kId));
  EXPECT_TRUE(image_naming(kId, std::nullopt).pinned);
  EXPECT_THAT(image_naming("aaaa", std::nullopt).names,
              ElementsAre("docker.io/library/aaaa:latest"))
      << "nothing here begins so: it would be fetched by that name";
  // Podman finds short names in other places than Docker Hub.
  const ImageFacts local{.id = kId, .tags = {"localhost/tools:latest"}};
  EXPECT_THAT(image_naming("tools", local).names, ElementsAre("localhost/tools:latest"));
  EXPECT_FALSE(image_naming("tools", local).pinned);
}

TEST(ImageNames, PatternsFitWholeAndShortForms) {
  const auto fits = [](const std::string& pattern, const std::string& name) {
    return fits_image(std::vector{pattern}, name);
  };
  const std::string nginx = "docker.io/library/nginx:1.27";
  for (const char* pattern : {"docker.io/*",
                              "docker.io/library/nginx:1.27",
                              "docker.io/library/nginx",
                              "nginx:1.*",
                              "nginx",
                              "*:1.27",
                              "*"})
    EXPECT_TRUE(fits(pattern, nginx)) << pattern;
  for (const char* pattern : {"registry.corp/*", "nginx:1.26", "library/nginx", "ngin", ""})
    EXPECT_FALSE(fits(pattern, nginx)) << pattern;
  EXPECT_TRUE(fits("team/*", "docker.io/team/app:1"));
  // The short form of such a name would be another one's full name.
  EXPECT_FALSE(fits("ghcr.io/*", "docker.io/ghcr.io/app:1"));
  EXPECT_TRUE(fits("registry.corp/app", "registry.corp/app:*"));
  EXPECT_FALSE(fits("registry.corp/app:1", "registry.corp/app:*"));
  EXPECT_FALSE(fits("docker.io/*", kId));
  EXPECT_FALSE(fits("docker.io/*", "sha256:aaaa"));
  EXPECT_TRUE(fits("sha256:*", kId));
}

} // namespace
} // namespace portique::access
