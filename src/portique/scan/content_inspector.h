#pragma once

// The seam for scanners that look at what files hold, whatever files they are: secrets, malware. A
// walk hands every regular file through it once, while it unpacks the layer; what is found becomes
// part of the layer's evidence.

#include <cstdint>
#include <string>
#include <vector>

#include "portique/base/byte_reader.h"
#include "portique/inspect/image/image_facts.h"
#include "portique/inspect/malware/malware_hit.h"
#include "portique/inspect/secrets/secret_hit.h"
#include "portique/model/issue.h"
#include "portique/scan/file_integrity.h"

namespace portique::scan {

struct InspectedFile {
  std::string path; ///< cleaned
  std::uint32_t mode = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint64_t size = 0;
};

/// What the inspectors of one layer found.
struct ContentEvidence {
  std::vector<inspect::SecretHit> secrets;
  std::vector<inspect::MalwareHit> malware;
  inspect::ImageFacts facts;
  LayerChecksums checksums;
  std::vector<model::Issue> issues;
};

/// For one thread. Files come one after the other: begin(), content() any number of times, end().
class ContentInspector {
public:
  virtual ~ContentInspector() = default;
  /// Whether content() and end() shall follow; `first` are the file's first bytes, all of them if
  /// it is small.
  virtual bool begin(const InspectedFile& file, base::Bytes first) = 0;
  virtual void content(base::Bytes piece) = 0;
  virtual void end(ContentEvidence& into) = 0;
};

} // namespace portique::scan
