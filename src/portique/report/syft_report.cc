// Syft's JSON, schema 16.1.10: https://github.com/anchore/syft/tree/main/schema/json. Fields that
// the schema demands and nobody here knows are written empty, as Syft does.

#include "portique/report/syft_report.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "portique/base/digest.h"
#include "portique/base/text.h"
#include "portique/model/sbom_findings.h"
#include "portique/model/sbom_properties.h"
#include "portique/report/dependency_graph.h"
#include "portique/report/json_writer.h"
#include "portique/report/sbom_identity.h"
#include "portique/report/spdx_licence.h"

namespace portique::report {

namespace {

constexpr std::string_view kSchemaVersion = "16.1.10";

struct Kind {
  std::string_view purl_type;
  std::string_view type;
  std::string_view language;
};

constexpr std::array kKinds{
    Kind{"alpm", "alpm", ""},
    Kind{"apk", "apk", ""},
    Kind{"bitnami", "bitnami", ""},
    Kind{"cargo", "rust-crate", "rust"},
    Kind{"cocoapods", "pod", "swift"},
    Kind{"composer", "php-composer", "php"},
    Kind{"conan", "conan", "c++"},
    Kind{"conda", "conda", "python"},
    Kind{"cran", "R-package", "R"},
    Kind{"deb", "deb", ""},
    Kind{"ebuild", "portage", ""},
    Kind{"gem", "gem", "ruby"},
    Kind{"generic", "binary", ""},
    Kind{"github", "github-action", ""},
    Kind{"golang", "go-module", "go"},
    Kind{"hackage", "hackage", "haskell"},
    Kind{"hex", "hex", "elixir"},
    Kind{"luarocks", "lua-rocks", "lua"},
    Kind{"maven", "java-archive", "java"},
    Kind{"npm", "npm", "javascript"},
    Kind{"nuget", "dotnet", "dotnet"},
    Kind{"opam", "opam", "ocaml"},
    Kind{"otp", "erlang-otp", "erlang"},
    Kind{"pub", "dart-pub", "dart"},
    Kind{"pypi", "python", "python"},
    Kind{"rpm", "rpm", ""},
    Kind{"swift", "swift", "swift"},
    Kind{"vcpkg", "vcpkg", "c++"},
};

Kind kind_of(std::string_view purl_type) {
  const auto* found = std::ranges::find(kKinds, purl_type, &Kind::purl_type);
  return found == kKinds.end() ? Kind{purl_type, "UnknownPackage", ""} : *found;
}

std::string short_id(std::string_view unique) {
  return std::string(base::digest_of(base::as_bytes(unique)).hex().substr(0, 16));
}

class SyftDocument {
public:
  SyftDocument(const model::Report& report, const WriteOptions& options, Output& out)
      : report_(report), options_(options), json_(out) {
    for (const std::string& name : component_names(report))
      ids_.push_back(short_id(name));
  }

  void write() {
    json_.begin_object();
    json_.begin_array("artifacts");
    for (std::size_t i = 0; i < report_.packages.size(); ++i)
      write_package(report_.packages[i], ids_[i]);
    json_.end_array();
    write_relationships();
    write_source();
    write_distro();
    json_.begin_object("descriptor");
    json_.text("name", "portique");
    json_.text("version", options_.tool_version);
    json_.end_object();
    json_.begin_object("schema");
    json_.text("version", kSchemaVersion);
    json_.text("url",
               "https://raw.githubusercontent.com/anchore/syft/main/schema/json/schema-" +
                   std::string(kSchemaVersion) + ".json");
    json_.end_object();
    json_.end_object();
    json_.finish();
  }

private:
  void write_package(const model::Package& package, std::string_view id) {
    const Kind kind = kind_of(package.type);
    json_.begin_object();
    json_.text("id", id);
    json_.text("name", full_name(package));
    json_.text("version", package.version);
    json_.text("type", kind.type);
    json_.text("foundBy", package.found_by);
    write_locations(package);
    write_licences(package);
    json_.text("language", kind.language);
    json_.begin_array("cpes");
    json_.end_array();
    json_.text("purl", package.purl);
    write_metadata(package);
    json_.end_object();
  }

