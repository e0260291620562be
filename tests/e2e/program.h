#pragma once

// The built program, run as a user runs it, and its answers.

#include <filesystem>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "portique/base/file.h"
#include "portique/base/run_program.h"

namespace portique::e2e {

/// Runs `portique ARGUMENTS`. Its cache is a folder of this test program's own unless the arguments
/// name another.
base::ProgramOutput portique(std::vector<std::string> arguments);

/// `portique scan TARGET -f json ARGUMENTS`, which must exit with 0 or 4, parsed.
boost::json::object scan_json(const std::string& target, std::vector<std::string> arguments = {});

/// Builds a database from one ecosystem of the shared advisories; the file's path.
std::string database_of(const std::filesystem::path& osv_folder);

/// "name version" of every package of a report, sorted.
std::vector<std::string> packages_of(const boost::json::object& report);

/// "package CVE" of every finding of a report, sorted, without duplicates.
std::vector<std::string> pairs_of(const boost::json::object& report);

/// A folder that lives as long as the test program.
const std::filesystem::path& scratch();

/// A fresh folder in scratch().
std::filesystem::path fresh_folder();

/// Writes a file, parents included; its path.
std::string write_file(const std::filesystem::path& path, std::string_view content);

} // namespace portique::e2e
