#include <set>

#include <gtest/gtest.h>

#include "portique/model/sbom_properties.h"

namespace portique::model {
namespace {

template <typename T> T read_back(const std::vector<SbomProperty>& properties) {
  T out;
  for (const SbomProperty& property : properties)
    EXPECT_TRUE(take_sbom_property(out, property.name, property.value)) << property.name;
  return out;
}

base::Digest digest(char fill) {
  return base::Digest::parse("sha256:" + std::string(64, fill)).value();
}

Image image() {
  Image image;
  image.tags = {"app:1", "app:latest"};
  image.manifest_digest = digest('a');
  image.config_digest = digest('b');
  image.platform = {"linux", "arm64", "v8"};
  image.created = base::parse_time("2024-01-02T03:04:05Z");
  image.layers = {{.diff_id = digest('c'), .created_by = "ADD rootfs.tar /"},
                  {.digest = digest('d'),
                   .diff_id = digest('e'),
                   .size = 7,
                   .media_type = "application/vnd.oci.image.layer.v1.tar+zstd",
                   .created_by = "RUN make",
                   .created = base::parse_time("2024-01-02T03:04:05Z")}};
  return image;
}

TEST(SbomProperties, ImagesReadBack) {
  const Image want = image();
  const Image got = read_back<Image>(sbom_properties(want));
  EXPECT_EQ(got.tags, want.tags);
  EXPECT_EQ(got.manifest_digest, want.manifest_digest);
  EXPECT_EQ(got.config_digest, want.config_digest);
  EXPECT_EQ(got.platform, want.platform);
  EXPECT_EQ(got.created, want.created);
  ASSERT_EQ(got.layers.size(), 2U);
  EXPECT_EQ(got.layers[0].diff_id, want.layers[0].diff_id);
  EXPECT_EQ(got.layers[0].created_by, want.layers[0].created_by);
  EXPECT_EQ(got.layers[1].digest, want.layers[1].digest);
  EXPECT_EQ(got.layers[1].size, 7U);
  EXPECT_EQ(got.layers[1].media_type, want.layers[1].media_type);
  EXPECT_EQ(got.layers[1].created, want.layers[1].created);
}

TEST(SbomProperties, PackagesReadBack) {
  Package want;
  want.name = "nodejs";
  want.version = "1:16.20.2-3";
  want.source_name = "nodejs-src";
  want.source_version = "16";
  want.source_rpm = "nodejs-16.20.2-3.src.rpm";
  want.module_label = "nodejs:16:8080020231030144125:63b34585";
  want.path = "var/lib/rpm/rpmdb.sqlite";
  want.arch = "x86_64-linux";
  want.found_by = "rpm-sqlite";
  want.owner = "pkg:rpm/redhat/x@1";
  want.declared = true;
  want.scope = PackageScope::Development;
  want.layer = 1;
  want.removed_in = 0;
  Package got;
  got.name = want.name;
  got.version = want.version;
  std::set<std::string> names;
  for (const SbomProperty& property : sbom_properties(want, image())) {
    EXPECT_TRUE(names.insert(property.name).second) << property.name;
    if (!property.name.ends_with(":diffID")) {
      EXPECT_TRUE(take_sbom_property(got, property.name, property.value)) << property.name;
    }
  }
  EXPECT_EQ(got, want);
}

TEST(SbomProperties, DistrosReadBack) {
  const Distro want{.id = "openeuler",
                    .id_like = {"a", "b"},
                    .version_id = "22.03",
                    .codename = "c",
                    .name = "openEuler",
                    .pretty_name = "openEuler 22.03 (LTS-SP3)",
                    .cpe_name = "cpe:/o:x",
                    .path = "etc/os-release"};
  EXPECT_EQ(read_back<Distro>(sbom_properties(want)), want);
}

TEST(SbomProperties, IssuesReadBackWithTheirPlaceInTheText) {
  const std::vector<Issue> issues{
      {base::Code::Truncated, "the file ends early", "var/lib/dpkg/status", 2}};
  const auto got = read_back<std::vector<Issue>>(sbom_properties(issues));
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].code, base::Code::Truncated);
  EXPECT_EQ(got[0].message, "var/lib/dpkg/status: the file ends early");
}

TEST(SbomProperties, RefusesWhatMakesNoSense) {
  Image image;
  EXPECT_FALSE(take_sbom_property(image, "portique:image:layer:1024:diffID", digest('a').text()));
  EXPECT_FALSE(take_sbom_property(image, "portique:image:layer:x:diffID", digest('a').text()));
  EXPECT_FALSE(take_sbom_property(image, "portique:image:id", "sha256:12"));
  EXPECT_FALSE(take_sbom_property(image, "syft:image:id", digest('a').text()));
  EXPECT_TRUE(image.layers.empty());
  Package package;
  EXPECT_FALSE(take_sbom_property(package, "portique:layer:index", "-1"));
  EXPECT_FALSE(take_sbom_property(package, "portique:nonesuch", "1"));
  EXPECT_EQ(package, Package{});
}

} // namespace
} // namespace portique::model
