#include "portique/cli/report_output.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include <CLI/CLI.hpp>

#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/cli/terminal_options.h"

namespace portique::cli {

using base::Code;
using base::fail;

namespace {

std::string known_formats() {
  std::string known;
  for (const report::Format& format : report::formats())
    known += (known.empty() ? "" : ", ") + std::string(format.name);
  return known;
}

base::Result<const report::Format*> find_format(std::string_view name) {
  if (const report::Format* format = report::find_format(name)) return format;
  return fail(Code::InvalidArgument,
              "there is no format '" + base::printable(name) + "'; there are: " + known_formats());
}

base::Result<void> check_version(const std::string& version,
                                 const std::vector<OutputPlace>& places) {
  if (version.empty()) return {};
  for (const OutputPlace& place : places) {
    if (std::ranges::find(place.format->versions, version) != place.format->versions.end())
      continue;
    std::string known;
    for (const std::string_view each : place.format->versions)
      known += (known.empty() ? "" : ", ") + std::string(each);
    return fail(Code::InvalidArgument,
                "there is no version '" + base::printable(version) + "' of " +
                    std::string(place.format->name) +
                    (known.empty() ? ", which has none" : "; there are: " + known));
  }
  return {};
}

} // namespace

void add_output_flags(CLI::App& command, OutputFlags& flags, report::FormatUse use) {
  std::string formats;
  for (const report::Format& format : report::formats())
    if (use == report::FormatUse::Report || format.use == use)
      formats += (formats.empty() ? "" : ", ") + std::string(format.name);
  command
      .add_option("-f,--format",
                  flags.formats,
                  "How to write the report: " + formats +
                      "; NAME=FILE writes to a file, several at "
                      "once")
      ->envname("PORTIQUE_FORMAT")
      ->type_name("NAME[=FILE]")
      ->allow_extra_args(false)
      ->capture_default_str();
  command.add_option("-o,--output", flags.output, "Write the report to a file")
      ->envname("PORTIQUE_OUTPUT")
      ->type_name("FILE");
  command.add_option("--spec-version", flags.spec_version, "Version of an SBOM format, e.g. 1.6")
      ->envname("PORTIQUE_SPEC_VERSION")
      ->type_name("VERSION");
}

base::Result<std::vector<OutputPlace>> output_places(const OutputFlags& flags) {
  std::vector<OutputPlace> places;
  std::set<std::string> files;
  bool output_used = false;
  for (const std::string& text : flags.formats) {
    std::string_view rest = text;
    const std::string_view name = base::take_until(rest, '=');
    OutputPlace place{PQ_TRY(find_format(name)), std::string(rest)};
    const bool names_file = name.size() < text.size();
    if (names_file && place.file.empty())
      return fail(Code::InvalidArgument, "no file stands behind '" + base::printable(text) + "'");
    if (!names_file) {
      place.file = flags.output;
      output_used = true;
    }
    if (!files.insert(place.file).second)
      return fail(Code::InvalidArgument,
                  place.file.empty()
                      ? "only one format can go to standard output; give the others a file: "
                        "--format NAME=FILE"
                      : "two formats go to " + base::printable(place.file));
    places.push_back(std::move(place));
  }
  if (!flags.output.empty() && !output_used)
    return fail(Code::InvalidArgument, "--output is for a format without a file of its own");
  PQ_TRY(check_version(flags.spec_version, places));
  return places;
}

base::Result<report::WriteOptions> write_options(const OutputFlags& flags) {
  report::WriteOptions options = terminal_options();
  options.spec_version = flags.spec_version;
  options.tool_version = PORTIQUE_VERSION;
  const char* epoch = std::getenv("SOURCE_DATE_EPOCH");
  if (epoch == nullptr || *epoch == '\0') return options;
  // Past the year 9999 no format has a date.
  constexpr std::int64_t kLast = 253'402'300'799;
  const auto seconds = base::parse_int<std::int64_t>(epoch);
  if (!seconds || *seconds < 0 || *seconds > kLast)
    return fail(Code::InvalidArgument,
                "SOURCE_DATE_EPOCH is '" + base::printable(epoch) +
                    "', which is no number of seconds since 1970");
  options.timestamp = base::Time(std::chrono::seconds(*seconds));
  return options;
}

base::Result<void> write_reports(const std::vector<OutputPlace>& places,
                                 const model::Report& report,
                                 const report::WriteOptions& options) {
  report::WriteOptions for_files = options;
  for_files.colour = false;
  for_files.unicode = false;
  for_files.width = 0;
  for (const OutputPlace& place : places)
    if (!place.file.empty())
      PQ_TRY(base::write_file_atomically(
          place.file, PQ_TRY(report::write_text(*place.format, report, for_files))));
  for (const OutputPlace& place : places)
    if (place.file.empty()) PQ_TRY(place.format->write(report, options, write_to_stdout));
  return {};
}

} // namespace portique::cli
