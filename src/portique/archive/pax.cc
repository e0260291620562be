// POSIX.1-2001 pax interchange format, "pax Extended Header": records "LENGTH KEY=VALUE\n", the
// length counting the whole record. A later record overrides an earlier one, and an empty value
// takes it back. Keys that do not change how files are read are passed over, but must be
// well-formed.
#include "portique/archive/pax.h"

#include <string_view>

#include "portique/base/text.h"

namespace portique::archive {

using base::Code;
using base::fail;
using base::parse_int;
using base::Result;

namespace {

struct Record {
  std::string_view key;
  std::string_view value;
};

Result<Record> take_record(std::string_view& records) {
  constexpr std::size_t kMostLengthDigits = 10;
  const std::size_t blank = records.substr(0, kMostLengthDigits + 1).find(' ');
  if (blank == std::string_view::npos)
    return fail(Code::Malformed, "a PAX record does not begin with its length");
  const auto length = parse_int<std::uint64_t>(records.substr(0, blank));
  if (!length || *length > records.size() || *length < blank + 3)
    return fail(Code::Malformed, "a PAX record has a wrong length");
  std::string_view body = records.substr(blank + 1, *length - blank - 1);
  if (!body.ends_with('\n')) return fail(Code::Malformed, "a PAX record has a wrong length");
  body.remove_suffix(1);
  const std::size_t equals = body.find('=');
  if (equals == std::string_view::npos || equals == 0)
    return fail(Code::Malformed, "a PAX record has no key");
  records.remove_prefix(*length);
  const Record record{body.substr(0, equals), body.substr(equals + 1)};
  if (record.key.find('\0') != std::string_view::npos)
    return fail(Code::Malformed, "the key of a PAX record has a NUL byte");
  return record;
}

std::unexpected<base::Error> bad_value(const Record& record) {
  return fail(Code::Malformed,
              "the PAX record '" + base::printable(record.key.substr(0, 80)) +
                  "' has a senseless value");
}

Result<void> set_text(const Record& record, std::string& text) {
  if (record.value.find('\0') != std::string_view::npos) return bad_value(record);
  text.assign(record.value);
  return {};
}

Result<void> set_number(const Record& record, std::optional<std::uint64_t>& number) {
  number.reset();
  if (record.value.empty()) return {};
  number = parse_int<std::uint64_t>(record.value);
  constexpr std::uint64_t kMost = INT64_MAX;
  if (!number || *number > kMost) return bad_value(record);
  return {};
}

/// A user or group id; some writers have negative ones.
Result<void> set_id(const Record& record, std::optional<std::uint64_t>& id) {
  id.reset();
  if (record.value.empty()) return {};
  const auto number = parse_int<std::int64_t>(record.value);
  if (!number) return bad_value(record);
  id = static_cast<std::uint64_t>(*number);
  return {};
}

/// Seconds with a fraction, rounded down.
Result<void> set_time(const Record& record, std::optional<std::int64_t>& time) {
  time.reset();
  if (record.value.empty()) return {};
  std::string_view fraction = record.value;
  const std::string_view whole = base::take_until(fraction, '.');
  const bool part = fraction.find_first_not_of('0') != std::string_view::npos;
  time = parse_int<std::int64_t>(whole);
  if (!time || fraction.find_first_not_of("0123456789") != std::string_view::npos)
    return bad_value(record);
  if (whole.starts_with('-') && part && *time > INT64_MIN) --*time;
  return {};
}

Result<void> set_sparse_map(const Record& record, PaxSparse& sparse) {
  sparse.map.clear();
  sparse.has_map = !record.value.empty();
  if (!sparse.has_map) return {};
  std::string_view rest = record.value;
  while (!rest.empty()) {
    const auto number = parse_int<std::uint64_t>(base::take_until(rest, ','));
    if (!number) return bad_value(record);
    sparse.map.push_back(*number);
  }
  return {};
}

/// Format 0.0 lists the map as pairs of records, an offset first.
Result<void> add_sparse_number(const Record& record, bool is_length, PaxSparse& sparse) {
  const auto number = parse_int<std::uint64_t>(record.value);
  if (!number || (sparse.map.size() % 2 == 1) != is_length) return bad_value(record);
  sparse.map.push_back(*number);
  sparse.has_map = true;
  return {};
}

Result<void> apply_sparse(const Record& record, PaxSparse& sparse) {
  const std::string_view key = record.key.substr(std::string_view("GNU.sparse.").size());
  if (key == "major") return set_text(record, sparse.major);
  if (key == "minor") return set_text(record, sparse.minor);
  if (key == "name") return set_text(record, sparse.name);
  if (key == "size") return set_number(record, sparse.size);
  if (key == "realsize") return set_number(record, sparse.real_size);
  if (key == "numblocks") return set_number(record, sparse.block_count);
  if (key == "map") return set_sparse_map(record, sparse);
  if (key == "offset") return add_sparse_number(record, false, sparse);
  if (key == "numbytes") return add_sparse_number(record, true, sparse);
  return {};
}

Result<void> apply(const Record& record, PaxHeader& header) {
  if (record.key == "path") return set_text(record, header.path);
  if (record.key == "linkpath") return set_text(record, header.link_path);
  if (record.key == "size") return set_number(record, header.size);
  if (record.key == "mtime") return set_time(record, header.mtime);
  if (record.key == "uid") return set_id(record, header.uid);
  if (record.key == "gid") return set_id(record, header.gid);
  if (record.key.starts_with("GNU.sparse.")) return apply_sparse(record, header.sparse);
  return {};
}

} // namespace

Result<PaxHeader> parse_pax(base::Bytes records) {
  std::string_view rest = base::as_text(records);
  PaxHeader header;
  while (!rest.empty()) {
    const Record record = PQ_TRY(take_record(rest));
    PQ_TRY(apply(record, header));
  }
  return header;
}

} // namespace portique::archive
