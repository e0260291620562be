// aquasecurity/trivy, pkg/types/report.go and pkg/fanal/types: names, order and what is left out
// where it is empty are Trivy's.

#include "portique/report/trivy_report.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "portique/base/digest.h"
#include "portique/base/text.h"
#include "portique/model/package_name.h"
#include "portique/report/dependency_graph.h"
#include "portique/report/json_writer.h"
#include "portique/report/sbom_identity.h"
#include "portique/report/summary.h"
#include "portique/report/trivy_names.h"

namespace portique::report {

namespace {

/// "@scope/name", "group:artifact", "github.com/a/b".
std::string package_id(const model::Package& package) {
  return model::name_in_ecosystem(package) + "@" + package.version;
}

/// Version, release and epoch apart, as Trivy has them.
struct VersionParts {
  std::string epoch;
  std::string version;
  std::string release;
};

VersionParts split_version(const model::Package& package, std::string_view text) {
  VersionParts parts;
  if (package.type != "deb" && package.type != "rpm") {
    parts.version = text;
    return parts;
  }
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    parts.epoch = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const std::size_t dash = text.rfind('-');
  parts.version = text.substr(0, dash);
  if (dash != std::string_view::npos) parts.release = text.substr(dash + 1);
  return parts;
}

/// One entry of Results.
struct ResultKey {
  bool language = false; ///< the distribution's come first
  std::string type;
  std::string target;

  friend auto operator<=>(const ResultKey&, const ResultKey&) = default;
};

struct ResultContent {
  std::vector<std::size_t> packages;
  std::vector<const model::Finding*> findings;
  std::vector<const model::Finding*> suppressed;
};

class TrivyReport {
public:
  TrivyReport(const model::Report& report, const WriteOptions& options, Output& out)
      : report_(report), options_(options), json_(out) {
    if (options.list_packages) graph_ = dependency_graph(report.packages);
    gather();
  }

  void write() {
    json_.begin_object();
    json_.integer("SchemaVersion", 2);
    json_.text("CreatedAt", base::format_time(report_.created));
    json_.text("ArtifactName", report_.subject.name);
    json_.text("ArtifactType", artifact_type());
    write_metadata();
    json_.begin_array("Results");
    for (const auto& [key, content] : results_)
      write_result(key, content);
    write_secrets();
    json_.end_array();
    json_.end_object();
    json_.finish();
  }

private:
  [[nodiscard]] std::string_view artifact_type() const {
    if (is_image(report_.subject)) return "container_image";
    return report_.subject.kind == "dir" ? "repository" : "filesystem";
  }

  [[nodiscard]] ResultKey key_of(const model::Package& package) const {
    if (model::is_os_package(package)) {
      const model::Distro& distro = report_.distro;
      const std::string family = distro.known() ? trivy_family(distro.id) : package.type;
      return {false,
              family,
              fmt::format("{} ({}{}{})",
                          report_.subject.name,
                          family,
                          distro.version_id.empty() ? "" : " ",
                          distro.version_id)};
    }
    const TrivyResult result = trivy_result(package);
    return {true,
            std::string(result.type),
            result.target.empty() ? package.path : std::string(result.target)};
  }

  void gather() {
    std::vector<ResultContent*> content_of;
    for (std::size_t i = 0; i < report_.packages.size(); ++i) {
      ResultContent& content = results_[key_of(report_.packages[i])];
      content.packages.push_back(i);
      content_of.push_back(&content);
    }
    for (const model::Finding& finding : report_.findings) {
      if (package_of(report_, finding) == nullptr) continue;
      ResultContent& content = *content_of[finding.package];
      (finding.suppression ? content.suppressed : content.findings).push_back(&finding);
    }
    // The distribution's result says that it was looked at; others only what they found.
    std::erase_if(results_, [&](const auto& entry) {
      return entry.first.language && entry.second.findings.empty() && !options_.list_packages &&
             !(options_.show_suppressed && !entry.second.suppressed.empty());
    });
  }

  void put(std::string_view name, std::string_view value) {
    if (!value.empty()) json_.text(name, value);
  }

