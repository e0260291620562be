#pragma once

// What a policy says of a subject, and which of its rules decided.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/time.h"
#include "portique/model/finding.h"
#include "portique/model/severity.h"

namespace portique::model {

/// From the mildest to the hardest, so that the largest of several counts.
enum class Decision : std::uint8_t { Allow, Warn, Deny };

/// "allow", "warn", "deny".
std::string_view decision_name(Decision decision);

/// Why a rule that held does not count.
struct RuleException {
  std::string who;
  std::string why;
  std::optional<base::Time> until;
};

/// A rule that held, for one subject.
struct RuleHit {
  std::string rule;
  Decision decision = Decision::Warn;
  Severity severity = Severity::Unknown;
  std::string message;
  std::string finding; ///< id of the finding that it is about, "" if it is about none
  std::string package; ///< "NAME VERSION" of the package that it is about, "" if it is about none
  std::string path;    ///< of the configuration file that it is about, "" if it is about none
  std::uint32_t line = 0; ///< of that file: of the finding or the resource, 0 for all of it
  std::optional<RuleException> exception; ///< set: it does not count
};

struct Verdict {
  Decision decision = Decision::Allow;
  std::string policy;        ///< name of the policy
  std::string file;          ///< where it was read from; "" for one inside the program
  std::string version;       ///< digest of all that it was made from: "sha256:..."
  bool audit = false;        ///< the policy only warns
  std::vector<RuleHit> hits; ///< hardest first, then in the order of the rules
  std::size_t rules = 0;     ///< how many were asked
};

} // namespace portique::model
