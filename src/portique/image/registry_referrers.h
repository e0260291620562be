#pragma once

// What is attached to an image in its registry: signatures, SBOMs, VEX documents, attestations. All
// of it is hostile, and nothing of it is trusted by being there.

#include <string>
#include <string_view>
#include <vector>

#include "portique/base/digest.h"
#include "portique/base/result.h"
#include "portique/image/manifest.h"
#include "portique/image/registry_client.h"

namespace portique::image {

/// The manifests that refer to the image `subject`, those of one artifact type only if
/// `artifact_type` is not "". By the referrers API, or where the registry has none by the index
/// under the tag "ALGORITHM-HEX". An image that nothing refers to has an empty list.
/// Code::LimitExceeded above `limits.referrers`.
base::Result<std::vector<Descriptor>>
list_referrers(RegistryClient& client, const base::Digest& subject, std::string_view artifact_type);

/// One file of an attached artifact.
struct Attachment {
  Descriptor descriptor; ///< its media type and annotations say what it is
  std::string content;   ///< verified against the descriptor
};

/// All files of the artifact whose manifest is `referrer`; at most `limits.attachment_bytes`
/// together.
base::Result<std::vector<Attachment>> fetch_attachments(RegistryClient& client,
                                                        const Descriptor& referrer);

/// The index under the tag "ALGORITHM-HEX" of the fallback, also with the suffixes of cosign
/// (".att", ".sbom", ".sig"): "sha256-HEX.att".
std::string referrers_tag(const base::Digest& subject, std::string_view suffix = "");

} // namespace portique::image