  void put(std::string_view name, const std::vector<std::string>& values) {
    if (!values.empty()) json_.texts(name, values);
  }

  void write_metadata() {
    const model::Image& image = report_.subject.image;
    std::uint64_t size = 0;
    std::vector<std::string> diff_ids;
    for (const model::Layer& layer : image.layers) {
      size += layer.size;
      if (!layer.diff_id.empty()) diff_ids.push_back(layer.diff_id.text());
    }
    json_.begin_object("Metadata");
    if (size > 0) json_.integer("Size", size);
    if (report_.distro.known()) {
      json_.begin_object("OS");
      json_.text("Family", trivy_family(report_.distro.id));
      json_.text("Name", report_.distro.version_id);
      if (report_.distro_end_of_life && *report_.distro_end_of_life <= report_.created)
        json_.boolean("EOSL", true);
      json_.end_object();
    }
    if (is_image(report_.subject)) {
      put("ImageID", image.config_digest.text());
      put("DiffIDs", diff_ids);
      put("RepoTags", image.tags);
      write_repository_digests();
      write_config(diff_ids);
      write_layers();
    }
    json_.end_object();
  }

  void write_repository_digests() {
    const model::Image& image = report_.subject.image;
    if (image.manifest_digest.empty() || image.tags.empty()) return;
    std::string_view name = image.tags.front();
    const std::size_t colon = name.rfind(':');
    if (colon != name.npos && name.find('/', colon) == name.npos) name = name.substr(0, colon);
    put("RepoDigests",
        std::vector<std::string>{std::string(name) + "@" + image.manifest_digest.text()});
  }

  void write_config(const std::vector<std::string>& diff_ids) {
    const model::Image& image = report_.subject.image;
    json_.begin_object("ImageConfig");
    json_.text("architecture", image.platform.architecture);
    if (image.created) json_.text("created", base::format_time(*image.created));
    json_.begin_array("history");
    for (const model::Layer& layer : image.layers) {
      json_.begin_object();
      if (layer.created) json_.text("created", base::format_time(*layer.created));
      json_.text("created_by", layer.created_by);
      json_.end_object();
    }
    json_.end_array();
    json_.text("os", image.platform.os);
    json_.begin_object("rootfs");
    json_.text("type", "layers");
    json_.texts("diff_ids", diff_ids);
    json_.end_object();
    json_.begin_object("config");
    json_.end_object();
    json_.end_object();
  }

  void write_layers() {
    if (report_.subject.image.layers.empty()) return;
    json_.begin_array("Layers");
    for (const model::Layer& layer : report_.subject.image.layers) {
      json_.begin_object();
      if (layer.size > 0) json_.integer("Size", layer.size);
      put("Digest", layer.digest.text());
      put("DiffID", layer.diff_id.text());
      json_.end_object();
    }
    json_.end_array();
  }

  void write_result(const ResultKey& key, const ResultContent& content) {
    json_.begin_object();
    json_.text("Target", key.target);
    json_.text("Class", key.language ? "lang-pkgs" : "os-pkgs");
    json_.text("Type", key.type);
    if (options_.list_packages) {
      json_.begin_array("Packages");
      for (const std::size_t index : content.packages)
        write_package(index);
      json_.end_array();
    }
    if (!content.findings.empty()) {
      json_.begin_array("Vulnerabilities");
      for (const model::Finding* finding : content.findings) {
        json_.begin_object();
        write_vulnerability(*finding, key);
        json_.end_object();
      }
      json_.end_array();
    }
    if (options_.show_suppressed && !content.suppressed.empty()) write_suppressed(content, key);
    json_.end_object();
  }

  void write_identifier(std::string_view name, const model::Package& package) {
    json_.begin_object(name);
    put("PURL", package.purl);
    json_.text("UID", unique_id(package).substr(0, 16));
    json_.end_object();
  }

  static std::string unique_id(const model::Package& package) {
    const std::string text = package.purl + '\0' + package.path;
    return std::string(base::digest_of(base::as_bytes(text)).hex());
  }

