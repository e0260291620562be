#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "portique/advisory/affected_record.h"
#include "portique/model/explanation.h"
#include "portique/version/schemes.h"

namespace portique::advisory {

/// Whether a version is affected by an entry.
enum class Affectedness : std::uint8_t {
  NotAffected,
  Affected,
  Undetermined, ///< the version, or a bound that decides, is none of the scheme
};

struct RangeVerdict {
  Affectedness affected = Affectedness::NotAffected;
  /// The smallest fixed bound above the version in the ranges that affect it; "" if there is none.
  std::string_view fixed;
  /// The bound that could not be compared, if Undetermined.
  std::string_view bad_bound;
};

/// The evaluation algorithm of the OSV schema ("Evaluation"): listed among `versions`, or inside a
/// range: the last event at or below the version decides, limits end a range. "0" as introduced is
/// below every version, "*" as limit above. `version` is valid in the scheme. Whoever wants to know
/// why gives an entry, whose ranges and lists are filled with what was compared.
RangeVerdict check_ranges(const AffectedRecord& record,
                          const version::SchemeInfo& scheme,
                          std::string_view version,
                          model::ExplainedEntry* trace = nullptr);

} // namespace portique::advisory
