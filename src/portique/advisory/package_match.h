#pragma once

// The first half of matching: which database entries say that a package is affected.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "portique/advisory/affected_record.h"
#include "portique/advisory/database.h"
#include "portique/advisory/ecosystem.h"
#include "portique/base/result.h"
#include "portique/model/explanation.h"
#include "portique/model/package.h"
#include "portique/version/schemes.h"

namespace portique::advisory {

/// One entry that affects a package. Views borrow the database.
struct MatchedEntry {
  std::uint64_t advisory = 0;
  std::string_view ecosystem; ///< with release
  std::string_view fixed;     ///< smallest version above the package's that this entry calls fixed
  std::string_view severity;  ///< the entry's own word or vector
};

struct PackageMatches {
  std::vector<MatchedEntry> entries;
  std::string undetermined; ///< why some entry could not be decided; "" if all were
};

/// Looks packages up. Binary packages of one source share its answer. Not thread-safe.
class PackageMatcher {
public:
  /// Borrows the database. `distro` is nothing if OSV does not know the distribution.
  PackageMatcher(const Database& database, std::optional<DistroEcosystem> distro);

  /// The answer is borrowed until the next call.
  base::Result<const PackageMatches*> match(const model::Package& package);

  /// How the answer comes about, as far as it rests on the advisories that `wanted` lets through:
  /// every entry that was looked at, those too that are about other releases and builds. Advisories
  /// are named by number in ExplainedEntry::record's stead.
  struct TracedEntry {
    std::uint64_t advisory = 0;
    model::ExplainedEntry entry;
  };

  base::Result<std::vector<TracedEntry>> trace(const model::Package& package,
                                               const std::function<bool(std::uint64_t)>& wanted);

private:
  struct Query {
    std::string_view name;
    std::string_view version;
    std::string_view ecosystem; ///< without release
  };

  /// What a trace is made for.
  struct Trace {
    const std::function<bool(std::uint64_t)>* wanted;
    std::vector<TracedEntry> entries;
  };

  /// Asks the database anew and puts the answer into current_.
  base::Result<void> ask(const model::Package& package);
  base::Result<void> look_up(const Query& query, const model::Package& package);
  base::Result<void> check_group(const Query& query,
                                 const model::Package& package,
                                 std::string_view ecosystem,
                                 base::Bytes group);
  /// Gives the entries of a group that nothing is compared with one outcome.
  base::Result<void> note_group(const Query& query,
                                std::string_view ecosystem,
                                base::Bytes group,
                                model::EntryOutcome outcome);
  /// The trace of the entry in record_, or nullptr if nobody wants it.
  model::ExplainedEntry* traced(const Query& query, std::string_view ecosystem);
  [[nodiscard]] bool concerns(const model::Package& package) const;
  [[nodiscard]] bool counts(std::string_view ecosystem, const model::Package& package) const;

  const Database* database_;
  std::optional<DistroEcosystem> distro_;
  std::unordered_map<std::string, PackageMatches> known_; ///< by what decides the answer
  PackageMatches* current_ = nullptr;
  std::vector<std::uint64_t> cleared_; ///< advisories that extended support has fixed
  AffectedRecord record_;
  Trace* trace_ = nullptr; ///< set while trace() asks
};

} // namespace portique::advisory
