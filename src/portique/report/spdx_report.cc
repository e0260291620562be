// SPDX 2.3: the image, its operating system and each package are SPDX packages. What SPDX has no
// field for stands in one annotation a package, a JSON object of the properties that CycloneDX has.

#include "portique/report/spdx_report.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "portique/base/digest.h"
#include "portique/base/text.h"
#include "portique/model/package_name.h"
#include "portique/model/sbom_findings.h"
#include "portique/model/sbom_properties.h"
#include "portique/report/dependency_graph.h"
#include "portique/report/sbom_identity.h"
#include "portique/report/spdx_licence.h"
#include "portique/report/spdx_output.h"

namespace portique::report {

namespace {

constexpr std::string_view kDocument = "SPDXRef-DOCUMENT";
constexpr std::string_view kOperatingSystem = "SPDXRef-OperatingSystem";

struct Algorithm {
  std::string_view ours;
  std::string_view theirs;
};

constexpr std::array kAlgorithms{
    Algorithm{"md5", "MD5"},
    Algorithm{"sha1", "SHA1"},
    Algorithm{"sha224", "SHA224"},
    Algorithm{"sha256", "SHA256"},
    Algorithm{"sha384", "SHA384"},
    Algorithm{"sha512", "SHA512"},
    Algorithm{"sha3-256", "SHA3-256"},
    Algorithm{"sha3-384", "SHA3-384"},
    Algorithm{"sha3-512", "SHA3-512"},
};

/// The properties as one line of JSON.
std::string annotation_of(const std::vector<model::SbomProperty>& properties) {
  if (properties.empty()) return {};
  boost::json::object object;
  for (const model::SbomProperty& property : properties)
    object[property.name] = base::to_utf8(property.value);
  return boost::json::serialize(object);
}

/// Letters, digits, '.' and '-' of a name, and enough of its hash to tell it from others.
std::string element_id(std::string_view kind, std::string_view label, std::string_view unique) {
  constexpr std::size_t kLongestLabel = 40;
  std::string id = "SPDXRef-" + std::string(kind) + "-";
  for (const char c : label.substr(0, kLongestLabel))
    id += base::is_alnum(c) || c == '.' ? c : '-';
  return id + "-" + std::string(base::digest_of(base::as_bytes(unique)).hex().substr(0, 16));
}

std::vector<std::pair<std::string_view, std::string>>
checksums_of(const std::vector<std::string>& hashes) {
  std::vector<std::pair<std::string_view, std::string>> checksums;
  for (const std::string& hash : hashes) {
    const std::size_t colon = hash.find(':');
    if (colon == std::string::npos) continue;
    const auto* known =
        std::ranges::find(kAlgorithms, std::string_view(hash).substr(0, colon), &Algorithm::ours);
    if (known != kAlgorithms.end()) checksums.emplace_back(known->theirs, hash.substr(colon + 1));
  }
  return checksums;
}

/// As other tools word it, and read it.
std::string source_info(const model::Package& package) {
  if (!model::is_os_package(package)) return {};
  return "built package from: " + package.source_name + " " + package.source_version;
}

class SpdxDocument {
public:
  SpdxDocument(const model::Report& report, const WriteOptions& options, SpdxForm form)
      : report_(report), form_(form), names_(component_names(report)) {
    info_.name = subject_name(report.subject);
    info_.created = base::format_time(sbom_time(report, options));
    info_.tool = "portique" + (options.tool_version.empty() ? "" : "-" + options.tool_version);
    main_id_ = is_image(report.subject) ? "SPDXRef-ContainerImage" : "SPDXRef-Folder";
    for (std::size_t i = 0; i < names_.size(); ++i)
      ids_.push_back(element_id("Package", report.packages[i].name, names_[i]));
  }

