#include "portique/access/replay/learn.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "portique/access/replay/replay.h"
#include "portique/access/roles/decide.h"
#include "portique/base/text.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

/// Names are listed up to so many; more are looked at for a common beginning.
constexpr std::size_t kListed = 8;
/// A beginning that is shorter says too little.
constexpr std::size_t kShortestBeginning = 3;
/// People and things of one organisation; beyond that a trail is no basis for a policy.
constexpr std::size_t kMostUsers = 10'000;
constexpr std::size_t kMostNames = 100'000;

/// What somebody did by one action.
struct Seen {
  bool own = false;            ///< to what they created, or by creating it
  bool unnamed = false;        ///< to what has no name that lasts
  std::set<std::string> names; ///< of others' things
  std::string kind;
};

struct Person {
  std::map<std::string, Seen> allowed;                 ///< by action
  std::map<std::string, std::set<std::string>> denied; ///< names
  std::optional<std::set<std::string>> groups;         ///< that all of their requests showed
};

enum class SubjectKind : std::uint8_t { User, Uid, Socket };

struct Subject {
  SubjectKind kind = SubjectKind::User;
  std::string name;

  auto operator<=>(const Subject&) const = default;
};

using People = std::map<Subject, Person>;

Subject subject_of(const Identity& caller) {
  if (caller.proof == Proof::None) return {SubjectKind::Socket, ""};
  if (!caller.user.empty()) return {SubjectKind::User, caller.user};
  if (caller.local) return {SubjectKind::Uid, std::to_string(caller.local->uid)};
  return {SubjectKind::Socket, ""};
}

/// Where the name of a new thing is made up by the engine, and where ids are the names.
bool is_lasting_name(const std::string& name) {
  return !name.empty() && !name.starts_with("sha256:") &&
         !(name.size() == 64 && name.find_first_not_of("0123456789abcdef") == std::string::npos);
}

void note_resource(Person& person,
                   const TrailDecision& was,
                   const Resource& resource,
                   std::map<std::string, std::set<std::string>>& known) {
  const std::string& action = was.request.action();
  const auto found = std::ranges::find_if(resource.names, is_lasting_name);
  const std::string name = found == resource.names.end() ? "" : *found;
  if (auto& all = known[resource.kind]; !name.empty() && all.size() < kMostNames) all.insert(name);
  if (!was.allow) {
    person.denied[action].insert(name);
    return;
  }
  RequestView view = was.request.view();
  view.resource = &resource;
  Seen& seen = person.allowed[action];
  seen.kind = resource.kind;
  if (is_own(view))
    seen.own = true;
  else if (name.empty() || seen.names.size() >= kMostNames)
    seen.unnamed = true;
  else
    seen.names.insert(name);
}

void note(Person& person,
          const TrailDecision& was,
          std::map<std::string, std::set<std::string>>& known) {
  const auto& groups = was.request.caller().groups;
  const std::set<std::string> now(groups.begin(), groups.end());
  if (!person.groups)
    person.groups = now;
  else
    std::erase_if(*person.groups, [&](const std::string& group) { return !now.contains(group); });
  note_resource(person, was, was.request.resource(), known);
  for (const Resource& other : was.request.also())
    note_resource(person, was, other, known);
}

/// Quoted for YAML. Names hold no wildcards unless the engine allowed them: "*" and "?" cannot be
/// part of a name, and in an image's name neither.
std::string yaml_text(std::string_view text) {
  std::string made = "\"";
  for (const char c : base::printable(text)) {
    if (c == '"' || c == '\\') made += '\\';
    made += c;
  }
  return made + "\"";
}

/// "app-1", "app-2", ... as "app-*": up to the last separator that all have in common.
std::optional<std::string> common_beginning(const std::set<std::string>& names) {
  const std::string& first = *names.begin();
  const std::string& last = *names.rbegin(); // sorted: what these two share, all share
  std::size_t length = 0;
  while (length < std::min(first.size(), last.size()) && first[length] == last[length])
    ++length;
  while (length > 0 && std::string_view("-_/.:").find(first[length - 1]) == std::string_view::npos)
    --length;
  if (length < kShortestBeginning) return std::nullopt;
  return first.substr(0, length);
}

/// The beginning that stands for the names, where there are many and it says nothing of anything
/// else that the trail knows.
std::optional<std::string> pattern_of(const std::set<std::string>& names,
                                      const std::set<std::string>& known) {
  if (names.size() <= kListed) return std::nullopt;
  auto beginning = common_beginning(names);
  const bool tells = beginning && std::ranges::none_of(known, [&](const std::string& name) {
                       return name.starts_with(*beginning) && !names.contains(name);
                     });
  return tells ? beginning : std::nullopt;
}

std::string listed(const std::set<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts)
    list += (list.empty() ? "" : ", ") + yaml_text(text);
  return "[" + list + "]";
}

