#include "portique/access/roles/decide.h"

#include <algorithm>

#include "portique/access/docker/engine_id.h"
#include "portique/access/image_names.h"
#include "portique/access/roles/doubtful_rules.h"
#include "portique/base/text.h"
#include "portique/policy/matchers.h"

namespace portique::access {

namespace {

enum class Sense : std::uint8_t { Allow, Deny };

bool fits_any(const std::vector<std::string>& patterns, std::string_view text) {
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    return pattern == text || policy::fits_wildcard(pattern, text);
  });
}

/// What is allowed has to be covered whole, what is denied only touched.
template <typename Fits>
bool covers(Sense sense, const std::vector<std::string>& values, Fits fits) {
  if (values.empty()) return false;
  return sense == Sense::Allow ? std::ranges::all_of(values, fits)
                               : std::ranges::any_of(values, fits);
}

/// An image's names; one that has none goes by its id.
std::vector<std::string> names_of_image(const Resource& image) {
  std::vector<std::string> names;
  for (const std::string& name : image.names)
    if (!is_whole_id(name)) names.push_back(name);
  return names.empty() ? image.names : names;
}

bool fits_name(const Entry& entry, Sense sense, const Resource& resource) {
  if (resource.kind != "image")
    return std::ranges::any_of(resource.names,
                               [&](const auto& name) { return fits_any(entry.names, name); });
  // An image has many names, and what happens to it happens to all of them.
  return covers(sense, names_of_image(resource), [&](const auto& name) {
    return fits_image(entry.names, name);
  });
}

bool fits_label(const Entry& entry, const Resource& resource) {
  return std::ranges::any_of(resource.labels, [&](const auto& label) {
    return fits_any(entry.labels, label.first) ||
           fits_any(entry.labels, label.first + "=" + label.second);
  });
}

std::vector<std::string> images_of(const RequestView& request) {
  if (request.workload != nullptr && !request.workload->images.empty())
    return request.workload->images;
  if (request.resource == nullptr) return {};
  return request.resource->kind != "image" ? request.resource->images
                                           : names_of_image(*request.resource);
}

std::vector<std::string> networks_of(const RequestView& request) {
  std::vector<std::string> names;
  if (request.workload != nullptr) names = request.workload->networks;
  for (const Resource& joined : request.joined)
    if (joined.kind == "network" && !joined.names.empty()) names.push_back(joined.names.front());
  if (!names.empty() || request.resource == nullptr) return names;
  if (request.resource->kind == "network" && !request.resource->names.empty())
    return {request.resource->names.front()};
  return request.resource->networks;
}

/// Patterns against what a request is about.
bool fits(const Entry& entry, const RequestView& request, Sense sense, bool ask_owner = true) {
  if (!fits_any(entry.actions, request.action)) return false;
  if (ask_owner && entry.own && is_own(request) != *entry.own) return false;
  const Resource* resource = request.resource;
  if (!entry.names.empty() && (resource == nullptr || !fits_name(entry, sense, *resource)))
    return false;
  if (!entry.labels.empty() && (resource == nullptr || !fits_label(entry, *resource))) return false;
  if (!entry.images.empty() && !covers(sense, images_of(request), [&](const auto& name) {
        return fits_image(entry.images, name);
      }))
    return false;
  if (!entry.networks.empty() && !covers(sense, networks_of(request), [&](const auto& name) {
        return fits_any(entry.networks, name);
      }))
    return false;
  if (!entry.owners.empty()) {
    const std::string_view owner =
        resource != nullptr && resource->exists
            ? std::string_view(resource->owner)
            : (is_own(request) ? std::string_view(request.caller->user) : std::string_view());
    if (owner.empty() || !fits_any(entry.owners, owner)) return false;
  }
  return entry.namespaces.empty() || fits_any(entry.namespaces, request.name_space);
}

