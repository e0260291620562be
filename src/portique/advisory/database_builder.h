#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "portique/base/result.h"
#include "portique/base/time.h"
#include "portique/model/advisory.h"
#include "portique/model/report.h"

namespace portique::advisory {

/// Collects advisories and writes them as one database file. Not thread-safe.
class DatabaseBuilder {
public:
  DatabaseBuilder();
  ~DatabaseBuilder();
  DatabaseBuilder(const DatabaseBuilder&) = delete;
  DatabaseBuilder& operator=(const DatabaseBuilder&) = delete;

  /// Takes a record. One that was withdrawn leaves nothing. The same id again (it stands in the
  /// export of every ecosystem that it names) counts once per ecosystem string and package; if it
  /// stands for something else there, it is another record.
  void add(const model::Advisory& advisory);

  /// The CVE is in CISA's catalogue of known exploited vulnerabilities.
  void add_kev(std::string_view cve);

  /// FIRST's probability that the CVE is exploited, and its percentile, both 0 to 1.
  void add_epss(std::string_view cve, double score, double percentile);

  /// A CVSS vector of a CVE from elsewhere; `source` names where.
  void add_vector(std::string_view cve, std::string_view vector, std::string_view source);

  /// What stands in DatabaseInfo::feeds; the same name again replaces.
  void set_feed(const model::FeedInfo& feed);

  [[nodiscard]] std::uint64_t advisories() const;

  /// Writes the database beside `file`, verifies it, and renames it over `file`. On failure the old
  /// file stays as it was. The builder is used up.
  base::Result<void> finish(const std::filesystem::path& file, base::Time built);

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace portique::advisory