/// What a role may do: an action, and on what, as YAML says it ("" for anything).
using Right = std::pair<std::string, std::string>;
/// Whoever has the same rights.
using Holders = std::set<Subject>;

struct LearnedRole {
  std::string name;
  std::set<Right> rights;
  std::string group;       ///< that stands for its holders, "" if none does
  std::string constraints; ///< "" for none
};

using Roles = std::map<Holders, LearnedRole>;

std::string role_lines(const LearnedRole& role) {
  std::map<std::string, std::string> entries;
  for (const auto& [action, selection] : role.rights) {
    std::string& actions = entries[selection];
    actions += (actions.empty() ? "" : ", ") + action;
  }
  std::string text = "    allow:\n";
  for (const auto& [selection, actions] : entries)
    text += "      - {actions: [" + actions + "]" + selection + "}\n";
  return text;
}

std::string subject_lines(const Holders& holders, const std::string& group) {
  if (!group.empty()) return "    groups: [" + yaml_text(group) + "]\n";
  std::set<std::string> users;
  std::string uids;
  bool socket = false;
  for (const Subject& subject : holders) {
    if (subject.kind == SubjectKind::User)
      users.insert(subject.name);
    else if (subject.kind == SubjectKind::Uid)
      uids += (uids.empty() ? "" : ", ") + subject.name;
    else
      socket = true;
  }
  std::string text;
  if (!users.empty()) text += "    users: " + listed(users) + "\n";
  if (!uids.empty()) text += "    uids: [" + uids + "]\n";
  if (socket) text += "    socket: true\n";
  return text;
}

std::string policy_text(const Roles& roles) {
  std::string text = "# Learned from an audit trail. It allows what was seen, and no more than can "
                     "be told from it:\n# read it before it serves.\nversion: 1\nname: learned\n"
                     "roles:\n";
  for (const auto& [holders, role] : roles) {
    text += "  " + role.name + ":\n";
    if (!role.constraints.empty()) text += "    constraints: [" + role.constraints + "]\n";
    text += role_lines(role);
  }
  text += "bindings:\n";
  for (const auto& [holders, role] : roles)
    text += "  " + role.name + ":\n" + subject_lines(holders, role.group);
  return text;
}

base::Result<LoadedAccessPolicy>
load(const std::string& text, const base::Limits& limits, base::Time now) {
  LoadedAccessPolicy loaded = AccessPolicy::load_text("learned.yaml", text, limits, now);
  if (loaded.policy) return loaded;
  for (const policy::Diagnostic& one : loaded.diagnostics)
    if (one.level == policy::Level::Error)
      return fail(Code::Malformed, "the learned policy does not load: " + one.headline());
  return fail(Code::Malformed, "the learned policy does not load");
}

class Learner {
public:
  Learner(std::filesystem::path trail, const base::Limits& limits, base::Time now)
      : trail_(std::move(trail)), limits_(limits), now_(now) {}

  base::Result<LearnedPolicy> run() {
    PQ_TRY(read());
    if (people_.empty()) return fail(Code::NotFound, "the trail holds nothing that was allowed");
    group();
    // The strictest first; each role keeps the first that lets through what was seen.
    for (const char* constraints : {"strict, own", "strict", "baseline, own", "baseline", "own"})
      PQ_TRY(try_constraints(constraints));
    learned_.text = policy_text(roles_);
    tell_more();
    PQ_TRY(check());
    return std::move(learned_);
  }

private:
  base::Result<void> read() {
    TrailCursor trail = PQ_TRY(TrailCursor::open(trail_));
    bool too_many = false;
    const ReplayOutcome outcome = PQ_TRY(for_each_decision(trail, [&](const TrailDecision& was) {
      if (was.break_glass) return;
      const Subject subject = subject_of(was.request.caller());
      too_many = too_many || people_.size() > kMostUsers;
      if (too_many) return;
      note(people_[subject], was, known_);
      for (const std::string& group : was.request.caller().groups)
        members_[group].insert(subject);
      learned_.allowed += was.allow ? 1 : 0;
    }));
    if (too_many) return fail(Code::LimitExceeded, "the trail has more than 10000 users");
    learned_.decisions = outcome.decisions;
    learned_.without_record = outcome.without_record;
    std::erase_if(people_, [](const auto& one) { return one.second.allowed.empty(); });
    return {};
  }

  /// Rights that the same people have are one role, whatever else each of them may do.
  void group() {
    std::map<Right, Holders> holders;
    for (const auto& [subject, person] : people_)
      for (const auto& [action, seen] : person.allowed)
        for (const std::string& selection : selections(action, person, seen))
          holders[{action, selection}].insert(subject);
    for (const auto& [right, who] : holders)
      roles_[who].rights.insert(right);
    std::size_t number = 0;
    for (auto& [who, role] : roles_) {
      role.name = "learned-" + std::to_string(++number);
      role.group = common_group(who);
    }
  }

