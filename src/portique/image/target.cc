#include "portique/image/target.h"

#include <algorithm>
#include <array>

#include "portique/base/text.h"
#include "portique/image/reference.h"

namespace portique::image {

namespace fs = std::filesystem;
using base::Code;
using base::fail;

namespace {

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool is_oci_layout(const fs::path& path) {
  return is_folder(path) && is_there(path / "index.json") && is_folder(path / "blobs");
}

/// What names a distribution or lists its packages, or several of a root's folders: a source tree
/// may well have an etc/, a lib/ or a bin/.
bool is_rootfs(const fs::path& path) {
  constexpr std::array kProofs{"etc/os-release",
                               "usr/lib/os-release",
                               "var/lib/dpkg",
                               "lib/apk",
                               "var/lib/rpm",
                               "etc/passwd"};
  constexpr std::array kSigns{"etc", "usr", "var", "bin", "lib", "sbin"};
  const auto there = [&](const char* name) { return is_there(path / name); };
  return is_folder(path) &&
         (std::ranges::any_of(kProofs, there) || std::ranges::count_if(kSigns, there) > 2);
}

/// By the names that tools give to SBOMs: no archive of an image ends like this.
bool is_sbom(const fs::path& path) {
  constexpr std::array<std::string_view, 6> kExtensions{
      ".json", ".jsonl", ".xml", ".spdx", ".cdx", ".sbom"};
  return is_there(path) && !is_folder(path) &&
         std::ranges::find(kExtensions, base::to_lower(path.extension().string())) !=
             kExtensions.end();
}

bool is_archive(const fs::path& path) {
  return is_there(path) && !is_folder(path);
}

bool never(const fs::path& /*path*/) {
  return false;
}

/// A name as an engine takes it: not parsed, for it may be an id.
template <SourceKind kKind> base::Result<Target> parse_name(std::string_view text) {
  if (text.empty())
    return fail(Code::InvalidArgument, std::string(scheme_of(kKind)) + ": needs a name behind it");
  return Target{kKind, {}, std::string(text)};
}

base::Result<Target> parse_registry_target(std::string_view text) {
  return Target{SourceKind::Registry, {}, PQ_TRY(parse_reference(text)).text()};
}

constexpr std::array kKinds{
    SourceInfo{SourceKind::OciDirectory, "oci", "folder with an OCI image layout", is_oci_layout},
    SourceInfo{SourceKind::Rootfs, "rootfs", "folder with a root file system, also /", is_rootfs},
    SourceInfo{SourceKind::Directory,
               "dir",
               "source tree or build context: its lock files and manifests count",
               is_folder},
    SourceInfo{SourceKind::Sbom, "sbom", "SBOM of any maker; - is standard input", is_sbom},
    SourceInfo{SourceKind::DockerArchive,
               "docker-archive",
               "archive of docker save, plain, gzip or zstd",
               is_archive},
    SourceInfo{SourceKind::OciArchive, "oci-archive", "OCI image layout as a tar archive", never},
    SourceInfo{SourceKind::Image,
               "image",
               "image wherever it is: Docker, containerd, podman, its registry",
               never,
               parse_name<SourceKind::Image>},
    SourceInfo{SourceKind::Registry,
               "registry",
               "image in a registry, as in registry:ghcr.io/org/app:1.2",
               never,
               parse_registry_target},
    SourceInfo{SourceKind::Docker,
               "docker",
               "image in Docker, by name or id",
               never,
               parse_name<SourceKind::Docker>},
    SourceInfo{SourceKind::Containerd,
               "containerd",
               "image in containerd, by name or digest",
               never,
               parse_name<SourceKind::Containerd>},
    SourceInfo{SourceKind::Podman,
               "podman",
               "image in podman, by name or id",
               never,
               parse_name<SourceKind::Podman>},
    SourceInfo{SourceKind::Container,
               "container",
               "container in Docker or podman and what it changed, by name or id",
               never,
               parse_name<SourceKind::Container>},
    SourceInfo{SourceKind::OciBundle,
               "runc",
               "container of an OCI runtime, by id or bundle folder",
               never,
               parse_name<SourceKind::OciBundle>},
    SourceInfo{SourceKind::Lxc,
               "lxc",
               "LXC container, by name or folder",
               never,
               parse_name<SourceKind::Lxc>},
};

std::string scheme_list() {
  std::string list;
  for (const SourceInfo& info : kKinds)
    list += (list.empty() ? "" : ", ") + std::string(info.scheme) + ":";
  return list;
}

/// "PATH:NAME" where PATH exists; the longest path that exists wins, as names have colons too.
Target split_reference(SourceKind kind, std::string_view text) {
  std::size_t colon = text.size();
  while (true) {
    const fs::path path(text.substr(0, colon));
    if (is_there(path))
      return {kind, path, std::string(colon < text.size() ? text.substr(colon + 1) : "")};
    colon = colon == 0 ? std::string_view::npos : text.rfind(':', colon - 1);
    if (colon == std::string_view::npos) return {kind, fs::path(text), {}};
  }
}

base::Result<Target> checked(Target target) {
  if (target.kind == SourceKind::Sbom && target.path == kStandardInput) return target;
  if (!is_there(target.path))
    return fail(Code::NotFound, "there is no file or folder " + target.path.string());
  const bool wants_folder = target.kind == SourceKind::OciDirectory ||
                            (target.kind != SourceKind::Sbom && !has_layers(target.kind));
  if (wants_folder != is_folder(target.path))
    return fail(Code::InvalidArgument,
                target.path.string() + (wants_folder ? " is not a folder" : " is a folder") + "; " +
                    std::string(scheme_of(target.kind)) + ": needs " +
                    (wants_folder ? "one" : "a file"));
  return target;
}

} // namespace

std::span<const SourceInfo> source_kinds() {
  return kKinds;
}

std::string_view scheme_of(SourceKind kind) {
  return std::ranges::find(kKinds, kind, &SourceInfo::kind)->scheme;
}

bool has_layers(SourceKind kind) {
  constexpr std::array kWithout{SourceKind::Rootfs,
                                SourceKind::Directory,
                                SourceKind::OciBundle,
                                SourceKind::Lxc,
                                SourceKind::Sbom};
  return std::ranges::find(kWithout, kind) == kWithout.end();
}

base::Result<Target> parse_target(std::string_view text) {
  if (text.empty()) return fail(Code::InvalidArgument, "the target is empty");
  if (text == kStandardInput) return Target{SourceKind::Sbom, fs::path(kStandardInput), {}};
  for (const SourceInfo& info : kKinds) {
    if (!text.starts_with(info.scheme) || !text.substr(info.scheme.size()).starts_with(':'))
      continue;
    const std::string_view rest = text.substr(info.scheme.size() + 1);
    return info.parse != nullptr ? info.parse(rest) : checked(split_reference(info.kind, rest));
  }
  // A bare path: the first kind that its form fits.
  Target target = split_reference(SourceKind::Rootfs, text);
  for (const SourceInfo& info : kKinds) {
    if (!info.detect(target.path)) continue;
    target.kind = info.kind;
    return target;
  }
  if (parse_reference(text)) return parse_name<SourceKind::Image>(text);
  return fail(
      Code::NotFound,
      "there is no file or folder '" + base::printable(text) +
          "', and no image can have that name; a target is a path, an image, or what stands "
          "after one of " +
          scheme_list());
}

} // namespace portique::image
