#pragma once

// .portiqueignore, .trivyignore and their kin in YAML (ignore_yaml.h): findings that the user has
// judged and accepted.
// docs/ignoring.md describes the format.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/base/time.h"
#include "portique/model/report.h"
#include "portique/scan/ignore_conditions.h"

namespace portique::scan {

struct IgnoreEntry {
  std::string id;                    ///< of a finding or any of its aliases; case does not matter;
                                     ///< "" for rules about whatever fits the conditions
  std::optional<base::Time> expires; ///< the first instant at which it no longer counts
  std::string reason;                ///< what the user wrote, may be empty
  std::size_t line = 0;              ///< counted from 1
  IgnoreConditions conditions;

  friend bool operator==(const IgnoreEntry&, const IgnoreEntry&) = default;
};

struct IgnoreFile {
  std::string name; ///< as reports should call it
  std::vector<IgnoreEntry> entries;
  std::vector<std::string> notes; ///< what the reader of the report should know of the file
};

/// Code::Malformed at the first line that is not understood: an exception that is only half
/// understood must not count.
base::Result<IgnoreFile> parse_ignore_file(std::string name, std::string_view text);

/// Reads and parses, as YAML if the file's name ends in .yaml or .yml; Code::NotFound if there is
/// no such file.
base::Result<IgnoreFile> read_ignore_file(const std::filesystem::path& path,
                                          const base::Limits& limits);

/// The ignore files that lie in a folder: .portiqueignore, .trivyignore, .trivyignore.yaml and
/// .grype.yaml, in this order; none is no error.
base::Result<std::vector<IgnoreFile>> read_ignore_files_in(const std::filesystem::path& folder,
                                                           const base::Limits& limits);

/// Suppresses every finding whose id, alias or advisory an entry names, for which its conditions
/// hold, and that nothing suppressed before. Entries that have expired do not count; they, and
/// entries that match no finding, are told in the report's notes.
void apply_ignore_file(const IgnoreFile& file, model::Report& report, base::Time now);

} // namespace portique::scan