  /// On what somebody may act.
  std::vector<std::string>
  selections(const std::string& action, const Person& person, const Seen& seen) {
    if (seen.unnamed) return {""};
    std::vector<std::string> made;
    if (seen.own) made.emplace_back(", own: true");
    if (seen.names.empty()) return made;
    std::set<std::string> known = known_[seen.kind];
    if (const auto denied = person.denied.find(action); denied != person.denied.end())
      known.insert(denied->second.begin(), denied->second.end());
    const auto pattern = pattern_of(seen.names, known);
    made.push_back(", name: " +
                   (pattern ? "[" + yaml_text(*pattern + "*") + "]" : listed(seen.names)));
    return made;
  }

  /// A group that all of them always showed, and nobody else in the trail ever did.
  std::string common_group(const Holders& holders) const {
    if (holders.size() < 2) return "";
    for (const auto& [group, members] : members_) {
      const bool all = std::ranges::all_of(holders, [&](const Subject& subject) {
        return people_.at(subject).groups->contains(group);
      });
      if (all && std::ranges::includes(holders, members)) return group;
    }
    return "";
  }

  /// Gives the constraints to the roles that have none yet and keep to them.
  base::Result<void> try_constraints(const std::string& constraints) {
    std::set<LearnedRole*> tried;
    for (auto& [holders, role] : roles_)
      if (role.constraints.empty()) {
        role.constraints = constraints;
        tried.insert(&role);
      }
    if (tried.empty()) return {};
    const auto loaded = PQ_TRY(load(policy_text(roles_), limits_, now_));
    std::set<LearnedRole*> broken;
    TrailCursor trail = PQ_TRY(TrailCursor::open(trail_));
    PQ_TRY(for_each_decision(trail, [&](const TrailDecision& was) {
      if (!was.allow || was.break_glass || replay_request(*loaded.policy, was.request).allow)
        return;
      const Subject subject = subject_of(was.request.caller());
      for (auto& [holders, role] : roles_)
        if (holders.contains(subject) && may(role, was.request.action())) broken.insert(&role);
    }));
    for (LearnedRole* role : tried)
      if (broken.contains(role)) role->constraints.clear();
    return {};
  }

  static bool may(const LearnedRole& role, const std::string& action) {
    return std::ranges::any_of(role.rights,
                               [&](const Right& right) { return right.first == action; });
  }

  /// What the policy allows and nobody was seen to do.
  void tell_more() {
    for (const auto& [holders, role] : roles_) {
      std::string who;
      for (const Subject& subject : holders)
        who += (who.empty() ? "" : ", ") +
               (subject.kind == SubjectKind::Socket ? "the engine's own socket" : subject.name);
      if (!role.group.empty())
        learned_.beyond.push_back(role.name + ": to whoever else is in the group " + role.group +
                                  " all that " + who + " did in common");
      std::map<std::string, std::string> wide;
      for (const auto& [action, selection] : role.rights)
        if (selection.empty() || selection == ", own: true" || selection.contains("*\"]")) {
          std::string& actions = wide[selection];
          actions += (actions.empty() ? "" : ", ") + action;
        }
      for (const auto& [selection, actions] : wide)
        learned_.beyond.push_back(
            role.name + " (" + who + "): " + actions +
            (selection.empty() ? " on anything" : " on whatever fits" + selection.substr(1)));
    }
  }

  base::Result<void> check() {
    const auto loaded = PQ_TRY(load(learned_.text, limits_, now_));
    TrailCursor trail = PQ_TRY(TrailCursor::open(trail_));
    const ReplayOutcome outcome = PQ_TRY(replay_trail(trail, *loaded.policy));
    const auto sentence = [](const ReplayGroup& group) {
      return group.user + ": " + group.action + " on '" + group.example + "' (line " +
             std::to_string(group.first_line) + ", " + std::to_string(group.count) +
             " times): " + group.reason;
    };
    for (const ReplayGroup& group : outcome.allowed)
      learned_.conflicts.push_back(sentence(group));
    for (const auto* groups : {&outcome.denied, &outcome.open})
      for (const ReplayGroup& group : *groups)
        learned_.missing.push_back(sentence(group));
    return {};
  }

  std::filesystem::path trail_;
  base::Limits limits_;
  base::Time now_;
  People people_;
  std::map<std::string, std::set<std::string>> known_; ///< names of all things, by kind
  std::map<std::string, Holders> members_; ///< of groups, whether allowed anything or not
  Roles roles_;
  LearnedPolicy learned_;
};

} // namespace

base::Result<LearnedPolicy>
learn_policy(const std::filesystem::path& trail, const base::Limits& limits, base::Time now) {
  return Learner(trail, limits, now).run();
}

} // namespace portique::access
