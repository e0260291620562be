#include "portique/inventory/sbom/sbom_builder.h"

#include <algorithm>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/sbom/component_type.h"
#include "portique/inventory/sbom/distro_name.h"
#include "portique/model/purl_parse.h"
#include "portique/model/purl_types.h"
#include "portique/model/sbom_properties.h"

namespace portique::inventory {

using base::Code;

namespace {

/// Names in the message about components that cannot be checked.
constexpr std::size_t kExamples = 3;

/// Edges of one dependency graph: each of 500,000 packages with 20 dependencies.
constexpr std::size_t kMostDependencies = 10'000'000;

std::string_view qualifier(const model::Purl& purl, std::string_view key) {
  const auto found =
      std::ranges::find(purl.qualifiers, key, &std::pair<std::string, std::string>::first);
  return found == purl.qualifiers.end() ? std::string_view{} : std::string_view(found->second);
}

/// "podman-4.9.4-0.1.el9.src.rpm" -> podman, 4.9.4-0.1.el9; as the rpm cataloger reads it.
void read_source_rpm(std::string_view file, model::Package& package) {
  package.source_rpm = file;
  for (const std::string_view ending : {".src.rpm", ".nosrc.rpm"})
    if (file.ends_with(ending)) file.remove_suffix(ending.size());
  const std::size_t release = file.rfind('-');
  if (release == std::string_view::npos || release == 0) return;
  const std::size_t version = file.rfind('-', release - 1);
  if (version == std::string_view::npos || version == 0) return;
  if (!package.source_name.empty()) return;
  package.source_name = file.substr(0, version);
  package.source_version = file.substr(version + 1);
  if (package.epoch)
    package.source_version = fmt::format("{}:{}", *package.epoch, package.source_version);
}

/// The qualifier `upstream`: NAME or NAME@VERSION; a source package's file for rpm.
void read_upstream(std::string_view upstream, model::Package& package) {
  if (upstream.empty()) return;
  if (package.type == "rpm" && upstream.ends_with(".rpm")) {
    if (package.source_rpm.empty()) read_source_rpm(upstream, package);
    return;
  }
  if (!package.source_name.empty()) return;
  const std::size_t at = upstream.rfind('@');
  package.source_name = upstream.substr(0, at);
  if (at != std::string_view::npos && package.source_version.empty())
    package.source_version = upstream.substr(at + 1);
}

bool has_epoch(std::string_view version) {
  const std::size_t colon = version.find(':');
  return colon != std::string_view::npos &&
         base::parse_int<std::uint32_t>(version.substr(0, colon)).has_value();
}

/// Puts the epoch where the inventory has it: in front of the version, and for rpm beside it.
void settle_epoch(model::Package& package, std::string_view component_version) {
  if (package.type != "rpm" && package.type != "deb") return;
  // The version beside the purl may have the epoch that the purl lacks.
  if (!package.epoch && !has_epoch(package.version) && has_epoch(component_version) &&
      component_version.substr(component_version.find(':') + 1) == package.version)
    package.version = component_version;
  if (has_epoch(package.version)) {
    if (package.type == "rpm")
      package.epoch =
          base::parse_int<std::uint32_t>(package.version.substr(0, package.version.find(':')));
  } else if (package.epoch) {
    if (package.type == "rpm" || *package.epoch > 0)
      package.version = fmt::format("{}:{}", *package.epoch, package.version);
  }
  if (package.type == "deb") package.epoch.reset();
}

void read_qualifiers(const model::Purl& purl, model::Package& package) {
  if (package.arch.empty()) package.arch = qualifier(purl, "arch");
  if (!package.epoch) package.epoch = base::parse_int<std::uint32_t>(qualifier(purl, "epoch"));
  for (const std::string_view key : {"modularitylabel", "rpmmod"})
    if (package.module_label.empty()) package.module_label = qualifier(purl, key);
}

std::string identity(const model::Package& package) {
  std::string key;
  for (const std::string* part :
       {&package.type, &package.ns, &package.name, &package.version, &package.arch, &package.path})
    key += *part + '\0';
  return key;
}

std::string dependency_text(const model::Package& package) {
  std::string text = package.name;
  if (!package.ns.empty() && !model::is_os_package(package)) text = package.ns + "/" + text;
  return package.version.empty() ? text : text + "@" + package.version;
}

/// The name as the component has it, if it is the purl's but for the letters that the type does not
/// tell apart: reports show names as their ecosystem writes them.
std::string_view written_name(const SbomComponent& component, const model::Purl& purl) {
  std::string_view name = component.name;
  // SPDX has the namespace in the name.
  if (name.size() > purl.ns.size() && !purl.ns.empty() &&
      base::equals_ignore_case(name.substr(0, purl.ns.size()), purl.ns) &&
      (name[purl.ns.size()] == '/' || name[purl.ns.size()] == ':'))
    name.remove_prefix(purl.ns.size() + 1);
  model::Purl same = purl;
  same.name = name;
  model::normalise(same);
  return same.name == purl.name ? name : std::string_view(purl.name);
}

} // namespace

void SbomBuilder::Omission::tell(std::string_view name) {
  if (count < kExamples)
    examples += (count == 0 ? "" : ", ") + base::printable(name.substr(0, 100));
  ++count;
}

SbomBuilder::SbomBuilder(const base::Limits& limits, std::string_view found_by)
    : limits_(&limits), found_by_(found_by) {}

SbomBuilder::Ref SbomBuilder::intern(std::string_view ref) {
  return refs_.try_emplace(std::string(ref), static_cast<Ref>(refs_.size())).first->second;
}

void SbomBuilder::add(SbomComponent component) {
  model::Package package = std::move(component.details);
  std::optional<model::Purl> purl;
  if (!component.purl.empty()) {
    auto parsed = model::parse_purl(component.purl);
    if (parsed)
      purl = std::move(*parsed);
    else
      add_issue(analysis(), parsed.error());
  }
  // Many tools refer to a component by its purl.
  if (!purl && component.ref.starts_with("pkg:"))
    if (auto parsed = model::parse_purl(component.ref)) purl = std::move(*parsed);
  if (purl) {
    package.type = purl->type;
    package.ns = purl->ns;
    package.name = written_name(component, *purl);
    // A subspec is a package of its own, named "Pod/Subspec".
    if (purl->type == "cocoapods" && !purl->subpath.empty())
      package.name = purl->name + "/" + purl->subpath;
    package.version = purl->version.empty() ? component.version : purl->version;
    package.purl = purl->text();
    read_qualifiers(*purl, package);
    count_distro(*purl);
  } else {
    name_without_purl(component, package);
  }
  settle_epoch(package, component.version);
  if (!package.source_rpm.empty()) read_source_rpm(std::string(package.source_rpm), package);
  if (purl) read_upstream(qualifier(*purl, "upstream"), package);
  add_package(std::move(package), component);
}

void SbomBuilder::add_package(model::Package package, SbomComponent& component) {
  if (package.name.empty()) {
    add_issue(analysis(), Code::Malformed, "a component without a name was left out");
    return;
  }
  if (model::is_os_package(package)) {
    if (package.source_name.empty()) package.source_name = package.name;
    if (package.source_version.empty()) package.source_version = package.version;
  }
  if (package.found_by.empty()) package.found_by = found_by_;
  auto& packages = analysis().packages;
  const auto [slot, is_new] = seen_.try_emplace(identity(package), packages.size());
  if (!component.ref.empty()) package_of_ref_.try_emplace(intern(component.ref), slot->second);
  if (!is_new) return;
  if (packages.size() >= limits_->packages) {
    seen_.erase(slot);
    if (!std::exchange(full_, true))
      add_issue(analysis(),
                Code::LimitExceeded,
                fmt::format("more than {} components; the others were not read", packages.size()));
    return;
  }
  if (package.type.empty()) package.type = "generic";
  if (package.type == "generic")
    unnamed_type_.tell(package.name);
  else if (package.version.empty())
    unversioned_.tell(package.name);
  std::optional<std::size_t> layer;
  if (!component.layer.empty() && package.layer == model::kNoLayer) {
    const auto [number, first] = layer_numbers_.try_emplace(component.layer, layers_.size());
    if (first) layers_.push_back(component.layer);
    layer = number->second;
  }
  layer_of_package_.push_back(layer);
  packages.push_back(std::move(package));
}

void SbomBuilder::count_distro(const model::Purl& purl) {
  model::Package package;
  package.type = purl.type;
  if (!model::is_os_package(package)) return;
  // A hostile document may name as many as it likes.
  constexpr std::size_t kMostDistros = 1000;
  if (distros_.size() < kMostDistros) ++distros_[{purl.ns, std::string(qualifier(purl, "distro"))}];
}

void SbomBuilder::add_dependency(std::string_view ref, std::string_view other) {
  if (dependencies_.size() >= kMostDependencies) return;
  dependencies_.emplace_back(intern(ref), intern(other));
  if (dependencies_.size() == kMostDependencies)
    add_issue(analysis(), Code::LimitExceeded, "too many dependencies; the others were not read");
}

bool SbomBuilder::take_property(std::string_view name, std::string_view value) {
  if (auto finding = model::read_sbom_finding(name, value)) {
    if (document_.findings.size() < model::kSbomFindings)
      document_.findings.push_back(std::move(*finding));
    return true;
  }
  if (issues_are_full(analysis())) return false;
  return model::take_sbom_property(analysis().issues, name, value);
}

void SbomBuilder::set_distro(model::Distro distro) {
  if (!analysis().distro && distro.known()) analysis().distro = std::move(distro);
}

void SbomBuilder::set_owner(std::string_view ref, std::string_view owner) {
  if (owners_.size() < limits_->packages) owners_.emplace_back(intern(ref), intern(owner));
}

void SbomBuilder::set_folder(std::string_view ref, std::string_view path) {
  while (path.starts_with('/'))
    path.remove_prefix(1);
  if (folders_.size() < limits_->packages) folders_.try_emplace(intern(ref), path);
}

void SbomBuilder::resolve_references() {
  auto& packages = analysis().packages;
  const auto package_of = [&](Ref ref) -> model::Package* {
    const auto found = package_of_ref_.find(ref);
    return found == package_of_ref_.end() || found->second >= packages.size()
               ? nullptr
               : &packages[found->second];
  };
  for (const auto& [from, to] : dependencies_) {
    model::Package* package = package_of(from);
    model::Package* other = package_of(to);
    if (other != nullptr && other->path.empty())
      if (const auto folder = folders_.find(from); folder != folders_.end())
        other->path = folder->second;
    if (package != nullptr && other != nullptr && package != other)
      package->dependencies.push_back(dependency_text(*other));
  }
  for (model::Package& package : packages) {
    std::ranges::sort(package.dependencies);
    const auto rest = std::ranges::unique(package.dependencies);
    package.dependencies.erase(rest.begin(), rest.end());
  }
  for (const auto& [from, to] : owners_) {
    model::Package* package = package_of(from);
    const model::Package* owner = package_of(to);
    if (package != nullptr && owner != nullptr && package->owner.empty())
      package->owner = owner->purl;
  }
}

void SbomBuilder::resolve_layers() {
  auto& layers = image().layers;
  if (layers.size() > limits_->layers) layers.resize(limits_->layers);
  std::vector<std::int32_t> index_of;
  for (const std::string& name : layers_) {
    auto found = std::ranges::find_if(layers, [&](const model::Layer& layer) {
      return layer.diff_id.text() == name || layer.digest.text() == name;
    });
    auto digest = base::Digest::parse(name);
    if (found == layers.end() && digest && layers.size() < limits_->layers) {
      layers.push_back({.diff_id = std::move(*digest)});
      found = layers.end() - 1;
    }
    index_of.push_back(found == layers.end() ? model::kNoLayer
                                             : static_cast<std::int32_t>(found - layers.begin()));
  }
  const auto count = static_cast<std::int32_t>(layers.size());
  auto& packages = analysis().packages;
  for (std::size_t i = 0; i < packages.size(); ++i) {
    model::Package& package = packages[i];
    if (layer_of_package_[i]) package.layer = index_of[*layer_of_package_[i]];
    if (package.layer >= count) package.layer = model::kNoLayer;
    if (package.removed_in >= count) package.removed_in = model::kNoLayer;
  }
}

/// What the document says, else what most package URLs say.
void SbomBuilder::resolve_distro() {
  const auto most = std::ranges::max_element(distros_, {}, [](const auto& entry) {
    return std::pair(!entry.first.second.empty(), entry.second);
  });
  if (most == distros_.end()) return;
  if (!analysis().distro) {
    const auto& [ns, value] = most->first;
    model::Distro distro = distro_of_qualifier(value, ns);
    if (distro.known()) analysis().distro = std::move(distro);
  }
  if (!analysis().distro) {
    add_issue(analysis(),
              Code::NotFound,
              "it does not say which distribution its packages are of, so they cannot be checked");
    return;
  }
  const model::Distro& chosen = *analysis().distro;
  std::size_t others = 0;
  std::string example;
  for (const auto& [said, count] : distros_) {
    if (said.second.empty() && said.first == model::purl_namespace_of(chosen)) continue;
    const model::Distro distro = distro_of_qualifier(said.second, said.first);
    if (!is_of(distro, chosen)) {
      others += count;
      example = said.first + (said.second.empty() ? "" : " " + said.second);
    }
  }
  if (others > 0)
    add_issue(analysis(),
              Code::Unsupported,
              fmt::format("{} packages are of another distribution than {} ({}); they were checked "
                          "as if they were of it",
                          others,
                          base::printable(chosen.id + " " + chosen.version_id),
                          base::printable(example)));
}

/// Packages without a purl get the one that this program would give them.
void SbomBuilder::name_packages() {
  const model::Distro distro = analysis().distro.value_or(model::Distro{});
  for (model::Package& package : analysis().packages) {
    if (!package.purl.empty() || package.type == "generic") continue;
    const bool os = model::is_os_package(package);
    if (os && package.ns.empty()) package.ns = model::purl_namespace_of(distro);
    package.purl = model::purl_of(package, os ? distro : model::Distro{}).text();
  }
}

void SbomBuilder::tell_omissions() {
  const auto tell = [&](const Omission& omission, std::string_view what) {
    if (omission.count == 0) return;
    add_issue(analysis(),
              Code::Unsupported,
              fmt::format("{} component{} {} and cannot be checked: {}{}",
                          omission.count,
                          omission.count == 1 ? " has" : "s have",
                          what,
                          omission.examples,
                          omission.count > kExamples ? ", ..." : ""));
  };
  tell(unnamed_type_, "no package URL that says what kind of package it is");
  tell(unversioned_, "no version");
}

SbomDocument SbomBuilder::finish(std::string format) {
  document_.format = std::move(format);
  resolve_layers();
  resolve_distro();
  name_packages();
  resolve_references();
  tell_omissions();
  return std::move(document_);
}

} // namespace portique::inventory
