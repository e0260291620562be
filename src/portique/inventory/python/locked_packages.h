#pragma once

// What the lock files of Python's tools have in common: tables of packages that refer to each other
// by names, which have to be compared as PEP 503 says.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/json.hpp>

#include "portique/base/limits.h"
#include "portique/inventory/cataloger.h"
#include "portique/inventory/file_content.h"

namespace portique::inventory {

/// A package of a lock file while the file is read.
struct LockedPackage {
  model::Package package;
  /// The project itself or a folder of it: it depends on others, but is not listed.
  bool own = false;
};

class LockedPackages {
public:
  explicit LockedPackages(Analysis& analysis) : analysis_(&analysis) {}

  /// Adds what a table says in "name" and "version". Nothing, with an issue, if it names no
  /// package; a folder of the project may lack a version.
  std::optional<std::size_t> add(const boost::json::value& table, bool own = false);

  LockedPackage& operator[](std::size_t index) { return packages_[index]; }

  const LockedPackage& operator[](std::size_t index) const { return packages_[index]; }

  [[nodiscard]] std::size_t size() const { return packages_.size(); }

  /// Every package of that name, or only of that version; of a name with more than 50 versions the
  /// first ones.
  [[nodiscard]] std::vector<std::size_t> find(std::string_view name,
                                              std::string_view version = {}) const;

  /// Adds a dependency to the first one: with its version if the file has exactly one.
  void depend(std::size_t from, std::string_view name, std::string_view version = {});

  /// Lists all but the project's own.
  void finish(std::string_view path, const base::Limits& limits);

private:
  Analysis* analysis_;
  std::vector<LockedPackage> packages_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_name_; ///< normal names
};

/// The document of a TOML lock file, whose packages are the tables of the array `member`; nothing,
/// with an issue, if it cannot be read or is something else.
std::optional<boost::json::value> read_toml_lock(const FileContent& file,
                                                 std::string_view member,
                                                 const base::Limits& limits,
                                                 Analysis& analysis);

/// Adds the "hash" of each table of a list.
void add_file_hashes(const boost::json::array& files, std::vector<std::string>& hashes);

} // namespace portique::inventory
