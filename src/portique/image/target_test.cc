#include <fstream>

#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/image/target.h"

namespace portique::image {
namespace {

namespace fs = std::filesystem;

class TargetTest : public ::testing::Test {
protected:
  void SetUp() override {
    root_.emplace(*base::TempDir::create("portique-target"));
    fs::create_directories(root_->path() / "layout" / "blobs");
    std::ofstream(root_->path() / "layout" / "index.json") << "{}";
    fs::create_directories(root_->path() / "tree" / "etc");
    std::ofstream(root_->path() / "tree" / "etc" / "passwd") << "root:x:0:0::/:/bin/sh\n";
    fs::create_directories(root_->path() / "plain");
    std::ofstream(root_->path() / "app.tar") << "x";
  }

  std::string at(std::string_view name) const { return (root_->path() / name).string(); }

  std::optional<base::TempDir> root_;
};

TEST_F(TargetTest, DetectsTheFormOfABarePath) {
  EXPECT_EQ(parse_target(at("layout"))->kind, SourceKind::OciDirectory);
  EXPECT_EQ(parse_target(at("tree"))->kind, SourceKind::Rootfs);
  EXPECT_EQ(parse_target(at("app.tar"))->kind, SourceKind::DockerArchive);
  EXPECT_EQ(parse_target("/")->kind, SourceKind::Rootfs);
  EXPECT_EQ(parse_target(at("plain"))->kind, SourceKind::Directory);
}

TEST_F(TargetTest, SplitsTheNameBehindThePath) {
  const auto target = parse_target("oci:" + at("layout") + ":ghcr.io/org/app:1.2");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, at("layout"));
  EXPECT_EQ(target->reference, "ghcr.io/org/app:1.2");
  EXPECT_EQ(parse_target(at("app.tar") + ":latest")->reference, "latest");
  EXPECT_EQ(parse_target("oci:" + at("layout"))->reference, "");
}

TEST_F(TargetTest, SaysWhatIsWrong) {
  EXPECT_EQ(parse_target(at("missing.tar")).error().code(), base::Code::NotFound);
  EXPECT_EQ(parse_target("docker-archive:" + at("missing.tar")).error().code(),
            base::Code::NotFound);
  EXPECT_EQ(parse_target("docker-archive:" + at("tree")).error().code(),
            base::Code::InvalidArgument);
  EXPECT_EQ(parse_target("rootfs:" + at("app.tar")).error().code(), base::Code::InvalidArgument);
  EXPECT_EQ(parse_target("").error().code(), base::Code::InvalidArgument);
  EXPECT_EQ(parse_target("docker:").error().code(), base::Code::InvalidArgument);
  EXPECT_EQ(parse_target("Ghost of a file").error().code(), base::Code::NotFound);
}

TEST_F(TargetTest, EnginesTakeNames) {
  for (const auto& [text, kind, name] :
       {std::tuple{"docker:nginx:1.27", SourceKind::Docker, "nginx:1.27"},
        std::tuple{"docker:sha256:abc", SourceKind::Docker, "sha256:abc"},
        std::tuple{"podman:localhost/app", SourceKind::Podman, "localhost/app"},
        std::tuple{"containerd:k8s.gcr.io/pause:3", SourceKind::Containerd, "k8s.gcr.io/pause:3"},
        std::tuple{"container:web", SourceKind::Container, "web"},
        std::tuple{"runc:/bundles/a", SourceKind::OciBundle, "/bundles/a"},
        std::tuple{"lxc:web", SourceKind::Lxc, "web"},
        std::tuple{"image:nginx", SourceKind::Image, "nginx"}}) {
    const auto target = parse_target(text);
    ASSERT_TRUE(target) << text << ": " << target.error().text();
    EXPECT_EQ(target->kind, kind) << text;
    EXPECT_EQ(target->reference, name) << text;
    EXPECT_EQ(target->path, "") << text;
  }
}

TEST_F(TargetTest, WhatIsNoPathIsAnImage) {
  for (const char* name : {"ghost:latest", "ghcr.io/org/app@sha256:" /* a digest follows */}) {
    const std::string text =
        name + std::string(std::string_view(name).ends_with(':') ? 64 : 0, 'a');
    const auto target = parse_target(text);
    ASSERT_TRUE(target) << text << ": " << target.error().text();
    EXPECT_EQ(target->kind, SourceKind::Image);
    EXPECT_EQ(target->reference, text);
  }
  EXPECT_EQ(parse_target("/ghost").error().code(), base::Code::NotFound);
  EXPECT_EQ(parse_target("./ghost").error().code(), base::Code::NotFound);
}

TEST_F(TargetTest, ARegistryIsNoPath) {
  const auto target = parse_target("registry:nginx");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->kind, SourceKind::Registry);
  EXPECT_EQ(target->path, "");
  EXPECT_EQ(target->reference, "docker.io/library/nginx:latest");
  EXPECT_EQ(parse_target("registry:localhost:5000/app:1")->reference, "localhost:5000/app:1");
  EXPECT_EQ(parse_target("registry:").error().code(), base::Code::InvalidArgument);
  EXPECT_EQ(parse_target("registry:" + at("app.tar")).error().code(), base::Code::InvalidArgument);
}

TEST(SourceKinds, EveryKindHasItsOwnScheme) {
  for (const SourceInfo& info : source_kinds())
    EXPECT_EQ(scheme_of(info.kind), info.scheme);
  EXPECT_EQ(source_kinds().size(), 14U);
}

} // namespace
} // namespace portique::image
