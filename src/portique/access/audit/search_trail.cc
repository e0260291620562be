#include "portique/access/audit/search_trail.h"

#include <algorithm>

#include "portique/access/audit/entry_line.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

namespace {

bool fits(const std::string& wanted, std::string_view value) {
  return wanted.empty() || base::fits_star(wanted, value);
}

bool fits_resource(const std::string& wanted, std::string_view value) {
  constexpr std::size_t kShortId = 12;
  return fits(wanted, value) ||
         (wanted.size() >= kShortId && value.size() == 64 && value.starts_with(wanted));
}

bool holds(std::string_view line, std::string_view text) {
  const auto same = [](char a, char b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; };
    return lower(a) == lower(b);
  };
  return std::ranges::search(line, text, same).begin() != line.end();
}

} // namespace

bool selects(const TrailQuery& query, std::string_view line, const boost::json::object& members) {
  const auto member = [&](std::string_view name) { return base::json_string(&members, name); };
  if (!query.all_kinds && member("kind") != "decision") return false;
  if (!fits(query.user, member("user")) || !fits(query.action, member("action")) ||
      !fits(query.gate, member("gate")) || !fits(query.rule, member("rule")) ||
      !fits_resource(query.resource, member("resource")))
    return false;
  if (!query.decision.empty() && member("decision") != query.decision) return false;
  if (!query.group.empty() &&
      std::ranges::none_of(base::json_items(&members, "groups"), [&](const auto& group) {
        return group.is_string() && base::fits_star(query.group, group.get_string());
      }))
    return false;
  if (query.since || query.until) {
    const auto time = base::parse_time(member("time"));
    if (!time || (query.since && *time < *query.since) || (query.until && *time >= *query.until))
      return false;
  }
  return query.text.empty() || holds(line, query.text);
}

base::Result<std::uint64_t> search_trail(TrailCursor& cursor,
                                         const TrailQuery& query,
                                         const std::function<bool(const FoundLine&)>& found) {
  std::uint64_t unread = 0;
  while (const auto line = PQ_TRY(cursor.next())) {
    const auto start = read_line_start(*line);
    if (start && start->kind != "decision" && !query.all_kinds) continue;
    const auto value =
        start ? base::parse_json(*line) : base::Result<boost::json::value>(boost::json::value());
    const auto* members = value ? base::json_object(&*value) : nullptr;
    if (members == nullptr) {
      ++unread;
      continue;
    }
    if (selects(query, *line, *members) && !found({*line, *members})) break;
  }
  return unread;
}

} // namespace portique::access
