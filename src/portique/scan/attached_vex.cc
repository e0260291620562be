#include "portique/scan/attached_vex.h"

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include "portique/base/text.h"
#include "portique/image/reference.h"
#include "portique/image/registry_client.h"
#include "portique/image/registry_referrers.h"

namespace portique::scan {

using base::Code;
using base::fail;

namespace {

/// Words in the media types of what may hold VEX: documents, and envelopes around them.
constexpr std::array<std::string_view, 6> kTypes{
    "json", "openvex", "csaf", "cyclonedx", "in-toto", "dsse"};

bool may_hold_vex(const image::Descriptor& file) {
  return std::ranges::any_of(kTypes,
                             [&](std::string_view word) { return file.media_type.contains(word); });
}

/// The registry that an image is from: the target's own name, else the first name that an engine
/// has for it.
base::Result<image::Reference> reference_of(const model::Subject& subject) {
  std::string_view name = subject.name;
  if (const std::string scheme = subject.kind + ":"; name.starts_with(scheme))
    name.remove_prefix(scheme.size());
  if (subject.kind != "registry" && !subject.image.tags.empty()) name = subject.image.tags.front();
  constexpr std::array<std::string_view, 4> kNamed{"registry", "docker", "podman", "containerd"};
  if (std::ranges::find(kNamed, subject.kind) == kNamed.end())
    return fail(Code::InvalidArgument,
                "--vex registry needs an image of a registry or an engine, and " +
                    base::printable(subject.name) + " is none");
  return image::parse_reference(name);
}

class Search {
public:
  Search(image::RegistryClient& client, const base::Limits& limits)
      : client_(&client), limits_(&limits) {}

  base::Result<void> search(const base::Digest& subject) {
    if (subject.empty() || !searched_.insert(subject.text()).second) return {};
    for (const image::Descriptor& referrer : PQ_TRY(image::list_referrers(*client_, subject, "")))
      read(referrer);
    const auto attestations = client_->manifest(image::referrers_tag(subject, ".att"));
    if (attestations) {
      read({.media_type = attestations->media_type, .digest = attestations->digest});
    } else if (attestations.error().code() != Code::NotFound) {
      return std::unexpected(attestations.error());
    }
    return {};
  }

  AttachedVex take() && { return std::move(found_); }

private:
  void read(const image::Descriptor& referrer) {
    if (!read_.insert(referrer.digest.text()).second) return;
    const auto attachments = image::fetch_attachments(*client_, referrer);
    if (!attachments) {
      found_.notes.push_back("what is attached to the image could not be read: " +
                             attachments.error().text());
      return;
    }
    for (const image::Attachment& file : *attachments)
      if (may_hold_vex(file.descriptor)) parse(file);
  }

  void parse(const image::Attachment& file) {
    const std::string name = "attached " + file.descriptor.digest.text().substr(0, 19);
    auto documents = advisory::parse_vex(name, file.content, *limits_);
    if (documents) {
      std::ranges::move(*documents, std::back_inserter(found_.documents));
    } else if (documents.error().code() != Code::Unsupported) {
      found_.notes.push_back(documents.error().text());
    }
  }

  image::RegistryClient* client_;
  const base::Limits* limits_;
  std::set<std::string> searched_; ///< subjects
  std::set<std::string> read_;     ///< referrers
  AttachedVex found_;
};

} // namespace

base::Result<AttachedVex> find_attached_vex(const model::Subject& subject,
                                            const image::RegistryOptions& registry,
                                            const base::Limits& limits) {
  const image::Reference reference = PQ_TRY(reference_of(subject));
  const auto client = PQ_TRY(image::RegistryClient::open(reference, registry));
  Search search(*client, limits);
  // What the name stands for may be an index, and documents may hang on either.
  const image::FetchedManifest named =
      PQ_TRY(base::at("looking for attached VEX documents", client->manifest(reference.version())));
  PQ_TRY(search.search(named.digest));
  PQ_TRY(search.search(subject.image.manifest_digest));
  AttachedVex found = std::move(search).take();
  if (found.documents.empty())
    found.notes.push_back("no VEX document is attached to the image in its registry");
  return found;
}

} // namespace portique::scan
