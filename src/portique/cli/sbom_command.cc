#include "portique/cli/sbom_command.h"

#include <memory>
#include <string>
#include <vector>

#include "portique/cli/progress_line.h"
#include "portique/cli/report_output.h"
#include "portique/cli/secret_flags.h"
#include "portique/cli/source_flags.h"
#include "portique/scan/gate.h"
#include "portique/scan/scan.h"

namespace portique::cli {

namespace {

struct Flags {
  std::string target;
  SourceFlags source;
  OutputFlags output{.formats = {"cyclonedx"}};
  bool allow_incomplete = false;
};

/// Formats for findings say nothing here: there was no search.
base::Result<void> check_formats(const std::vector<OutputPlace>& places) {
  for (const OutputPlace& place : places)
    if (place.format->use != report::FormatUse::Sbom)
      return base::fail(base::Code::InvalidArgument,
                        "'" + std::string(place.format->name) +
                            "' is no SBOM format; scan --format has it");
  return {};
}

base::Result<int> write_sbom(const Flags& flags) {
  const std::vector<OutputPlace> places = PQ_TRY(output_places(flags.output));
  PQ_TRY(check_formats(places));
  report::WriteOptions options = PQ_TRY(write_options(flags.output));
  options.inventory_only = true;
  scan::ScanOptions scan = PQ_TRY(scan_options_of(flags.source));
  scan.contents.secrets = PQ_TRY(secret_search_of({}, flags.source, false)); // to mask the history
  const NamedTarget target = PQ_TRY(named_target(flags.target));
  ProgressLine line(flags.source.quiet);
  scan.progress = [&line](std::size_t done, std::size_t all) {
    line.show("reading layers", done, all);
  };
  auto report = scan::take_inventory(target.target, target.name, scan);
  line.clear();
  if (!report) return std::unexpected(std::move(report).error().at(target.name));
  PQ_TRY(write_reports(places, *report, options));
  // Nothing was searched for, so that no finding can trip a gate.
  return report->issues.empty() || flags.allow_incomplete ? static_cast<int>(ExitCode::Ok)
                                                          : static_cast<int>(ExitCode::Incomplete);
}

ExitCode run(const Flags& flags) {
  const auto code = write_sbom(flags);
  return code ? static_cast<ExitCode>(*code) : complain(code.error());
}

} // namespace

void add_sbom_command(CLI::App& app, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command =
      app.add_subcommand("sbom", "Write a bill of materials: what is inside an image");
  command->add_option("TARGET", flags->target, target_help())->required();
  add_source_flags(*command, flags->source);
  add_output_flags(*command, flags->output, report::FormatUse::Sbom);
  command
      ->add_flag("--allow-incomplete",
                 flags->allow_incomplete,
                 "Exit with 0 instead of 4 if something could not be read")
      ->envname("PORTIQUE_ALLOW_INCOMPLETE");
  command->callback([flags, &invocation] { invocation.run = [flags] { return run(*flags); }; });
}

} // namespace portique::cli
