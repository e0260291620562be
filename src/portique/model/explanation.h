#pragma once

// The proof behind one vulnerability in one subject: which records were asked, with which versions
// each bound was compared, and what follows. What `portique explain` tells.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/time.h"
#include "portique/model/advisory.h"
#include "portique/model/finding.h"

namespace portique::model {

/// A bound of a range, and how the installed version stands to it.
struct ExplainedBound {
  EventKind kind = EventKind::Introduced;
  std::string version;
  /// Of the installed version to the bound; nothing if the two cannot be compared.
  std::optional<std::strong_ordering> order;
};

struct ExplainedRange {
  std::vector<ExplainedBound> bounds;
  bool affected = false;
};

/// What came of one entry of a record.
enum class EntryOutcome : std::uint8_t {
  Affected,
  NotAffected,  ///< the version lies in none of its ranges
  Undetermined, ///< a bound or the version cannot be compared
  OtherRelease, ///< it is about another release of the distribution
  OtherBuild,   ///< it is about other binary packages or another module stream
  Cleared,      ///< extended support, which this package comes from, has fixed it
};

/// "affected", "not-affected", "undetermined", "other-release", "other-build", "cleared".
std::string_view entry_outcome_name(EntryOutcome outcome);

/// One entry of a record that was looked at for a package.
struct ExplainedEntry {
  std::string record;    ///< id of the advisory
  std::string ecosystem; ///< with release
  std::string name;      ///< that the package was looked up by
  std::string version;   ///< that was compared
  std::string order;     ///< the version order's name: "dpkg"
  std::vector<ExplainedRange> ranges;
  std::size_t listed_versions = 0; ///< that the entry lists one by one
  bool is_listed = false;          ///< the version is among these
  EntryOutcome outcome = EntryOutcome::NotAffected;
  std::string fixed; ///< the smallest fix above the version, "" if none
};

enum class ExplainedVerdict : std::uint8_t {
  Affected,
  Suppressed,   ///< affected, but VEX or an exception says that it does not count
  NotAffected,  ///< records speak about what is installed, and its versions are outside
  Undetermined, ///< something could not be compared
  NotInstalled, ///< records exist, none about anything that is installed
  Withdrawn,    ///< all records were withdrawn
  NotKnown,     ///< no record of the database speaks about it
};

/// "affected", "suppressed", "not-affected", "undetermined", "not-installed", "withdrawn",
/// "not-known".
std::string_view explained_verdict_name(ExplainedVerdict verdict);

struct ExplainedPackage {
  std::size_t package = 0; ///< index into the report's packages
  std::vector<ExplainedEntry> entries;
  std::optional<Finding> finding; ///< what the scan says of it
  ExplainedVerdict verdict = ExplainedVerdict::NotAffected;
  std::string why;    ///< one sentence
  std::string remedy; ///< what would clear it, "" if nothing has to
};

/// A record about the vulnerability.
struct ExplainedRecord {
  std::string id;
  std::vector<std::string> cves;
  std::vector<std::string> aliases;
  std::string title;
  std::optional<base::Time> published;
  std::optional<base::Time> modified;
  std::optional<base::Time> withdrawn;
};

/// A package that records speak about and that is not installed.
struct ExplainedElsewhere {
  std::string ecosystem; ///< with release
  std::string name;

  friend auto operator<=>(const ExplainedElsewhere&, const ExplainedElsewhere&) = default;
};

struct Explanation {
  std::string asked;                 ///< the id as the user typed it
  std::string id;                    ///< the CVE that it stands for, else itself
  std::vector<std::string> aliases;  ///< every other id, sorted
  std::vector<std::string> releases; ///< ecosystem strings asked for the distribution's packages
  std::string names;                 ///< "source packages", "binary packages", "both"; "" if none
  std::vector<ExplainedRecord> records; ///< sorted by id
  std::vector<ExplainedPackage> packages;
  std::vector<ExplainedElsewhere> elsewhere; ///< the first of them, sorted
  std::size_t elsewhere_total = 0;
  bool kev = false;
  std::optional<Epss> epss;
  std::vector<Cvss> cvss;
  ExplainedVerdict verdict = ExplainedVerdict::NotKnown;
  std::string why; ///< one sentence
};

} // namespace portique::model
