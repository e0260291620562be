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

/// What was done to one kind of thing.
struct Seen {
  bool all_own = true; ///< only to what the caller created
  bool all_named = true;
  std::set<std::string> names;
};

/// By action; the same for the denied.
struct Person {
  std::map<std::string, Seen> allowed;
  std::map<std::string, std::set<std::string>> denied; ///< names
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

void note(Person& person, const TrailDecision& was) {
  const RequestView view = was.request.view();
  const auto& names = was.request.resource().names;
  const auto name = std::ranges::find_if(names, is_lasting_name);
  if (!was.allow) {
    person.denied[was.request.action()].insert(name == names.end() ? "" : *name);
    return;
  }
  Seen& seen = person.allowed[was.request.action()];
  seen.all_own = seen.all_own && is_own(view);
  if (name == names.end())
    seen.all_named = false;
  else if (seen.names.size() < kMostNames)
    seen.names.insert(*name);
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

std::string pattern_list(const std::set<std::string>& names, const std::set<std::string>& denied) {
  if (names.size() > kListed) {
    const auto beginning = common_beginning(names);
    const bool tells = beginning && std::ranges::none_of(denied, [&](const std::string& name) {
                         return name.starts_with(*beginning) && !name.empty();
                       });
    if (tells) return "[" + yaml_text(*beginning + "*") + "]";
  }
  std::string list;
  for (const std::string& name : names)
    list += (list.empty() ? "" : ", ") + yaml_text(name);
  return "[" + list + "]";
}

/// One selection of resources, and its actions.
std::map<std::string, std::vector<std::string>> entries_of(const Person& person) {
  static const std::set<std::string> kNone;
  std::map<std::string, std::vector<std::string>> entries;
  for (const auto& [action, seen] : person.allowed) {
    std::string selection;
    const auto denied = person.denied.find(action);
    if (seen.all_own)
      selection = ", own: true";
    else if (seen.all_named && !seen.names.empty())
      selection = ", name: " +
                  pattern_list(seen.names, denied == person.denied.end() ? kNone : denied->second);
    entries[selection].push_back(action);
  }
  return entries;
}

std::string role_lines(const Person& person) {
  std::string text = "    allow:\n";
  for (const auto& [selection, actions] : entries_of(person)) {
    text += "      - {actions: [";
    for (std::size_t i = 0; i < actions.size(); ++i)
      text += (i > 0 ? ", " : "") + actions[i];
    text += "]" + selection + "}\n";
  }
  return text;
}

struct LearnedRole {
  std::string name;
  std::vector<Subject> subjects;
  std::string constraints; ///< "" for none
};

std::string subject_lines(const std::vector<Subject>& subjects) {
  std::string users;
  std::string uids;
  bool socket = false;
  for (const Subject& subject : subjects) {
    if (subject.kind == SubjectKind::User)
      users += (users.empty() ? "" : ", ") + yaml_text(subject.name);
    else if (subject.kind == SubjectKind::Uid)
      uids += (uids.empty() ? "" : ", ") + subject.name;
    else
      socket = true;
  }
  std::string text;
  if (!users.empty()) text += "    users: [" + users + "]\n";
  if (!uids.empty()) text += "    uids: [" + uids + "]\n";
  if (socket) text += "    socket: true\n";
  return text;
}

std::string policy_text(const std::map<std::string, LearnedRole>& roles) {
  std::string text = "# Learned from an audit trail. It allows what was seen, and no more than can "
                     "be told from it:\n# read it before it serves.\nroles:\n";
  for (const auto& [lines, role] : roles) {
    text += "  " + role.name + ":\n";
    if (!role.constraints.empty()) text += "    constraints: [" + role.constraints + "]\n";
    text += lines;
  }
  text += "bindings:\n";
  for (const auto& [lines, role] : roles)
    text += "  " + role.name + ":\n" + subject_lines(role.subjects);
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
      if (!too_many) note(people_[subject], was);
      learned_.allowed += was.allow ? 1 : 0;
    }));
    if (too_many) return fail(Code::LimitExceeded, "the trail has more than 10000 users");
    learned_.decisions = outcome.decisions;
    learned_.without_record = outcome.without_record;
    std::erase_if(people_, [](const auto& one) { return one.second.allowed.empty(); });
    return {};
  }

  /// Who may do the same has one role.
  void group() {
    for (const auto& [subject, person] : people_) {
      LearnedRole& role = roles_[role_lines(person)];
      role.subjects.push_back(subject);
      if (role.name.empty()) role.name = "learned-" + std::to_string(roles_.size());
      role_of_[subject] = &role;
    }
  }

  /// Gives the constraints to the roles that have none yet and keep to them.
  base::Result<void> try_constraints(const std::string& constraints) {
    std::vector<LearnedRole*> tried;
    for (auto& [lines, role] : roles_)
      if (role.constraints.empty()) {
        role.constraints = constraints;
        tried.push_back(&role);
      }
    if (tried.empty()) return {};
    const auto loaded = PQ_TRY(load(policy_text(roles_), limits_, now_));
    std::set<const LearnedRole*> broken;
    TrailCursor trail = PQ_TRY(TrailCursor::open(trail_));
    PQ_TRY(for_each_decision(trail, [&](const TrailDecision& was) {
      const auto role = role_of_.find(subject_of(was.request.caller()));
      if (!was.allow || was.break_glass || role == role_of_.end()) return;
      if (!broken.contains(role->second) && !replay_request(*loaded.policy, was.request).allow)
        broken.insert(role->second);
    }));
    for (LearnedRole* role : tried)
      if (broken.contains(role)) role->constraints.clear();
    return {};
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
    for (const ReplayGroup& group : outcome.denied)
      learned_.missing.push_back(sentence(group));
    return {};
  }

  std::filesystem::path trail_;
  base::Limits limits_;
  base::Time now_;
  People people_;
  std::map<std::string, LearnedRole> roles_; ///< by their lines
  std::map<Subject, LearnedRole*> role_of_;
  LearnedPolicy learned_;
};

} // namespace

base::Result<LearnedPolicy>
learn_policy(const std::filesystem::path& trail, const base::Limits& limits, base::Time now) {
  return Learner(trail, limits, now).run();
}

} // namespace portique::access
