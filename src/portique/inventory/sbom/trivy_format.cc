// Trivy's JSON report, schema version 2 (aquasecurity/trivy, pkg/types/report.go). With
// --list-all-pkgs it names every package; without, only those that have vulnerabilities.

#include <string>

#include <fmt/format.h>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/sbom/component_type.h"
#include "portique/inventory/sbom/distro_name.h"
#include "portique/inventory/sbom/foreign_properties.h"
#include "portique/inventory/sbom/sbom_builder.h"
#include "portique/inventory/sbom/sbom_format.h"

namespace portique::inventory {

namespace json = boost::json;

namespace {

std::string integer_text(const json::object& object, std::string_view name) {
  const auto number = base::json_integer(&object, name);
  return number && *number > 0 ? std::to_string(*number) : std::string{};
}

std::string layer_of(const json::object& object) {
  const json::object& layer = base::json_fields(&object, "Layer");
  std::string digest(base::json_string(&layer, "DiffID"));
  if (digest.empty()) digest = base::json_string(&layer, "Digest");
  return digest;
}

class TrivyFormat : public SbomFormat {
public:
  explicit TrivyFormat(const base::Limits& limits) : builder_(limits, "trivy-json") {}

  Want want(std::string_view path) override {
    if (path == "Results") {
      results_ = true;
      return Want::Enter;
    }
    if (path == "Results/-") {
      ++result_;
      has_packages_ = false;
      type_.clear();
      return Want::Enter;
    }
    if (path == "Results/-/Packages" || path == "Results/-/Vulnerabilities") return Want::Enter;
    if (path == "SchemaVersion" || path == "ArtifactName" || path == "Metadata" ||
        path == "Results/-/Type" || path == "Results/-/Target" || path == "Results/-/Packages/-" ||
        path == "Results/-/Vulnerabilities/-")
      return Want::Value;
    return Want::Skip;
  }

  void take(std::string_view path, const json::value& value) override {
    if (value.is_string()) {
      const std::string_view text(value.get_string());
      if (path == "ArtifactName") builder_.subject() = text;
      if (path == "Results/-/Type") type_ = text;
      if (path == "Results/-/Target") target_ = text;
      return;
    }
    if (path == "SchemaVersion") {
      schema_ = value.is_int64() ? value.get_int64() : 0;
      return;
    }
    const json::object* object = base::json_object(&value);
    if (object == nullptr) {
      if (path.ends_with("/-"))
        add_issue(builder_.analysis(), base::Code::Malformed, "an entry of Results is no object");
    } else if (path == "Metadata") {
      take_metadata(*object);
    } else if (path == "Results/-/Packages/-") {
      has_packages_ = true;
      take_package(*object);
    } else if (path == "Results/-/Vulnerabilities/-" && !has_packages_) {
      only_vulnerable_ = true;
      take_vulnerability(*object);
    }
  }

  [[nodiscard]] bool recognised(bool broken) const override {
    return (schema_ > 0 && (results_ || metadata_)) || (broken && results_);
  }

  void complain(const base::Error& error) override { add_issue(builder_.analysis(), error); }

  SbomDocument finish() override {
    if (schema_ != 2)
      add_issue(
          builder_.analysis(),
          base::Code::Unsupported,
          fmt::format("version {} of Trivy's report is not known; it was read like 2", schema_));
    if (only_vulnerable_)
      add_issue(builder_.analysis(),
                base::Code::Unsupported,
                "this report of Trivy's lists only the packages that have vulnerabilities; make it "
                "with --list-all-pkgs");
    return builder_.finish(fmt::format("Trivy JSON {}", schema_));
  }

private:
  void take_metadata(const json::object& metadata) {
    metadata_ = true;
    const json::object& os = base::json_fields(&metadata, "OS");
    model::Distro distro;
    distro.id = distro_id_of(base::json_string(&os, "Family"));
    distro.version_id = base::json_string(&os, "Name");
    builder_.set_distro(std::move(distro));
    model::Image& image = builder_.image();
    if (auto id = base::Digest::parse(base::json_string(&metadata, "ImageID")))
      image.config_digest = std::move(*id);
    for (const json::value& tag : base::json_items(&metadata, "RepoTags"))
      if (tag.is_string()) image.tags.emplace_back(std::string_view(tag.get_string()));
    for (const json::value& item : base::json_items(&metadata, "RepoDigests")) {
      if (!item.is_string()) continue;
      const std::string_view text(item.get_string());
      if (auto digest = base::Digest::parse(text.substr(text.rfind('@') + 1)))
        image.manifest_digest = std::move(*digest);
    }
    for (const json::value& item : base::json_items(&metadata, "DiffIDs"))
      if (item.is_string())
        if (auto digest = base::Digest::parse(std::string_view(item.get_string())))
          image.layers.push_back({.diff_id = std::move(*digest)});
    take_config(base::json_fields(&metadata, "ImageConfig"));
  }

