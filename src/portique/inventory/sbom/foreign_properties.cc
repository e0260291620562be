#include "portique/inventory/sbom/foreign_properties.h"

#include <optional>

#include "portique/base/text.h"
#include "portique/inventory/sbom/component_type.h"
#include "portique/inventory/sbom/distro_name.h"
#include "portique/model/sbom_properties.h"

namespace portique::inventory {

namespace {

constexpr std::string_view kTrivy = "aquasecurity:trivy:";

/// What stands behind a prefix.
std::optional<std::string_view> after(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return std::nullopt;
  return name.substr(prefix.size());
}

std::string without_root(std::string_view path) {
  while (path.starts_with('/'))
    path.remove_prefix(1);
  return std::string(path);
}

void set_if_empty(std::string& field, std::string_view value) {
  if (field.empty()) field = value;
}

void take_trivy(SbomComponent& component, std::string_view name, std::string_view value) {
  model::Package& package = component.details;
  if (name == "FilePath")
    package.path = without_root(value);
  else if (name == "LayerDiffID")
    component.layer = value;
  else if (name == "LayerDigest")
    set_if_empty(component.layer, value);
  else if (name == "Modularitylabel")
    package.module_label = value;
  else if (name == "PkgType")
    component.type_hint = purl_type_of_word(value);
}

void take_syft(SbomComponent& component, std::string_view name, std::string_view value) {
  model::Package& package = component.details;
  if (name == "location:0:path")
    package.path = without_root(value);
  else if (name == "location:0:layerID")
    component.layer = value;
  else if (name == "package:foundBy")
    package.found_by = value;
  else if (name == "package:type")
    component.type_hint = purl_type_of_word(value);
  else if (name == "metadata:source" || name == "metadata:originPackage")
    package.source_name = value;
  else if (name == "metadata:sourceVersion")
    package.source_version = value;
  else if (name == "metadata:sourceRpm")
    package.source_rpm = value;
  else if (name == "metadata:modularityLabel")
    package.module_label = value;
  else if (name == "metadata:epoch")
    package.epoch = base::parse_int<std::uint32_t>(value);
  else if (name == "metadata:maintainer")
    package.maintainer = value;
}

} // namespace

void take_component_property(SbomComponent& component,
                             std::string_view name,
                             std::string_view value) {
  if (model::take_sbom_property(component.details, name, value)) return;
  if (const auto trivy = after(name, kTrivy))
    take_trivy(component, *trivy, value);
  else if (const auto syft = after(name, "syft:"))
    take_syft(component, *syft, value);
  else if (name == "cdx:npm:package:development" && value == "true")
    component.details.scope = model::PackageScope::Development;
  else if (name == "cdx:npm:package:path")
    set_if_empty(component.details.path, without_root(value));
}

void take_distro_property(model::Distro& distro, std::string_view name, std::string_view value) {
  if (model::take_sbom_property(distro, name, value)) return;
  const auto syft = after(name, "syft:distro:");
  if (!syft) return;
  if (*syft == "id")
    distro.id = value;
  else if (*syft == "versionID")
    distro.version_id = value;
  else if (*syft == "versionCodename")
    distro.codename = value;
  else if (*syft == "name")
    distro.name = value;
  else if (*syft == "prettyName")
    distro.pretty_name = value;
  else if (*syft == "cpeName")
    distro.cpe_name = value;
  else if (syft->starts_with("idLike:"))
    distro.id_like.emplace_back(value);
}

void take_image_property(model::Image& image, std::string_view name, std::string_view value) {
  if (model::take_sbom_property(image, name, value)) return;
  const auto trivy = after(name, kTrivy);
  if (!trivy) return;
  if (*trivy == "RepoTag") {
    image.tags.emplace_back(value);
    return;
  }
  const bool repo = *trivy == "RepoDigest";
  auto digest = base::Digest::parse(repo ? value.substr(value.rfind('@') + 1) : value);
  if (!digest) return;
  if (*trivy == "ImageID")
    image.config_digest = std::move(*digest);
  else if (repo)
    image.manifest_digest = std::move(*digest);
  else if (*trivy == "DiffID" && image.layers.size() < model::kSbomLayers)
    image.layers.push_back({.diff_id = std::move(*digest)});
}

bool TrivySource::take(std::string_view name, std::string_view value) {
  const auto trivy = after(name, kTrivy);
  if (!trivy) return false;
  if (*trivy == "SrcName")
    name_ = value;
  else if (*trivy == "SrcVersion")
    version_ = value;
  else if (*trivy == "SrcRelease")
    release_ = value;
  else if (*trivy == "SrcEpoch")
    epoch_ = value;
  else
    return false;
  return true;
}

void TrivySource::apply(model::Package& package) const {
  if (name_.empty()) return;
  set_if_empty(package.source_name, name_);
  if (!version_.empty())
    set_if_empty(package.source_version, join_version(epoch_, version_, release_));
}

std::string
join_version(std::string_view epoch, std::string_view version, std::string_view release) {
  std::string text(version);
  if (!release.empty()) text += "-" + std::string(release);
  if (!epoch.empty() && epoch != "0") text.insert(0, std::string(epoch) + ":");
  return text;
}

} // namespace portique::inventory
