#include "portique/image/platform.h"

#include <sys/utsname.h>

#include "portique/base/text.h"

namespace portique::image {

namespace {

std::string fold_architecture(std::string_view name) {
  const std::string lower = base::to_lower(name);
  if (lower == "x86_64" || lower == "x86-64") return "amd64";
  if (lower == "aarch64") return "arm64";
  if (lower == "i386" || lower == "i686" || lower == "x86") return "386";
  if (lower == "armv7l" || lower == "armhf" || lower == "armv6l") return "arm";
  return lower;
}

std::string fold_variant(const model::Platform& platform) {
  if (platform.architecture == "arm64" && platform.variant == "v8") return {};
  return platform.variant;
}

} // namespace

base::Result<model::Platform> parse_platform(std::string_view text) {
  const auto parts = base::split(text, '/');
  for (const std::string_view part : parts)
    if (part.empty() || parts.size() > 3)
      return base::fail(base::Code::InvalidArgument,
                        "'" + base::printable(text) +
                            "' is not a platform; write it like linux/arm64 or linux/arm/v7");
  if (parts.size() == 1) return model::Platform{"linux", fold_architecture(parts[0]), {}};
  return model::Platform{base::to_lower(parts[0]),
                         fold_architecture(parts[1]),
                         parts.size() == 3 ? base::to_lower(parts[2]) : std::string{}};
}

model::Platform host_platform() {
  utsname names{};
  if (::uname(&names) != 0) return {"linux", "amd64", {}};
  return {"linux", fold_architecture(names.machine), {}};
}

bool serves(const model::Platform& offered, const model::Platform& wanted) {
  return offered.os == wanted.os && offered.architecture == wanted.architecture &&
         (wanted.variant.empty() || fold_variant(offered) == fold_variant(wanted));
}

base::Result<void> demand_platform(const model::Platform& offered, const model::Platform& wanted) {
  if (offered.architecture.empty()) return {};
  const model::Platform known{offered.os.empty() ? wanted.os : offered.os,
                              fold_architecture(offered.architecture),
                              offered.variant.empty() ? wanted.variant : offered.variant};
  if (serves(known, wanted)) return {};
  return base::fail(base::Code::NotFound,
                    "the image is for " + base::printable(platform_text(offered)) + ", not for " +
                        platform_text(wanted));
}

std::string platform_text(const model::Platform& platform) {
  std::string text = platform.os + "/" + platform.architecture;
  if (!platform.variant.empty()) text += "/" + platform.variant;
  return text;
}

} // namespace portique::image
