#pragma once

// What the starter database is made from: a text file, kept compressed in the project
// (data/starter/).

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "portique/advisory/apt_archive.h"
#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::advisory {

struct StarterData {
  AptFixes fixes;
  base::Time kev_date;          ///< of CISA's catalogue
  std::vector<std::string> kev; ///< CVEs of the fixes that are in it, sorted
  std::vector<std::pair<std::string, std::string>> vectors; ///< CVE and CVSS vector, sorted
};

/// The same data gives the same bytes.
std::string format_starter(const StarterData& data);

/// Code::Malformed says in which line.
base::Result<StarterData> parse_starter(std::string_view text);

/// Of a JSON catalogue (CISA) those that the fixes name, and its date.
base::Result<void> add_kev(std::string_view catalogue, StarterData& data);

/// Of a table "cve,version,vector,..." those that the fixes name, the first of each version.
void add_vectors(std::string_view csv, StarterData& data);

} // namespace portique::advisory
