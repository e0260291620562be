#pragma once

// What an SBOM of this program says beyond what the SBOM formats have fields for, as names and
// values: CycloneDX carries them as properties, SPDX in annotations. Reading them back gives what
// was written, so that a scan of the SBOM finds what a scan of the image does.

#include <string>
#include <string_view>
#include <vector>

#include "portique/model/distro.h"
#include "portique/model/image.h"
#include "portique/model/issue.h"
#include "portique/model/package.h"

namespace portique::model {

struct SbomProperty {
  std::string name; ///< begins with kSbomPropertyPrefix
  std::string value;

  friend bool operator==(const SbomProperty&, const SbomProperty&) = default;
};

inline constexpr std::string_view kSbomPropertyPrefix = "portique:";

/// Layers that properties may name: as many as an image has (base/limits.h).
inline constexpr std::size_t kSbomLayers = 1024;

/// Each name once, always in the same order, none with an empty value.
std::vector<SbomProperty> sbom_properties(const Package& package, const Image& image);
std::vector<SbomProperty> sbom_properties(const Image& image);
std::vector<SbomProperty> sbom_properties(const Distro& distro);
/// "portique:issue:N" each.
std::vector<SbomProperty> sbom_properties(const std::vector<Issue>& issues);

/// Puts a property where it belongs; false if it is none of this kind, or makes no sense.
bool take_sbom_property(Package& package, std::string_view name, std::string_view value);
bool take_sbom_property(Image& image, std::string_view name, std::string_view value);
bool take_sbom_property(Distro& distro, std::string_view name, std::string_view value);
bool take_sbom_property(std::vector<Issue>& issues, std::string_view name, std::string_view value);

} // namespace portique::model
