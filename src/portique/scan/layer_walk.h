#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "portique/archive/byte_stream.h"
#include "portique/base/fd.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/inventory/catalogers.h"
#include "portique/scan/content_queue.h"
#include "portique/scan/layer_evidence.h"

namespace portique::scan {

/// Paths that a walk reads beside those that the catalogers' endings fit, with the index of the
/// cataloger that reads them: where a symbolic or hard link of another name leads.
using ExtraPaths = std::map<std::string, std::size_t, std::less<>>;

/// Cleaned paths to which a walk keeps.
using OnlyPaths = std::set<std::string, std::less<>>;

/// Where a file too large for memory is put while a cataloger reads it: an open scratch file, used
/// by one walk at a time. Files up to `memory_bytes` stay in memory.
struct Spool {
  const base::Fd* file = nullptr;
  std::uint64_t offset = 0; ///< this walk's own range begins here
  std::uint64_t size = 0;
  std::uint64_t memory_bytes = 4ULL << 20U;
};

struct WalkOptions {
  const OnlyPaths* only = nullptr;  ///< nothing else is looked at
  ContentQueue* contents = nullptr; ///< gets every regular file
};

/// Reads a layer's tar stream to the end of the archive: wanted files go to their catalogers,
/// programs and libraries to the one for executables, the rest is skipped, and so is everything
/// that is not among the paths of `only`, if there are any. With `contents` nothing is skipped. A
/// stream that hands out a file as it is must be given at its beginning; its files are read in
/// place. An unreadable file is an issue of the evidence; an unreadable archive is an error.
base::Result<LayerEvidence> walk_layer(archive::ByteStream& tar,
                                       const inventory::PathMatcher& matcher,
                                       const ExtraPaths& extra,
                                       const Spool& spool,
                                       const base::Limits& limits,
                                       const WalkOptions& options = {});

/// One file through one cataloger, with the path put into what it says. A size over the cataloger's
/// limit becomes an issue.
FileEvidence
analyze_file(const inventory::FileContent& file, std::size_t cataloger, const base::Limits& limits);

} // namespace portique::scan
