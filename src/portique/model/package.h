#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace portique::model {

/// Index of a layer that is not known (a root file system has no layers).
inline constexpr std::int32_t kNoLayer = -1;

/// One installed package.
struct Package {
  std::string type;    ///< purl type: "deb", "apk", "rpm", ...
  std::string ns;      ///< purl namespace: the distribution id for OS packages, "" if none
  std::string name;    ///< binary package name
  std::string version; ///< exactly as written; for rpm [epoch:]version-release
  std::string arch;    ///< as the package manager writes it
  std::optional<std::uint32_t> epoch; ///< where the ecosystem has epochs and this package has one
  std::string source_name;    ///< source package (dpkg Source, apk origin, rpm SOURCERPM name);
                              ///< never empty for OS packages: falls back to `name`
  std::string source_version; ///< version of the source package; falls back to `version`
  std::string source_rpm;     ///< rpm only: SOURCERPM as written
  std::string module_label; ///< rpm only: MODULARITYLABEL, "nodejs:16:8040020210708131418:522a0ee4"
  std::vector<std::string> licences; ///< as written
  std::string maintainer;            ///< dpkg Maintainer, apk m:, rpm PACKAGER or VENDOR
  std::string path;                  ///< the file it was read from, without leading slash
  std::int32_t layer = kNoLayer;     ///< index into the image's layers: the one that brought it
  std::string purl;                  ///< set when the distribution is known

  friend bool operator==(const Package&, const Package&) = default;
};

} // namespace portique::model
