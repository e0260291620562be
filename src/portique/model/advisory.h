#pragma once

// An advisory as the OSV schema has it (https://ossf.github.io/osv-schema/), in plain data.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "portique/base/time.h"
#include "portique/model/severity.h"

namespace portique::model {

enum class RangeType : std::uint8_t { Ecosystem, Semver, Git };
enum class EventKind : std::uint8_t { Introduced, Fixed, LastAffected, Limit };

struct RangeEvent {
  EventKind kind = EventKind::Introduced;
  std::string version;
};

struct VersionRange {
  RangeType type = RangeType::Ecosystem;
  std::vector<RangeEvent> events; ///< as written, not sorted
};

/// A severity as a source gives it: a CVSS vector, or a word.
struct SeverityMark {
  std::string type;  ///< "CVSS_V2", "CVSS_V3", "CVSS_V4", "Ubuntu", or "word" (database_specific)
  std::string score; ///< the vector or the word
};

struct Affected {
  std::string ecosystem; ///< with its release: "Debian:12", "npm"
  std::string name;
  std::string purl;
  std::vector<VersionRange> ranges;
  std::vector<std::string> versions;
  std::vector<SeverityMark> severities;
  std::vector<std::string> binaries; ///< ecosystem_specific.binaries names, if it lists any
  std::string urgency;               ///< ecosystem_specific.urgency (Debian), "" if none
};

struct Reference {
  std::string type; ///< "ADVISORY", "FIX", "WEB", ...
  std::string url;
};

struct Advisory {
  std::string id;
  std::optional<base::Time> modified;
  std::optional<base::Time> published;
  std::optional<base::Time> withdrawn;
  std::vector<std::string> aliases;
  std::vector<std::string> upstream;
  std::vector<std::string> related;
  std::string summary;
  std::string details;
  std::vector<SeverityMark> severities; ///< the record's own, then database_specific's as "word"
  std::vector<Reference> references;
  std::vector<Affected> affected;
};

} // namespace portique::model
