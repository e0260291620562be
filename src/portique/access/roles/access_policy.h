#pragma once

// access.yaml, loaded: roles, who has them, and the rules that hold for them. docs/access-policy.md
// describes the file. Never changed after it was loaded; any number of threads may decide by it.

#include <bitset>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "portique/access/roles/subjects.h"
#include "portique/base/limits.h"
#include "portique/base/time.h"
#include "portique/base/yaml.h"
#include "portique/policy/policy.h"

namespace portique::access {

/// Sets of rules that a policy can hold: those that come with the program and files of its own.
inline constexpr std::size_t kMostRuleSets = 32;
using RuleSets = std::bitset<kMostRuleSets>;

/// Actions on resources. What is empty does not restrict; all that is given must fit.
struct Entry {
  std::vector<std::string> actions; ///< patterns: "containers.*"
  std::vector<std::string> names;
  std::vector<std::string> labels; ///< "NAME" or "NAME=VALUE", patterns
  std::vector<std::string> images;
  std::vector<std::string> networks;
  std::vector<std::string> owners;
  std::vector<std::string> namespaces; ///< Kubernetes
  std::optional<bool> own;
  std::string text; ///< as a sentence names it: "containers.* on own resources"
};

struct Role {
  std::string name;
  std::string description;
  std::string file;                  ///< "<developer>" for one that comes with the program
  std::vector<std::string> includes; ///< itself and all that it takes in, however far
  std::vector<Entry> allow;          ///< included ones, too
  std::vector<Entry> deny;
  RuleSets sets; ///< whose rules hold for it, the policy's own not counted
  bool unconstrained =
      false; ///< neither the policy's `constraints` nor its image requirements hold
};

struct Binding {
  std::size_t role = 0;
  Subjects subjects;
};

/// A host folder that containers may mount.
struct MountRule {
  std::string folder; ///< "{user}" stands for the caller's name
  bool read_only = false;
};

/// Who may take which role for a while.
struct BreakGlassRule {
  std::size_t role = 0;
  Subjects subjects;
  std::chrono::seconds longest{3600};
};

struct ApprovalPerson {
  std::string name;
  std::string key; ///< PEM of an Ed25519 public key
};

struct ApprovalRule {
  std::string author; ///< of this version of the policy
  std::vector<ApprovalPerson> people;
  std::size_t needed = 1; ///< people besides the author
};

class AccessPolicy;

struct LoadedAccessPolicy {
  std::shared_ptr<const AccessPolicy> policy; ///< null if there are errors
  std::vector<policy::Diagnostic> diagnostics;

  [[nodiscard]] std::size_t count(policy::Level level) const;
};

class AccessPolicy {
public:
  /// A file on disk. `now` decides which exceptions have expired.
  static LoadedAccessPolicy
  load_file(const std::filesystem::path& path, const base::Limits& limits, base::Time now);

  /// The same from a text; `name` is shown, and includes are looked for beside it: on disk, or if
  /// there are any among the files that came along.
  static LoadedAccessPolicy load_text(std::string name,
                                      std::string text,
                                      const base::Limits& limits,
                                      base::Time now,
                                      const policy::IncludedFiles* included = nullptr);

  /// The same from a mapping that stands in the text of a file of another kind.
  static LoadedAccessPolicy load_part(std::string name,
                                      std::string text,
                                      const base::YamlNode& node,
                                      const base::Limits& limits,
                                      base::Time now);

  [[nodiscard]] const std::string& name() const { return rules_.name(); }

  /// Digest of all that it was made from, the parts that come with the program included.
  [[nodiscard]] const std::string& version() const { return rules_.version(); }

  /// Digest of what people wrote: the file and those it includes. This is what gets approved.
  [[nodiscard]] const std::string& written_digest() const { return written_digest_; }

  [[nodiscard]] std::span<const Role> roles() const { return roles_; }

  [[nodiscard]] const Role* find_role(std::string_view name) const;

  [[nodiscard]] std::span<const Binding> bindings() const { return bindings_; }

  [[nodiscard]] std::span<const BreakGlassRule> break_glass() const { return break_glass_; }

  [[nodiscard]] const std::optional<ApprovalRule>& approvals() const { return approvals_; }

  /// Roles that nobody may have together.
  [[nodiscard]] std::span<const std::vector<std::string>> separated() const { return separate_; }

  [[nodiscard]] std::span<const MountRule> mounts() const { return mounts_; }

  /// API versions beyond the table's that are let through.
  [[nodiscard]] std::span<const std::string> extra_api_versions() const { return api_versions_; }

  [[nodiscard]] std::chrono::milliseconds deadline() const { return deadline_; }

  /// Whether any rule asks for what ImageTrust knows.
  [[nodiscard]] bool asks_image_trust() const { return asks_image_trust_; }

  /// Conditions, macros, messages, examples.
  [[nodiscard]] const policy::Policy& rules() const { return rules_; }

  /// The set that a rule belongs to; nothing for the policy's own, which hold for everybody.
  [[nodiscard]] std::optional<std::size_t> set_of(std::size_t rule) const { return set_of_[rule]; }

  [[nodiscard]] const std::string& set_name(std::size_t set) const { return set_names_[set]; }

  /// The sets whose rules hold for a role.
  [[nodiscard]] RuleSets sets_of(const Role& role) const;

  /// An evaluation of the rules for one decision, given back when it is destroyed.
  class BorrowedEvaluation {
  public:
    explicit BorrowedEvaluation(const AccessPolicy& policy);
    BorrowedEvaluation(const BorrowedEvaluation&) = delete;
    BorrowedEvaluation& operator=(const BorrowedEvaluation&) = delete;
    ~BorrowedEvaluation();

    policy::Decider& operator*() { return *decider_; }

    policy::Decider* operator->() { return decider_.get(); }

  private:
    const AccessPolicy* policy_;
    std::unique_ptr<policy::Decider> decider_;
  };

private:
  friend class AccessPolicyBuilder;

  policy::Policy rules_;
  std::string written_digest_;
  std::vector<Role> roles_;
  std::vector<Binding> bindings_;
  std::vector<BreakGlassRule> break_glass_;
  std::optional<ApprovalRule> approvals_;
  std::vector<std::vector<std::string>> separate_;
  std::vector<MountRule> mounts_;
  std::vector<std::string> api_versions_;
  std::chrono::milliseconds deadline_{2000};
  RuleSets common_sets_; ///< `constraints` of the policy, and image requirements
  std::vector<std::optional<std::size_t>> set_of_;
  std::vector<std::string> set_names_;
  bool asks_image_trust_ = false;

  mutable std::mutex idle_mutex_;
  mutable std::vector<std::unique_ptr<policy::Decider>> idle_; ///< one for each decision at a time
};

} // namespace portique::access
