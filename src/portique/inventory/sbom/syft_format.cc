// Syft's own JSON, https://github.com/anchore/syft/tree/main/schema/json, versions 3 to 16: what is
// read of it has only been renamed once (source.target became source.metadata).

#include <string>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/sbom/component_type.h"
#include "portique/inventory/sbom/sbom_builder.h"
#include "portique/inventory/sbom/sbom_format.h"
#include "portique/model/sbom_properties.h"

namespace portique::inventory {

namespace json = boost::json;

namespace {

std::string without_root(std::string_view path) {
  while (path.starts_with('/'))
    path.remove_prefix(1);
  return std::string(path);
}

const json::object kNoObject;

template <typename Take> void for_each_annotation(const json::object& object, const Take& take) {
  for (const auto& [name, value] : base::json_fields(&object, "annotations"))
    if (value.is_string()) take(std::string_view(name), std::string_view(value.get_string()));
}

/// Texts until schema 8, objects since.
std::vector<std::string> read_licences(const json::object& artifact) {
  std::vector<std::string> licences;
  for (const json::value& item : base::json_items(&artifact, "licenses")) {
    std::string text;
    if (item.is_string()) {
      text = std::string_view(item.get_string());
    } else if (const json::object* licence = base::json_object(&item)) {
      text = base::json_string(licence, "spdxExpression");
      if (text.empty()) text = base::json_string(licence, "value");
    }
    if (!text.empty()) licences.push_back(std::move(text));
  }
  return licences;
}

/// What the package databases said, as Syft keeps it.
void read_metadata(const json::object& metadata, model::Package& package) {
  package.arch = base::json_string(&metadata, "architecture");
  if (package.arch.empty()) package.arch = base::json_string(&metadata, "arch");
  package.maintainer = base::json_string(&metadata, "maintainer");
  if (package.maintainer.empty()) package.maintainer = base::json_string(&metadata, "vendor");
  package.source_name = base::json_string(&metadata, "source");
  if (package.source_name.empty())
    package.source_name = base::json_string(&metadata, "originPackage");
  package.source_version = base::json_string(&metadata, "sourceVersion");
  package.source_rpm = base::json_string(&metadata, "sourceRpm");
  package.module_label = base::json_string(&metadata, "modularityLabel");
  if (const auto epoch = base::json_integer(&metadata, "epoch"); epoch && *epoch >= 0)
    package.epoch = static_cast<std::uint32_t>(*epoch);
}

class SyftFormat : public SbomFormat {
public:
  explicit SyftFormat(const base::Limits& limits) : builder_(limits, "syft-json") {}

  Want want(std::string_view path) override {
    if (path == "artifacts" || path == "artifactRelationships") {
      if (path == "artifacts") artifacts_ = true;
      return Want::Enter;
    }
    if (path == "artifacts/-" || path == "artifactRelationships/-" || path == "source" ||
        path == "distro" || path == "schema" || path == "descriptor")
      return Want::Value;
    return Want::Skip;
  }

  void take(std::string_view path, const json::value& value) override {
    const json::object* object = base::json_object(&value);
    if (object == nullptr) {
      if (path.find('/') != path.npos)
        add_issue(builder_.analysis(),
                  base::Code::Malformed,
                  "an entry of " + std::string(path.substr(0, path.find('/'))) + " is no object");
    } else if (path == "artifacts/-") {
      take_artifact(*object);
    } else if (path == "artifactRelationships/-") {
      take_relationship(*object);
    } else if (path == "source") {
      take_source(*object);
    } else if (path == "distro") {
      take_distro(*object);
    } else if (path == "schema") {
      version_ = base::json_string(object, "version");
    } else {
      descriptor_ = base::json_string(object, "name");
    }
  }

  [[nodiscard]] bool recognised(bool broken) const override {
    return artifacts_ && (!version_.empty() || !descriptor_.empty() || broken);
  }

  void complain(const base::Error& error) override { add_issue(builder_.analysis(), error); }

