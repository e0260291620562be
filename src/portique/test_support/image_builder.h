#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace portique::test_support {

/// One layer of an image to build.
struct BuildLayer {
  std::string tar;
  bool gzip = false;
  std::string created_by = "COPY";
  std::vector<std::string> empty_steps = {}; ///< of the history behind it, that made no layer
};

/// What an image to build looks like.
struct BuildImage {
  std::vector<BuildLayer> layers;
  std::string architecture = "amd64";
  std::string tag; ///< "" for none
  std::vector<std::pair<std::string, std::string>> labels = {};
  std::vector<std::string> env = {}; ///< NAME=VALUE
};

/// "sha256:...".
std::string sha256(std::string_view bytes);

/// The image config's JSON.
std::string config_json(const BuildImage& image);

/// Writes an OCI image layout into `folder`: several images become an index with platforms.
void write_oci_layout(const std::filesystem::path& folder, const std::vector<BuildImage>& images);

/// The bytes of an archive as docker save wrote it before Docker 25.
std::string docker_archive(const BuildImage& image);

} // namespace portique::test_support
