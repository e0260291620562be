#include "portique/cli/scan_command.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "portique/advisory/database.h"
#include "portique/advisory/starter.h"
#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/cli/locations.h"
#include "portique/cli/progress_line.h"
#include "portique/image/platform.h"
#include "portique/image/target.h"
#include "portique/report/formats.h"
#include "portique/scan/filter.h"
#include "portique/scan/gate.h"
#include "portique/scan/ignore_file.h"
#include "portique/scan/scan.h"

namespace portique::cli {

namespace fs = std::filesystem;

namespace {

struct Flags {
  std::string target;
  std::string format = "table";
  std::string output;
  std::string severity;
  std::string fail_on;
  std::optional<int> exit_code;
  bool ignore_unfixed = false;
  bool allow_incomplete = false;
  bool list_packages = false;
  bool show_suppressed = false;
  bool quiet = false;
  bool no_cache = false;
  bool offline = false;
  bool include_declared = false;
  bool kernel_headers = false;
  std::vector<std::string> scanners{"vuln"};
  std::vector<std::string> ignore_files;
  std::string platform;
  std::string database;
  std::string cache_dir;
};

/// Everything that the flags say, checked, before any work is done.
struct Plan {
  image::Target target;
  scan::ScanOptions scan;
  scan::Filter filter;
  scan::Gate gate;
  std::vector<scan::IgnoreFile> ignore_files;
  const report::Format* format = nullptr;
};

base::Result<void> check_scanners(const std::vector<std::string>& scanners) {
  for (const std::string& scanner : scanners)
    if (scanner != "vuln")
      return base::fail(base::Code::InvalidArgument,
                        "there is no scanner '" + base::printable(scanner) +
                            "'; this version has: vuln");
  return {};
}

base::Result<const report::Format*> find_format(const std::string& name) {
  if (const report::Format* format = report::find_format(name)) return format;
  std::string known;
  for (const report::Format& format : report::formats())
    known += (known.empty() ? "" : ", ") + std::string(format.name);
  return base::fail(base::Code::InvalidArgument,
                    "there is no format '" + base::printable(name) + "'; there are: " + known);
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
  plan.format = PQ_TRY(find_format(flags.format));
  if (!flags.severity.empty())
    plan.filter.severities = PQ_TRY(scan::parse_severities(flags.severity));
  plan.filter.ignore_unfixed = flags.ignore_unfixed;
  plan.scan.declared = flags.include_declared;
  plan.scan.kernel_headers = flags.kernel_headers;
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
  plan.scan.selection.platform = image::host_platform();
  if (!flags.platform.empty()) {
    plan.scan.selection.platform = PQ_TRY(image::parse_platform(flags.platform));
    plan.scan.selection.platform_demanded = true;
  }
  plan.ignore_files = PQ_TRY(read_ignore_files(flags.ignore_files, plan.scan.limits));
  plan.target = PQ_TRY(image::parse_target(flags.target));
  return plan;
}

fs::path cache_dir(const Flags& flags) {
  return flags.cache_dir.empty() ? default_cache_dir() : fs::path(flags.cache_dir);
}

/// The database that was named, else the one that `db update` keeps, else the one inside the
/// program.
base::Result<advisory::Database> open_database(const Flags& flags) {
  if (!flags.database.empty()) return advisory::Database::open(flags.database);
  auto database = advisory::Database::open(default_database(cache_dir(flags)));
  if (database || database.error().code() != base::Code::NotFound) return database;
  return advisory::open_starter(flags.no_cache ? fs::path{} : cache_dir(flags));
}

/// Whether the user's locale draws characters beyond ASCII, as setlocale() would find it.
bool is_utf8_locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string locale = base::to_lower(value);
    return locale.contains("utf-8") || locale.contains("utf8");
  }
  return false;
}

report::WriteOptions write_options(const Flags& flags) {
  report::WriteOptions options;
  options.list_packages = flags.list_packages;
  options.show_suppressed = flags.show_suppressed;
  if (!flags.output.empty() || ::isatty(STDOUT_FILENO) == 0) return options;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal != nullptr && std::string_view(terminal) == "dumb";
  options.colour = (no_colour == nullptr || *no_colour == '\0') && !dumb;
  options.unicode = is_utf8_locale();
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) options.width = size.ws_col;
  return options;
}

base::Result<void> write_to_stdout(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() &&
      std::fflush(stdout) == 0)
    return {};
  return base::fail_errno("cannot write the report to standard output", errno);
}

