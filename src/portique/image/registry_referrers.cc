// https://github.com/opencontainers/distribution-spec/blob/main/spec.md, "Listing Referrers" and
// "Referrers Tag Schema".

#include "portique/image/registry_referrers.h"

#include <algorithm>
#include <set>

#include "portique/base/http_url.h"

namespace portique::image {

using base::Code;
using base::fail;

namespace {

constexpr std::string_view kIndexType = "application/vnd.oci.image.index.v1+json";
/// Pages of one list; a registry puts hundreds of entries on each.
constexpr int kPages = 64;

/// Appends a page's entries. A filter that the registry did not apply is applied here.
base::Result<void> append(std::vector<Descriptor>& referrers,
                          std::string_view json,
                          std::string_view artifact_type,
                          std::uint64_t limit) {
  for (Descriptor& descriptor : PQ_TRY(parse_index(json)).manifests) {
    if (!artifact_type.empty() && descriptor.artifact_type != artifact_type) continue;
    if (referrers.size() >= limit)
      return fail(Code::LimitExceeded,
                  "more than " + std::to_string(limit) + " documents refer to the image");
    referrers.push_back(std::move(descriptor));
  }
  return {};
}

base::Result<std::vector<Descriptor>>
list_by_tag(RegistryClient& client, const base::Digest& subject, std::string_view artifact_type) {
  std::vector<Descriptor> referrers;
  const auto index = client.manifest(referrers_tag(subject));
  if (!index && index.error().code() == Code::NotFound) return referrers;
  if (!index) return std::unexpected(index.error());
  PQ_TRY(
      base::at("the index of referrers",
               append(referrers, index->bytes, artifact_type, client.options().limits.referrers)));
  return referrers;
}

} // namespace

std::string referrers_tag(const base::Digest& subject, std::string_view suffix) {
  std::string tag = subject.text();
  std::ranges::replace(tag, ':', '-');
  return tag.substr(0, 128 - suffix.size()) + std::string(suffix);
}

base::Result<std::vector<Descriptor>> list_referrers(RegistryClient& client,
                                                     const base::Digest& subject,
                                                     std::string_view artifact_type) {
  std::string path = "referrers/" + subject.text();
  const std::string query = base::form_encoded({{"artifactType", std::string(artifact_type)}});
  if (!query.empty()) path += "?" + query;
  std::vector<Descriptor> referrers;
  std::set<std::string> seen;
  for (int pages = 0; !path.empty(); ++pages) {
    if (pages == kPages || !seen.insert(path).second)
      return fail(Code::LimitExceeded, "the list of referrers has no end");
    const auto page = client.page(path, {std::string(kIndexType)});
    if (pages == 0 && !page && page.error().code() == Code::NotFound)
      return list_by_tag(client, subject, artifact_type);
    if (!page) return std::unexpected(page.error());
    // A registry that does not know the API may answer with a page for people.
    if (pages == 0 && page->media_type != kIndexType)
      return list_by_tag(client, subject, artifact_type);
    PQ_TRY(
        base::at("referrers",
                 append(referrers, page->bytes, artifact_type, client.options().limits.referrers)));
    path = page->next;
  }
  return referrers;
}

base::Result<std::vector<Attachment>> fetch_attachments(RegistryClient& client,
                                                        const Descriptor& referrer) {
  const FetchedManifest fetched = PQ_TRY(client.manifest(referrer.digest.text()));
  const base::Limits& limits = client.options().limits;
  const Manifest manifest =
      PQ_TRY(base::at(referrer.digest.text(), parse_manifest(fetched.bytes, limits)));
  std::vector<Attachment> attachments;
  std::uint64_t room = limits.attachment_bytes;
  for (const Descriptor& file : manifest.layers) {
    if (file.size > room)
      return fail(Code::LimitExceeded,
                  "the artifact " + referrer.digest.text() + " has more than " +
                      std::to_string(limits.attachment_bytes) + " bytes");
    std::string content =
        PQ_TRY(base::at("blob " + file.digest.text(), client.blob(file.digest, file.size)));
    room -= content.size();
    attachments.push_back({file, std::move(content)});
  }
  return attachments;
}

} // namespace portique::image
