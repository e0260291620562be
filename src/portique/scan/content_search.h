#pragma once

// Which inspectors look into the contents of files, and what they need.

#include <memory>
#include <string>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/scan/content_inspector.h"
#include "portique/scan/malware_search.h"
#include "portique/scan/secret_search.h"

namespace portique::scan {

struct ContentSearch {
  /// Rules to find and mask secrets by; empty: neither.
  std::shared_ptr<const SecretSearch> secrets;
  std::shared_ptr<const MalwareSearch> malware; ///< rules, hashes and clamd; may be empty
  bool image_facts = false;                     ///< what image checks want to know
  bool checksums = false; ///< of every file, to hold against the package databases

  [[nodiscard]] bool inspects_files() const;

  /// Changes with whatever changes what a layer's evidence says; "" if nothing is inspected.
  [[nodiscard]] std::string version() const;

  /// ... and what the description of an image says.
  [[nodiscard]] std::string config_version() const;
};

/// The inspectors of one thread, clamd's left out. `search` and `limits` must outlive them.
base::Result<std::vector<std::unique_ptr<ContentInspector>>>
make_inspectors(const ContentSearch& search, const base::Limits& limits);

} // namespace portique::scan
