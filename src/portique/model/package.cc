#include "portique/model/package.h"

#include <algorithm>
#include <array>

namespace portique::model {

std::string_view package_scope_name(PackageScope scope) {
  switch (scope) {
  case PackageScope::Development:
    return "development";
  case PackageScope::Optional:
    return "optional";
  case PackageScope::Runtime:
    break;
  }
  return "runtime";
}

bool is_os_package(const Package& package) {
  constexpr std::array<std::string_view, 6> kTypes{"deb", "apk", "rpm", "alpm", "ebuild", "opkg"};
  return std::ranges::find(kTypes, package.type) != kTypes.end();
}

} // namespace portique::model
