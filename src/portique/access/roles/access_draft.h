#pragma once

// access.yaml as its files say it, before names are resolved.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/access/roles/access_policy.h"
#include "portique/base/limits.h"
#include "portique/policy/draft.h"

namespace portique::access {

/// A word and where it stands.
struct NamedPlace {
  std::string name;
  policy::Origin origin;
};

struct RoleDraft {
  std::string name;
  std::string description;
  std::vector<NamedPlace> includes;
  std::vector<Entry> allow;
  std::vector<Entry> deny;
  std::vector<NamedPlace> constraints;
  bool unconstrained = false;
  policy::Origin origin;
};

struct BindingDraft {
  NamedPlace role;
  Subjects subjects;
};

struct BreakGlassDraft {
  NamedPlace role;
  Subjects subjects;
  std::chrono::seconds longest{3600};
};

/// `exceptions:`, for rules that stand elsewhere.
struct ExceptionFor {
  NamedPlace rule;
  policy::ExceptionDraft exception;
};

struct ImageRequirements {
  std::optional<std::string> scan_max_age; ///< as written
  std::vector<std::string> decisions;
  bool is_signed = false;
  std::vector<std::string> signers;
};

struct SeparateDraft {
  std::vector<NamedPlace> roles;
  policy::Origin origin;
};

struct AccessDraft {
  policy::PolicyDraft rules; ///< diagnostics and files, too
  std::string author;
  std::vector<RoleDraft> roles;
  std::vector<BindingDraft> bindings;
  std::vector<BreakGlassDraft> break_glass;
  std::vector<SeparateDraft> separate;
  std::vector<NamedPlace> constraints;
  std::vector<ExceptionFor> exceptions;
  std::vector<MountRule> mounts;
  std::vector<std::string> api_versions;
  std::optional<ApprovalRule> approvals;
  policy::Origin approvals_origin;
  std::optional<ImageRequirements> image_requirements;
  std::optional<std::chrono::milliseconds> deadline;
  /// The files' rules, lists and macros: read once it is known which sets come before them.
  std::vector<std::pair<std::shared_ptr<const policy::SourceFile>, base::YamlNode>> rule_parts;
};

/// Reads one file and those that it includes. What is wrong goes into the draft's diagnostics.
void read_access_file(const std::shared_ptr<const policy::SourceFile>& file,
                      const base::Limits& limits,
                      AccessDraft& draft);

/// The same of a mapping that stands in a file of another kind.
void read_access_part(const std::shared_ptr<const policy::SourceFile>& file,
                      const base::YamlNode& node,
                      const base::Limits& limits,
                      AccessDraft& draft);

/// The text of a file that another one names: one of the program's own, or one beside that file.
/// Nothing if it was read before, or after a complaint.
std::shared_ptr<const policy::SourceFile> find_named_file(const std::string& name,
                                                          const policy::Origin& from,
                                                          const base::Limits& limits,
                                                          AccessDraft& draft);

} // namespace portique::access