  void take_config(const json::object& config) {
    model::Image& image = builder_.image();
    image.platform = {std::string(base::json_string(&config, "os")),
                      std::string(base::json_string(&config, "architecture")),
                      std::string(base::json_string(&config, "variant"))};
    image.created = base::parse_time(base::json_string(&config, "created"));
    std::size_t layer = 0;
    for (const json::value& item : base::json_items(&config, "history")) {
      const json::object* step = base::json_object(&item);
      const json::value* empty = base::json_member(step, "empty_layer");
      if (empty != nullptr && empty->is_bool() && empty->get_bool()) continue;
      if (layer >= image.layers.size()) break;
      image.layers[layer].created_by = base::json_string(step, "created_by");
      image.layers[layer++].created = base::parse_time(base::json_string(step, "created"));
    }
  }

  std::string reference(std::string_view id) const { return fmt::format("{}/{}", result_, id); }

  /// What packages and vulnerabilities say alike.
  SbomComponent component_of(const json::object& object, std::string_view identifier) {
    SbomComponent component;
    component.purl = base::json_string(&base::json_fields(&object, identifier), "PURL");
    component.type_hint = purl_type_of_word(type_);
    component.layer = layer_of(object);
    return component;
  }

  void take_package(const json::object& object) {
    SbomComponent component = component_of(object, "Identifier");
    component.ref = reference(base::json_string(&object, "ID"));
    component.name = base::json_string(&object, "Name");
    component.version = join_version(integer_text(object, "Epoch"),
                                     base::json_string(&object, "Version"),
                                     base::json_string(&object, "Release"));
    model::Package& package = component.details;
    package.arch = base::json_string(&object, "Arch");
    package.maintainer = base::json_string(&object, "Maintainer");
    package.module_label = base::json_string(&object, "Modularitylabel");
    package.source_name = base::json_string(&object, "SrcName");
    if (const std::string_view version = base::json_string(&object, "SrcVersion"); !version.empty())
      package.source_version = join_version(
          integer_text(object, "SrcEpoch"), version, base::json_string(&object, "SrcRelease"));
    package.path = base::json_string(&object, "FilePath");
    // The packages of a lock file have its path as their target.
    if (package.path.empty() && !model::is_os_package(hinted(component))) package.path = target_;
    if (const json::value* dev = base::json_member(&object, "Dev");
        dev != nullptr && dev->is_bool() && dev->get_bool())
      package.scope = model::PackageScope::Development;
    for (const json::value& licence : base::json_items(&object, "Licenses"))
      if (licence.is_string())
        package.licences.emplace_back(std::string_view(licence.get_string()));
    if (const std::string_view digest = base::json_string(&object, "Digest"); !digest.empty())
      package.hashes.emplace_back(digest);
    for (const json::value& other : base::json_items(&object, "DependsOn"))
      if (other.is_string())
        builder_.add_dependency(component.ref, reference(std::string_view(other.get_string())));
    builder_.add(std::move(component));
  }

  void take_vulnerability(const json::object& object) {
    SbomComponent component = component_of(object, "PkgIdentifier");
    component.name = base::json_string(&object, "PkgName");
    component.version = base::json_string(&object, "InstalledVersion");
    component.details.path = base::json_string(&object, "PkgPath");
    builder_.add(std::move(component));
  }

  static model::Package hinted(const SbomComponent& component) {
    model::Package package;
    package.type = component.type_hint;
    return package;
  }

  SbomBuilder builder_;
  std::string type_;
  std::string target_;
  std::size_t result_ = 0;
  std::int64_t schema_ = 0;
  bool results_ = false;
  bool metadata_ = false;
  bool has_packages_ = false;
  bool only_vulnerable_ = false;
};

} // namespace

std::unique_ptr<SbomFormat> make_trivy_format(const base::Limits& limits) {
  return std::make_unique<TrivyFormat>(limits);
}

} // namespace portique::inventory
