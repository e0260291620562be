#include "portique/access/roles/access_policy.h"

#include <algorithm>

#include "portique/access/roles/access_builder.h"
#include "portique/access/roles/access_draft.h"
#include "portique/access/roles/ready_access.h"
#include "portique/base/file.h"

namespace portique::access {

namespace {

/// One idle evaluation a core is enough; each takes some kilobytes.
constexpr std::size_t kMostIdle = 64;

/// With the roles that come with the program.
AccessDraft begin_draft(const std::string& name, const base::Limits& limits) {
  AccessDraft draft;
  for (const ReadyAccess& ready : ready_access()) {
    if (ready.kind != ReadyAccessKind::Role) continue;
    read_access_file(std::make_shared<const policy::SourceFile>(policy::SourceFile{
                         "<" + std::string(ready.name) + ">", std::string(ready.text)}),
                     limits,
                     draft);
  }
  draft.rules.name.clear();
  draft.rules.description.clear();
  draft.rules.file = name;
  return draft;
}

LoadedAccessPolicy finish_draft(AccessDraft& draft,
                                const std::string& name,
                                const base::Limits& limits,
                                base::Time now) {
  if (draft.rules.name.empty()) draft.rules.name = name;
  return AccessPolicyBuilder(draft, limits, now).build();
}

} // namespace

std::size_t LoadedAccessPolicy::count(policy::Level level) const {
  return static_cast<std::size_t>(
      std::ranges::count(diagnostics, level, &policy::Diagnostic::level));
}

LoadedAccessPolicy AccessPolicy::load_text(std::string name,
                                           std::string text,
                                           const base::Limits& limits,
                                           base::Time now,
                                           const policy::IncludedFiles* included) {
  const auto file = std::make_shared<const policy::SourceFile>(
      policy::SourceFile{std::move(name), std::move(text)});
  AccessDraft draft = begin_draft(file->name, limits);
  draft.rules.included = included;
  read_access_file(file, limits, draft);
  return finish_draft(draft, file->name, limits, now);
}

LoadedAccessPolicy AccessPolicy::load_part(std::string name,
                                           std::string text,
                                           const base::YamlNode& node,
                                           const base::Limits& limits,
                                           base::Time now) {
  const auto file = std::make_shared<const policy::SourceFile>(
      policy::SourceFile{std::move(name), std::move(text)});
  AccessDraft draft = begin_draft(file->name, limits);
  read_access_part(file, node, limits, draft);
  return finish_draft(draft, file->name, limits, now);
}

LoadedAccessPolicy AccessPolicy::load_file(const std::filesystem::path& path,
                                           const base::Limits& limits,
                                           base::Time now) {
  auto text = base::read_file(path, limits.yaml_bytes);
  if (text) return load_text(path.string(), std::move(*text), limits, now);
  LoadedAccessPolicy loaded;
  policy::Diagnostic& made = loaded.diagnostics.emplace_back();
  made.file = path.string();
  made.message = text.error().text();
  return loaded;
}

const Role* AccessPolicy::find_role(std::string_view name) const {
  const auto found = std::ranges::find(roles_, name, &Role::name);
  return found == roles_.end() ? nullptr : &*found;
}

RuleSets AccessPolicy::sets_of(const Role& role) const {
  return role.unconstrained ? role.sets : role.sets | common_sets_;
}

AccessPolicy::BorrowedEvaluation::BorrowedEvaluation(const AccessPolicy& policy)
    : policy_(&policy) {
  {
    const std::scoped_lock lock(policy.idle_mutex_);
    if (!policy.idle_.empty()) {
      decider_ = std::move(policy.idle_.back());
      policy.idle_.pop_back();
    }
  }
  if (!decider_)
    decider_ = std::make_unique<policy::Decider>(policy.rules_, policy::Domain::Request);
}

AccessPolicy::BorrowedEvaluation::~BorrowedEvaluation() {
  const std::scoped_lock lock(policy_->idle_mutex_);
  if (policy_->idle_.size() < kMostIdle) policy_->idle_.push_back(std::move(decider_));
}

} // namespace portique::access
