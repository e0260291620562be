#include "portique/image/docker_archive.h"

#include <algorithm>

#include "portique/base/text.h"
#include "portique/image/manifest.h"
#include "portique/image/platform.h"

namespace portique::image {

using base::Code;
using base::fail;

namespace {

base::Result<SavedImage> select(std::vector<SavedImage> images, std::string_view reference) {
  if (images.empty()) return fail(Code::Malformed, "manifest.json lists no image");
  if (reference.empty()) {
    if (images.size() == 1) return std::move(images.front());
    std::string names;
    for (const SavedImage& image : images)
      for (const std::string& tag : image.tags)
        names += (names.empty() ? "" : ", ") + tag;
    return fail(Code::InvalidArgument,
                "the archive holds several images; name one after the path, as in PATH:NAME (" +
                    base::printable(names) + ")");
  }
  for (SavedImage& image : images)
    if (std::ranges::find(image.tags, reference) != image.tags.end()) return std::move(image);
  return fail(Code::NotFound,
              "the archive has no image named '" + base::printable(reference) + "'");
}

/// The digest that the config's file name claims: "HEX.json" or "blobs/sha256/HEX".
base::Digest claimed_digest(std::string_view member) {
  std::string_view name = member.substr(member.rfind('/') + 1);
  if (name.ends_with(".json")) name.remove_suffix(5);
  return base::Digest::parse("sha256:" + std::string(name)).value_or(base::Digest{});
}

} // namespace

base::Result<DescribedImage> describe_docker_archive(BlobStore& store,
                                                     std::string_view manifest,
                                                     const Selection& selection,
                                                     const base::Limits& limits) {
  const SavedImage saved =
      PQ_TRY(select(PQ_TRY(base::at("manifest.json", parse_saved_images(manifest, limits))),
                    selection.reference));
  auto stream = PQ_TRY(base::at(base::printable(saved.config), store.open(saved.config)));
  const std::string config =
      PQ_TRY(base::at(base::printable(saved.config), stream->read_all(limits.config_bytes)));
  DescribedImage described;
  described.image.tags = saved.tags;
  described.image.config_digest = base::digest_of(base::as_bytes(config));
  const base::Digest claimed = claimed_digest(saved.config);
  if (!claimed.empty() && claimed != described.image.config_digest)
    return fail(Code::DigestMismatch,
                "the config " + base::printable(saved.config) + " has other content (" +
                    described.image.config_digest.text() + ")");
  for (const std::string& layer : saved.layers) {
    described.image.layers.emplace_back();
    described.layers.push_back({PQ_TRY(store.resolve(layer)), {}, 0});
  }
  Config parsed = PQ_TRY(base::at("config", parse_config(config, limits)));
  PQ_TRY(apply_config(parsed, described.image));
  described.texts = std::move(parsed.texts);
  if (selection.platform_demanded)
    PQ_TRY(demand_platform(described.image.platform, selection.platform));
  return described;
}

} // namespace portique::image
