#include "portique/access/trust/image_signatures.h"

#include <algorithm>
#include <set>

#include "portique/image/manifest.h"
#include "portique/image/registry_client.h"
#include "portique/image/registry_referrers.h"

namespace portique::access {

using base::Code;

namespace {

/// Platforms of one image; the largest official ones have some 15.
constexpr std::size_t kPlatforms = 64;
/// Signed documents that are looked at for one image.
constexpr std::size_t kDocuments = 256;
/// The largest is an attestation around an SBOM.
constexpr std::uint64_t kDocumentBytes = 64ULL << 20U;

class Search {
public:
  Search(image::RegistryClient& client, std::span<const TrustedKey> keys)
      : client_(client), keys_(keys) {}

  base::Result<SignatureFindings> run(std::string_view version) {
    const image::FetchedManifest named = PQ_TRY(client_.manifest(version));
    found_.digest = named.digest;
    PQ_TRY(read_ids(named));
    for (const char* suffix : {".sig", ".att"})
      PQ_TRY(read_tag(image::referrers_tag(found_.digest, suffix)));
    for (const image::Descriptor& referrer :
         PQ_TRY(image::list_referrers(client_, found_.digest, "")))
      if (is_signature(referrer.artifact_type)) read_artifact(referrer.digest.text());
    found_.signers.assign(signers_.begin(), signers_.end());
    return std::move(found_);
  }

private:
  /// What engines call the images that the name stands for.
  base::Result<void> read_ids(const image::FetchedManifest& named) {
    const base::Limits& limits = client_.options().limits;
    found_.ids.push_back(named.digest.text());
    if (!PQ_TRY(image::is_index(named.bytes))) {
      found_.ids.push_back(PQ_TRY(image::parse_manifest(named.bytes, limits)).config.digest.text());
      return {};
    }
    const image::Index index = PQ_TRY(image::parse_index(named.bytes));
    for (const image::Descriptor& one : index.manifests) {
      if (one.attestation) continue;
      if (found_.ids.size() > 2 * kPlatforms) {
        found_.notes.emplace_back("the image has more than 64 platforms; the others are left out");
        break;
      }
      const auto manifest = client_.manifest(one.digest.text());
      if (!manifest) {
        found_.notes.push_back("a platform's manifest cannot be read: " + manifest.error().text());
        continue;
      }
      const auto parsed = image::parse_manifest(manifest->bytes, limits);
      found_.ids.push_back(one.digest.text());
      if (parsed) found_.ids.push_back(parsed->config.digest.text());
    }
    return {};
  }

  static bool is_signature(std::string_view type) {
    return type.contains("cosign") || type.contains("sigstore") || type.contains("dsse") ||
           type.contains("in-toto");
  }

  base::Result<void> read_tag(const std::string& tag) {
    const auto manifest = client_.manifest(tag);
    if (!manifest && manifest.error().code() == Code::NotFound) return {};
    if (!manifest) return std::unexpected(manifest.error());
    read_manifest(*manifest);
    return {};
  }

  void read_artifact(const std::string& digest) {
    const auto manifest = client_.manifest(digest);
    if (!manifest) {
      found_.notes.push_back("a signature cannot be read: " + manifest.error().text());
      return;
    }
    read_manifest(*manifest);
  }

  void read_manifest(const image::FetchedManifest& fetched) {
    if (!read_.insert(fetched.digest.text()).second) return;
    const auto manifest = image::parse_manifest(fetched.bytes, client_.options().limits);
    if (!manifest) {
      found_.notes.push_back("a signature cannot be read: " + manifest.error().text());
      return;
    }
    for (const image::Descriptor& layer : manifest->layers) {
      if (++found_.seen > kDocuments) {
        found_.notes.emplace_back("more than 256 signatures; the others are left out");
        return;
      }
      const auto signers = signers_of(layer);
      if (signers)
        signers_.insert(signers->begin(), signers->end());
      else
        found_.notes.push_back("a signature does not count: " + signers.error().text());
    }
  }

  base::Result<std::vector<std::string>> signers_of(const image::Descriptor& layer) {
    const std::string content = PQ_TRY(client_.blob(layer.digest, kDocumentBytes));
    if (layer.media_type != kSimpleSigningType)
      return attestation_signers(content, found_.digest, keys_);
    const auto annotation = std::ranges::find_if(
        layer.annotations, [](const auto& one) { return one.first == kSignatureAnnotation; });
    if (annotation == layer.annotations.end())
      return base::fail(Code::Malformed, "the payload has no signature beside it");
    return simple_signers(content, annotation->second, found_.digest, keys_);
  }

  image::RegistryClient& client_;
  std::span<const TrustedKey> keys_;
  SignatureFindings found_;
  std::set<std::string> read_; ///< manifests
  std::set<std::string> signers_;
};

} // namespace

base::Result<SignatureFindings> find_image_signatures(const image::Reference& reference,
                                                      std::span<const TrustedKey> keys,
                                                      const image::RegistryOptions& options) {
  const auto client = PQ_TRY(image::RegistryClient::open(reference, options));
  return base::at("signatures of " + reference.text(),
                  Search(*client, keys).run(reference.version()));
}

} // namespace portique::access
