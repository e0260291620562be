#include "portique/cli/judgement_flags.h"

#include <CLI/CLI.hpp>

#include "portique/scan/risk.h"

namespace portique::cli {

namespace {

/// The files that the user named, which must be there; else those of the current folder that are.
base::Result<std::vector<scan::IgnoreFile>> read_ignore_files(const std::vector<std::string>& named,
                                                              const base::Limits& limits) {
  std::vector<scan::IgnoreFile> files;
  for (const std::string& path : named)
    files.push_back(PQ_TRY(scan::read_ignore_file(path, limits)));
  if (!named.empty()) return files;
  return scan::read_ignore_files_in(".", limits);
}

} // namespace

void add_judgement_flags(CLI::App& command, JudgementFlags& flags) {
  command
      .add_option("--ignorefile",
                  flags.ignore_files,
                  "Findings to ignore (default: .portiqueignore, .trivyignore, "
                  ".trivyignore.yaml and .grype.yaml here)")
      ->envname("PORTIQUE_IGNOREFILE")
      ->type_name("FILE");
  command
      .add_option("--vex",
                  flags.vex,
                  "VEX document: OpenVEX, CycloneDX or CSAF, also inside an attestation; "
                  "\"registry\" for those that are attached to the image in its registry")
      ->envname("PORTIQUE_VEX")
      ->type_name("FILE");
  command
      .add_option("--vuln-severity-source",
                  flags.severity_sources,
                  "Whose severity counts, e.g. nvd,ghsa,auto (default: auto)")
      ->envname("PORTIQUE_VULN_SEVERITY_SOURCE")
      ->type_name("LIST");
  command.add_option("--sort", flags.order, "Order of the findings: package, severity or risk")
      ->envname("PORTIQUE_SORT")
      ->type_name("BY")
      ->capture_default_str();
}

base::Result<scan::Judgement> read_judgement(const JudgementFlags& flags,
                                             const base::Limits& limits) {
  scan::Judgement judgement;
  judgement.order = PQ_TRY(scan::parse_finding_order(flags.order));
  if (!flags.severity_sources.empty())
    judgement.severity_sources = PQ_TRY(scan::parse_severity_sources(flags.severity_sources));
  for (const std::string& file : flags.vex) {
    if (file == "registry" || file == "oci") {
      judgement.attached_vex = true;
      continue;
    }
    for (advisory::VexDocument& document : PQ_TRY(advisory::read_vex(file, limits)))
      judgement.vex.push_back(std::move(document));
  }
  judgement.ignore_files = PQ_TRY(read_ignore_files(flags.ignore_files, limits));
  return judgement;
}

} // namespace portique::cli
