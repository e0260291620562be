#include "portique/cli/scan_command.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "portique/advisory/database.h"
#include "portique/advisory/starter.h"
#include "portique/base/text.h"
#include "portique/cli/locations.h"
#include "portique/cli/progress_line.h"
#include "portique/cli/report_output.h"
#include "portique/cli/source_flags.h"
#include "portique/scan/filter.h"
#include "portique/scan/gate.h"
#include "portique/scan/ignore_file.h"
#include "portique/scan/scan.h"

namespace portique::cli {

namespace fs = std::filesystem;

namespace {

struct Flags {
  SourceFlags source;
  OutputFlags output{.formats = {"table"}};
  std::string severity;
  std::string fail_on;
  std::optional<int> exit_code;
  bool ignore_unfixed = false;
  bool allow_incomplete = false;
  bool list_packages = false;
  bool show_suppressed = false;
  bool kernel_headers = false;
  std::vector<std::string> scanners{"vuln"};
  std::vector<std::string> ignore_files;
  std::string database;
};

/// Everything that the flags say, checked, before any work is done.
struct Plan {
  Source source;
  scan::Filter filter;
  scan::Gate gate;
  std::vector<scan::IgnoreFile> ignore_files;
  std::vector<OutputPlace> places;
  report::WriteOptions write;
};

base::Result<void> check_scanners(const std::vector<std::string>& scanners) {
  for (const std::string& scanner : scanners)
    if (scanner != "vuln")
      return base::fail(base::Code::InvalidArgument,
                        "there is no scanner '" + base::printable(scanner) +
                            "'; this version has: vuln");
  return {};
}

/// The files that the user named, which must be there; else those of the current folder that are.
base::Result<std::vector<scan::IgnoreFile>> read_ignore_files(const std::vector<std::string>& named,
                                                              const base::Limits& limits) {
  std::vector<scan::IgnoreFile> files;
  for (const std::string& path : named)
    files.push_back(PQ_TRY(scan::read_ignore_file(path, limits)));
  if (!named.empty()) return files;
  return scan::read_ignore_files_in(".", limits);
}

base::Result<Plan> make_plan(const Flags& flags) {
  Plan plan;
  PQ_TRY(check_scanners(flags.scanners));
  plan.places = PQ_TRY(output_places(flags.output));
  plan.write = PQ_TRY(write_options(flags.output));
  plan.write.list_packages = flags.list_packages;
  plan.write.show_suppressed = flags.show_suppressed;
  if (!flags.severity.empty())
    plan.filter.severities = PQ_TRY(scan::parse_severities(flags.severity));
  plan.filter.ignore_unfixed = flags.ignore_unfixed;
  plan.gate.exit_code = flags.exit_code;
  plan.gate.allow_incomplete = flags.allow_incomplete;
  if (!flags.fail_on.empty()) {
    plan.gate.fail_on = model::parse_severity(flags.fail_on);
    if (!plan.gate.fail_on)
      return base::fail(base::Code::InvalidArgument,
                        "'" + base::printable(flags.fail_on) +
                            "' is no severity; there are: critical, high, medium, low, negligible, "
                            "unknown");
  }
  plan.ignore_files = PQ_TRY(read_ignore_files(flags.ignore_files, plan.source.options.limits));
  plan.source = PQ_TRY(source_of(flags.source));
  plan.source.options.kernel_headers = flags.kernel_headers;
  return plan;
}

/// The database that was named, else the one that `db update` keeps, else the one inside the
/// program.
base::Result<advisory::Database> open_database(const Flags& flags) {
  if (!flags.database.empty()) return advisory::Database::open(flags.database);
  auto database = advisory::Database::open(default_database(cache_dir_of(flags.source)));
  if (database || database.error().code() != base::Code::NotFound) return database;
  return advisory::open_starter(flags.source.no_cache ? fs::path{} : cache_dir_of(flags.source));
}

base::Result<int> scan_and_report(const Flags& flags, Plan plan) {
  const advisory::Database database = PQ_TRY(open_database(flags));
  ProgressLine line(flags.source.quiet);
  scan::ScanOptions& options = plan.source.options;
  options.progress = [&line](std::size_t done, std::size_t all) {
    line.show("reading layers", done, all);
  };
  auto scanned = scan::scan(plan.source.target, flags.source.target, database, options);
  line.clear();
  if (!scanned) return std::unexpected(std::move(scanned).error().at(flags.source.target));
  model::Report& report = *scanned;
  for (const scan::IgnoreFile& file : plan.ignore_files)
    scan::apply_ignore_file(file, report, options.now);
  scan::apply_filter(plan.filter, report);
  PQ_TRY(write_reports(plan.places, report, plan.write));
  return scan::exit_code_of(report, plan.gate);
}

ExitCode run(const Flags& flags) {
  auto plan = make_plan(flags);
  if (!plan) return complain(plan.error());
  const auto code = scan_and_report(flags, std::move(*plan));
  return code ? static_cast<ExitCode>(*code) : complain(code.error());
}

void add_table_flags(CLI::App& command, Flags& flags) {
  command.add_flag("--list-packages,--list-all-pkgs", flags.list_packages, "Table and trivy-json: list every package")
      ->envname("PORTIQUE_LIST_PACKAGES");
  command.add_flag("--show-suppressed", flags.show_suppressed, "Table and trivy-json: list what is ignored, too")
      ->envname("PORTIQUE_SHOW_SUPPRESSED");
}

void add_gate_flags(CLI::App& command, Flags& flags) {
  command.add_option("--severity", flags.severity, "Show only these, e.g. critical,high")
      ->envname("PORTIQUE_SEVERITY")
      ->type_name("LIST");
  command
      .add_flag("--ignore-unfixed,--only-fixed",
                flags.ignore_unfixed,
                "Show only what an upgrade can clear")
      ->envname("PORTIQUE_IGNORE_UNFIXED");
  command
      .add_option("--fail-on", flags.fail_on, "Exit with 1 if a finding is at least this severe")
      ->envname("PORTIQUE_FAIL_ON")
      ->type_name("SEVERITY");
  command.add_option("--exit-code", flags.exit_code, "Exit with N if anything is found")
      ->envname("PORTIQUE_EXIT_CODE")
      ->type_name("N")
      ->check(CLI::Range(0, 255));
  command
      .add_flag("--allow-incomplete",
                flags.allow_incomplete,
                "Exit with 0 instead of 4 if something could not be read or checked")
      ->envname("PORTIQUE_ALLOW_INCOMPLETE");
  command
      .add_option("--ignorefile",
                  flags.ignore_files,
                  "Ids to ignore (default: .portiqueignore and .trivyignore here)")
      ->envname("PORTIQUE_IGNOREFILE")
      ->type_name("FILE");
}

void add_search_flags(CLI::App& command, Flags& flags) {
  command.add_option("--scanners", flags.scanners, "What to look for: vuln")
      ->envname("PORTIQUE_SCANNERS")
      ->delimiter(',')
      ->type_name("LIST");
  command
      .add_flag("--kernel-headers",
                flags.kernel_headers,
                "Also match kernel headers with the kernel's advisories")
      ->envname("PORTIQUE_KERNEL_HEADERS");
  command.add_option("--db", flags.database, "The advisory database to use")
      ->envname("PORTIQUE_DB")
      ->type_name("FILE");
}

} // namespace

void add_scan_command(CLI::App& app, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("scan", "Find known vulnerabilities in an image");
  add_source_flags(*command, flags->source);
  add_output_flags(*command, flags->output, report::FormatUse::Report);
  add_table_flags(*command, *flags);
  add_gate_flags(*command, *flags);
  add_search_flags(*command, *flags);
  command->callback([flags, &invocation] { invocation.run = [flags] { return run(*flags); }; });
}

} // namespace portique::cli
