#pragma once

#include <cstdint>
#include <string>

#include "portique/base/codec.h"
#include "portique/model/severity.h"

namespace portique::inspect {

/// One secret that was found. Nothing in it gives the secret away.
struct SecretHit {
  std::string rule; ///< its id
  std::string title;
  std::string category;
  model::Severity severity = model::Severity::Unknown;
  std::string path;        ///< of the file; "" for an image's configuration
  std::string field;       ///< there: "Env DB_PASSWORD", "history 3", "Labels"
  std::uint32_t line = 0;  ///< of its first byte, from 1; 0 in what is no text
  std::string masked;      ///< "ghp_****", "DB_PASSWORD=****"
  std::string fingerprint; ///< keyed hash of the secret: 32 hexadecimal digits
  std::string note;        ///< what more is known: "the key is encrypted"

  friend bool operator==(const SecretHit&, const SecretHit&) = default;
};

template <typename Codec, base::CodedAs<SecretHit> T> void fields(Codec& codec, T& hit) {
  codec(hit.rule, hit.title, hit.category, hit.severity, hit.path, hit.field, hit.line);
  codec(hit.masked, hit.fingerprint, hit.note);
}

} // namespace portique::inspect
