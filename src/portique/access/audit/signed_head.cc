#include "portique/access/audit/signed_head.h"

#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

base::Result<SignedHead> read_head(std::string_view line) {
  const auto malformed = [] { return base::fail(base::Code::Malformed, "not a signed head"); };
  const auto start = read_line_start(line);
  if (!start || start->kind != "head") return malformed();
  const auto value = PQ_TRY(base::parse_json(line));
  const auto* members = base::json_object(&value);
  const std::size_t at = line.rfind(kSignatureMember);
  if (members == nullptr || at == std::string_view::npos) return malformed();
  std::string_view encoded = line.substr(at + kSignatureMember.size());
  if (!encoded.ends_with("\"}")) return malformed();
  encoded.remove_suffix(2);
  const auto root = parse_hash(base::json_string(members, "root"));
  const auto first = base::json_integer(members, "first");
  const auto lines = base::json_integer(members, "lines");
  const auto time = base::parse_time(base::json_string(members, "time"));
  const auto signature = base::from_base64(encoded);
  if (!root || !first || *first < 1 || !lines || *lines < 0 || !time || !signature)
    return malformed();
  return SignedHead{.number = start->number,
                    .previous = start->previous,
                    .first = static_cast<std::uint64_t>(*first),
                    .lines = static_cast<std::uint64_t>(*lines),
                    .root = *root,
                    .time = *time,
                    .key = std::string(base::json_string(members, "key")),
                    .message = line.substr(0, at),
                    .signature = *signature};
}

} // namespace portique::access