bool is_below(std::string_view path, std::string_view folder) {
  if (folder == "/") return path.starts_with('/');
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

/// The mount's folder for a caller; "" if it is none for them.
std::string folder_for(const MountRule& rule, const Identity& caller) {
  constexpr std::string_view kUser = "{user}";
  const std::size_t at = rule.folder.find(kUser);
  if (at == std::string::npos) return rule.folder;
  const bool is_plain = !caller.user.empty() && !caller.user.starts_with('.') &&
                        caller.proof != Proof::None && std::ranges::all_of(caller.user, [](char c) {
                          return base::is_alnum(c) || c == '-' || c == '_' || c == '.';
                        });
  if (!is_plain) return "";
  std::string folder = rule.folder;
  return folder.replace(at, kUser.size(), caller.user);
}

std::vector<std::string_view> unapproved_paths(const AccessPolicy& policy,
                                               const RequestView& request) {
  std::vector<std::string_view> found;
  if (request.workload == nullptr) return found;
  for (const std::string& path : request.workload->host_paths) {
    const bool is_writable = std::ranges::find(request.workload->writable_host_paths, path) !=
                             request.workload->writable_host_paths.end();
    const bool is_approved = std::ranges::any_of(policy.mounts(), [&](const MountRule& rule) {
      const std::string folder = folder_for(rule, *request.caller);
      return !folder.empty() && is_below(path, folder) && !(rule.read_only && is_writable);
    });
    if (!is_approved) found.push_back(path);
  }
  return found;
}

std::vector<std::size_t> bound_roles(const AccessPolicy& policy, const RequestView& request) {
  std::vector<std::size_t> roles;
  for (const Binding& binding : policy.bindings())
    if (std::ranges::find(roles, binding.role) == roles.end() && binding.subjects.include(request))
      roles.push_back(binding.role);
  return roles;
}

std::vector<std::size_t> granted_roles(const AccessPolicy& policy,
                                       const RequestView& request,
                                       std::span<const Grant> grants) {
  std::vector<std::size_t> roles;
  const Identity& caller = *request.caller;
  const bool in_container = caller.local && !caller.local->container.empty();
  if (caller.user.empty() || caller.proof == Proof::None || in_container) return roles;
  for (const Grant& grant : grants) {
    if (grant.user != caller.user || grant.from > request.now || grant.until <= request.now)
      continue;
    // The policy may have changed since.
    for (const BreakGlassRule& rule : policy.break_glass())
      if (policy.roles()[rule.role].name == grant.role && rule.subjects.include(request))
        roles.push_back(rule.role);
  }
  return roles;
}

/// The two roles that a caller has and must not have together.
std::optional<std::pair<std::string, std::string>>
separated_pair(const AccessPolicy& policy, const std::vector<std::size_t>& roles) {
  for (const std::vector<std::string>& apart : policy.separated()) {
    std::string first;
    for (const std::string& name : apart) {
      const bool has = std::ranges::any_of(roles, [&](std::size_t role) {
        const auto& includes = policy.roles()[role].includes;
        return std::ranges::find(includes, name) != includes.end();
      });
      if (!has) continue;
      if (!first.empty()) return std::pair(first, name);
      first = name;
    }
  }
  return std::nullopt;
}

std::string shown(std::string_view text) {
  return base::printable(text.substr(0, 120));
}

/// "containers.exec on web, which bob created".
std::string act_text(const RequestView& request) {
  std::string text = shown(request.action);
  const Resource* resource = request.resource;
  if (resource != nullptr && !resource->names.empty() && !resource->names.front().empty())
    text += " on " + shown(resource->names.front());
  if (resource != nullptr && resource->exists && !is_own(request) && !resource->owner.empty())
    text += ", which " + shown(resource->owner) + " created";
  return text;
}

/// One decision in the making.
class Deciding {
public:
  Deciding(const AccessPolicy& policy, const RequestView& request)
      : policy_(&policy), request_(&request), decider_(policy) {
    facts_.unapproved_host_paths = unapproved_paths(policy, request);
  }

  Decision by_roles(const std::vector<std::size_t>& roles, bool break_glass) {
    Decision decision;
    decision.policy = policy_->version();
    decision.break_glass = break_glass;
    std::vector<std::size_t> granting;
    for (const std::size_t number : roles) {
      const Role& role = policy_->roles()[number];
      for (const Entry& entry : role.deny)
        if (fits(entry, *request_, Sense::Deny)) {
          decision.role = role.name;
          decision.reason = "role " + role.name + " denies " + act_text(*request_) + " (" +
                            entry.text + "); ask someone with another role to do it";
          return decision;
        }
      if (std::ranges::any_of(
              role.allow, [&](const Entry& entry) { return fits(entry, *request_, Sense::Allow); }))
        granting.push_back(number);
    }
    if (granting.empty() && is_missing(roles)) {
      decision.missing = true;
      decision.reason = "No such " + shown(request_->resource->kind) + ": " +
                        shown(request_->resource->names.front());
      return decision;
    }
    if (granting.empty()) {
      decision.reason = "no role of " + caller_text(*request_->caller) + " (" + names_of(roles) +
                        ") allows " + act_text(*request_) + "; ask whoever keeps the policy '" +
                        shown(policy_->name()) + "' for a role that does";
      return decision;
    }
    facts_.break_glass = break_glass;
    facts_.roles.clear();
    for (const std::size_t number : roles)
      facts_.roles.push_back(policy_->roles()[number].name);
    return by_rules(granting, decision);
  }

private:
  /// Whether it is about a thing that does not exist, and would be let through if it did and were
  /// the caller's.
  [[nodiscard]] bool is_missing(const std::vector<std::size_t>& roles) const {
    const Resource* resource = request_->resource;
    if (resource == nullptr || resource->exists || request_->creates || resource->names.empty() ||
        resource->names.front().empty())
      return false;
    return std::ranges::any_of(roles, [&](std::size_t number) {
      return std::ranges::any_of(policy_->roles()[number].allow, [&](const Entry& entry) {
        return entry.own.value_or(false) && fits(entry, *request_, Sense::Allow, false);
      });
    });
  }

  [[nodiscard]] std::string names_of(const std::vector<std::size_t>& roles) const {
    std::string names;
    for (const std::size_t role : roles)
      names += (names.empty() ? "" : ", ") + policy_->roles()[role].name;
    return names;
  }

  /// The first of the roles whose rules let it through.
  Decision by_rules(const std::vector<std::size_t>& granting, const Decision& decision) {
    const RequestSource source(*request_, facts_);
    const std::span<const policy::Hit> hits =
        decider_->decide(source, policy::Scope::Whole, policy::kNoLastRule);
    if (request_->gaps != nullptr) return by_doubtful_rules(granting, decision, hits);
    return by_hits(granting, decision, hits);
  }

  /// The same answer whether or not the rules hold of which nobody can tell, or none.
  Decision by_doubtful_rules(const std::vector<std::size_t>& granting,
                             const Decision& decision,
                             std::span<const policy::Hit> hits) {
    std::vector<DoubtfulRule> doubtful =
        doubtful_rules(policy_->rules(), decider_->evaluation(), *request_->gaps);
    const auto is_doubtful = [&](std::size_t rule) {
      return std::ranges::find(doubtful, rule, &DoubtfulRule::rule) != doubtful.end();
    };
    std::vector<policy::Hit> least;
    for (const policy::Hit& hit : hits)
      if (!is_doubtful(hit.rule)) least.push_back(hit);
    // What holds for none of the roles does not matter, nor what stands behind a sure permission.
    std::erase_if(doubtful, [&](const DoubtfulRule& one) {
      const auto set = policy_->set_of(one.rule);
      const bool counts = !set || std::ranges::any_of(granting, [&](std::size_t role) {
        return policy_->sets_of(policy_->roles()[role]).test(*set);
      });
      return !counts || std::ranges::any_of(least, [&](const policy::Hit& hit) {
        return hit.rule < one.rule && !hit.exception &&
               action_of(hit.rule) == model::Decision::Allow;
      });
    });
    std::vector<policy::Hit> most = least;
    std::vector<std::string> needs;
    bool may_allow = false; // and so end the matter before what denies
    for (const DoubtfulRule& one : doubtful) {
      most.push_back({one.rule, std::nullopt});
      may_allow = may_allow || action_of(one.rule) == model::Decision::Allow;
      for (const std::string& need : one.needs)
        if (std::ranges::find(needs, need) == needs.end()) needs.push_back(need);
    }
    std::ranges::sort(most, {}, &policy::Hit::rule);
    Decision made = by_hits(granting, decision, least);
    if (!may_allow && made.allow == by_hits(granting, decision, most).allow) return made;
    made.allow = false;
    made.reason = "undecided: needs";
    for (std::size_t i = 0; i < needs.size(); ++i)
      made.reason += (i == 0 ? " " : ", ") + needs[i];
    made.needs = std::move(needs);
    return made;
  }

  [[nodiscard]] model::Decision action_of(std::size_t rule) const {
    return policy_->rules().rules()[rule].draft.action;
  }

  Decision by_hits(const std::vector<std::size_t>& granting,
                   const Decision& decision,
                   std::span<const policy::Hit> hits) {
    std::optional<Decision> denied;
    for (const std::size_t number : granting) {
      Decision made = decision;
      made.role = policy_->roles()[number].name;
      made.allow = true;
      apply(hits, policy_->sets_of(policy_->roles()[number]), made);
      if (made.allow) return made;
      if (!denied) denied = std::move(made);
    }
    return *denied;
  }

  void apply(std::span<const policy::Hit> hits, const RuleSets& sets, Decision& decision) {
    for (const policy::Hit& hit : hits) {
      const auto set = policy_->set_of(hit.rule);
      if (set && !sets.test(*set)) continue;
      const policy::Rule& rule = policy_->rules().rules()[hit.rule];
      if (hit.exception) {
        const model::RuleException& says = rule.exceptions[*hit.exception].says;
        if (decision.exception.empty())
          decision.exception = rule.draft.name + ": " + shown(says.who) + ": " + shown(says.why);
        continue;
      }
      const bool denies = rule.draft.action == model::Decision::Deny && !policy_->rules().audit();
      if (denies) {
        decision.allow = false;
        decision.rule = rule.draft.name;
        decision.reason =
            decider_->message(hit) + " (rule " + rule.draft.name +
            (set ? " of " + policy_->set_name(*set) + ", which holds for role " + decision.role
                 : "") +
            ")";
        return;
      }
      if (rule.draft.action != model::Decision::Allow)
        decision.warnings.push_back(decider_->message(hit));
      else if (decision.rule.empty())
        decision.rule = rule.draft.name;
    }
    decision.reason = "role " + decision.role + " allows " + act_text(*request_) +
                      (decision.break_glass ? " (break-glass)" : "");
  }

  const AccessPolicy* policy_;
  const RequestView* request_;
  PolicyFacts facts_;
  AccessPolicy::BorrowedEvaluation decider_;
};

} // namespace