  void write_package(std::size_t index) {
    const model::Package& package = report_.packages[index];
    const VersionParts parts = split_version(package, package.version);
    json_.begin_object();
    json_.text("ID", package_id(package));
    json_.text("Name", model::name_in_ecosystem(package));
    write_identifier("Identifier", package);
    put("Version", parts.version);
    put("Release", parts.release);
    write_epoch("Epoch", parts);
    put("Arch", package.arch);
    if (package.scope == model::PackageScope::Development) json_.boolean("Dev", true);
    if (model::is_os_package(package)) {
      const VersionParts source = split_version(package, package.source_version);
      put("SrcName", package.source_name);
      put("SrcVersion", source.version);
      put("SrcRelease", source.release);
      write_epoch("SrcEpoch", source);
    }
    put("Licenses", package.licences);
    put("Maintainer", package.maintainer);
    put("Modularitylabel", package.module_label);
    write_dependencies(index);
    write_layer(package.layer);
    if (!model::is_os_package(package)) put("FilePath", package.path);
    if (!package.hashes.empty()) put("Digest", package.hashes.front());
    put("AnalyzedBy", package.found_by);
    json_.end_object();
  }

  void write_epoch(std::string_view name, const VersionParts& parts) {
    const auto epoch = base::parse_int<std::uint32_t>(parts.epoch);
    if (epoch && *epoch > 0) json_.integer(name, *epoch);
  }

  void write_dependencies(std::size_t index) {
    std::vector<std::string> ids;
    for (const std::size_t other : graph_[index])
      ids.push_back(package_id(report_.packages[other]));
    put("DependsOn", ids);
  }

  void write_layer(std::int32_t index) {
    const model::Layer* layer = layer_of(report_, index);
    if (layer == nullptr) return;
    json_.begin_object("Layer");
    put("Digest", layer->digest.text());
    put("DiffID", layer->diff_id.text());
    json_.end_object();
  }

  void write_vulnerability(const model::Finding& finding, const ResultKey& key) {
    const model::Package& package = *package_of(report_, finding);
    json_.text("VulnerabilityID", finding.id);
    std::vector<std::string> vendor_ids;
    for (const std::string& advisory : finding.advisories)
      if (advisory != finding.id) vendor_ids.push_back(advisory);
    put("VendorIDs", vendor_ids);
    json_.text("PkgID", package_id(package));
    json_.text("PkgName", model::name_in_ecosystem(package));
    if (key.language) put("PkgPath", package.path);
    write_identifier("PkgIdentifier", package);
    json_.text("InstalledVersion", package.version);
    put("FixedVersion", finding.fixed_version.value_or(""));
    json_.text("Status", status_of(finding.fix_state));
    write_layer(finding.layer);
    write_source(finding);
    write_fingerprint(finding, package, key);
    put("Title", finding.title);
    json_.text("Severity", trivy_severity(finding.severity));
    write_scores(finding);
    put("References", finding.references);
    if (finding.published) json_.text("PublishedDate", base::format_time(*finding.published));
    if (finding.modified) json_.text("LastModifiedDate", base::format_time(*finding.modified));
  }

  static std::string_view status_of(model::FixState state) {
    switch (state) {
    case model::FixState::Fixed:
      return "fixed";
    case model::FixState::EndOfLife:
      return "end_of_life";
    case model::FixState::NotFixed:
      break;
    }
    return "affected";
  }

  void write_source(const model::Finding& finding) {
    if (!finding.severity_source.empty())
      json_.text("SeveritySource", trivy_source(finding.severity_source).id);
    std::string url = "https://osv.dev/vulnerability/" + finding.id;
    if (finding.id.starts_with("CVE-")) url = "https://nvd.nist.gov/vuln/detail/" + finding.id;
    if (finding.id.starts_with("GHSA-")) url = "https://github.com/advisories/" + finding.id;
    json_.text("PrimaryURL", url);
    const TrivySourceName source =
        trivy_source(finding.advisories.empty() ? finding.id : finding.advisories.front());
    json_.begin_object("DataSource");
    json_.text("ID", source.id);
    json_.text("Name", source.name);
    json_.text("URL", source.url);
    json_.end_object();
  }

