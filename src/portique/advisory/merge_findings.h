#pragma once

// The second half of matching: from the entries that affect a package to findings, one for each
// vulnerability, whatever number of records speaks of it.

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "portique/advisory/package_match.h"
#include "portique/base/result.h"
#include "portique/model/finding.h"

namespace portique::advisory {

class FindingMaker {
public:
  /// Borrows the database. `end_of_life`: nobody will fix what is not fixed yet in the
  /// distribution's packages.
  FindingMaker(const Database& database, bool end_of_life);
  ~FindingMaker();
  FindingMaker(const FindingMaker&) = delete;
  FindingMaker& operator=(const FindingMaker&) = delete;

  /// Appends the findings of one package, sorted by id.
  base::Result<void> add_findings(const model::Package& package,
                                  std::size_t package_index,
                                  const std::vector<MatchedEntry>& entries,
                                  std::vector<model::Finding>& findings);

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace portique::advisory
