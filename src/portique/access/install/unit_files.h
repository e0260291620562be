#pragma once

// The files by which systemd runs the gates; packaging/systemd holds the same ones, for packages.

#include <span>
#include <string_view>

namespace portique::access {

struct UnitFile {
  std::string_view name; ///< "portique-authz.service"
  std::string_view path; ///< where it is installed
  std::string_view text;
};

std::span<const UnitFile> unit_files();

} // namespace portique::access
