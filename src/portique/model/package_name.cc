#include "portique/model/package_name.h"

namespace portique::model {

std::string name_in_ecosystem(const Package& package) {
  if (package.ns.empty() || is_os_package(package)) return package.name;
  return package.ns + (package.type == "maven" ? ":" : "/") + package.name;
}

} // namespace portique::model
