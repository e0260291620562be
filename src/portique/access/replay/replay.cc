#include "portique/access/replay/replay.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "portique/access/audit/entry_line.h"
#include "portique/access/roles/decide.h"
#include "portique/base/json.h"

namespace portique::access {

namespace {

/// Groups that are told apart; a trail with more has a problem that the first of them show.
constexpr std::size_t kGroups = 10'000;

using Key = std::tuple<std::string, std::string, std::string>;
using Groups = std::map<Key, ReplayGroup>;

std::string who(const RecordedRequest& request) {
  const Identity& caller = request.caller();
  if (!caller.user.empty()) return caller.user;
  return caller_text(caller);
}

/// What is undecided has no rule; what it needs tells it apart.
enum class ApartBy : std::uint8_t { Rule, Reason };

void count(Groups& groups,
           const TrailDecision& was,
           const std::string& rule,
           const std::string& reason,
           ApartBy by = ApartBy::Rule) {
  const Key key{who(was.request), was.request.action(), by == ApartBy::Rule ? rule : reason};
  if (groups.size() >= kGroups && !groups.contains(key)) return;
  ReplayGroup& group = groups[key];
  if (group.count++ > 0) return;
  std::tie(group.user, group.action, std::ignore) = key;
  group.rule = rule;
  group.reason = reason;
  group.first_line = was.line;
  const auto& names = was.request.resource().names;
  group.example = names.empty() ? "" : names.front();
}

std::vector<ReplayGroup> sorted(Groups groups) {
  std::vector<ReplayGroup> list;
  for (auto& [key, group] : groups)
    list.push_back(std::move(group));
  std::ranges::stable_sort(list, std::greater(), &ReplayGroup::count);
  return list;
}

std::string listed(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts)
    all += (all.empty() ? "" : ", ") + text;
  return all;
}

bool asks_labels(const AccessPolicy& policy) {
  const auto any = [](const std::vector<Entry>& entries) {
    return std::ranges::any_of(entries, [](const Entry& entry) { return !entry.labels.empty(); });
  };
  return std::ranges::any_of(policy.roles(),
                             [&](const Role& role) { return any(role.allow) || any(role.deny); });
}

bool binds_containers(const AccessPolicy& policy) {
  return std::ranges::any_of(policy.bindings(), [](const Binding& binding) {
    return !binding.subjects.containers.empty();
  });
}

} // namespace

Decision replay_request(const AccessPolicy& policy, const RecordedRequest& request) {
  const RequestView view = request.view();
  Decision decision;
  decision.policy = policy.version();
  decision.needs = request.gaps_of_things(asks_labels(policy), binds_containers(policy));
  if (!decision.needs.empty()) {
    decision.reason = "undecided: needs " + listed(decision.needs);
    return decision;
  }
  decision = decide(policy, view);
  for (const Resource& other : request.also()) {
    if (!decision.allow && decision.needs.empty()) break;
    RequestView another = view;
    another.resource = &other;
    Decision next = decide(policy, another);
    // A sure refusal of one of them is one of all.
    if (!next.allow && (next.needs.empty() || decision.needs.empty())) decision = std::move(next);
  }
  return decision;
}

base::Result<ReplayOutcome>
for_each_decision(TrailCursor& trail, const std::function<void(const TrailDecision&)>& found) {
  ReplayOutcome outcome;
  while (true) {
    const auto line = PQ_TRY(trail.next());
    if (!line) return outcome;
    const auto start = read_line_start(*line);
    const auto parsed = base::parse_json(*line);
    const auto* members = parsed ? base::json_object(&*parsed) : nullptr;
    if (!start || members == nullptr) {
      ++outcome.unreadable;
      continue;
    }
    const std::string_view gate = base::json_string(members, "gate");
    if (start->kind != "decision" || (gate != "plugin" && gate != "guard")) continue;
    ++outcome.decisions;
    auto request = RecordedRequest::parse(*members);
    if (!request) {
      ++outcome.without_record;
      continue;
    }
    const auto* glass = base::json_member(members, "break_glass");
    found({.line = start->number,
           .allow = base::json_string(members, "decision") == "allow",
           .break_glass = glass != nullptr && glass->is_bool() && glass->get_bool(),
           .reason = std::string(base::json_string(members, "reason")),
           .rule = std::string(base::json_string(members, "rule")),
           .request = **request});
  }
}

base::Result<ReplayOutcome> replay_trail(TrailCursor& trail, const AccessPolicy& policy) {
  Groups denied;
  Groups allowed;
  Groups open;
  std::uint64_t same = 0;
  std::uint64_t glass = 0;
  std::uint64_t undecided = 0;
  ReplayOutcome outcome = PQ_TRY(for_each_decision(trail, [&](const TrailDecision& was) {
    if (was.break_glass) {
      ++glass;
      return;
    }
    const Decision now = replay_request(policy, was.request);
    if (!now.needs.empty()) {
      ++undecided;
      count(open, was, "", "needs " + listed(now.needs), ApartBy::Reason);
    } else if (now.allow == was.allow)
      ++same;
    else if (now.allow)
      count(allowed, was, was.rule, was.reason);
    else
      count(denied, was, now.rule, now.reason);
  }));
  outcome.same = same;
  outcome.break_glass = glass;
  outcome.undecided = undecided;
  outcome.open = sorted(std::move(open));
  outcome.denied = sorted(std::move(denied));
  outcome.allowed = sorted(std::move(allowed));
  return outcome;
}

} // namespace portique::access
