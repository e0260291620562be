#include "portique/cli/scan_command.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/ranges.h>

#include "portique/base/text.h"
#include "portique/cli/gate_flags.h"
#include "portique/cli/judgement_flags.h"
#include "portique/cli/malware_flags.h"
#include "portique/cli/open_database.h"
#include "portique/cli/policy_flags.h"
#include "portique/cli/scan_targets.h"
#include "portique/cli/secret_flags.h"
#include "portique/image/local_images.h"

namespace portique::cli {

namespace {

struct Flags {
  std::vector<std::string> targets;
  bool all_local = false;
  SourceFlags source;
  OutputFlags output{.formats = {"table"}};
  GateFlags gate;
  bool ignore_unfixed = false;
  bool list_packages = false;
  bool show_suppressed = false;
  bool kernel_headers = false;
  std::vector<std::string> scanners; ///< empty: the usual ones
  SecretFlags secrets;
  MalwareFlags malware;
  JudgementFlags judgement;
  PolicyFlags policy;
  std::string base;
  std::string compare_base;
  std::string database;
};

constexpr std::array<std::string_view, 5> kScanners{
    "vuln", "secret", "malware", "misconfig", "integrity"};

base::Result<void> check_scanners(const std::vector<std::string>& scanners) {
  for (const std::string& scanner : scanners)
    if (std::ranges::find(kScanners, scanner) == kScanners.end())
      return base::fail(base::Code::InvalidArgument,
                        fmt::format("there is no scanner '{}'; this version has: {}",
                                    base::printable(scanner),
                                    fmt::join(kScanners, ", ")));
  return {};
}

bool wants(const std::vector<std::string>& scanners, std::string_view scanner) {
  if (scanners.empty()) return scanner != "integrity"; // which is slow
  return std::ranges::find(scanners, scanner) != scanners.end();
}

/// What is looked for in files.
base::Result<void> plan_contents(const Flags& flags, ScanPlan& plan) {
  scan::ContentSearch& contents = plan.options.contents;
  contents.secrets =
      PQ_TRY(secret_search_of(flags.secrets, flags.source, wants(flags.scanners, "secret")));
  if (wants(flags.scanners, "malware")) contents.malware = PQ_TRY(malware_search_of(flags.malware));
  contents.image_facts = wants(flags.scanners, "misconfig");
  contents.checksums = wants(flags.scanners, "integrity");
  if (flags.scanners.empty()) plan.contents_of_roots = scan::ContentSearch{};
  return {};
}

base::Result<ScanPlan> make_plan(const Flags& flags) {
  ScanPlan plan;
  PQ_TRY(check_scanners(flags.scanners));
  plan.places = PQ_TRY(output_places(flags.output));
  plan.write = PQ_TRY(write_options(flags.output));
  plan.write.list_packages = flags.list_packages;
  plan.write.show_suppressed = flags.show_suppressed;
  plan.quiet = flags.source.quiet;
  plan.filter = PQ_TRY(filter_of(flags.gate));
  plan.filter.ignore_unfixed = flags.ignore_unfixed;
  plan.gate = PQ_TRY(gate_of(flags.gate));
  plan.options = PQ_TRY(scan_options_of(flags.source));
  plan.options.kernel_headers = flags.kernel_headers;
  plan.options.vulnerabilities = wants(flags.scanners, "vuln");
  PQ_TRY(plan_contents(flags, plan));
  plan.judgement = PQ_TRY(read_judgement(flags.judgement, plan.options.limits));
  auto policy = PQ_TRY(
      chosen_policy(flags.policy, plan.options.limits, plan.options.now, flags.source.quiet));
  if (policy) plan.policy = std::make_shared<const policy::LoadedPolicy>(std::move(*policy));
  if (!flags.base.empty()) plan.base = PQ_TRY(named_target(flags.base));
  if (!flags.compare_base.empty()) plan.compare_base = PQ_TRY(named_target(flags.compare_base));
  return plan;
}

base::Result<std::vector<NamedTarget>> targets_of(const Flags& flags, ScanPlan& plan) {
  std::vector<NamedTarget> targets;
  for (const std::string& name : flags.targets)
    targets.push_back(PQ_TRY(named_target(name)));
  if (flags.all_local) {
    image::LocalImages local = PQ_TRY(image::list_local_images(plan.options.limits));
    if (!local.silent.empty())
      return base::fail(base::Code::Io,
                        "not every engine could be asked: " + image::silence_of(local.silent));
    for (image::LocalImage& image : local.images)
      targets.push_back({image.name(), std::move(image.target)});
  }
  if (targets.empty())
    return base::fail(flags.all_local ? base::Code::NotFound : base::Code::InvalidArgument,
                      flags.all_local ? "the engines of this machine have no images"
                                      : "there is no TARGET to scan");
  return targets;
}

base::Result<int> scan(const Flags& flags) {
  ScanPlan plan = PQ_TRY(make_plan(flags));
  const std::vector<NamedTarget> targets = PQ_TRY(targets_of(flags, plan));
  const advisory::Database database = PQ_TRY(open_database(flags.database, flags.source));
  if (targets.size() == 1 && !flags.all_local) return scan_target(plan, targets.front(), database);
  return scan_targets(plan, targets, database);
}

ExitCode run(const Flags& flags) {
  const auto code = scan(flags);
  return code ? static_cast<ExitCode>(*code) : complain(code.error());
}

void add_table_flags(CLI::App& command, Flags& flags) {
  command
      .add_flag("--list-packages,--list-all-pkgs",
                flags.list_packages,
                "Table and trivy-json: list every package")
      ->envname("PORTIQUE_LIST_PACKAGES");
  command
      .add_flag("--show-suppressed",
                flags.show_suppressed,
                "Table and trivy-json: list what is ignored, too")
      ->envname("PORTIQUE_SHOW_SUPPRESSED");
}

void add_judging_flags(CLI::App& command, Flags& flags) {
  add_gate_flags(command, flags.gate);
  command
      .add_flag("--ignore-unfixed,--only-fixed",
                flags.ignore_unfixed,
                "Show only what an upgrade can clear")
      ->envname("PORTIQUE_IGNORE_UNFIXED");
  add_policy_flag(command, flags.policy);
  add_judgement_flags(command, flags.judgement);
}

void add_base_flags(CLI::App& command, Flags& flags) {
  command
      .add_option(
          "--base", flags.base, "The image that TARGET was built from: whose findings are it?")
      ->envname("PORTIQUE_BASE")
      ->type_name("TARGET");
  command
      .add_option(
          "--compare-base", flags.compare_base, "Another base: what would it take away and bring?")
      ->envname("PORTIQUE_COMPARE_BASE")
      ->type_name("TARGET");
}

void add_search_flags(CLI::App& command, Flags& flags) {
  command
      .add_option(
          "--scanners",
          flags.scanners,
          "What to look for: vuln, secret, malware, misconfig, integrity (slow: holds files "
          "against the package databases' checksums). Without: all but the last; in root "
          "file systems vuln alone")
      ->envname("PORTIQUE_SCANNERS")
      ->delimiter(',')
      ->type_name("LIST");
  command
      .add_flag("--kernel-headers",
                flags.kernel_headers,
                "Also match kernel headers with the kernel's advisories")
      ->envname("PORTIQUE_KERNEL_HEADERS");
  add_secret_flags(command, flags.secrets);
  add_malware_flags(command, flags.malware);
  add_database_flag(command, flags.database);
}

} // namespace

void add_scan_command(CLI::App& app, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("scan", "Find known vulnerabilities in images");
  command->add_option("TARGET", flags->targets, target_help());
  command->add_flag(
      "--all-local", flags->all_local, "Scan every image of Docker, containerd and podman");
  add_source_flags(*command, flags->source);
  add_output_flags(*command, flags->output, report::FormatUse::Report);
  add_table_flags(*command, *flags);
  add_judging_flags(*command, *flags);
  add_base_flags(*command, *flags);
  add_search_flags(*command, *flags);
  command->callback([flags, &invocation] { invocation.run = [flags] { return run(*flags); }; });
}

} // namespace portique::cli
