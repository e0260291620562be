#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/time.h"
#include "portique/model/package.h"
#include "portique/model/severity.h"

namespace portique::model {

enum class FindingKind : std::uint8_t {
  Vulnerability,
  Secret,
  Malware,
  Misconfiguration,
  Isolation,
  Runtime,
  Access,
};

std::string_view finding_kind_name(FindingKind kind);

/// Whether there is a version without the vulnerability.
enum class FixState : std::uint8_t {
  Fixed,     ///< `fixed_version` clears it
  NotFixed,  ///< no fixed version is known
  EndOfLife, ///< none is known and none will come: the release is past its end of life
};

/// "fixed", "not-fixed", "end-of-life".
std::string_view fix_state_name(FixState state);

struct Cvss {
  std::string version; ///< "2.0", "3.0", "3.1", "4.0"
  std::string vector;
  double score = 0;   ///< base score 0.0 to 10.0
  std::string source; ///< id of the advisory that gives it
};

struct Epss {
  double score = 0;      ///< probability 0 to 1
  double percentile = 0; ///< 0 to 1
};

/// What one source says of a finding's severity.
struct SourceSeverity {
  std::string source; ///< short name: "debian", "ubuntu", "ghsa", "nvd", ...
  Severity severity = Severity::Unknown;
  std::string record; ///< id of the advisory that says so
};

/// What VEX says of a product and a vulnerability.
enum class VexStatus : std::uint8_t { NotAffected, Affected, Fixed, UnderInvestigation };

/// "not_affected", "affected", "fixed", "under_investigation".
std::string_view vex_status_name(VexStatus status);

/// The VEX statement that counts for a finding: the latest of those that are about it.
struct VexNote {
  VexStatus status = VexStatus::UnderInvestigation;
  std::string justification; ///< "vulnerable_code_not_present"; CycloneDX has words of its own
  std::string text;          ///< impact, action or analysis in the author's words
  std::string source;        ///< "OpenVEX image.vex.json"
  std::optional<base::Time> timestamp;
};

/// Why a finding does not count.
struct Suppression {
  std::string by;     ///< file and line, or a VEX document: "OpenVEX image.vex.json"
  std::string reason; ///< what the user wrote, may be empty
  std::optional<base::Time> until;
};

/// Lines of a text file, counted from 1; both ends belong to it. All zero: it is about no lines.
struct LineRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;

  friend bool operator==(const LineRange&, const LineRange&) = default;
};

/// Index of a finding that is about no package.
inline constexpr std::size_t kNoPackage = static_cast<std::size_t>(-1);

/// One fact worth saying.
struct Finding {
  std::string id;                   ///< CVE id where there is one, else GHSA, else the record's own
  std::vector<std::string> aliases; ///< every other id of it, sorted
  FindingKind kind = FindingKind::Vulnerability;
  Severity severity = Severity::Unknown;
  std::string
      severity_source; ///< "Debian", "Ubuntu", "CVSS 3.1 (ALPINE-CVE-2018-1)", "" if unknown
  std::vector<SourceSeverity> severities; ///< all that say one, one entry a source
  double risk = 0;                        ///< 0 to 100, from likelihood and impact: docs/risk.md
  std::string title;
  std::size_t package = kNoPackage; ///< index into the report's packages
  std::string path;                 ///< the file it is about, if it is about no package
  LineRange lines;                  ///< of that file
  std::string excerpt;              ///< those lines as they stand there, cut; "" if there are none
  std::string why;                  ///< why it matters; "" if title and advisories say it
  std::string field;                ///< of the image's configuration: "Env DB_PASSWORD"
  std::string evidence;             ///< what was seen, in one sentence; "" if the rest says it
  std::string remedy;               ///< what clears it, in one sentence; "" if an upgrade does
  std::optional<std::string> fixed_version;
  FixState fix_state = FixState::NotFixed;
  std::int32_t layer = kNoLayer;
  std::int32_t removed_in = kNoLayer; ///< layer that took the file away, which lies below it still
  std::optional<bool>
      from_base;    ///< whether it comes from the base image; nothing if that is unknown
  bool kev = false; ///< in CISA's catalogue of known exploited vulnerabilities
  std::optional<Epss> epss;
  std::vector<Cvss> cvss;
  std::vector<std::string> references; ///< URLs
  std::vector<std::string> advisories; ///< ids of the records that matched, sorted
  std::optional<base::Time> published;
  std::optional<base::Time> modified;
  std::optional<VexNote> vex;
  std::optional<Suppression> suppression; ///< set: the finding does not count
  std::string fingerprint;                ///< stays the same when tags, order and layers change
};

} // namespace portique::model
