// CycloneDX, ECMA-424, https://cyclonedx.org/docs/1.7/json/. Versions have only added to the fields
// for components, so that all are read alike.

#include <array>
#include <string>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/sbom/distro_name.h"
#include "portique/inventory/sbom/foreign_properties.h"
#include "portique/inventory/sbom/hash_name.h"
#include "portique/inventory/sbom/sbom_builder.h"
#include "portique/inventory/sbom/sbom_format.h"
#include "portique/model/purl_parse.h"
#include "portique/model/sbom_properties.h"

namespace portique::inventory {

namespace json = boost::json;

namespace {

/// Components inside components; the JSON reader's own depth stops others before.
constexpr int kDeepestComponent = 90;

template <typename Take> void for_each_property(const json::object& object, const Take& take) {
  for (const json::value& item : base::json_items(&object, "properties"))
    if (const json::object* property = base::json_object(&item))
      take(base::json_string(property, "name"), base::json_string(property, "value"));
}

std::vector<std::string> read_licences(const json::object& component) {
  std::vector<std::string> licences;
  for (const json::value& item : base::json_items(&component, "licenses")) {
    const json::object* choice = base::json_object(&item);
    const json::object& licence = base::json_fields(choice, "license");
    for (const std::string_view text : {base::json_string(choice, "expression"),
                                        base::json_string(&licence, "id"),
                                        base::json_string(&licence, "name")}) {
      if (text.empty()) continue;
      licences.emplace_back(text);
      break;
    }
  }
  return licences;
}

std::vector<std::string> read_hashes(const json::object& component) {
  std::vector<std::string> hashes;
  for (const json::value& item : base::json_items(&component, "hashes")) {
    const json::object* hash = base::json_object(&item);
    std::string text =
        hash_text(base::json_string(hash, "alg"), base::json_string(hash, "content"));
    if (!text.empty()) hashes.push_back(std::move(text));
  }
  return hashes;
}

/// The first place where the component was seen.
std::string read_location(const json::object& component) {
  const json::object& evidence = base::json_fields(&component, "evidence");
  const json::array& occurrences = base::json_items(&evidence, "occurrences");
  if (occurrences.empty()) return {};
  std::string_view location = base::json_string(base::json_object(&occurrences[0]), "location");
  while (location.starts_with('/'))
    location.remove_prefix(1);
  return std::string(location);
}

model::PackageScope read_scope(const json::object& component) {
  const std::string_view scope = base::json_string(&component, "scope");
  if (scope == "optional") return model::PackageScope::Optional;
  // Not part of what runs: what the build and the tests needed.
  if (scope == "excluded") return model::PackageScope::Development;
  return model::PackageScope::Runtime;
}

/// Kinds of components that are software with a version of its own.
bool is_package_kind(std::string_view type) {
  constexpr std::array<std::string_view, 5> kKinds{
      "library", "application", "framework", "platform", ""};
  return std::ranges::find(kKinds, type) != kKinds.end();
}

class CycloneDxFormat : public SbomFormat {
public:
  explicit CycloneDxFormat(const base::Limits& limits) : builder_(limits, "cyclonedx") {}

  Want want(std::string_view path) override {
    if (path == "components") components_ = true;
    if (path == "components" || path == "dependencies") return Want::Enter;
    if (path == "bomFormat" || path == "specVersion" || path == "metadata" ||
        path == "components/-" || path == "dependencies/-")
      return Want::Value;
    return Want::Skip;
  }

  void take(std::string_view path, const json::value& value) override {
    const json::object* object = base::json_object(&value);
    if (path == "bomFormat")
      recognised_ = value.is_string() && value.get_string() == "CycloneDX";
    else if (path == "specVersion" && value.is_string())
      version_ = std::string_view(value.get_string());
    else if (object == nullptr)
      add_issue(builder_.analysis(),
                base::Code::Malformed,
                "an entry of " + std::string(path.substr(0, path.find('/'))) + " is no object");
    else if (path == "metadata")
      take_metadata(*object);
    else if (path == "components/-")
      take_component(*object, 0);
    else
      take_dependency(*object);
  }

  [[nodiscard]] bool recognised(bool broken) const override {
    return recognised_ || (broken && components_);
  }

  void complain(const base::Error& error) override { add_issue(builder_.analysis(), error); }

