#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portique::model {

/// Index of a layer that is not known (a root file system has no layers).
inline constexpr std::int32_t kNoLayer = -1;

/// What a package is there for, as far as a lock file or manifest tells.
enum class PackageScope : std::uint8_t {
  Runtime,     ///< it is needed when the application runs, or nothing else is known
  Development, ///< for building and testing only
  Optional,    ///< the application runs without it
};

/// "runtime", "development", "optional".
std::string_view package_scope_name(PackageScope scope);

/// One package.
struct Package {
  std::string type; ///< purl type: "deb", "apk", "rpm", ...
  std::string ns;   ///< purl namespace, not encoded: npm scope with its '@', Maven group, path of
                    ///< a Go module before its last part; for OS packages the distribution
  std::string name; ///< binary package name
  std::string version;                ///< exactly as written; for rpm [epoch:]version-release
  std::string arch;                   ///< as the package manager writes it
  std::optional<std::uint32_t> epoch; ///< where the ecosystem has epochs and this package has one
  std::string source_name;    ///< source package (dpkg Source, apk origin, rpm SOURCERPM name);
                              ///< never empty for OS packages: falls back to `name`
  std::string source_version; ///< version of the source package; falls back to `version`
  std::string source_rpm;     ///< rpm only: SOURCERPM as written
  std::string module_label; ///< rpm only: MODULARITYLABEL, "nodejs:16:8040020210708131418:522a0ee4"
  std::vector<std::string> licences; ///< as written
  std::string maintainer;            ///< dpkg Maintainer, apk m:, rpm PACKAGER or VENDOR
  std::string path;                  ///< the file it was read from, without leading slash
  std::string inner_path;            ///< where in that file, if it is an archive of archives:
                                     ///< "BOOT-INF/lib/a.jar"; "" for the file itself
  std::int32_t layer = kNoLayer;     ///< index into the image's layers: the one that brought it
  std::string purl; ///< set when the distribution is known, by the cataloger if it has qualifiers
  std::string found_by;  ///< id of the cataloger, or of the SBOM reader
  bool declared = false; ///< a lock file or manifest asks for it; nobody saw it installed
  PackageScope scope = PackageScope::Runtime;
  std::vector<std::string>
      dependencies;                ///< "NAME" or "NAME@VERSION", as its own source lists them;
                                   ///< with the purl namespace and a slash where it has one
  std::vector<std::string> hashes; ///< of its archive or file: "sha256:HEX", "sha512:HEX", ...
  std::string owner; ///< purl of the distribution's package that brought its file, "" if none did
  std::int32_t removed_in =
      kNoLayer; ///< the layer that deleted it again: it lies in lower ones only

  friend bool operator==(const Package&, const Package&) = default;
};

/// Whether the package is one of the distribution's own: deb, apk, rpm, alpm, ebuild, opkg.
bool is_os_package(const Package& package);

} // namespace portique::model
