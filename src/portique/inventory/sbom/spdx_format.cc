// SPDX 2.2 and 2.3, https://spdx.github.io/spdx-spec/v2.3/. The tag-value form is turned into the
// JSON form's objects by spdx_tag_value.cc.

#include <array>
#include <set>
#include <string>
#include <vector>

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

/// What an SPDX package stands for.
enum class Role : std::uint8_t { Package, Distro, Image, Folder };

std::string_view external_reference(const json::object& package,
                                    std::initializer_list<std::string_view> types) {
  for (const json::value& item : base::json_items(&package, "externalRefs")) {
    const json::object* reference = base::json_object(&item);
    const std::string_view type = base::json_string(reference, "referenceType");
    for (const std::string_view wanted : types)
      // Some write the type as the IRI that the specification's list of types gives.
      if (type == wanted || type.ends_with("/" + std::string(wanted)))
        return base::json_string(reference, "referenceLocator");
  }
  return {};
}

bool is_said(std::string_view text) {
  return !text.empty() && text != "NOASSERTION" && text != "NONE";
}

std::vector<std::string> read_licences(const json::object& package) {
  for (const std::string_view field : {"licenseDeclared", "licenseConcluded"})
    if (const std::string_view text = base::json_string(&package, field); is_said(text))
      return {std::string(text)};
  return {};
}

std::vector<std::string> read_hashes(const json::object& package) {
  std::vector<std::string> hashes;
  for (const json::value& item : base::json_items(&package, "checksums")) {
    const json::object* checksum = base::json_object(&item);
    std::string text = hash_text(base::json_string(checksum, "algorithm"),
                                 base::json_string(checksum, "checksumValue"));
    if (!text.empty()) hashes.push_back(std::move(text));
  }
  return hashes;
}

/// "Person: Jane (jane@example.org)" -> "Jane <jane@example.org>".
std::string read_supplier(std::string_view text) {
  for (const std::string_view prefix : {"Person: ", "Organization: "}) {
    if (!text.starts_with(prefix)) continue;
    text.remove_prefix(prefix.size());
    const std::size_t open = text.rfind(" (");
    if (open == std::string_view::npos || !text.ends_with(')')) return std::string(text);
    const std::string_view mail = text.substr(open + 2, text.size() - open - 3);
    std::string name(text.substr(0, open));
    return mail.empty() ? name : name + " <" + std::string(mail) + ">";
  }
  return {};
}

Role role_of(const json::object& package, std::string_view purl) {
  const std::string_view purpose = base::json_string(&package, "primaryPackagePurpose");
  const std::string_view id = base::json_string(&package, "SPDXID");
  const auto is_like = [&](std::string_view part) { return id.find(part) != id.npos; };
  if (purpose == "OPERATING-SYSTEM" || purpose == "OPERATING_SYSTEM" ||
      id.starts_with("SPDXRef-OperatingSystem-"))
    return Role::Distro;
  if (purpose == "CONTAINER" || id.starts_with("SPDXRef-ContainerImage-") ||
      is_like("DocumentRoot-Image") || purl.starts_with("pkg:oci/") ||
      purl.starts_with("pkg:docker/"))
    return Role::Image;
  // Lock files and scanned folders; neither is a package.
  if (purl.empty() && (id.starts_with("SPDXRef-Application-") ||
                       id.starts_with("SPDXRef-Filesystem-") || is_like("DocumentRoot-Directory") ||
                       is_like("DocumentRoot-File") || purpose == "FILE" || purpose == "SOURCE"))
    return Role::Folder;
  return Role::Package;
}

class SpdxFormat : public SbomFormat {
public:
  explicit SpdxFormat(const base::Limits& limits) : builder_(limits, "spdx") {}

  Want want(std::string_view path) override {
    if (path == "packages") packages_ = true;
    if (path == "packages" || path == "relationships") return Want::Enter;
    if (path == "documentDescribes") return Want::Enter;
    if (path == "spdxVersion" || path == "name" || path == "packages/-" ||
        path == "documentDescribes/-" || path == "relationships/-")
      return Want::Value;
    return Want::Skip;
  }

  void take(std::string_view path, const json::value& value) override {
    const json::object* object = base::json_object(&value);
    if (path == "spdxVersion" && value.is_string())
      version_ = std::string_view(value.get_string());
    else if (path == "name" && value.is_string())
      name_ = std::string_view(value.get_string());
    else if (path == "documentDescribes/-" && value.is_string())
      described_.emplace(std::string_view(value.get_string()));
    else if (object == nullptr)
      add_issue(builder_.analysis(),
                base::Code::Malformed,
                "an entry of " + std::string(path.substr(0, path.find('/'))) + " is no object");
    else if (path == "packages/-")
      take_package(*object);
    else
      take_relationship(*object);
  }

  [[nodiscard]] bool recognised(bool broken) const override {
    return version_.starts_with("SPDX-") || (broken && packages_);
  }

  void complain(const base::Error& error) override { add_issue(builder_.analysis(), error); }