  void write_fingerprint(const model::Finding& finding,
                         const model::Package& package,
                         const ResultKey& key) {
    std::string text;
    for (const std::string& part :
         {subject_digest(report_.subject), key.target, package_id(package), finding.id})
      text += part + '\0';
    json_.text("Fingerprint", base::digest_of(base::as_bytes(text)).text());
  }

  /// The last score of each source and version of CVSS, as one object a source.
  void write_scores(const model::Finding& finding) {
    if (!finding.severity_source.empty()) {
      json_.begin_object("VendorSeverity");
      json_.integer(trivy_source(finding.severity_source).id,
                    trivy_severity_number(finding.severity));
      json_.end_object();
    }
    std::map<std::string_view, std::map<std::string_view, const model::Cvss*>> sources;
    for (const model::Cvss& cvss : finding.cvss) {
      const std::string_view version = cvss.version.starts_with('2')   ? "V2"
                                       : cvss.version.starts_with('4') ? "V40"
                                                                       : "V3";
      sources[trivy_source(cvss.source).id][version] = &cvss;
    }
    if (sources.empty()) return;
    json_.begin_object("CVSS");
    for (const auto& [source, versions] : sources) {
      json_.begin_object(source);
      for (const std::string_view version : {"V2", "V3", "V40"})
        if (const auto found = versions.find(version); found != versions.end())
          json_.text(std::string(version) + "Vector", found->second->vector);
      for (const std::string_view version : {"V2", "V3", "V40"})
        if (const auto found = versions.find(version); found != versions.end())
          json_.number(std::string(version) + "Score", found->second->score);
      json_.end_object();
    }
    json_.end_object();
  }

  /// One result a file, as Trivy lists them; those in the image's config have no file.
  void write_secrets() {
    std::map<std::string, std::vector<const model::Finding*>> by_file;
    for (const model::Finding& finding : report_.findings)
      if (finding.kind == model::FindingKind::Secret && !finding.suppression)
        by_file[finding.path.empty() ? report_.subject.name : "/" + finding.path].push_back(
            &finding);
    for (const auto& [file, findings] : by_file) {
      json_.begin_object();
      json_.text("Target", file);
      json_.text("Class", "secret");
      json_.begin_array("Secrets");
      for (const model::Finding* finding : findings)
        write_secret(*finding);
      json_.end_array();
      json_.end_object();
    }
  }

  void write_secret(const model::Finding& finding) {
    json_.begin_object();
    json_.text("RuleID", finding.id);
    json_.text("Category", finding.field.empty() ? "secret" : finding.field);
    json_.text("Severity", trivy_severity(finding.severity));
    json_.text("Title", finding.title);
    json_.integer("StartLine", finding.lines.first);
    json_.integer("EndLine", finding.lines.last);
    json_.text("Match", finding.evidence);
    json_.text("Fingerprint", finding.fingerprint);
    if (const model::Layer* layer = layer_of(report_, finding.layer)) {
      json_.begin_object("Layer");
      put("Digest", layer->digest.text());
      put("DiffID", layer->diff_id.text());
      put("CreatedBy", layer->created_by);
      json_.end_object();
    }
    json_.end_object();
  }

  void write_suppressed(const ResultContent& content, const ResultKey& key) {
    json_.begin_array("ExperimentalModifiedFindings");
    for (const model::Finding* finding : content.suppressed) {
      json_.begin_object();
      json_.text("Type", "vulnerability");
      json_.text("Status", finding->vex ? model::vex_status_name(finding->vex->status) : "ignored");
      json_.text("Statement", finding->suppression->reason);
      json_.text("Source", finding->suppression->by);
      json_.begin_object("Finding");
      write_vulnerability(*finding, key);
      json_.end_object();
      json_.end_object();
    }
    json_.end_array();
  }

  const model::Report& report_;
  const WriteOptions& options_;
  JsonWriter json_;
  std::vector<std::vector<std::size_t>> graph_;
  std::map<ResultKey, ResultContent> results_;
};

} // namespace

base::Result<void>
write_trivy_json(const model::Report& report, const WriteOptions& options, const Sink& sink) {
  Output out(sink);
  TrivyReport(report, options, out).write();
  return out.finish();
}

} // namespace portique::report
