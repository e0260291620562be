#include "portique/cli/check_command.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "portique/base/text.h"
#include "portique/cli/command.h"
#include "portique/cli/gate_flags.h"
#include "portique/cli/judgement_flags.h"
#include "portique/cli/policy_flags.h"
#include "portique/cli/report_output.h"
#include "portique/policy/judge_report.h"
#include "portique/scan/check_config.h"
#include "portique/scan/filter.h"
#include "portique/scan/gate.h"

namespace portique::cli {

namespace {

struct Flags {
  std::string target;
  OutputFlags output{.formats = {"table"}, .output = {}, .spec_version = {}};
  GateFlags gate;
  bool show_suppressed = false;
  JudgementFlags judgement;
  PolicyFlags policy;
};

base::Result<int> check(const Flags& flags) {
  const std::vector<OutputPlace> places = PQ_TRY(output_places(flags.output));
  report::WriteOptions write = PQ_TRY(write_options(flags.output));
  write.show_suppressed = flags.show_suppressed;
  const scan::Filter filter = PQ_TRY(filter_of(flags.gate));
  const scan::Gate gate = PQ_TRY(gate_of(flags.gate));
  scan::ConfigCheckOptions options{.now = base::now(), .limits = {}};
  const scan::Judgement judgement = PQ_TRY(read_judgement(flags.judgement, options.limits));
  const auto policy = PQ_TRY(chosen_policy(flags.policy, options.limits, options.now, false));
  options.resources = policy.has_value();
  scan::ConfigCheck checked = PQ_TRY(scan::check_config(flags.target, options));
  model::Report& report = checked.report;
  for (const scan::IgnoreFile& file : judgement.ignore_files)
    scan::apply_ignore_file(file, report, options.now);
  if (policy) {
    report.verdict = policy::judge_config(*policy->policy, report, checked.files, options.now);
    note_expired(*policy, report);
  }
  scan::apply_filter(filter, report);
  PQ_TRY(write_reports(places, report, write));
  return scan::exit_code_of(report, gate);
}

ExitCode run(const Flags& flags) {
  const auto code = check(flags);
  return code ? static_cast<ExitCode>(*code) : complain(code.error());
}

} // namespace

void add_check_command(CLI::App& app, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command =
      app.add_subcommand("check", "Find bad settings in Dockerfiles, Compose and Kubernetes files");
  command->add_option("TARGET", flags->target, "A file, a folder, or - for standard input")
      ->required();
  add_output_flags(*command, flags->output, report::FormatUse::Report);
  add_gate_flags(*command, flags->gate);
  add_policy_flag(*command, flags->policy);
  command->add_flag("--show-suppressed", flags->show_suppressed, "Table: list what is ignored, too")
      ->envname("PORTIQUE_SHOW_SUPPRESSED");
  command
      ->add_option("--ignorefile",
                   flags->judgement.ignore_files,
                   "Findings to ignore (default: .portiqueignore, .trivyignore, "
                   ".trivyignore.yaml and .grype.yaml here)")
      ->envname("PORTIQUE_IGNOREFILE")
      ->type_name("FILE");
  command->callback([flags, &invocation] { invocation.run = [flags] { return run(*flags); }; });
}

} // namespace portique::cli
