#pragma once

// What is known of an image before it is let in: when it was scanned and with what outcome, and
// whose signatures it carries.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::access {

struct ImageStanding {
  std::optional<base::Time> scanned; ///< nothing: never
  std::string decision;              ///< of that scan's policy: "allow", "warn", "deny"; "" if none
  std::optional<bool> is_signed;     ///< by a trusted key; nothing: nobody looked
  std::vector<std::string> signers;  ///< names of the trusted keys that signed it
};

/// Called by several threads, within a request: answers out of what is at hand, and never waits for
/// a scan or a registry.
class ImageTrust {
public:
  ImageTrust() = default;
  ImageTrust(const ImageTrust&) = delete;
  ImageTrust& operator=(const ImageTrust&) = delete;
  virtual ~ImageTrust() = default;

  /// `reference` as a request names it, `id` "sha256:..." or "" if the engine does not have it yet.
  /// An error means that it could not be looked up: it counts as never scanned and not signed.
  virtual base::Result<ImageStanding> standing(std::string_view reference, std::string_view id) = 0;
};

/// The same of signatures alone, for a gate whose callers wait a moment for a registry. Called by
/// several threads.
class SignatureSearch {
public:
  SignatureSearch() = default;
  SignatureSearch(const SignatureSearch&) = delete;
  SignatureSearch& operator=(const SignatureSearch&) = delete;
  virtual ~SignatureSearch() = default;

  /// Does not wait: so that several images are asked for at a time.
  virtual void begin(std::string_view reference) = 0;

  /// Waits until it is known, but not beyond the deadline. An error means that it is not known
  /// (yet: a search that goes on is there for whoever asks later).
  virtual base::Result<ImageStanding> finish(std::string_view reference,
                                             std::chrono::steady_clock::time_point deadline) = 0;
};

} // namespace portique::access
