#pragma once

// What one layer says, and nothing about any other: it depends on the layer's bytes and on the
// catalogers' versions alone, so it can be cached by the layer's digest.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/codec.h"
#include "portique/inspect/image/image_facts.h"
#include "portique/inspect/malware/malware_hit.h"
#include "portique/inspect/secrets/secret_hit.h"
#include "portique/inventory/cataloger.h"
#include "portique/model/issue.h"
#include "portique/scan/file_integrity.h"

namespace portique::scan {

/// One file that a cataloger read.
struct FileEvidence {
  std::string path;
  std::string cataloger; ///< its id
  inventory::Analysis analysis;

  friend bool operator==(const FileEvidence&, const FileEvidence&) = default;
};

/// A program or library of which no more is known than that it is one.
struct Program {
  std::string path;
  inventory::Executable executable;

  friend bool operator==(const Program&, const Program&) = default;
};

/// A symbolic link, or a hard link to a file of the same layer that no cataloger had asked for.
struct Link {
  std::string path;
  std::string target; ///< symbolic: as written; hard: the other path, cleaned
  bool hard = false;

  friend bool operator==(const Link&, const Link&) = default;
};

struct LayerEvidence {
  std::vector<FileEvidence> files;
  std::vector<Program> programs;
  std::vector<Link> links;
  std::vector<std::string> removed; ///< whiteouts: paths that lower layers lose
  std::vector<std::string> emptied; ///< opaque whiteouts: folders whose lower content is lost
  std::vector<model::Issue> issues;
  std::uint64_t entries = 0;
  std::vector<inspect::SecretHit> secrets;
  std::vector<inspect::MalwareHit> malware;
  inspect::ImageFacts facts;
  LayerChecksums checksums;
  /// Of every file, link and device of the layer, if contents were inspected: inventory::path_hash,
  /// sorted. What a lower layer has at such a path is not seen any more.
  std::vector<std::uint64_t> paths;

  friend bool operator==(const LayerEvidence&, const LayerEvidence&) = default;
};

/// Bytes for the cache and for the channel from the sandboxed reader.
std::string encode_evidence(const LayerEvidence& evidence);
base::Result<LayerEvidence> decode_evidence(base::Bytes bytes);

/// Changes whenever evidence of the same layer may change: this program's layout of evidence, and
/// every cataloger's id and version.
/// `inspectors`: versions of what looked into the contents; "" if nothing did.
std::string evidence_version(std::string_view inspectors = {});

} // namespace portique::scan
