// Every cataloger over every file of real images, as the scan does it.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inventory/catalogers.h"
#include "portique/inventory/os/distro_fallback.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

struct Found {
  std::vector<std::string> packages; ///< "name version arch source", sorted
  model::Distro distro;
  std::vector<std::string> issues;
};

bool run(const std::string& command) {
  return std::system(command.c_str()) == 0;
}

// Of an image with one layer, as `docker save` writes it.
Found read_image(const fs::path& image) {
  const auto folder = base::TempDir::create("real-images").value();
  const std::string outside = (folder.path() / "image").string();
  const std::string inside = (folder.path() / "layer").string();
  EXPECT_TRUE(run("mkdir " + outside + " " + inside + " && tar -xzf '" + image.string() + "' -C " +
                  outside + " && tar -xf " + outside + "/*/layer.tar -C " + inside));
  Found found;
  std::vector<model::Distro> distros;
  const PathMatcher matcher;
  for (const auto& entry : fs::recursive_directory_iterator(inside)) {
    if (!entry.is_regular_file() || entry.is_symlink()) continue;
    const std::string path = fs::relative(entry.path(), inside).string();
    const auto wanted = matcher.match(path);
    if (!wanted) continue;
    const std::string content = base::read_file(entry.path(), 1U << 24U).value();
    const Analysis analysis = catalogers()[*wanted].analyze({path, base::as_bytes(content)}, {});
    for (const model::Package& p : analysis.packages) {
      found.packages.push_back(p.name + ' ' + p.version + ' ' + p.arch + ' ' + p.source_name);
    }
    if (analysis.distro) distros.push_back(*analysis.distro);
    for (const model::Issue& issue : analysis.issues)
      found.issues.push_back(path + issue.message);
  }
  std::ranges::sort(found.packages);
  found.distro = merge_distro(distros);
  return found;
}

TEST(RealImages, Alpine310) {
  PQ_SHARED_DATA_OR_SKIP(path, "images/alpine-310.tar.gz");
  const Found found = read_image(path);
  EXPECT_THAT(found.packages,
              ElementsAre("alpine-baselayout 3.1.2-r0 x86_64 alpine-baselayout",
                          "alpine-keys 2.1-r2 x86_64 alpine-keys",
                          "apk-tools 2.10.4-r2 x86_64 apk-tools",
                          "busybox 1.30.1-r3 x86_64 busybox",
                          "ca-certificates-cacert 20190108-r0 x86_64 ca-certificates",
                          "libc-utils 0.7.1-r0 x86_64 libc-dev",
                          "libcrypto1.1 1.1.1d-r2 x86_64 openssl",
                          "libssl1.1 1.1.1d-r2 x86_64 openssl",
                          "libtls-standalone 2.9.1-r0 x86_64 libtls-standalone",
                          "musl 1.1.22-r3 x86_64 musl",
                          "musl-utils 1.1.22-r3 x86_64 musl",
                          "scanelf 1.2.3-r0 x86_64 pax-utils",
                          "ssl_client 1.30.1-r3 x86_64 busybox",
                          "zlib 1.2.11-r1 x86_64 zlib"));
  EXPECT_EQ(found.distro.id, "alpine");
  EXPECT_EQ(found.distro.version_id, "3.10.4");
  EXPECT_EQ(found.distro.path, "etc/os-release");
  EXPECT_THAT(found.issues, IsEmpty());
}

TEST(RealImages, Alpine311) {
  PQ_SHARED_DATA_OR_SKIP(path, "images/alpine-311.tar.gz");
  const Found found = read_image(path);
  EXPECT_THAT(found.packages,
              ElementsAre("alpine-baselayout 3.2.0-r3 x86_64 alpine-baselayout",
                          "alpine-keys 2.1-r2 x86_64 alpine-keys",
                          "apk-tools 2.10.4-r3 x86_64 apk-tools",
                          "busybox 1.31.1-r9 x86_64 busybox",
                          "ca-certificates-cacert 20191127-r1 x86_64 ca-certificates",
                          "libc-utils 0.7.2-r0 x86_64 libc-dev",
                          "libcrypto1.1 1.1.1d-r3 x86_64 openssl",
                          "libssl1.1 1.1.1d-r3 x86_64 openssl",
                          "libtls-standalone 2.9.1-r0 x86_64 libtls-standalone",
                          "musl 1.1.24-r2 x86_64 musl",
                          "musl-utils 1.1.24-r2 x86_64 musl",
                          "scanelf 1.2.4-r0 x86_64 pax-utils",
                          "ssl_client 1.31.1-r9 x86_64 busybox",
                          "zlib 1.2.11-r3 x86_64 zlib"));
  EXPECT_EQ(found.distro.version_id, "3.11.5");
  EXPECT_THAT(found.issues, IsEmpty());
}

} // namespace
} // namespace portique::inventory