  SbomDocument finish() override {
    if (version_ != "SPDX-2.2" && version_ != "SPDX-2.3")
      add_issue(builder_.analysis(),
                base::Code::Unsupported,
                base::printable(version_) +
                    " is not a version that is known; it was read like SPDX-2.3");
    if (builder_.subject().empty()) builder_.subject() = name_;
    for (SbomComponent& component : nameless_)
      if (!described_.contains(component.ref)) builder_.add(std::move(component));
    const std::string_view prefix = "SPDX-";
    return builder_.finish("SPDX " + (version_.starts_with(prefix)
                                          ? version_.substr(prefix.size())
                                          : std::string("of an unknown version")));
  }

private:
  /// This program's properties are one JSON object in an annotation; Trivy's are annotations or
  /// attributions of the form "Name: value".
  template <typename Take> void for_each_property(const json::object& package, const Take& take) {
    const auto take_text = [&](std::string_view text) {
      if (text.starts_with("{\"portique:")) {
        const auto properties = base::parse_json(text);
        if (!properties || !properties->is_object()) return;
        for (const auto& [name, value] : properties->get_object())
          if (value.is_string()) take(std::string_view(name), std::string_view(value.get_string()));
        return;
      }
      const std::size_t colon = text.find(": ");
      if (colon == std::string_view::npos) return;
      take("aquasecurity:trivy:" + std::string(text.substr(0, colon)), text.substr(colon + 2));
    };
    for (const json::value& item : base::json_items(&package, "annotations"))
      take_text(base::json_string(base::json_object(&item), "comment"));
    for (const json::value& item : base::json_items(&package, "attributionTexts"))
      if (item.is_string()) take_text(std::string_view(item.get_string()));
  }

  void take_package(const json::object& object) {
    const std::string_view purl = external_reference(object, {"purl"});
    switch (role_of(object, purl)) {
    case Role::Distro:
      take_distro(object);
      break;
    case Role::Image:
      take_image(object, purl);
      break;
    case Role::Package:
      take_component(object, purl);
      break;
    case Role::Folder:
      take_folder(object);
      break;
    }
  }

  void take_distro(const json::object& object) {
    model::Distro distro;
    for_each_property(object, [&](std::string_view name, std::string_view value) {
      take_distro_property(distro, name, value);
    });
    if (!distro.known()) {
      distro.id = distro_id_of(base::json_string(&object, "name"));
      distro.version_id = base::json_string(&object, "versionInfo");
    }
    builder_.set_distro(std::move(distro));
  }

  /// Trivy names lock files either in the name or in the source.
  void take_folder(const json::object& object) {
    for_each_property(object, [&](std::string_view name, std::string_view value) {
      builder_.take_property(name, value);
    });
    const std::string_view info = base::json_string(&object, "sourceInfo");
    const std::string_view name = base::json_string(&object, "name");
    const std::string_view path = info.find('/') == info.npos ? name : info;
    if (path.find('/') != path.npos || path.find('.') != path.npos)
      builder_.set_folder(base::json_string(&object, "SPDXID"), path);
  }

  void take_image(const json::object& object, std::string_view purl_text) {
    // A document that describes several images says of none which layers it has.
    if (builder_.subject().empty()) builder_.subject() = base::json_string(&object, "name");
    model::Image& image = builder_.image();
    for_each_property(object, [&](std::string_view name, std::string_view value) {
      if (builder_.take_property(name, value)) return;
      take_image_property(image, name, value);
    });
    std::string digest(base::json_string(&object, "versionInfo"));
    if (auto purl = model::parse_purl(purl_text)) digest = purl->version;
    if (auto parsed = base::Digest::parse(digest);
        parsed && image.manifest_digest.empty() && *parsed != image.config_digest)
      image.manifest_digest = std::move(*parsed);
  }

  void take_component(const json::object& object, std::string_view purl) {
    SbomComponent component;
    component.ref = base::json_string(&object, "SPDXID");
    component.name = base::json_string(&object, "name");
    component.version = base::json_string(&object, "versionInfo");
    component.purl = purl;
    component.cpe = external_reference(object, {"cpe23Type", "cpe22Type"});
    component.details.licences = read_licences(object);
    component.details.hashes = read_hashes(object);
    component.details.maintainer = read_supplier(base::json_string(&object, "supplier"));
    TrivySource source;
    for_each_property(object, [&](std::string_view name, std::string_view value) {
      if (!source.take(name, value)) take_component_property(component, name, value);
    });
    source.apply(component.details);
    take_source_info(base::json_string(&object, "sourceInfo"), component.details);
    if (!is_said(component.version)) component.version.clear();
    // Perhaps what the document describes, which is no package; that is known at the end.
    if (component.purl.empty() && component.version.empty())
      nameless_.push_back(std::move(component));
    else
      builder_.add(std::move(component));
  }

  /// Trivy: "built package from: openssl 1.1.1-r3".
  static void take_source_info(std::string_view info, model::Package& package) {
    constexpr std::string_view kPrefix = "built package from: ";
    if (!info.starts_with(kPrefix) || !package.source_name.empty()) return;
    info.remove_prefix(kPrefix.size());
    package.source_name = base::take_until(info, ' ');
    package.source_version = info;
  }

  void take_relationship(const json::object& object) {
    const std::string_view type = base::json_string(&object, "relationshipType");
    const std::string_view from = base::json_string(&object, "spdxElementId");
    const std::string_view to = base::json_string(&object, "relatedSpdxElement");
    // Syft writes DEPENDENCY_OF, others DEPENDS_ON and its kin.
    if (type.ends_with("DEPENDENCY_OF"))
      builder_.add_dependency(to, from);
    else if (type == "DEPENDS_ON")
      builder_.add_dependency(from, to);
    else if (type == "DESCRIBES")
      described_.emplace(to);
    else if (type == "DESCRIBED_BY")
      described_.emplace(from);
  }

  SbomBuilder builder_;
  std::string version_;
  std::string name_;
  bool packages_ = false;
  std::set<std::string, std::less<>> described_; ///< what the document is about
  std::vector<SbomComponent> nameless_;          ///< without purl and version
};

} // namespace

std::unique_ptr<SbomFormat> make_spdx_format(const base::Limits& limits) {
  return std::make_unique<SpdxFormat>(limits);
}

} // namespace portique::inventory
