#pragma once

// What the user points at: "docker-archive:app.tar", "oci:layout:1.2", "rootfs:/",
// "docker:nginx:1.27", "registry:ghcr.io/org/app:1.2", "container:web", or a bare path or image
// name.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "portique/base/result.h"

namespace portique::image {

enum class SourceKind : std::uint8_t {
  DockerArchive,
  OciDirectory,
  OciArchive,
  Rootfs,
  Directory,
  Image, ///< wherever it is: locate_image() finds out (image/local_images.h)
  Docker,
  Containerd,
  Podman,
  Container,
  OciBundle,
  Lxc,
  Sbom,
  Registry,
};

/// The path that stands for standard input.
inline constexpr std::string_view kStandardInput = "-";

struct Target {
  SourceKind kind = SourceKind::Rootfs;
  std::filesystem::path path; ///< "" where the source is no file; kStandardInput only for an SBOM
  std::string reference;      ///< the image or container in the source, "" if it holds one
};

/// One kind of source; an entry of source_kinds().
struct SourceInfo {
  SourceKind kind;
  std::string_view scheme; ///< "docker-archive"
  std::string_view about;
  /// Whether a bare path is of this kind. Looks at names only, never at content.
  bool (*detect)(const std::filesystem::path& path);
  /// Reads what stands behind the scheme where that is no path; nullptr for paths.
  base::Result<Target> (*parse)(std::string_view text) = nullptr;
};

/// Every kind of source. To add one: an entry here, and its case in scan/reader.cc.
std::span<const SourceInfo> source_kinds();

std::string_view scheme_of(SourceKind kind);

/// Whether a target of this kind is an image, with layers, and not a folder or a document.
bool has_layers(SourceKind kind);

/// Reads what the user wrote. A bare path's form is detected: a folder with index.json and blobs/
/// is an OCI layout, another folder that looks like a root file system is one, any other a source
/// tree, a file an SBOM if it is named like one, else an archive (docker save and OCI archives are
/// told apart when they are read). "-" is an SBOM on standard input. What is no path and can be the
/// name of an image is taken for one. Code::InvalidArgument, Code::NotFound.
base::Result<Target> parse_target(std::string_view text);

} // namespace portique::image
