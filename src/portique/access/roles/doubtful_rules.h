#pragma once

// Rules of which a record does not tell whether they held.

#include <cstddef>
#include <string>
#include <vector>

#include "portique/access/request_source.h"
#include "portique/policy/policy.h"

namespace portique::access {

struct DoubtfulRule {
  std::size_t rule = 0;
  std::vector<std::string> needs; ///< what would have to be known, each once
};

/// Of the rules `on: request`, in their order, by the logic of three values: what is not known and
/// does not matter makes no doubt. `evaluation` has been begun with the request's source.
std::vector<DoubtfulRule> doubtful_rules(const policy::Policy& policy,
                                         policy::Evaluation& evaluation,
                                         const RecordGaps& gaps);

} // namespace portique::access