  base::Result<void> write(const Sink& sink, std::string_view uuid) {
    Output out(sink);
    const auto output = make_spdx_output(form_, out);
    info_.name_space = "urn:uuid:" + std::string(uuid);
    output->begin(info_);
    output->package(subject());
    if (report_.distro.known()) output->package(distro());
    std::map<std::string, LicenceReference> references;
    for (std::size_t i = 0; i < report_.packages.size(); ++i)
      output->package(package(i, references));
    output->begin_licences();
    for (const auto& [id, reference] : references)
      output->licence(reference);
    output->begin_relationships();
    write_relationships(*output);
    output->end();
    return out.finish();
  }

private:
  [[nodiscard]] SpdxPackage subject() const {
    const model::Subject& subject = report_.subject;
    SpdxPackage package;
    package.id = main_id_;
    package.name = subject_name(subject);
    package.version = subject_digest(subject);
    package.purl = subject_purl(subject);
    package.purpose = is_image(subject) ? SpdxPurpose::Container : SpdxPurpose::File;
    if (!package.version.empty()) package.checksums = checksums_of({package.version});
    auto properties = model::sbom_properties(subject.image);
    std::ranges::move(model::sbom_properties(report_.issues), std::back_inserter(properties));
    std::ranges::move(model::sbom_finding_properties(report_), std::back_inserter(properties));
    package.annotation = annotation_of(properties);
    return package;
  }

  [[nodiscard]] SpdxPackage distro() const {
    SpdxPackage package;
    package.id = kOperatingSystem;
    package.name = report_.distro.id;
    package.version = report_.distro.version_id;
    package.purpose = SpdxPurpose::OperatingSystem;
    package.annotation = annotation_of(model::sbom_properties(report_.distro));
    return package;
  }

  SpdxPackage package(std::size_t index,
                      std::map<std::string, LicenceReference>& references) const {
    const model::Package& from = report_.packages[index];
    SpdxPackage package;
    package.id = ids_[index];
    package.name = model::name_in_ecosystem(from);
    package.version = from.version;
    package.supplier = from.maintainer;
    package.source_info = source_info(from);
    package.purl = from.purl;
    package.checksums = checksums_of(from.hashes);
    package.annotation = annotation_of(model::sbom_properties(from, report_.subject.image));
    SpdxLicence licence = spdx_licence(from.licences);
    package.licence = std::move(licence.expression);
    for (LicenceReference& reference : licence.references)
      references.try_emplace(reference.id, reference);
    return package;
  }

  void write_relationships(SpdxOutput& output) const {
    output.relationship(kDocument, "DESCRIBES", main_id_);
    if (report_.distro.known()) output.relationship(main_id_, "CONTAINS", kOperatingSystem);
    for (const std::string& id : ids_)
      output.relationship(main_id_, "CONTAINS", id);
    const auto graph = dependency_graph(report_.packages);
    for (std::size_t i = 0; i < graph.size(); ++i)
      for (const std::size_t other : graph[i])
        output.relationship(ids_[i], "DEPENDS_ON", ids_[other]);
  }

  const model::Report& report_;
  SpdxForm form_;
  std::vector<std::string> names_;
  std::vector<std::string> ids_; ///< of the packages
  SpdxDocumentInfo info_;
  std::string main_id_;
};

base::Result<void> write_form(const model::Report& report,
                              const WriteOptions& options,
                              const Sink& sink,
                              SpdxForm form) {
  SpdxDocument document(report, options, form);
  const std::string uuid =
      PQ_TRY(content_uuid([&](const Sink& into) { return document.write(into, {}); }));
  return document.write(sink, uuid);
}

} // namespace

base::Result<void>
write_spdx_json(const model::Report& report, const WriteOptions& options, const Sink& sink) {
  return write_form(report, options, sink, SpdxForm::Json);
}

base::Result<void>
write_spdx_tag_value(const model::Report& report, const WriteOptions& options, const Sink& sink) {
  return write_form(report, options, sink, SpdxForm::TagValue);
}

} // namespace portique::report
