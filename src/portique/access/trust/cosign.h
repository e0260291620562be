#pragma once

// What cosign signs, by key: simple signing payloads and DSSE envelopes with in-toto statements.
// Fulcio's certificates and Rekor's log need Sigstore's services and are not looked at: only a key
// that is given makes trust.
// https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
// https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
// https://github.com/in-toto/attestation/tree/main/spec

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/access/trust/public_key.h"
#include "portique/base/digest.h"
#include "portique/base/result.h"

namespace portique::access {

inline constexpr std::string_view kSimpleSigningType =
    "application/vnd.dev.cosign.simplesigning.v1+json";
inline constexpr std::string_view kSignatureAnnotation = "dev.cosignproject.cosign/signature";
/// The predicate by which newer versions of cosign say "signed", and nothing more.
inline constexpr std::string_view kSignPredicate = "https://sigstore.dev/cosign/sign/v1";

/// A key whose signatures count, and the name by which a policy calls it.
struct TrustedKey {
  std::string name;
  PublicKey key;
  /// Predicate types whose attestations count as its signature, patterns; empty: kSignPredicate
  /// alone.
  std::vector<std::string> predicates;
};

/// Names of the keys that signed the payload, which must speak of the manifest `image`.
/// `signature` is in base64. None is an empty list; a payload that cannot be read is an error.
base::Result<std::vector<std::string>> simple_signers(std::string_view payload,
                                                      std::string_view signature,
                                                      const base::Digest& image,
                                                      std::span<const TrustedKey> keys);

/// The same for a DSSE envelope, or a bundle of Sigstore that holds one.
base::Result<std::vector<std::string>> attestation_signers(std::string_view envelope,
                                                           const base::Digest& image,
                                                           std::span<const TrustedKey> keys);

} // namespace portique::access