  SbomDocument finish() override {
    constexpr std::array<std::string_view, 8> kVersions{
        "1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"};
    if (std::ranges::find(kVersions, version_) == kVersions.end())
      add_issue(builder_.analysis(),
                base::Code::Unsupported,
                "CycloneDX " + base::printable(version_) +
                    " is not a version that is known; it was read like 1.7");
    return builder_.finish("CycloneDX " + version_);
  }

private:
  void take_metadata(const json::object& metadata) {
    for_each_property(metadata, [&](std::string_view name, std::string_view value) {
      builder_.take_property(name, value);
    });
    const json::object* main = base::json_object(base::json_member(&metadata, "component"));
    if (main == nullptr) return;
    builder_.subject() = base::json_string(main, "name");
    const std::string_view type = base::json_string(main, "type");
    const bool is_image = type == "container" || type == "operating-system";
    if (is_image) take_image(*main);
    // What is described is a package too if it is named like one.
    if (!is_image && !base::json_string(main, "purl").empty())
      take_component(*main, 0);
    else
      take_nested(*main, 0);
  }

  void take_image(const json::object& main) {
    model::Image& image = builder_.image();
    for_each_property(main, [&](std::string_view name, std::string_view value) {
      take_image_property(image, name, value);
    });
    std::string digest(base::json_string(&main, "version"));
    if (auto purl = model::parse_purl(base::json_string(&main, "purl")))
      if (purl->type == "oci" || purl->type == "docker") digest = purl->version;
    if (auto parsed = base::Digest::parse(digest);
        parsed && image.manifest_digest.empty() && *parsed != image.config_digest)
      image.manifest_digest = std::move(*parsed);
  }

  void take_component(const json::object& object, int depth) {
    const std::string_view type = base::json_string(&object, "type");
    if (type == "operating-system")
      take_distro(object);
    else if (is_package_kind(type) || !base::json_string(&object, "purl").empty())
      take_package(object);
    take_nested(object, depth);
  }

  void take_nested(const json::object& object, int depth) {
    if (depth > kDeepestComponent) return;
    for (const json::value& item : base::json_items(&object, "components"))
      if (const json::object* nested = base::json_object(&item)) take_component(*nested, depth + 1);
  }

  void take_distro(const json::object& object) {
    model::Distro distro;
    for_each_property(object, [&](std::string_view name, std::string_view value) {
      take_distro_property(distro, name, value);
    });
    if (!distro.known()) {
      distro.id = distro_id_of(base::json_string(&object, "name"));
      distro.version_id = base::json_string(&object, "version");
    }
    builder_.set_distro(std::move(distro));
  }

  void take_package(const json::object& object) {
    SbomComponent component;
    component.ref = base::json_string(&object, "bom-ref");
    component.name = base::json_string(&object, "name");
    component.group = base::json_string(&object, "group");
    component.version = base::json_string(&object, "version");
    component.purl = base::json_string(&object, "purl");
    component.cpe = base::json_string(&object, "cpe");
    component.details.licences = read_licences(object);
    component.details.hashes = read_hashes(object);
    component.details.path = read_location(object);
    component.details.maintainer = base::json_string(&object, "publisher");
    component.details.scope = read_scope(object);
    TrivySource source;
    bool lock_file = false;
    for_each_property(object, [&](std::string_view name, std::string_view value) {
      // Trivy's components for lock files, which have no package of their own.
      lock_file = lock_file || name == "aquasecurity:trivy:Class";
      if (!source.take(name, value)) take_component_property(component, name, value);
    });
    source.apply(component.details);
    if (lock_file && component.purl.empty()) {
      builder_.set_folder(component.ref, component.name);
      return;
    }
    // What is scanned itself: a folder or a file, not a package.
    if (component.purl.empty() && component.version.empty() && component.cpe.empty() &&
        base::json_string(&object, "type") != "library")
      return;
    builder_.add(std::move(component));
  }

  void take_dependency(const json::object& object) {
    const std::string_view ref = base::json_string(&object, "ref");
    for (const json::value& other : base::json_items(&object, "dependsOn"))
      if (other.is_string()) builder_.add_dependency(ref, std::string_view(other.get_string()));
  }

  SbomBuilder builder_;
  std::string version_;
  bool recognised_ = false;
  bool components_ = false;
};

} // namespace

std::unique_ptr<SbomFormat> make_cyclonedx_format(const base::Limits& limits) {
  return std::make_unique<CycloneDxFormat>(limits);
}

} // namespace portique::inventory
