#pragma once

// The entries of one package in the database, read in place: this is what matching looks at for
// every package, so nothing is copied.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "portique/advisory/packed.h"
#include "portique/base/result.h"
#include "portique/model/advisory.h"

namespace portique::advisory {

/// One affected entry: which advisory, which versions. Views borrow the packed bytes.
struct AffectedRecord {
  struct Event {
    model::EventKind kind = model::EventKind::Introduced;
    std::string_view version;
  };

  struct Range {
    std::vector<Event> events; ///< sorted by version; at one version introduced comes first
  };

  std::uint64_t advisory = 0;
  std::string_view module_stream;         ///< "nodejs:16" if the advisory is about that stream only
  bool modular = false;                   ///< its bounds are builds of a module
  std::string_view severity;              ///< the entry's own word or vector, "" if none
  std::vector<std::string_view> binaries; ///< only these binary packages; empty: all
  std::vector<Range> ranges;
  std::vector<std::string_view> versions;
};

std::string pack_affected(const AffectedRecord& record);

/// Reads one packed entry into `record`, whose memory is used again. Code::Malformed if the bytes
/// are damaged.
base::Result<void> unpack_affected(base::Bytes bytes, AffectedRecord& record);

/// The error for a database whose bytes do not fit its format.
std::unexpected<base::Error> damaged_database();

/// A package's value: for each ecosystem string its entries.
void append_group(std::string& value,
                  std::string_view ecosystem,
                  const std::vector<std::string>& entries);

/// Calls `each(ecosystem, entries)` for every group of a package's value.
template <typename Each> base::Result<void> for_each_group(base::Bytes value, Each each) {
  PackedReader reader(value);
  while (!reader.at_end()) {
    const std::string_view ecosystem = reader.text();
    const base::Bytes entries = reader.bytes(reader.number());
    if (!reader.sound()) return damaged_database();
    PQ_TRY(each(ecosystem, entries));
  }
  return {};
}

/// Calls `each(entry)` for every packed entry of a group.
template <typename Each> base::Result<void> for_each_entry(base::Bytes entries, Each each) {
  PackedReader reader(entries);
  while (!reader.at_end()) {
    const base::Bytes entry = reader.bytes(reader.number());
    if (!reader.sound()) return damaged_database();
    PQ_TRY(each(entry));
  }
  return {};
}

} // namespace portique::advisory
