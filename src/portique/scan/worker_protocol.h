#pragma once

// What the scanning process and its sandboxed reader say to each other. The reader parses whatever
// a stranger wrote; this side opens files, keeps the cache, and believes the reader nothing but
// well-formed evidence.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "portique/base/channel.h"
#include "portique/base/codec.h"
#include "portique/base/result.h"
#include "portique/image/image_source.h"
#include "portique/inventory/cataloger.h"

namespace portique::scan {

enum class MessageType : std::uint32_t {
  // to the reader
  OpenArchive = 1, ///< Selection; with the archive's descriptor, a file or a pipe
  OpenLayout,      ///< Selection; the reader asks for blobs by NeedBlob
  OpenRootfs,      ///< nothing; AnalyzeFile follow
  ReadLayers,      ///< LayerRequest; with a descriptor if an archive has to come through it again
  AnalyzeFile,     ///< FileRequest; with the file's descriptor
  Blob,            ///< answer to NeedBlob: a WireError; with the descriptor if there is none
  Quit,
  ReadTar,     ///< TarRequest; with the descriptor of a tar archive, a file or a pipe
  ReadSbom,    ///< the file's size; with its descriptor
  InspectFile, ///< InspectRequest; with the file's descriptor
  // from the reader
  Described = 100, ///< WireError, DescribedImage, secrets and malware in its config
  LayerRead,       ///< layer index, WireError, bool verified, evidence
  LayersDone,
  FileAnalyzed,  ///< evidence of one file
  NeedBlob,      ///< name
  TarRead,       ///< WireError, evidence
  SbomRead,      ///< what the SBOM says
  FileInspected, ///< WireError, ContentEvidence
};

/// How a message carries the outcome of something that can fail: nothing, or an encoded Error.
using WireError = std::optional<std::string>;

template <typename T> WireError wire_error(const base::Result<T>& result) {
  if (result) return std::nullopt;
  return base::encode_error(result.error());
}

/// The Error inside; only of a WireError that has one.
base::Error error_of(const WireError& wire);

/// Which layers to walk, and which files of other names to read in them.
struct LayerRequest {
  struct Extra {
    std::string path;
    std::uint32_t cataloger = 0;
  };

  std::vector<std::uint32_t> layers;
  std::vector<Extra> extra;
};

template <typename Codec, base::CodedAs<LayerRequest::Extra> T>
void fields(Codec& codec, T& extra) {
  codec(extra.path, extra.cataloger);
}

template <typename Codec, base::CodedAs<LayerRequest> T> void fields(Codec& codec, T& request) {
  codec(request.layers, request.extra);
}

/// A tar archive that is a layer of its own: a container's changes.
struct TarRequest {
  bool all = true;               ///< false: the paths below and no others
  std::vector<std::string> only; ///< cleaned
};

template <typename Codec, base::CodedAs<TarRequest> T> void fields(Codec& codec, T& request) {
  codec(request.all, request.only);
}

/// One file outside of any image, for the inspectors of contents.
struct InspectRequest {
  std::string path;
  std::uint32_t mode = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint64_t size = 0;
};

template <typename Codec, base::CodedAs<InspectRequest> T> void fields(Codec& codec, T& request) {
  codec(request.path, request.mode, request.uid, request.gid, request.size);
}

struct FileRequest {
  std::string path;
  std::uint32_t cataloger = 0;
  std::uint64_t size = 0;
};

template <typename Codec, base::CodedAs<FileRequest> T> void fields(Codec& codec, T& request) {
  codec(request.path, request.cataloger, request.size);
}

} // namespace portique::scan
