#include "portique/access/audit/proof.h"

#include <fmt/format.h>

#include "portique/access/audit/line_reader.h"
#include "portique/access/audit/merkle.h"
#include "portique/access/audit/signed_head.h"
#include "portique/access/audit/trail_files.h"
#include "portique/base/file.h"
#include "portique/base/json.h"

namespace portique::access {

namespace {

constexpr std::string_view kProofFormat = "portique-audit-proof/1";
/// Two lines in JSON's quotes and a path.
constexpr std::size_t kProofBytes = 6 * kLineBytes;
/// A segment of 2^40 lines has a path of 40.
constexpr std::size_t kPathHashes = 64;

/// A segment as it is read.
struct Segment {
  std::uint64_t first = 0;
  std::vector<Hash> hashes;
  std::string entry;
  std::string head;
};

/// Reads from file `index` on until the head behind line `number`.
base::Result<Segment>
read_segment(const std::vector<TrailFile>& files, std::size_t index, std::uint64_t number) {
  Segment segment;
  LineHasher hasher;
  for (; index < files.size(); ++index) {
    LineReader reader(PQ_TRY(base::open_file(files[index].path)));
    while (const auto line = PQ_TRY(base::at(files[index].path.string(), reader.next()))) {
      const auto start = line->is_ended && !line->is_too_long ? read_line_start(line->bytes)
                                                              : std::optional<LineStart>();
      if (!start) continue;
      if (start->number == number) segment.entry = line->bytes;
      if (start->kind == "head") {
        if (!segment.entry.empty()) {
          segment.head = line->bytes;
          return segment;
        }
        segment = {};
        continue;
      }
      if (segment.hashes.empty()) segment.first = start->number;
      segment.hashes.push_back(hasher.of(line->bytes));
    }
  }
  if (segment.entry.empty())
    return base::fail(base::Code::NotFound, fmt::format("there is no line {}", number));
  return base::fail(base::Code::NotFound,
                    fmt::format("line {} is not signed yet: no head stands behind it", number));
}

std::unexpected<base::Error> wrong(std::string why) {
  return base::fail(base::Code::DigestMismatch, std::move(why));
}

} // namespace

base::Result<std::string> make_proof(const std::filesystem::path& folder, std::uint64_t number) {
  const std::vector<TrailFile> files = PQ_TRY(list_trail_files(folder));
  std::size_t index = 0;
  while (index + 1 < files.size() && files[index + 1].first <= number)
    ++index;
  const VerifyingKey key = PQ_TRY(VerifyingKey::read(folder / kPublicKeyFile));
  Segment segment = PQ_TRY(read_segment(files, index, number));
  SignedHead head = PQ_TRY(read_head(segment.head));
  // A file that was taken away left its last lines to be signed in the next one.
  while (head.number != number && head.first < segment.first && index > 0) {
    segment = PQ_TRY(read_segment(files, --index, number));
    head = PQ_TRY(read_head(segment.head));
  }
  boost::json::array path;
  std::uint64_t place = 0;
  if (head.number != number) {
    if (head.first != segment.first || head.lines != segment.hashes.size() || number < head.first ||
        number - head.first >= head.lines)
      return wrong(fmt::format("lines {} to {} are not those that head {} has signed",
                               head.first,
                               head.number - 1,
                               head.number));
    LineHasher hasher;
    place = number - head.first;
    for (const Hash& hash : merkle_path(segment.hashes, place, hasher))
      path.emplace_back(hash_text(hash));
  }
  const std::string text = base::pretty_json({{"format", kProofFormat},
                                              {"entry", segment.entry},
                                              {"index", place},
                                              {"path", std::move(path)},
                                              {"head", segment.head},
                                              {"public_key", key.pem()}});
  // What would not convince anybody else is not given out.
  PQ_TRY(check_proof(text, nullptr));
  return text;
}

base::Result<CheckedProof> check_proof(std::string_view text, const VerifyingKey* key) {
  if (text.size() > kProofBytes)
    return base::fail(base::Code::LimitExceeded, "too long for a proof");
  const auto value = PQ_TRY(base::parse_json(text));
  const auto* members = base::json_object(&value);
  if (base::json_string(members, "format") != kProofFormat)
    return base::fail(base::Code::Malformed,
                      fmt::format("not a proof of the format {}", kProofFormat));
  const std::string entry(base::json_string(members, "entry"));
  const std::string head_line(base::json_string(members, "head"));
  const auto start = read_line_start(entry);
  if (!start) return wrong("the entry is no line of a trail");
  const SignedHead head = PQ_TRY(read_head(head_line));
  const VerifyingKey own = PQ_TRY(VerifyingKey::parse(base::json_string(members, "public_key")));
  const VerifyingKey& counting = key != nullptr ? *key : own;
  if (!head.is_signed_by(counting)) return wrong("the head's signature does not fit the key");
  CheckedProof checked{.entry = entry,
                       .number = start->number,
                       .head = head.number,
                       .signed_at = head.time,
                       .key = counting.fingerprint(),
                       .is_own_key = key == nullptr};
  if (entry == head_line) return checked;
  const auto index = base::json_integer(members, "index");
  if (!index || *index < 0 || head.first + static_cast<std::uint64_t>(*index) != start->number)
    return wrong("the entry's number is not that of its place");
  std::vector<Hash> path;
  for (const auto& item : base::json_items(members, "path")) {
    const auto hash =
        item.is_string() ? parse_hash(std::string_view(item.get_string())) : std::optional<Hash>();
    if (!hash || path.size() == kPathHashes) return wrong("the path is none of hashes");
    path.push_back(*hash);
  }
  LineHasher hasher;
  const auto root = merkle_root_from_path(
      hasher.of(entry), static_cast<std::uint64_t>(*index), head.lines, path, hasher);
  if (root != head.root) return wrong("the entry is not among the lines that the head has signed");
  return checked;
}

} // namespace portique::access