std::vector<std::string_view> roles_of(const AccessPolicy& policy, const RequestView& request) {
  std::vector<std::string_view> names;
  for (const std::size_t role : bound_roles(policy, request))
    names.push_back(policy.roles()[role].name);
  return names;
}

Decision
decide(const AccessPolicy& policy, const RequestView& request, std::span<const Grant> grants) {
  const std::vector<std::size_t> roles = bound_roles(policy, request);
  const std::vector<std::size_t> granted = granted_roles(policy, request, grants);
  Decision decision;
  decision.policy = policy.version();
  if (const auto pair = separated_pair(policy, roles)) {
    decision.reason = caller_text(*request.caller) + " has the roles " + pair->first + " and " +
                      pair->second +
                      ", which the policy keeps apart; one of the bindings has to go";
    return decision;
  }
  if (roles.empty() && granted.empty()) {
    decision.reason = "no role is bound to " + caller_text(*request.caller) +
                      "; ask whoever keeps the policy '" + shown(policy.name()) + "' for a binding";
    return decision;
  }
  Deciding deciding(policy, request);
  if (!roles.empty()) {
    decision = deciding.by_roles(roles, false);
    if (decision.allow || granted.empty()) return decision;
  }
  // Nobody has such roles together, for a while neither.
  std::vector<std::size_t> together = roles;
  together.insert(together.end(), granted.begin(), granted.end());
  if (const auto pair = separated_pair(policy, together)) {
    decision.reason = caller_text(*request.caller) + " would have the roles " + pair->first +
                      " and " + pair->second +
                      " by break-glass, which the policy keeps apart; somebody else has to do it";
    return decision;
  }
  return deciding.by_roles(granted, true);
}

} // namespace portique::access
