#include "portique/image/oci_layout.h"

#include <algorithm>

#include "portique/base/text.h"
#include "portique/image/manifest.h"
#include "portique/image/platform.h"

namespace portique::image {

using base::Code;
using base::fail;

namespace {

/// An index may point to an index; nobody nests deeper than this.
constexpr int kIndexDepth = 4;

base::Result<std::string>
read_verified(BlobStore& store, const base::Digest& digest, std::uint64_t limit) {
  auto stream = PQ_TRY(base::at(digest.text(), store.open(blob_path(digest))));
  const std::string content = PQ_TRY(base::at(digest.text(), stream->read_all(limit)));
  const base::Digest seen = base::digest_of(base::as_bytes(content), digest.algorithm());
  if (seen != digest)
    return fail(Code::DigestMismatch,
                "the blob " + digest.text() + " has other content (" + seen.text() + ")");
  return content;
}

/// A registry holds other things than images (Helm charts, signatures). Some old tools give no
/// type, or a wrong one, to the config of what is an image all the same.
bool is_image_config(std::string_view media_type) {
  return media_type.empty() || media_type.starts_with("application/vnd.oci.image.config.") ||
         media_type.starts_with("application/vnd.docker.container.image.");
}

bool is_named(const Descriptor& descriptor, std::string_view reference) {
  return descriptor.ref_name == reference || descriptor.image_name == reference ||
         descriptor.digest.text() == reference;
}

std::string offered_platforms(const std::vector<Descriptor>& manifests) {
  std::string list;
  for (const Descriptor& descriptor : manifests) {
    if (!descriptor.platform) continue;
    if (!list.empty()) list += ", ";
    list += platform_text(*descriptor.platform);
  }
  return base::printable(list);
}

std::string offered_names(const std::vector<Descriptor>& manifests) {
  std::string list;
  for (const Descriptor& descriptor : manifests) {
    if (!list.empty()) list += ", ";
    list += descriptor.ref_name.empty() ? descriptor.digest.text() : descriptor.ref_name;
  }
  return base::printable(list);
}

/// The entries of index.json that the reference names; without a reference all, if they can be the
/// platforms of one image.
base::Result<std::vector<Descriptor>> select_by_name(std::vector<Descriptor> manifests,
                                                     std::string_view reference) {
  if (!reference.empty()) {
    std::erase_if(manifests, [&](const Descriptor& d) { return !is_named(d, reference); });
    if (manifests.empty())
      return fail(Code::NotFound,
                  "the layout has no image named '" + base::printable(reference) + "'");
    return manifests;
  }
  if (manifests.empty()) return fail(Code::Malformed, "index.json lists no image");
  const auto name = [](const Descriptor& d) { return d.ref_name; };
  const bool one_image = std::ranges::all_of(
      manifests, [&](const Descriptor& d) { return name(d) == name(manifests.front()); });
  if (manifests.size() > 1 && !one_image)
    return fail(Code::InvalidArgument,
                "the layout holds several images; name one after the path, as in PATH:NAME (" +
                    offered_names(manifests) + ")");
  return manifests;
}

/// The entry for the platform; a single one is taken as it is unless a platform was demanded.
base::Result<Descriptor> select_by_platform(std::vector<Descriptor> manifests,
                                            const Selection& selection) {
  const model::Platform& wanted = selection.platform;
  std::erase_if(manifests, [](const Descriptor& d) { return d.attestation; });
  if (manifests.size() == 1 && !(selection.platform_demanded && manifests[0].platform))
    return manifests[0];
  for (const Descriptor& descriptor : manifests)
    if (descriptor.platform && serves(*descriptor.platform, wanted)) return descriptor;
  for (const Descriptor& descriptor : manifests)
    if (!descriptor.platform) return descriptor;
  const std::string offered = offered_platforms(manifests);
  return fail(
      Code::NotFound,
      "the image is not there for " + platform_text(wanted) +
          (offered.empty() ? "" : "; it is there for " + offered + " (choose with --platform)"));
}

} // namespace

std::string blob_path(const base::Digest& digest) {
  const std::string_view algorithm =
      digest.algorithm() == base::DigestAlgorithm::Sha256 ? "sha256" : "sha512";
  return "blobs/" + std::string(algorithm) + "/" + std::string(digest.hex());
}

base::Result<DescribedImage> describe_oci_layout(BlobStore& store,
                                                 std::string_view index,
                                                 const Selection& selection,
                                                 const base::Limits& limits) {
  std::vector<Descriptor> candidates = PQ_TRY(select_by_name(
      PQ_TRY(base::at("index.json", parse_index(index))).manifests, selection.reference));
  DescribedImage described;
  for (const Descriptor& candidate : candidates) {
    const std::string& tag =
        candidate.image_name.empty() ? candidate.ref_name : candidate.image_name;
    if (!tag.empty() && std::ranges::find(described.image.tags, tag) == described.image.tags.end())
      described.image.tags.push_back(tag);
  }
  std::string document;
  bool chosen_by_platform = false;
  for (int depth = 0;; ++depth) {
    if (depth == kIndexDepth) return fail(Code::Malformed, "image indexes are nested too deeply");
    const Descriptor chosen = PQ_TRY(select_by_platform(candidates, selection));
    document = PQ_TRY(read_verified(store, chosen.digest, limits.manifest_bytes));
    described.image.manifest_digest = chosen.digest;
    chosen_by_platform = chosen.platform.has_value();
    if (!PQ_TRY(base::at(chosen.digest.text(), is_index(document)))) break;
    candidates = PQ_TRY(base::at(chosen.digest.text(), parse_index(document))).manifests;
  }
  const Manifest manifest = PQ_TRY(base::at("manifest", parse_manifest(document, limits)));
  described.image.config_digest = manifest.config.digest;
  const std::string config =
      PQ_TRY(read_verified(store, manifest.config.digest, limits.config_bytes));
  for (const Descriptor& layer : manifest.layers) {
    described.image.layers.push_back(
        {.digest = layer.digest, .size = layer.size, .media_type = layer.media_type});
    described.layers.push_back(
        {PQ_TRY(store.resolve(blob_path(layer.digest))), layer.digest, layer.size, layer.foreign});
  }
  const auto parsed = base::at("config", parse_config(config, limits));
  auto applied = parsed ? apply_config(*parsed, described.image) : std::unexpected(parsed.error());
  if (!applied && !is_image_config(manifest.config.media_type))
    return fail(Code::Unsupported,
                "not a container image, but an artifact of the type '" +
                    base::printable(manifest.artifact_type) + "'");
  PQ_TRY(std::move(applied));
  described.texts = parsed->texts;
  if (selection.platform_demanded && !chosen_by_platform)
    PQ_TRY(demand_platform(described.image.platform, selection.platform));
  return described;
}

} // namespace portique::image