  static std::string full_name(const model::Package& package) {
    // Java's archives are named by their artifact alone.
    if (package.ns.empty() || model::is_os_package(package) || package.type == "maven")
      return package.name;
    return package.ns + "/" + package.name;
  }

  void write_locations(const model::Package& package) {
    json_.begin_array("locations");
    json_.begin_object();
    json_.text("path", "/" + package.path);
    const auto& layers = report_.subject.image.layers;
    if (package.layer >= 0 && static_cast<std::size_t>(package.layer) < layers.size()) {
      const model::Layer& layer = layers[static_cast<std::size_t>(package.layer)];
      json_.text("layerID", layer.diff_id.empty() ? layer.digest.text() : layer.diff_id.text());
    }
    json_.text("accessPath", "/" + package.path);
    json_.begin_object("annotations");
    json_.text("evidence", "primary");
    for (const model::SbomProperty& property :
         model::sbom_properties(package, report_.subject.image))
      json_.text(property.name, property.value);
    for (std::size_t i = 0; i < package.hashes.size(); ++i)
      json_.text("portique:hash:" + std::to_string(i), package.hashes[i]);
    json_.end_object();
    json_.end_object();
    json_.end_array();
  }

  void write_licences(const model::Package& package) {
    json_.begin_array("licenses");
    for (const std::string& text : package.licences) {
      json_.begin_object();
      json_.text("value", text);
      json_.text("spdxExpression", spdx_licence(text).expression);
      json_.text("type", "declared");
      json_.texts("urls", {});
      json_.begin_array("locations");
      json_.end_array();
      json_.end_object();
    }
    json_.end_array();
  }

  void write_metadata(const model::Package& package) {
    if (package.type == "deb")
      write_dpkg(package);
    else if (package.type == "apk")
      write_apk(package);
    else if (package.type == "rpm")
      write_rpm(package);
  }

  void begin_metadata(std::string_view type) {
    json_.text("metadataType", type);
    json_.begin_object("metadata");
  }

  void end_metadata() {
    json_.begin_array("files");
    json_.end_array();
    json_.end_object();
  }

  void write_dpkg(const model::Package& package) {
    begin_metadata("dpkg-db-entry");
    json_.text("package", package.name);
    json_.text("source", package.source_name);
    json_.text("version", package.version);
    json_.text("sourceVersion", package.source_version);
    json_.text("architecture", package.arch);
    json_.text("maintainer", package.maintainer);
    json_.integer("installedSize", 0);
    end_metadata();
  }

  void write_apk(const model::Package& package) {
    begin_metadata("apk-db-entry");
    json_.text("package", package.name);
    json_.text("originPackage", package.source_name);
    json_.text("maintainer", package.maintainer);
    json_.text("version", package.version);
    json_.text("architecture", package.arch);
    json_.text("url", "");
    json_.text("description", "");
    json_.integer("size", 0);
    json_.integer("installedSize", 0);
    json_.texts("pullDependencies", {});
    json_.texts("provides", {});
    json_.text("pullChecksum", "");
    json_.text("gitCommitOfApkPort", "");
    end_metadata();
  }

  void write_rpm(const model::Package& package) {
    std::string_view version = package.version;
    if (const std::size_t colon = version.find(':'); colon != std::string_view::npos)
      version.remove_prefix(colon + 1);
    const std::size_t dash = version.rfind('-');
    begin_metadata("rpm-db-entry");
    json_.text("name", package.name);
    json_.text("version", version.substr(0, dash));
    if (package.epoch)
      json_.integer("epoch", *package.epoch);
    else
      json_.null("epoch");
    json_.text("architecture", package.arch);
    json_.text("release", dash == std::string_view::npos ? "" : version.substr(dash + 1));
    json_.text("sourceRpm", package.source_rpm);
    json_.integer("size", 0);
    json_.text("vendor", package.maintainer);
    if (!package.module_label.empty()) json_.text("modularityLabel", package.module_label);
    end_metadata();
  }

