// docs/sbom.md lists the names. A package's layer is its number among the image's; the diff id
// beside it is for people and other tools.

#include "portique/model/sbom_properties.h"

#include <algorithm>
#include <array>
#include <optional>

#include "portique/base/text.h"

namespace portique::model {

namespace {

using Properties = std::vector<SbomProperty>;

constexpr std::string_view kLayerPrefix = "image:layer:";
constexpr std::string_view kTagPrefix = "image:tag:";
constexpr std::string_view kIdLikePrefix = "distro:idLike:";
constexpr std::string_view kIssuePrefix = "issue:";

void put(Properties& out, std::string_view name, std::string value) {
  if (value.empty()) return;
  out.push_back({std::string(kSbomPropertyPrefix) + std::string(name), std::move(value)});
}

std::string flag(bool value) {
  return value ? "true" : "";
}

/// The name without our prefix and without `inner`; nothing if it has not both.
std::optional<std::string_view> own(std::string_view name, std::string_view inner = {}) {
  if (!name.starts_with(kSbomPropertyPrefix)) return std::nullopt;
  name.remove_prefix(kSbomPropertyPrefix.size());
  if (!name.starts_with(inner)) return std::nullopt;
  return name.substr(inner.size());
}

struct TextField {
  std::string_view name;
  std::string Package::* member;
};

constexpr std::array kPackageTexts{
    TextField{"path", &Package::path},
    TextField{"arch", &Package::arch},
    TextField{"source:name", &Package::source_name},
    TextField{"source:version", &Package::source_version},
    TextField{"source:rpm", &Package::source_rpm},
    TextField{"module", &Package::module_label},
    TextField{"foundBy", &Package::found_by},
    TextField{"owner", &Package::owner},
};

struct DistroField {
  std::string_view name;
  std::string Distro::* member;
};

constexpr std::array kDistroTexts{
    DistroField{"distro:id", &Distro::id},
    DistroField{"distro:versionID", &Distro::version_id},
    DistroField{"distro:codename", &Distro::codename},
    DistroField{"distro:name", &Distro::name},
    DistroField{"distro:prettyName", &Distro::pretty_name},
    DistroField{"distro:cpeName", &Distro::cpe_name},
    DistroField{"distro:path", &Distro::path},
};

const Layer* layer_at(const Image& image, std::int32_t index) {
  if (index < 0 || static_cast<std::size_t>(index) >= image.layers.size()) return nullptr;
  return &image.layers[static_cast<std::size_t>(index)];
}

void put_layer(Properties& out, const Image& image, std::int32_t index, std::string_view name) {
  const Layer* layer = layer_at(image, index);
  if (layer == nullptr) return;
  put(out, std::string(name) + ":index", std::to_string(index));
  put(out, std::string(name) + ":diffID", layer->diff_id.text());
}

std::optional<std::int32_t> layer_number(std::string_view text) {
  const auto number = base::parse_int<std::uint32_t>(text);
  if (!number || *number >= kSbomLayers) return std::nullopt;
  return static_cast<std::int32_t>(*number);
}

bool take_layer(std::int32_t& layer, std::string_view value) {
  const auto number = layer_number(value);
  if (number) layer = *number;
  return number.has_value();
}

bool take_digest(base::Digest& digest, std::string_view value) {
  auto parsed = base::Digest::parse(value);
  if (parsed) digest = std::move(*parsed);
  return parsed.has_value();
}

bool take_time(std::optional<base::Time>& time, std::string_view value) {
  const auto parsed = base::parse_time(value);
  if (parsed) time = parsed;
  return parsed.has_value();
}

bool take_layer_field(Layer& layer, std::string_view field, std::string_view value) {
  if (field == "diffID") return take_digest(layer.diff_id, value);
  if (field == "digest") return take_digest(layer.digest, value);
  if (field == "created") return take_time(layer.created, value);
  if (field == "size") {
    const auto size = base::parse_int<std::uint64_t>(value);
    if (size) layer.size = *size;
    return size.has_value();
  }
  if (field != "mediaType" && field != "createdBy") return false;
  (field == "mediaType" ? layer.media_type : layer.created_by) = value;
  return true;
}

bool take_platform(Platform& platform, std::string_view value) {
  platform.os = base::take_until(value, '/');
  platform.architecture = base::take_until(value, '/');
  platform.variant = value;
  return true;
}

std::string platform_text(const Platform& platform) {
  if (platform.os.empty() && platform.architecture.empty()) return {};
  std::string text = platform.os + "/" + platform.architecture;
  if (!platform.variant.empty()) text += "/" + platform.variant;
  return text;
}

} // namespace

Properties sbom_properties(const Package& package, const Image& image) {
  Properties out;
  for (const TextField& field : kPackageTexts) {
    const std::string& value = package.*field.member;
    // What falls back to the package's own name and version need not be said.
    if (field.member == &Package::source_name && value == package.name) continue;
    if (field.member == &Package::source_version && value == package.version) continue;
    // In the purl already.
    if (field.member == &Package::arch && is_os_package(package)) continue;
    put(out, field.name, value);
  }
  put(out, "declared", flag(package.declared));
  if (package.scope != PackageScope::Runtime)
    put(out, "scope", std::string(package_scope_name(package.scope)));
  put_layer(out, image, package.layer, "layer");
  put_layer(out, image, package.removed_in, "removedIn");
  return out;
}

bool take_sbom_property(Package& package, std::string_view name, std::string_view value) {
  const auto known = own(name);
  if (!known) return false;
  for (const TextField& field : kPackageTexts) {
    if (*known != field.name) continue;
    package.*field.member = value;
    return true;
  }
  if (*known == "declared") return package.declared = value == "true";
  if (*known == "layer:index") return take_layer(package.layer, value);
  if (*known == "removedIn:index") return take_layer(package.removed_in, value);
  if (*known != "scope") return false;
  for (const PackageScope scope : {PackageScope::Development, PackageScope::Optional})
    if (value == package_scope_name(scope)) package.scope = scope;
  return true;
}

Properties sbom_properties(const Image& image) {
  Properties out;
  put(out, "image:id", image.config_digest.text());
  put(out, "image:digest", image.manifest_digest.text());
  put(out, "image:platform", platform_text(image.platform));
  put(out, "image:created", image.created ? base::format_time(*image.created) : "");
  for (std::size_t i = 0; i < image.tags.size(); ++i)
    put(out, std::string(kTagPrefix) + std::to_string(i), image.tags[i]);
  for (std::size_t i = 0; i < std::min(image.layers.size(), kSbomLayers); ++i) {
    const Layer& layer = image.layers[i];
    const std::string prefix = std::string(kLayerPrefix) + std::to_string(i) + ":";
    put(out, prefix + "diffID", layer.diff_id.text());
    put(out, prefix + "digest", layer.digest.text());
    put(out, prefix + "size", layer.size == 0 ? "" : std::to_string(layer.size));
    put(out, prefix + "mediaType", layer.media_type);
    put(out, prefix + "createdBy", layer.created_by);
    put(out, prefix + "created", layer.created ? base::format_time(*layer.created) : "");
  }
  return out;
}

bool take_sbom_property(Image& image, std::string_view name, std::string_view value) {
  const auto known = own(name);
  if (!known) return false;
  if (*known == "image:id") return take_digest(image.config_digest, value);
  if (*known == "image:digest") return take_digest(image.manifest_digest, value);
  if (*known == "image:platform") return take_platform(image.platform, value);
  if (*known == "image:created") return take_time(image.created, value);
  if (own(name, kTagPrefix)) {
    image.tags.emplace_back(value);
    return true;
  }
  auto rest = own(name, kLayerPrefix);
  if (!rest) return false;
  const auto number = layer_number(base::take_until(*rest, ':'));
  if (!number) return false;
  const auto index = static_cast<std::size_t>(*number);
  if (index >= image.layers.size()) image.layers.resize(index + 1);
  return take_layer_field(image.layers[index], *rest, value);
}

Properties sbom_properties(const Distro& distro) {
  Properties out;
  for (const DistroField& field : kDistroTexts)
    put(out, field.name, distro.*field.member);
  for (std::size_t i = 0; i < distro.id_like.size(); ++i)
    put(out, std::string(kIdLikePrefix) + std::to_string(i), distro.id_like[i]);
  return out;
}

bool take_sbom_property(Distro& distro, std::string_view name, std::string_view value) {
  const auto known = own(name);
  if (!known) return false;
  for (const DistroField& field : kDistroTexts) {
    if (*known != field.name) continue;
    distro.*field.member = value;
    return true;
  }
  if (!own(name, kIdLikePrefix)) return false;
  distro.id_like.emplace_back(value);
  return true;
}

Properties sbom_properties(const std::vector<Issue>& issues) {
  Properties out;
  for (std::size_t i = 0; i < issues.size(); ++i) {
    const Issue& issue = issues[i];
    const std::string place = issue.path.empty() ? "" : issue.path + ": ";
    put(out,
        std::string(kIssuePrefix) + std::to_string(i),
        std::string(base::code_name(issue.code)) + ": " + place + issue.message);
  }
  return out;
}

bool take_sbom_property(std::vector<Issue>& issues, std::string_view name, std::string_view value) {
  if (!own(name, kIssuePrefix)) return false;
  const std::string_view whole = value;
  const std::string_view word = base::take_until(value, ':');
  Issue issue{base::Code::Malformed, std::string(base::trim(value)), {}, kNoLayer};
  for (int code = 0; code <= static_cast<int>(base::Code::WorkerDied); ++code)
    if (word == base::code_name(static_cast<base::Code>(code)))
      issue.code = static_cast<base::Code>(code);
  if (issue.message.empty()) issue.message = whole;
  issues.push_back(std::move(issue));
  return true;
}

} // namespace portique::model
