#pragma once

#include <string>
#include <vector>

namespace portique::model {

/// The distribution of a root file system, as its os-release(5) or a fallback file says.
struct Distro {
  std::string id;                   ///< ID, lower case: "debian", "alpine", "rhel", "opensuse-leap"
  std::vector<std::string> id_like; ///< ID_LIKE
  std::string version_id;           ///< VERSION_ID as written: "12", "3.19.1", "22.04"
  std::string codename;             ///< VERSION_CODENAME
  std::string name;                 ///< NAME
  std::string pretty_name;          ///< PRETTY_NAME
  std::string cpe_name;             ///< CPE_NAME
  std::string path;                 ///< the file it was read from

  [[nodiscard]] bool known() const { return !id.empty(); }

  friend bool operator==(const Distro&, const Distro&) = default;
};

} // namespace portique::model
