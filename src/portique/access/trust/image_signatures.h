#pragma once

// Whose signatures an image carries in its registry: below the tags of cosign (sha256-HEX.sig and
// .att) and among the OCI 1.1 referrers.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/access/trust/cosign.h"
#include "portique/base/result.h"
#include "portique/image/reference.h"
#include "portique/image/registry_options.h"

namespace portique::access {

struct SignatureFindings {
  base::Digest digest;          ///< of the manifest that the name stands for
  std::vector<std::string> ids; ///< of the images below it: config digests, manifests of an index
  std::vector<std::string> signers; ///< names of trusted keys, sorted
  std::size_t seen = 0;             ///< signatures and attestations, of whomever
  std::vector<std::string> notes;   ///< what could not be read, and so does not count
};

/// Asks the registry. An error means that it could not be asked.
base::Result<SignatureFindings> find_image_signatures(const image::Reference& reference,
                                                      std::span<const TrustedKey> keys,
                                                      const image::RegistryOptions& options);

} // namespace portique::access