base::Result<void> write_report(const Flags& flags, const Plan& plan, const model::Report& report) {
  const report::WriteOptions options = write_options(flags);
  if (flags.output.empty()) return plan.format->write(report, options, write_to_stdout);
  return base::write_file_atomically(flags.output,
                                     PQ_TRY(report::write_text(*plan.format, report, options)));
}

base::Result<int> scan_and_report(const Flags& flags, Plan plan) {
  const advisory::Database database = PQ_TRY(open_database(flags));
  if (!flags.no_cache) plan.scan.cache_dir = cache_dir(flags);
  plan.scan.threads = std::max(1U, std::min(4U, std::thread::hardware_concurrency()));
  plan.scan.now = base::now();
  ProgressLine line(flags.quiet);
  plan.scan.progress = [&line](std::size_t done, std::size_t all) {
    line.show("reading layers", done, all);
  };
  auto scanned = scan::scan(plan.target, flags.target, database, plan.scan);
  line.clear();
  if (!scanned) return std::unexpected(std::move(scanned).error().at(flags.target));
  model::Report& report = *scanned;
  for (const scan::IgnoreFile& file : plan.ignore_files)
    scan::apply_ignore_file(file, report, plan.scan.now);
  scan::apply_filter(plan.filter, report);
  PQ_TRY(write_report(flags, plan, report));
  return scan::exit_code_of(report, plan.gate);
}

ExitCode run(const Flags& flags) {
  auto plan = make_plan(flags);
  if (!plan) return complain(plan.error());
  const auto code = scan_and_report(flags, std::move(*plan));
  return code ? static_cast<ExitCode>(*code) : complain(code.error());
}

void add_output_flags(CLI::App& command, Flags& flags) {
  std::string formats;
  for (const report::Format& format : report::formats())
    formats += (formats.empty() ? "" : ", ") + std::string(format.name);
  command.add_option("-f,--format", flags.format, "How to write the report: " + formats)
      ->envname("PORTIQUE_FORMAT")
      ->capture_default_str();
  command.add_option("-o,--output", flags.output, "Write the report to a file")
      ->envname("PORTIQUE_OUTPUT")
      ->type_name("FILE");
  command.add_flag("-q,--quiet", flags.quiet, "No progress on standard error")
      ->envname("PORTIQUE_QUIET");
  command.add_flag("--list-packages", flags.list_packages, "Table: list every package")
      ->envname("PORTIQUE_LIST_PACKAGES");
  command.add_flag("--show-suppressed", flags.show_suppressed, "Table: list what is ignored, too")
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

void add_source_flags(CLI::App& command, Flags& flags) {
  command.add_option("--platform", flags.platform, "Which image of an index, e.g. linux/arm64")
      ->envname("PORTIQUE_PLATFORM")
      ->type_name("OS/ARCH");
  command.add_option("--scanners", flags.scanners, "What to look for: vuln")
      ->envname("PORTIQUE_SCANNERS")
      ->delimiter(',')
      ->type_name("LIST");
  command
      .add_flag("--include-declared",
                flags.include_declared,
                "Also count what lock files and manifests in an image ask for")
      ->envname("PORTIQUE_INCLUDE_DECLARED");
  command
      .add_flag("--kernel-headers",
                flags.kernel_headers,
                "Also match kernel headers with the kernel's advisories")
      ->envname("PORTIQUE_KERNEL_HEADERS");
  command.add_option("--db", flags.database, "The advisory database to use")
      ->envname("PORTIQUE_DB")
      ->type_name("FILE");
  command.add_option("--cache-dir", flags.cache_dir, "Where layers and the database are kept")
      ->envname("PORTIQUE_CACHE_DIR")
      ->type_name("DIR");
  command.add_flag("--no-cache", flags.no_cache, "Neither read nor write the layer cache")
      ->envname("PORTIQUE_NO_CACHE");
  command.add_flag("--offline", flags.offline, "Use no network (a scan of local files never does)")
      ->envname("PORTIQUE_OFFLINE");
}

std::string target_help() {
  std::string help = "What to scan: a path, or a path after one of\n";
  for (const image::SourceInfo& info : image::source_kinds())
    help += fmt::format("  {:<16} {}\n", std::string(info.scheme) + ":", info.about);
  return help + "  PATH:NAME picks one of several images in it";
}

} // namespace

void add_scan_command(CLI::App& app, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("scan", "Find known vulnerabilities in an image");
  command->add_option("TARGET", flags->target, target_help())->required();
  add_output_flags(*command, *flags);
  add_gate_flags(*command, *flags);
  add_source_flags(*command, *flags);
  command->callback([flags, &invocation] { invocation.run = [flags] { return run(*flags); }; });
}

} // namespace portique::cli
