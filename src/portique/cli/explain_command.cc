#include "portique/cli/explain_command.h"

#include <memory>
#include <optional>
#include <string>

#include "portique/advisory/explain.h"
#include "portique/base/text.h"
#include "portique/cli/judgement_flags.h"
#include "portique/cli/open_database.h"
#include "portique/cli/progress_line.h"
#include "portique/cli/secret_flags.h"
#include "portique/cli/source_flags.h"
#include "portique/cli/terminal_options.h"
#include "portique/report/explanation_text.h"
#include "portique/scan/base_image.h"
#include "portique/scan/gate.h"
#include "portique/scan/scan.h"

namespace portique::cli {

namespace {

struct Flags {
  std::string id;
  std::string target;
  std::string format = "table";
  std::optional<int> exit_code;
  bool allow_incomplete = false;
  bool kernel_headers = false;
  std::string database;
  SourceFlags source;
  JudgementFlags judgement;
};

base::Result<std::string> checked_id(const Flags& flags) {
  const std::string id(base::trim(flags.id));
  if (!base::is_word(id) || id.size() > 200)
    return base::fail(base::Code::InvalidArgument,
                      "'" + base::printable(id.substr(0, 200)) +
                          "' is not the id of a vulnerability, such as CVE-2024-12345");
  return id;
}

/// As a scan's: what could not be decided is told apart from what is clear.
int exit_code_of(const model::Explanation& explanation,
                 const model::Report& report,
                 const Flags& flags) {
  using model::ExplainedVerdict;
  if (explanation.verdict == ExplainedVerdict::Affected && flags.exit_code.value_or(0) != 0)
    return *flags.exit_code;
  const bool clear =
      explanation.verdict == ExplainedVerdict::Affected ||
      (explanation.verdict != ExplainedVerdict::Undetermined &&
       explanation.verdict != ExplainedVerdict::NotKnown && !scan::is_incomplete(report));
  return clear || flags.allow_incomplete ? 0 : scan::kExitIncomplete;
}

base::Result<int> explain(const Flags& flags) {
  if (flags.format != "table" && flags.format != "json")
    return base::fail(base::Code::InvalidArgument,
                      "there is no format '" + base::printable(flags.format) +
                          "' of explanations; there are: table, json");
  const std::string id = PQ_TRY(checked_id(flags));
  scan::ScanOptions options = PQ_TRY(scan_options_of(flags.source));
  options.kernel_headers = flags.kernel_headers;
  options.contents.secrets =
      PQ_TRY(secret_search_of({}, flags.source, false)); // to mask the history
  scan::Judgement judgement = PQ_TRY(read_judgement(flags.judgement, options.limits));
  const NamedTarget target = PQ_TRY(named_target(flags.target));
  const advisory::Database database = PQ_TRY(open_database(flags.database, flags.source));
  ProgressLine line(flags.source.quiet);
  options.progress = [&line](std::size_t done, std::size_t all) {
    line.show("reading layers", done, all);
  };
  auto scanned = scan::scan(target.target, target.name, database, options);
  line.clear();
  model::Report report = PQ_TRY(base::at(flags.target, std::move(scanned)));
  PQ_TRY(base::at(flags.target, scan::fetch_attached_vex(judgement, report, options)));
  scan::judge(judgement, report, options.now);
  scan::apply_base({}, {}, report);
  const model::Explanation explanation = PQ_TRY(advisory::explain(
      database, report, id, {.now = options.now, .kernel_headers = options.kernel_headers}));
  if (flags.format == "json")
    PQ_TRY(report::write_explanation_json(explanation, report, write_to_stdout));
  else
    PQ_TRY(
        report::write_explanation_text(explanation, report, terminal_options(), write_to_stdout));
  return exit_code_of(explanation, report, flags);
}

void add_flags(CLI::App& command, Flags& flags) {
  command.add_option("ID", flags.id, "CVE, GHSA or any other id of an advisory")->required();
  command.add_option("TARGET", flags.target, target_help())->required();
  command.add_option("-f,--format", flags.format, "table or json")
      ->envname("PORTIQUE_FORMAT")
      ->capture_default_str();
  command.add_option("--exit-code", flags.exit_code, "Exit with N if TARGET is affected")
      ->envname("PORTIQUE_EXIT_CODE")
      ->type_name("N")
      ->check(CLI::Range(0, 255));
  command
      .add_flag("--allow-incomplete",
                flags.allow_incomplete,
                "Exit with 0 instead of 4 if it could not be decided")
      ->envname("PORTIQUE_ALLOW_INCOMPLETE");
  command
      .add_flag("--kernel-headers",
                flags.kernel_headers,
                "Also match kernel headers with the kernel's advisories")
      ->envname("PORTIQUE_KERNEL_HEADERS");
  add_database_flag(command, flags.database);
  add_source_flags(command, flags.source);
  add_judgement_flags(command, flags.judgement);
}

} // namespace

void add_explain_command(CLI::App& app, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand(
      "explain", "Show why a vulnerability does or does not affect an image, with the whole proof");
  add_flags(*command, *flags);
  command->callback([flags, &invocation] {
    invocation.run = [flags] {
      const auto code = explain(*flags);
      return code ? static_cast<ExitCode>(*code) : complain(code.error());
    };
  });
}

} // namespace portique::cli
