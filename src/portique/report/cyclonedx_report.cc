// CycloneDX 1.4 to 1.7, https://cyclonedx.org/specification/overview/. The image is the main
// component; its operating system and packages are the components.

#include "portique/report/cyclonedx_report.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/model/sbom_findings.h"
#include "portique/model/sbom_properties.h"
#include "portique/report/cyclonedx_output.h"
#include "portique/report/cyclonedx_vulnerabilities.h"
#include "portique/report/dependency_graph.h"
#include "portique/report/sbom_identity.h"
#include "portique/report/spdx_licence.h"
#include "portique/report/spdx_licence_names.h"

namespace portique::report {

namespace {

/// What the schema allows for a version since 1.6.
constexpr std::size_t kLongestVersion = 1024;

struct HashName {
  std::string_view ours;
  std::string_view theirs;
  std::size_t digits;
};

constexpr std::array kHashNames{
    HashName{"md5", "MD5", 32},
    HashName{"sha1", "SHA-1", 40},
    HashName{"sha256", "SHA-256", 64},
    HashName{"sha384", "SHA-384", 96},
    HashName{"sha512", "SHA-512", 128},
    HashName{"sha3-256", "SHA3-256", 64},
    HashName{"sha3-384", "SHA3-384", 96},
    HashName{"sha3-512", "SHA3-512", 128},
};

class CycloneDxDocument {
public:
  CycloneDxDocument(const model::Report& report, const WriteOptions& options, CycloneDxForm form)
      : report_(report), options_(options), form_(form), names_(component_names(report)),
        version_(options.spec_version.empty() ? kCycloneDxVersions.front()
                                              : std::string_view(options.spec_version)) {
    const std::string digest = subject_digest(report.subject);
    main_ref_ = subject_purl(report.subject);
    if (main_ref_.empty()) main_ref_ = digest.empty() ? "subject:" + report.subject.name : digest;
    if (report.distro.known())
      distro_ref_ = "os:" + report.distro.id +
                    (report.distro.version_id.empty() ? "" : "@" + report.distro.version_id);
  }

  base::Result<void> write(const Sink& sink, std::string_view serial) {
    Output out(sink);
    const auto made = make_cyclonedx_output(form_, out);
    output_ = made.get();
    output_->begin_document(version_, serial);
    write_metadata();
    output_->begin_list("components");
    write_distro();
    for (std::size_t i = 0; i < report_.packages.size(); ++i)
      write_package(report_.packages[i], names_[i]);
    for (const model::Program& program : report_.unowned)
      write_program(program);
    output_->end_list();
    write_dependencies();
    write_compositions();
    if (!options_.inventory_only)
      write_cyclonedx_vulnerabilities(*output_, report_, names_, since("1.5"));
    output_->end_document();
    return out.finish();
  }

private:
  [[nodiscard]] bool since(std::string_view version) const { return version_ >= version; }

  void write_property(std::string_view name, std::string_view value) {
    output_->begin_item("property");
    output_->attribute("name", name);
    output_->content("value", value);
    output_->end();
  }

  void write_properties(const std::vector<model::SbomProperty>& properties) {
    if (properties.empty()) return;
    output_->begin_list("properties");
    for (const model::SbomProperty& property : properties)
      write_property(property.name, property.value);
    output_->end_list();
  }

  void write_version(std::string_view version) {
    if (version.empty() || version.size() > kLongestVersion) return;
    output_->text("version", version);
  }

  void write_tool() {
    if (since("1.5")) {
      output_->begin("tools");
      output_->begin_list("components");
      output_->begin_item("component");
      output_->attribute("type", "application");
      output_->text("name", "portique");
      write_version(options_.tool_version);
      output_->end();
      output_->end_list();
      output_->end();
      return;
    }
    output_->begin_list("tools");
    output_->begin_item("tool");
    output_->text("name", "portique");
    write_version(options_.tool_version);
    output_->end();
    output_->end_list();
  }

  void write_metadata() {
    output_->begin("metadata");
    output_->text("timestamp", base::format_time(sbom_time(report_, options_)));
    if (since("1.5")) {
      output_->begin_list("lifecycles");
      output_->begin_item("lifecycle");
      output_->text("phase", "post-build");
      output_->end();
      output_->end_list();
    }
    write_tool();
    write_subject();
    auto properties = model::sbom_properties(report_.issues);
    std::ranges::move(model::sbom_finding_properties(report_), std::back_inserter(properties));
    if (!options_.inventory_only && report_.database.built)
      properties.push_back({"portique:database:built", base::format_time(*report_.database.built)});
    write_properties(properties);
    output_->end();
  }

  void write_subject() {
    const model::Subject& subject = report_.subject;
    output_->begin("component");
    output_->attribute("type", is_image(subject) ? "container" : "file");
    output_->attribute("bom-ref", main_ref_);
    output_->text("name", subject_name(subject));
    write_version(subject_digest(subject));
    if (const std::string purl = subject_purl(subject); !purl.empty()) output_->text("purl", purl);
    write_properties(model::sbom_properties(subject.image));
    output_->end();
  }

  void write_distro() {
    const model::Distro& distro = report_.distro;
    if (!distro.known()) return;
    output_->begin_item("component");
    output_->attribute("type", "operating-system");
    output_->attribute("bom-ref", distro_ref_);
    output_->text("name", distro.id);
    write_version(distro.version_id);
    if (!distro.pretty_name.empty()) output_->text("description", distro.pretty_name);
    write_properties(model::sbom_properties(distro));
    output_->end();
  }

