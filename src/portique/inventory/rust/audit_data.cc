// cargo-auditable's list of crates: JSON compressed with zlib, in the section ".dep-v0".
// Format: https://github.com/rust-secure-code/cargo-auditable/blob/master/PARSING.md

#include "portique/inventory/rust/audit_data.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <isa-l/igzip_lib.h>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/rust/crate.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::Result;

constexpr std::string_view kSection = ".dep-v0";

Result<std::string> inflate(std::string& compressed, std::uint64_t limit) {
  inflate_state state{};
  isal_inflate_init(&state);
  state.crc_flag = ISAL_ZLIB;
  state.next_in = reinterpret_cast<std::uint8_t*>(compressed.data());
  state.avail_in = static_cast<std::uint32_t>(compressed.size());
  std::string plain;
  std::string piece(64U << 10U, '\0');
  while (state.block_state != ISAL_BLOCK_FINISH) {
    state.next_out = reinterpret_cast<std::uint8_t*>(piece.data());
    state.avail_out = static_cast<std::uint32_t>(piece.size());
    if (isal_inflate(&state) != ISAL_DECOMP_OK)
      return base::fail(Code::Malformed, "the list of crates is not compressed as it should be");
    const std::size_t got = piece.size() - state.avail_out;
    if (plain.size() + got > limit)
      return base::fail(Code::LimitExceeded, "the list of crates is too long");
    plain.append(piece, 0, got);
    if (got == 0 && state.avail_in == 0 && state.block_state != ISAL_BLOCK_FINISH)
      return base::fail(Code::Truncated, "the list of crates ends early");
  }
  return plain;
}

/// What one entry depends on, by its numbers.
void add_dependencies(const boost::json::object& entry,
                      const std::vector<model::Package>& packages,
                      model::Package& package) {
  for (const auto& number : base::json_items(&entry, "dependencies")) {
    if (!number.is_int64() || number.get_int64() < 0) continue;
    const auto at = static_cast<std::uint64_t>(number.get_int64());
    if (at < packages.size() && !packages[at].name.empty())
      package.dependencies.push_back(packages[at].name + '@' + packages[at].version);
  }
}

} // namespace

Result<void>
read_audit_json(std::string_view json, const base::Limits& limits, Analysis& analysis) {
  const auto document = PQ_TRY(base::parse_json(json));
  const auto& entries = base::json_items(base::json_object(&document), "packages");
  if (entries.size() > limits.packages)
    return base::fail(Code::LimitExceeded, "the list of crates is too long");
  if (entries.empty()) return base::fail(Code::Malformed, "the list of crates is empty");
  // Places in the list count, so entries that are wrong keep theirs, without a name.
  std::vector<model::Package> packages(entries.size());
  std::uint64_t links = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto* entry = base::json_object(&entries[i]);
    links += base::json_items(entry, "dependencies").size();
    auto package = crate(base::json_string(entry, "name"), base::json_string(entry, "version"));
    if (!package) {
      if (!issues_are_full(analysis))
        add_issue(analysis, Code::Malformed, fmt::format("crate {} has no name or version", i + 1));
      continue;
    }
    packages[i] = std::move(*package);
    if (base::json_string(entry, "kind") == "build")
      packages[i].scope = model::PackageScope::Development;
  }
  if (links > limits.packages)
    return base::fail(Code::LimitExceeded, "the crates have too many dependencies");
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (!packages[i].name.empty())
      add_dependencies(*base::json_object(&entries[i]), packages, packages[i]);
  std::ranges::copy_if(std::make_move_iterator(packages.begin()),
                       std::make_move_iterator(packages.end()),
                       std::back_inserter(analysis.packages),
                       [](const model::Package& package) { return !package.name.empty(); });
  return {};
}

Result<void> add_audited_crates(const FileContent& file,
                                const BinaryImage& image,
                                const base::Limits& limits,
                                Analysis& analysis) {
  const BinarySection* section = image.section(kSection);
  if (section == nullptr) return {};
  if (section->size > limits.cargo_audit_bytes)
    return base::fail(Code::LimitExceeded, "the list of crates is too long");
  std::string compressed = PQ_TRY(read_range(file, image, section->offset, section->size));
  const std::string json = PQ_TRY(inflate(compressed, limits.cargo_audit_bytes));
  return read_audit_json(json, limits, analysis);
}

} // namespace portique::inventory
