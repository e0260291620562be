#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "portique/access/roles/access_draft.h"

namespace portique::access {

/// From a draft to a policy: sets of constraints first, then rules, then names are resolved. What
/// is wrong goes into the draft's diagnostics.
class AccessPolicyBuilder {
public:
  AccessPolicyBuilder(AccessDraft& draft, const base::Limits& limits, base::Time now);

  LoadedAccessPolicy build();

private:
  /// The set of that name with all that it includes; none after a complaint.
  RuleSets read_set(const NamedPlace& name, std::size_t depth);
  void read_set_file(std::size_t set,
                     const std::shared_ptr<const policy::SourceFile>& file,
                     std::size_t depth);
  void read_image_requirements();
  void add_exceptions();
  void build_roles();
  void expand_role(std::size_t role, std::vector<std::size_t>& open);
  std::optional<std::size_t> find_role(const NamedPlace& name);
  void build_bindings();
  void build_separate();
  void build_approvals();
  void complain(const policy::Origin& origin, std::string message);
  [[nodiscard]] std::string written_digest() const;

  AccessDraft* draft_;
  const base::Limits* limits_;
  base::Time now_;
  std::shared_ptr<AccessPolicy> policy_; ///< shared with whoever gets it from build()
  std::vector<RuleSets> closures_;       ///< of each set, itself included
  std::vector<bool> expanded_;           ///< roles whose includes were taken in
};

} // namespace portique::access