  void write_licences(const model::Package& package) {
    const SpdxLicence licence = spdx_licence(package.licences);
    if (licence.expression.empty()) return;
    output_->begin_list("licenses");
    if (!licence.single)
      output_->licence("expression", licence.expression, since("1.6"));
    else if (!spdx_licence_id(licence.expression).empty())
      output_->licence("id", licence.expression, since("1.6"));
    else
      output_->licence("name",
                       licence.references.empty() ? licence.expression
                                                  : licence.references.front().name,
                       since("1.6"));
    output_->end_list();
  }

  void write_hashes(const model::Package& package) {
    bool open = false;
    for (const std::string& hash : package.hashes) {
      const std::size_t colon = hash.find(':');
      const auto* known =
          std::ranges::find(kHashNames, std::string_view(hash).substr(0, colon), &HashName::ours);
      if (colon == std::string::npos || known == kHashNames.end() ||
          hash.size() - colon - 1 != known->digits)
        continue;
      if (!std::exchange(open, true)) output_->begin_list("hashes");
      output_->begin_item("hash");
      output_->attribute("alg", known->theirs);
      output_->content("content", hash.substr(colon + 1));
      output_->end();
    }
    if (open) output_->end_list();
  }

  void write_scope(model::PackageScope scope) {
    if (scope == model::PackageScope::Development) output_->text("scope", "excluded");
    if (scope == model::PackageScope::Optional) output_->text("scope", "optional");
  }

  void write_evidence(const model::Package& package) {
    if (package.path.empty() || !since("1.5")) return;
    output_->begin("evidence");
    output_->begin_list("occurrences");
    output_->begin_item("occurrence");
    output_->text("location", package.path);
    output_->end();
    output_->end_list();
    output_->end();
  }

  void write_package(const model::Package& package, std::string_view ref) {
    output_->begin_item("component");
    output_->attribute("type", "library");
    output_->attribute("bom-ref", ref);
    if (!package.maintainer.empty()) output_->text("publisher", package.maintainer);
    if (!package.ns.empty() && !model::is_os_package(package)) output_->text("group", package.ns);
    output_->text("name", package.name);
    write_version(package.version);
    write_scope(package.scope);
    write_hashes(package);
    write_licences(package);
    if (!package.purl.empty()) output_->text("purl", package.purl);
    write_properties(model::sbom_properties(package, report_.subject.image));
    write_evidence(package);
    output_->end();
  }

  /// A program that no package accounts for.
  void write_program(const model::Program& program) {
    output_->begin_item("component");
    output_->attribute("type", "file");
    output_->text("name", program.path);
    std::vector<model::SbomProperty> properties{
        {"portique:unowned", program.kind + (program.is_library ? " library" : " program")}};
    const auto& layers = report_.subject.image.layers;
    if (program.layer >= 0 && static_cast<std::size_t>(program.layer) < layers.size()) {
      properties.push_back({"portique:layer:index", std::to_string(program.layer)});
      const std::string& diff_id = layers[static_cast<std::size_t>(program.layer)].diff_id.text();
      if (!diff_id.empty()) properties.push_back({"portique:layer:diffID", diff_id});
    }
    write_properties(properties);
    output_->end();
  }

  /// The subject needs its operating system and the packages of languages; the operating system
  /// the packages of the distribution.
  void write_dependencies() {
    std::vector<std::string_view> of_subject;
    std::vector<std::string_view> of_distro;
    if (!distro_ref_.empty()) of_subject.emplace_back(distro_ref_);
    for (std::size_t i = 0; i < report_.packages.size(); ++i) {
      const bool os = !distro_ref_.empty() && model::is_os_package(report_.packages[i]);
      (os ? of_distro : of_subject).emplace_back(names_[i]);
    }
    output_->begin_list("dependencies");
    output_->dependency(main_ref_, of_subject);
    if (!distro_ref_.empty()) output_->dependency(distro_ref_, of_distro);
    const auto graph = dependency_graph(report_.packages);
    std::vector<std::string_view> needed;
    for (std::size_t i = 0; i < graph.size(); ++i) {
      needed.clear();
      for (const std::size_t other : graph[i])
        needed.emplace_back(names_[other]);
      output_->dependency(names_[i], needed);
    }
    output_->end_list();
  }

  /// Says it where something could not be read; that all is there is more than anybody can say.
  void write_compositions() {
    if (report_.issues.empty()) return;
    output_->begin_list("compositions");
    output_->begin_item("composition");
    output_->text("aggregate", "incomplete");
    output_->assembly(main_ref_);
    output_->end();
    output_->end_list();
  }

  const model::Report& report_;
  const WriteOptions& options_;
  CycloneDxForm form_;
  std::vector<std::string> names_;
  std::string_view version_;
  std::string main_ref_;
  std::string distro_ref_;
  CycloneDxOutput* output_ = nullptr;
};

base::Result<void> write_form(const model::Report& report,
                              const WriteOptions& options,
                              const Sink& sink,
                              CycloneDxForm form) {
  CycloneDxDocument document(report, options, form);
  const std::string uuid =
      PQ_TRY(content_uuid([&](const Sink& into) { return document.write(into, {}); }));
  return document.write(sink, "urn:uuid:" + uuid);
}

} // namespace

base::Result<void>
write_cyclonedx_json(const model::Report& report, const WriteOptions& options, const Sink& sink) {
  return write_form(report, options, sink, CycloneDxForm::Json);
}

base::Result<void>
write_cyclonedx_xml(const model::Report& report, const WriteOptions& options, const Sink& sink) {
  return write_form(report, options, sink, CycloneDxForm::Xml);
}

} // namespace portique::report
