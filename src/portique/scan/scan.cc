#include "portique/scan/scan.h"

#include <algorithm>
#include <tuple>

#include "portique/advisory/ecosystem.h"
#include "portique/advisory/match.h"
#include "portique/scan/changed_files.h"
#include "portique/scan/container_drift.h"
#include "portique/scan/image_claims.h"
#include "portique/scan/image_misconfiguration.h"
#include "portique/scan/malware_findings.h"
#include "portique/scan/merge.h"
#include "portique/scan/read_target.h"
#include "portique/scan/sbom_source.h"
#include "portique/scan/secret_findings.h"

namespace portique::scan {

namespace {

/// A root file system has no layers: nothing in its report may point to one.
void forget_layers(Inventory& inventory) {
  for (model::Program& program : inventory.unowned)
    program.layer = model::kNoLayer;
  for (model::Package& package : inventory.packages)
    package.layer = model::kNoLayer;
  for (model::Issue& issue : inventory.issues)
    issue.layer = model::kNoLayer;
}

void add_secrets(const ReadTarget& read, const Inventory& inventory, model::Report& report) {
  SecretFindings found = secret_findings(read.layers, read.config_secrets, inventory.owners);
  for (model::Finding& finding : found.findings) {
    if (!read.layered) finding.layer = finding.removed_in = model::kNoLayer;
    report.findings.push_back(std::move(finding));
  }
  if (found.published > 0)
    report.notes.push_back(std::to_string(found.published) +
                           " secrets in files that distributions and registries publish, tests and "
                           "examples among them, are known to everybody and not listed");
}

void add_malware(const ReadTarget& read,
                 const Inventory& inventory,
                 const std::string& clamd,
                 model::Report& report) {
  std::vector<model::Finding> found =
      malware_findings(read.layers, read.config_malware, inventory.owners);
  for (model::Finding& finding : found) {
    if (!read.layered) finding.layer = finding.removed_in = model::kNoLayer;
    report.findings.push_back(std::move(finding));
  }
  if (!clamd.empty()) report.notes.push_back("files were also shown to " + clamd);
}

/// Runs the scanners that look at more than packages, as far as they are wanted.
void look_into_contents(const ReadTarget& read,
                        const Inventory& inventory,
                        const ScanOptions& options,
                        model::Report& report) {
  const ContentSearch& contents = options.contents;
  if (contents.secrets && contents.secrets->in_files) {
    report.scanners.push_back(model::Scanner::Secrets);
    add_secrets(read, inventory, report);
  }
  if (contents.malware) {
    report.scanners.push_back(model::Scanner::Malware);
    add_malware(read, inventory, contents.malware->clamd_version, report);
  }
  if (contents.image_facts && read.layered) {
    report.scanners.push_back(model::Scanner::Misconfigurations);
    std::ranges::move(
        image_misconfigurations(
            report.subject.image, report.packages, read.layers, inventory.owners, options.now),
        std::back_inserter(report.findings));
  }
  if (contents.checksums) {
    report.scanners.push_back(model::Scanner::Integrity);
    std::ranges::move(find_changed_files(read.layers), std::back_inserter(report.findings));
  }
}

/// What advisories say of known vulnerabilities was not asked for.
void keep_malicious_packages(model::Report& report) {
  std::erase_if(report.findings, [](const model::Finding& finding) {
    return finding.kind != model::FindingKind::Malware;
  });
  report.coverage = model::Coverage::NotChecked;
}

/// What lies in a lower layer only is said, and does not count: no container sees it.
void suppress_removed(model::Report& report) {
  for (model::Finding& finding : report.findings) {
    const std::int32_t removed_in = report.packages[finding.package].removed_in;
    if (removed_in == model::kNoLayer) continue;
    finding.suppression = model::Suppression{
        .by = "layer " + std::to_string(removed_in + 1),
        .reason = "the package was deleted by this layer and lies in lower ones only",
        .until = std::nullopt};
  }
}

void sort_findings(model::Report& report) {
  std::ranges::sort(report.findings, [](const model::Finding& a, const model::Finding& b) {
    return std::tuple(a.package, b.severity, a.id) < std::tuple(b.package, a.severity, b.id);
  });
}

} // namespace

base::Result<model::Report>
take_inventory(const image::Target& target, std::string_view name, const ScanOptions& options) {
  if (target.kind == image::SourceKind::Sbom) return read_sbom_target(target, name, options);
  ReadTarget read = PQ_TRY(read_target(target, options));
  const bool source_tree = read.kind == image::SourceKind::Directory;
  Inventory inventory = merge_layers(read.layers, {options.declared || source_tree, read.layered});
  if (!read.layered) forget_layers(inventory);

  model::Report report;
  report.subject = {std::string(name),
                    std::string(image::scheme_of(read.kind)),
                    std::move(read.image),
                    std::move(read.container)};
  report.distro = std::move(inventory.distro);
  report.distro_end_of_life = advisory::end_of_life(report.distro);
  report.packages = std::move(inventory.packages);
  report.unowned = std::move(inventory.unowned);
  report.issues = std::move(inventory.issues);
  if (report.subject.container && read.layered) {
    turn_into_drift(inventory.findings, static_cast<std::int32_t>(read.layers.size()) - 1);
    report.findings = container_drift(read.layers, report.packages);
  }
  if (read.layered)
    std::ranges::move(check_image_claims(report.subject.image, read.layers, options.now),
                      std::back_inserter(report.findings));
  std::ranges::move(inventory.findings, std::back_inserter(report.findings));
  report.notes = std::move(read.notes);
  look_into_contents(read, inventory, options, report);
  report.created = options.now;
  return report;
}

base::Result<model::Report> scan(const image::Target& target,
                                 std::string_view name,
                                 const advisory::Database& database,
                                 const ScanOptions& options) {
  model::Report report = PQ_TRY(take_inventory(target, name, options));
  report.database = database.info();
  if (!options.vulnerabilities && !options.contents.malware) {
    report.coverage = model::Coverage::NotChecked;
    sort_findings(report);
    return report;
  }
  std::vector<model::Finding> hidden = std::move(report.findings);
  advisory::Matches matches =
      PQ_TRY(advisory::match(database,
                             report.distro,
                             report.packages,
                             {.now = options.now, .kernel_headers = options.kernel_headers}));
  report.coverage = matches.coverage;
  report.findings = std::move(matches.findings);
  if (options.vulnerabilities)
    report.scanners.insert(report.scanners.begin(), model::Scanner::Vulnerabilities);
  else
    keep_malicious_packages(report);
  for (model::Finding& finding : report.findings)
    finding.layer = report.packages[finding.package].layer;
  suppress_removed(report);
  std::ranges::move(hidden, std::back_inserter(report.findings));
  std::ranges::move(matches.notes, std::back_inserter(report.notes));
  std::ranges::move(matches.issues, std::back_inserter(report.issues));
  sort_findings(report);
  return report;
}

} // namespace portique::scan