  SbomDocument finish() override {
    return builder_.finish("Syft JSON" + (version_.empty() ? "" : " " + version_));
  }

private:
  void take_artifact(const json::object& object) {
    SbomComponent component;
    component.ref = base::json_string(&object, "id");
    component.name = base::json_string(&object, "name");
    component.version = base::json_string(&object, "version");
    component.purl = base::json_string(&object, "purl");
    component.type_hint = purl_type_of_word(base::json_string(&object, "type"));
    model::Package& package = component.details;
    package.found_by = base::json_string(&object, "foundBy");
    package.licences = read_licences(object);
    const json::array& locations = base::json_items(&object, "locations");
    if (!locations.empty()) {
      const json::object* location = base::json_object(&locations[0]);
      if (location == nullptr) location = &kNoObject;
      package.path = without_root(base::json_string(location, "path"));
      component.layer = base::json_string(location, "layerID");
      // What only this program says, where Syft allows anything.
      for_each_annotation(*location, [&](std::string_view name, std::string_view value) {
        if (name.starts_with("portique:hash:"))
          package.hashes.emplace_back(value);
        else
          model::take_sbom_property(package, name, value);
      });
    }
    const json::array& cpes = base::json_items(&object, "cpes");
    if (!cpes.empty()) {
      // Texts until schema 12, objects since.
      const json::value& cpe = cpes[0];
      component.cpe = cpe.is_string()
                          ? std::string(std::string_view(cpe.get_string()))
                          : std::string(base::json_string(base::json_object(&cpe), "cpe"));
    }
    read_metadata(base::json_fields(&object, "metadata"), package);
    builder_.add(std::move(component));
  }

  void take_relationship(const json::object& object) {
    const std::string_view type = base::json_string(&object, "type");
    const std::string_view parent = base::json_string(&object, "parent");
    const std::string_view child = base::json_string(&object, "child");
    if (type == "dependency-of")
      builder_.add_dependency(child, parent);
    else if (type == "ownership-by-file-overlap")
      builder_.set_owner(child, parent);
  }

  void take_source(const json::object& source) {
    builder_.subject() = base::json_string(&source, "name");
    const json::object& target = base::json_fields(&source, "target");
    const json::object& metadata = target.empty() ? base::json_fields(&source, "metadata") : target;
    if (builder_.subject().empty()) builder_.subject() = base::json_string(&metadata, "userInput");
    model::Image& image = builder_.image();
    if (auto digest = base::Digest::parse(base::json_string(&metadata, "imageID")))
      image.config_digest = std::move(*digest);
    if (auto digest = base::Digest::parse(base::json_string(&metadata, "manifestDigest")))
      image.manifest_digest = std::move(*digest);
    image.platform = {std::string(base::json_string(&metadata, "os")),
                      std::string(base::json_string(&metadata, "architecture")),
                      std::string(base::json_string(&metadata, "variant"))};
    for (const json::value& tag : base::json_items(&metadata, "tags"))
      if (tag.is_string()) image.tags.emplace_back(std::string_view(tag.get_string()));
    for (const json::value& item : base::json_items(&metadata, "layers")) {
      const json::object* entry = base::json_object(&item);
      model::Layer layer;
      // Syft names layers by their diff ids.
      if (auto digest = base::Digest::parse(base::json_string(entry, "digest")))
        layer.diff_id = std::move(*digest);
      layer.media_type = base::json_string(entry, "mediaType");
      if (const auto size = base::json_integer(entry, "size"); size && *size > 0)
        layer.size = static_cast<std::uint64_t>(*size);
      image.layers.push_back(std::move(layer));
    }
    take_annotations(metadata);
  }

  void take_annotations(const json::object& metadata) {
    model::Image own;
    for_each_annotation(metadata, [&](std::string_view name, std::string_view value) {
      if (builder_.take_property(name, value)) return;
      model::take_sbom_property(own, name, value);
    });
    // Written whole, or not at all.
    if (!own.layers.empty() || !own.config_digest.empty()) builder_.image() = std::move(own);
  }

  void take_distro(const json::object& object) {
    model::Distro distro;
    distro.id = base::json_string(&object, "id");
    distro.version_id = base::json_string(&object, "versionID");
    distro.codename = base::json_string(&object, "versionCodename");
    distro.name = base::json_string(&object, "name");
    distro.pretty_name = base::json_string(&object, "prettyName");
    distro.cpe_name = base::json_string(&object, "cpeName");
    for (const json::value& like : base::json_items(&object, "idLike"))
      if (like.is_string()) distro.id_like.emplace_back(std::string_view(like.get_string()));
    builder_.set_distro(std::move(distro));
  }

  SbomBuilder builder_;
  std::string version_;
  std::string descriptor_; ///< the tool's name
  bool artifacts_ = false;
};

} // namespace

std::unique_ptr<SbomFormat> make_syft_format(const base::Limits& limits) {
  return std::make_unique<SyftFormat>(limits);
}

} // namespace portique::inventory
