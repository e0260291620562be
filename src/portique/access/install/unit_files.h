#pragma once

// The files by which systemd runs the gates: those of packaging/systemd, which packages carry.

#include <span>
#include <string_view>

namespace portique::access {

struct UnitFile {
  std::string_view name;         ///< "portique-authz.service"
  std::string_view path;         ///< where an administrator's own goes
  std::string_view package_path; ///< where a package puts it
  std::string_view text;
};

std::span<const UnitFile> unit_files();

} // namespace portique::access
