#pragma once

// Which package of the distribution brought a file, by the file lists of the package databases.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "portique/inventory/cataloger.h"

namespace portique::scan {

/// The other way to write a path where the root's folders are links into usr/, as in most
/// distributions: "bin/sh" for "usr/bin/sh" and the other way round. Package databases use either.
std::string merged_usr_alias(std::string_view clean_path);

class FileOwners {
public:
  /// Borrows the names.
  void add(const inventory::OwnedFiles& owned);

  /// Name of the package that lists the file; "" if none does. A file below usr/ may be listed
  /// without it, and the other way round: the root's folders are links into usr/ in most
  /// distributions.
  [[nodiscard]] std::string_view owner_of(std::string_view clean_path) const;

  /// Whether any package lists its files at all.
  [[nodiscard]] bool empty() const { return owners_.empty(); }

private:
  std::unordered_map<std::uint64_t, std::string_view> owners_;
};

} // namespace portique::scan
