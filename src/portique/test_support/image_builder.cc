#include "portique/test_support/image_builder.h"

#include <fstream>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "portique/base/digest.h"
#include "portique/test_support/gzip.h"
#include "portique/test_support/tar_builder.h"

namespace portique::test_support {

namespace {

/// Joins with commas.
std::string list(const std::vector<std::string>& items) {
  std::string joined;
  for (const std::string& item : items)
    joined += (joined.empty() ? "" : ",") + item;
  return joined;
}

std::string hex(std::string_view digest) {
  return std::string(digest.substr(7));
}

class LayoutWriter {
public:
  explicit LayoutWriter(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_ / "blobs" / "sha256");
    write("oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
  }

  void write(const std::string& name, std::string_view content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }

  /// Stores a blob and returns its descriptor without the closing brace.
  std::string blob(std::string_view content, std::string_view media_type) const {
    const std::string digest = sha256(content);
    write("blobs/sha256/" + hex(digest), content);
    return fmt::format(
        R"({{"mediaType":"{}","digest":"{}","size":{})", media_type, digest, content.size());
  }

  std::string image(const BuildImage& image) const {
    std::vector<std::string> layers;
    for (const BuildLayer& layer : image.layers)
      layers.push_back(
          layer.gzip ? blob(gzip(layer.tar), "application/vnd.oci.image.layer.v1.tar+gzip") + "}"
                     : blob(layer.tar, "application/vnd.oci.image.layer.v1.tar") + "}");
    const std::string config =
        blob(config_json(image), "application/vnd.oci.image.config.v1+json") + "}";
    const std::string manifest = fmt::format(
        R"({{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{},"layers":[{}]}})",
        config,
        list(layers));
    std::string descriptor = blob(manifest, "application/vnd.oci.image.manifest.v1+json");
    descriptor +=
        fmt::format(R"(,"platform":{{"os":"linux","architecture":"{}"}})", image.architecture);
    if (!image.tag.empty())
      descriptor +=
          fmt::format(R"(,"annotations":{{"org.opencontainers.image.ref.name":"{}"}})", image.tag);
    return descriptor + "}";
  }

private:
  std::filesystem::path folder_;
};

} // namespace

std::string sha256(std::string_view bytes) {
  return base::digest_of(base::as_bytes(bytes)).text();
}

std::string config_json(const BuildImage& image) {
  std::vector<std::string> diff_ids;
  std::vector<std::string> history;
  for (const BuildLayer& layer : image.layers) {
    diff_ids.push_back('"' + sha256(layer.tar) + '"');
    history.push_back(R"({"created_by":)" + boost::json::serialize(layer.created_by) + "}");
    history.emplace_back(R"({"created_by":"ENV X=1","empty_layer":true})");
    for (const std::string& step : layer.empty_steps)
      history.push_back(R"({"created_by":)" + boost::json::serialize(step) +
                        R"(,"empty_layer":true})");
  }
  boost::json::object labels;
  for (const auto& [name, value] : image.labels)
    labels[name] = value;
  boost::json::array env;
  for (const std::string& variable : image.env)
    env.emplace_back(variable);
  return fmt::format(
      R"({{"architecture":"{}","os":"linux","created":"2024-01-02T03:04:05Z","config":{{"Env":{},"Labels":{}}},"rootfs":{{"type":"layers","diff_ids":[{}]}},"history":[{}]}})",
      image.architecture,
      boost::json::serialize(env),
      boost::json::serialize(labels),
      list(diff_ids),
      list(history));
}

void write_oci_layout(const std::filesystem::path& folder, const std::vector<BuildImage>& images) {
  const LayoutWriter writer(folder);
  std::vector<std::string> manifests;
  for (const BuildImage& image : images)
    manifests.push_back(writer.image(image));
  writer.write("index.json",
               fmt::format(R"({{"schemaVersion":2,"manifests":[{}]}})", list(manifests)));
}

std::string docker_archive(const BuildImage& image) {
  TarBuilder tar;
  std::vector<std::string> layers;
  for (std::size_t i = 0; i < image.layers.size(); ++i) {
    const std::string name = fmt::format("{:064x}/layer.tar", i + 1);
    tar.file(name, image.layers[i].gzip ? gzip(image.layers[i].tar) : image.layers[i].tar);
    layers.push_back('"' + name + '"');
  }
  const std::string config = config_json(image);
  const std::string config_name = hex(sha256(config)) + ".json";
  tar.file(config_name, config);
  const std::string tags = image.tag.empty() ? "null" : "[\"" + image.tag + "\"]";
  tar.file(
      "manifest.json",
      fmt::format(
          R"([{{"Config":"{}","RepoTags":{},"Layers":[{}]}}])", config_name, tags, list(layers)));
  return tar.finish();
}

} // namespace portique::test_support
