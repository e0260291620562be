#include <array>
#include <cstdlib>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/image/local_images.h"
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
using ::testing::SizeIs;

const base::Limits kLimits;

/// The engines are those that the test says, and no others.
class LocalImagesTest : public ::testing::Test {
protected:
  void SetUp() override {
    for (const char* name : kVariables)
      ::setenv(name, (std::string(kScheme(name)) + nowhere_).c_str(), 1);
    ::unsetenv("CONTAINERD_NAMESPACE");
  }

  void TearDown() override {
    for (const char* name : kVariables)
      ::unsetenv(name);
  }

  static const char* kScheme(std::string_view name) {
    return name == "CONTAINERD_ADDRESS" ? "" : "unix://";
  }

  static std::string plain(const fs::path& packed, const fs::path& folder) {
    const fs::path file = folder / packed.stem();
    EXPECT_EQ(
        base::run_program({"sh", "-c", R"(gunzip -c "$0" >"$1")", packed.string(), file.string()})
            ->exit_status,
        0);
    return file.string();
  }

  static std::vector<std::string> names(const LocalImages& local) {
    std::vector<std::string> list;
    for (const LocalImage& image : local.images)
      list.push_back(image.name());
    return list;
  }

  static constexpr std::array kVariables{"DOCKER_HOST", "CONTAINERD_ADDRESS", "CONTAINER_HOST"};
  const std::string nowhere_ = "/nonexistent/engine.sock";
};

TEST_F(LocalImagesTest, AnEngineThatWasNamedAndIsNotThereIsNotPassedOver) {
  ::setenv("DOCKER_HOST", "ssh://somewhere", 1);
  const auto local = list_local_images(kLimits);
  ASSERT_FALSE(local);
  EXPECT_EQ(local.error().code(), Code::NotFound);
  EXPECT_THAT(local.error().text(), HasSubstr("no engine answers: DOCKER_HOST: an engine behind"));
  EXPECT_THAT(local.error().text(), HasSubstr("containerd cannot be reached at " + nowhere_));
  EXPECT_THAT(local.error().text(), HasSubstr("podman cannot be reached at unix://" + nowhere_));
  const Location location = locate_image("alpine", kLimits);
  EXPECT_EQ(location.target.kind, SourceKind::Image);
  EXPECT_EQ(location.target.reference, "alpine");
  EXPECT_THAT(location.silent, SizeIs(3));
}

TEST_F(LocalImagesTest, WhatIsNotInstalledIsPassedOver) {
  for (const char* socket :
       {"/var/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock"})
    if (fs::exists(socket)) GTEST_SKIP() << "this machine has an engine of its own: " << socket;
  for (const char* name : kVariables)
    ::unsetenv(name);
  const Location location = locate_image("alpine", kLimits);
  EXPECT_EQ(location.target.kind, SourceKind::Image);
  EXPECT_THAT(location.silent, IsEmpty());
}

/// The same two images in all three engines, each under its own names.
TEST_F(LocalImagesTest, ListsEachImageOnceAndFindsItInOrder) {
  PQ_SHARED_DATA_OR_SKIP(alpine_311, "images/alpine-311.tar.gz");
  PQ_SHARED_DATA_OR_SKIP(alpine_310, "images/alpine-310.tar.gz");
  PQ_ENGINE_OR_SKIP(docker, EngineDaemon::Kind::Docker);
  PQ_ENGINE_OR_SKIP(podman, EngineDaemon::Kind::Podman);
  PQ_ENGINE_OR_SKIP(containerd, EngineDaemon::Kind::Containerd);
  const std::string newer = plain(alpine_311, docker.folder());
  const std::string older = plain(alpine_310, docker.folder());
  (void)docker.run({"load", "-i", newer});
  (void)docker.run({"tag", "alpine:3.11", "edge:1"});
  (void)podman.run({"load", "-i", newer});
  (void)podman.run({"load", "-i", older});
  (void)containerd.run({"-n", "k8s.io", "images", "import", older});
  // As Kubernetes names an image beside its own name.
  const std::string config = podman.run({"images", "-q", "--no-trunc", "localhost/alpine:3.10"});
  (void)containerd.run({"-n", "k8s.io", "images", "tag", "docker.io/library/alpine:3.10", config});
  ::setenv("DOCKER_HOST", docker.address().c_str(), 1);
  ::setenv("CONTAINER_HOST", podman.address().c_str(), 1);
  ::setenv("CONTAINERD_ADDRESS", containerd.socket().c_str(), 1);

  const auto local = list_local_images(kLimits);
  ASSERT_TRUE(local) << local.error().text();
  EXPECT_EQ(local->engines, 3U);
  EXPECT_THAT(local->silent, IsEmpty());
  ASSERT_THAT(local->images, SizeIs(2)) << ::testing::PrintToString(names(*local));
  EXPECT_EQ(local->images[0].name(), "docker:alpine:3.11");
  EXPECT_THAT(local->images[0].tags, ElementsAre("alpine:3.11", "edge:1"));
  EXPECT_THAT(local->images[1].name(),
              HasSubstr("containerd:docker.io/library/alpine:3.10@sha256:"));
  EXPECT_EQ(local->images[1].id, config);

  EXPECT_EQ(locate_image("alpine:3.11", kLimits).target.kind, SourceKind::Docker);
  EXPECT_EQ(locate_image("alpine:3.10", kLimits).target.kind, SourceKind::Containerd);
  EXPECT_EQ(locate_image(config, kLimits).target.kind, SourceKind::Containerd);
  EXPECT_EQ(locate_image("alpine:9", kLimits).target.kind, SourceKind::Image);
  ::setenv("CONTAINERD_ADDRESS", nowhere_.c_str(), 1);
  EXPECT_EQ(locate_image("alpine:3.10", kLimits).target.kind, SourceKind::Podman);
}

} // namespace
} // namespace portique::image
