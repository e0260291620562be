#pragma once

// Which inspectors look into the contents of files, and what they need.

#include <memory>
#include <string>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/scan/content_inspector.h"
#include "portique/scan/secret_search.h"

namespace portique::scan {

struct ContentSearch {
  /// Rules to find and mask secrets by; empty: neither.
  std::shared_ptr<const SecretSearch> secrets;
  bool image_facts = false; ///< what image checks want to know
  bool checksums = false;   ///< of every file, to hold against the package databases

  [[nodiscard]] bool inspects_files() const;

  /// Changes with whatever changes what a layer's evidence says; "" if nothing is inspected.
  [[nodiscard]] std::string version() const;
};

/// The inspectors of one thread. `search` and `limits` must outlive them.
base::Result<std::vector<std::unique_ptr<ContentInspector>>>
make_inspectors(const ContentSearch& search, const base::Limits& limits);

} // namespace portique::scan