  void write_relationships() {
    const auto graph = dependency_graph(report_.packages);
    json_.begin_array("artifactRelationships");
    for (std::size_t i = 0; i < graph.size(); ++i) {
      for (const std::size_t other : graph[i]) {
        json_.begin_object();
        json_.text("parent", ids_[other]);
        json_.text("child", ids_[i]);
        json_.text("type", "dependency-of");
        json_.end_object();
      }
    }
    json_.end_array();
  }

  void write_source() {
    const model::Subject& subject = report_.subject;
    const bool image = is_image(subject);
    const std::string digest = subject_digest(subject);
    json_.begin_object("source");
    json_.text("id", digest.empty() ? short_id(subject.name) : digest.substr(digest.find(':') + 1));
    json_.text("name", subject_name(subject));
    json_.text("version", digest);
    json_.text("type", image ? "image" : "directory");
    json_.begin_object("metadata");
    if (image)
      write_image(subject);
    else
      json_.text("path", subject.name);
    write_annotations();
    json_.end_object();
    json_.end_object();
  }

  void write_image(const model::Subject& subject) {
    const model::Image& image = subject.image;
    std::uint64_t size = 0;
    for (const model::Layer& layer : image.layers)
      size += layer.size;
    json_.text("userInput", subject.name);
    json_.text("imageID", image.config_digest.text());
    json_.text("manifestDigest", image.manifest_digest.text());
    json_.text("mediaType", "");
    json_.texts("tags", image.tags);
    json_.integer("imageSize", size);
    json_.begin_array("layers");
    for (const model::Layer& layer : image.layers) {
      json_.begin_object();
      json_.text("mediaType", layer.media_type);
      json_.text("digest", layer.diff_id.empty() ? layer.digest.text() : layer.diff_id.text());
      json_.integer("size", layer.size);
      json_.end_object();
    }
    json_.end_array();
    json_.text("manifest", "");
    json_.text("config", "");
    json_.texts("repoDigests", {});
    json_.text("architecture", image.platform.architecture);
    json_.text("os", image.platform.os);
    if (!image.platform.variant.empty()) json_.text("variant", image.platform.variant);
  }

  /// What only this program says: which instruction made a layer, what could not be read.
  void write_annotations() {
    json_.begin_object("annotations");
    for (const model::SbomProperty& property : model::sbom_properties(report_.subject.image))
      json_.text(property.name, property.value);
    for (const model::SbomProperty& property : model::sbom_properties(report_.issues))
      json_.text(property.name, property.value);
    for (const model::SbomProperty& property : model::sbom_finding_properties(report_))
      json_.text(property.name, property.value);
    json_.end_object();
  }

  void write_distro() {
    const model::Distro& distro = report_.distro;
    json_.begin_object("distro");
    const auto put = [&](std::string_view name, const std::string& value) {
      if (!value.empty()) json_.text(name, value);
    };
    put("prettyName", distro.pretty_name);
    put("name", distro.name);
    put("id", distro.id);
    if (!distro.id_like.empty()) json_.texts("idLike", distro.id_like);
    put("versionID", distro.version_id);
    put("versionCodename", distro.codename);
    put("cpeName", distro.cpe_name);
    json_.end_object();
  }

  const model::Report& report_;
  const WriteOptions& options_;
  JsonWriter json_;
  std::vector<std::string> ids_; ///< of the packages
};

} // namespace

base::Result<void>
write_syft_json(const model::Report& report, const WriteOptions& options, const Sink& sink) {
  Output out(sink);
  SyftDocument(report, options, out).write();
  return out.finish();
}

} // namespace portique::report
