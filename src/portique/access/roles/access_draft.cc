// access.yaml: a mapping with roles, bindings and rules. docs/access-policy.md describes it.
#include "portique/access/roles/access_draft.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "portique/access/docker/engine_call.h"
#include "portique/base/file.h"
#include "portique/base/nearest.h"
#include "portique/base/text.h"
#include "portique/policy/compiler.h"
#include "portique/policy/document_reader.h"
#include "portique/policy/matchers.h"
#include "portique/policy/ready_policies.h"

namespace portique::access {

namespace {

using base::YamlMember;
using base::YamlNode;
using policy::Level;
using policy::Origin;

/// Longest names of roles, users and the like.
constexpr std::size_t kNameBytes = 256;

std::string shown(std::string_view text) {
  return base::printable(text.substr(0, 80));
}

/// Actions that no engine knows.
constexpr std::array<std::string_view, 10> kOwnActions{"trail.search",
                                                       "trail.verify",
                                                       "trail.show",
                                                       "trail.proof",
                                                       "policy.show",
                                                       "policy.check",
                                                       "policy.change",
                                                       "policy.approve",
                                                       "policy.load",
                                                       "break_glass.take"};
/// What the API server can ask for with any kind of object: pods.create, services.delete.
constexpr std::array<std::string_view, 4> kOperations{".create", ".update", ".delete", ".connect"};

/// What is probably wrong with an action that nothing has; "" if it may well be one. Kinds of
/// Kubernetes' objects are without number, so only what is near to a known word is a slip.
std::string slip_of(const std::string& action) {
  std::vector<std::string> known(kOwnActions.begin(), kOwnActions.end());
  for (const Action& one : engine_actions())
    known.emplace_back(one.name);
  for (const std::string& one : known)
    if (policy::fits_wildcard(action, one)) return "";
  if (std::ranges::any_of(kOperations, [&](std::string_view end) { return action.ends_with(end); }))
    return "";
  const std::string head = action.substr(0, action.find('.'));
  std::vector<std::string> heads;
  for (const std::string& one : known)
    heads.push_back(one.substr(0, one.find('.')));
  const auto is_head = [&](const std::string& word) {
    return std::ranges::find(heads, word) != heads.end();
  };
  std::string near = is_head(head + "s") ? head + "s.*" : base::nearest(action, known);
  if (near.empty() && is_head(head)) near = head + ".*";
  // Short words are near to too many: pods and nodes.
  constexpr std::size_t kTelling = 6;
  if (near.empty() || (!is_head(head) && !near.starts_with(head) && head.size() < kTelling))
    return "";
  return "there is no action '" + shown(action) + "'; did you mean " + near + "?";
}

class Reader : policy::DocumentReader {
public:
  Reader(std::shared_ptr<const policy::SourceFile> file,
         const base::Limits& limits,
         AccessDraft& draft)
      : DocumentReader(std::move(file), draft.rules), limits_(&limits), draft_(&draft) {}

  void read() {
    auto documents = base::parse_yaml(file_->text, *limits_, base::DuplicateKeys::KeepLast);
    if (!documents) {
      policy::Diagnostic made;
      made.file = file_->name;
      made.message = documents.error().text();
      draft_->rules.diagnostics.push_back(std::move(made));
      return;
    }
    for (base::YamlDocument& document : *documents) {
      for (const base::YamlDuplicate& twice : document.duplicates)
        draft_->rules.complain(Level::Error,
                               {file_, twice.second},
                               "'" + shown(twice.key) + "' stands here and in line " +
                                   std::to_string(twice.first.line));
      if (!document.root.is_null()) read(document.root);
    }
  }

  void read(const YamlNode& root) {
    if (root.is_mapping())
      read_root(root);
    else
      complain(root, "this is no access policy: a mapping with 'roles', 'bindings', ...");
  }

private:
  bool flag_of(const YamlNode& node, std::string_view key) {
    const YamlNode* value = node.find(key);
    if (value == nullptr) return false;
    const auto truth = value->boolean();
    if (!truth) complain(*value, "'" + std::string(key) + "' is true or false");
    return truth.value_or(false);
  }

  /// One text, or a list of them.
  std::vector<NamedPlace> names_of(const YamlNode& node, std::string_view key) {
    std::vector<NamedPlace> names;
    const YamlNode* value = node.find(key);
    if (value == nullptr || value->is_null()) return names;
    const auto add = [&](const YamlNode& item) {
      if (item.is_scalar() && !item.text.empty() && item.text.size() <= kNameBytes)
        names.push_back({item.text, {file_, item.place}});
      else
        complain(item, "'" + std::string(key) + "' holds texts of 1 to 256 bytes");
    };
    if (value->is_sequence())
      std::ranges::for_each(value->items, add);
    else
      add(*value);
    return names;
  }

  std::vector<std::string> texts_of(const YamlNode& node, std::string_view key) {
    std::vector<std::string> texts;
    for (NamedPlace& named : names_of(node, key))
      texts.push_back(std::move(named.name));
    return texts;
  }

  std::optional<std::chrono::seconds> duration_of(const YamlNode& node, std::string_view key) {
    const YamlNode* value = node.find(key);
    if (value == nullptr) return std::nullopt;
    const auto seconds =
        policy::integer_literal(policy::Type::Duration, {value->text, value->quoted, {}});
    // Ten years: beyond it a sum with a date may not fit.
    constexpr std::int64_t kLongest = 10LL * 366 * 86'400;
    if (!seconds || *seconds <= 0 || *seconds > kLongest) {
      complain(*value, "'" + std::string(key) + "' is a length of time such as 30, 90m, 12h, 7d");
      return std::nullopt;
    }
    return std::chrono::seconds(*seconds);
  }

  void read_root(const YamlNode& root) {
    check_keys(root,
               {"version",     "name",     "description", "mode",        "include",
                "author",      "defaults", "constraints", "mounts",      "image_requirements",
                "roles",       "bindings", "separate",    "break_glass", "approvals",
                "exceptions",  "lists",    "macros",      "rules",       "disable",
                "api_versions"},
               "an access policy");
    if (const YamlNode* version = root.find("version"); version != nullptr && version->text != "1")
      complain(*version, "the version of the file's form is 1");
    for (const NamedPlace& name : names_of(root, "include"))
      include(name);
    if (const std::string name = text_of(root, "name"); !name.empty()) draft_->rules.name = name;
    if (const std::string text = text_of(root, "description"); !text.empty())
      draft_->rules.description = text;
    if (const std::string author = text_of(root, "author"); !author.empty())
      draft_->author = author;
    std::ranges::move(names_of(root, "constraints"), std::back_inserter(draft_->constraints));
    if (const YamlNode* node = root.find("defaults")) read_defaults(*node);
    if (const YamlNode* node = root.find("api_versions")) read_api_versions(*node);
    if (const YamlNode* node = root.find("image_requirements")) read_image_requirements(*node);
    read_mounts(root);
    if (const YamlNode* node = root.find("roles")) read_roles(*node);
    if (const YamlNode* node = root.find("bindings")) read_bindings(*node);
    if (const YamlNode* node = root.find("separate")) read_separate(*node);
    if (const YamlNode* node = root.find("break_glass")) read_break_glass(*node);
    if (const YamlNode* node = root.find("approvals")) read_approvals(*node);
    if (const YamlNode* node = root.find("exceptions")) read_exceptions(*node);
    YamlNode rules = root;
    std::erase_if(rules.members, [](const YamlMember& member) {
      constexpr std::array<std::string_view, 5> kRuleKeys{
          "mode", "lists", "macros", "rules", "disable"};
      return std::ranges::find(kRuleKeys, member.key) == kRuleKeys.end();
    });
    draft_->rule_parts.emplace_back(file_, std::move(rules));
  }

  void include(const NamedPlace& name) {
    if (policy::find_ready_policy(name.name))
      return policy::include_policy(name.name, &name.origin, *limits_, draft_->rules);
    if (const auto file = find_named_file(name.name, name.origin, *limits_, *draft_))
      Reader(file, *limits_, *draft_).read();
  }

  void read_defaults(const YamlNode& node) {
    check_keys(node, {"engine_unreachable", "deadline"}, "'defaults'");
    if (const YamlNode* value = node.find("engine_unreachable"))
      if (value->text != "deny")
        complain(*value, "what cannot be looked up at the engine is denied: 'deny'");
    if (const auto deadline = duration_of(node, "deadline")) {
      if (*deadline > std::chrono::seconds(30))
        return complain(*node.find("deadline"), "clients do not wait longer than 30 seconds");
      draft_->deadline = *deadline;
    }
  }

  void read_api_versions(const YamlNode& node) {
    check_keys(node, {"extra"}, "'api_versions'");
    for (const NamedPlace& version : names_of(node, "extra")) {
      std::string_view rest = version.name;
      const auto major = base::parse_int<unsigned>(base::take_until(rest, '.'));
      const auto minor = base::parse_int<unsigned>(rest);
      if (!major || !minor)
        draft_->rules.complain(Level::Error, version.origin, "a version is such as 1.52");
      else if (*major == 1 && *minor < 24)
        draft_->rules.complain(
            Level::Error,
            version.origin,
            "versions below 1.24 are never let through: their start request carries settings");
      else
        draft_->api_versions.push_back(version.name);
    }
  }

  void read_image_requirements(const YamlNode& node) {
    if (!node.is_mapping()) return complain(node, "image requirements are a mapping");
    check_keys(node, {"scan_max_age", "decision", "signed", "signers"}, "'image_requirements'");
    ImageRequirements requirements;
    if (duration_of(node, "scan_max_age"))
      requirements.scan_max_age = text_of(node, "scan_max_age");
    for (const NamedPlace& decision : names_of(node, "decision")) {
      if (decision.name == "allow" || decision.name == "warn")
        requirements.decisions.push_back(decision.name);
      else
        draft_->rules.complain(
            Level::Error, decision.origin, "decisions that let an image in: allow, warn");
    }
    requirements.is_signed = flag_of(node, "signed");
    requirements.signers = texts_of(node, "signers");
    draft_->image_requirements = std::move(requirements);
  }

  void read_mounts(const YamlNode& root) {
    for (const NamedPlace& mount : names_of(root, "mounts")) {
      MountRule rule;
      std::string_view folder = mount.name;
      if (folder.ends_with(":ro")) {
        rule.read_only = true;
        folder.remove_suffix(3);
      }
      while (folder.size() > 1 && folder.ends_with('/'))
        folder.remove_suffix(1);
      const bool has_dots = (std::string(folder) + "/").find("/../") != std::string::npos ||
                            (std::string(folder) + "/").find("/./") != std::string::npos;
      if (!folder.starts_with('/') || has_dots) {
        draft_->rules.complain(Level::Error,
                               mount.origin,
                               "a mount is an absolute folder, with ':ro' if only to read");
        continue;
      }
      rule.folder = folder;
      draft_->mounts.push_back(std::move(rule));
    }
  }

  void read_roles(const YamlNode& node) {
    if (!node.is_mapping()) return complain(node, "roles are names with their rights");
    for (const YamlMember& member : node.members) {
      RoleDraft role;
      role.name = member.key;
      role.origin = {file_, member.place};
      const bool is_name = !role.name.empty() && role.name.size() <= 64 &&
                           std::ranges::all_of(role.name, [](char c) {
                             return base::is_alnum(c) || c == '-' || c == '_' || c == '.';
                           });
      if (!is_name || !member.value.is_mapping()) {
        draft_->rules.complain(Level::Error,
                               role.origin,
                               is_name ? "a role is a mapping with 'allow', 'deny', 'include', ..."
                                       : "the name of a role is letters, digits, '-', '_' and '.'");
        continue;
      }
      check_keys(member.value,
                 {"description", "include", "allow", "deny", "constraints", "unconstrained"},
                 "a role");
      role.description = text_of(member.value, "description");
      role.includes = names_of(member.value, "include");
      role.constraints = names_of(member.value, "constraints");
      role.unconstrained = flag_of(member.value, "unconstrained");
      role.allow = read_entries(member.value, "allow");
      role.deny = read_entries(member.value, "deny");
      const auto known = std::ranges::find(draft_->roles, role.name, &RoleDraft::name);
      if (known != draft_->roles.end()) {
        const bool is_ready = known->origin.file->name.starts_with('<');
        draft_->rules.complain(Level::Error,
                               role.origin,
                               "there is a role '" + role.name + "' already, " +
                                   (is_ready ? "a ready one: give yours another name, and "
                                               "'include' that one to build upon it"
                                             : "in " + known->origin.file->name + ":" +
                                                   std::to_string(known->origin.place.line)));
        continue;
      }
      draft_->roles.push_back(std::move(role));
    }
  }

  std::vector<Entry> read_entries(const YamlNode& role, std::string_view key) {
    std::vector<Entry> entries;
    const YamlNode* node = role.find(key);
    if (node == nullptr || node->is_null()) return entries;
    if (!node->is_sequence()) {
      complain(*node, "'" + std::string(key) + "' is a list");
      return entries;
    }
    for (const YamlNode& item : node->items) {
      Entry entry;
      if (item.is_scalar()) {
        entry.actions = {item.text};
        check_action(item.text, {file_, item.place});
      } else if (item.is_mapping()) {
        read_entry(item, entry);
      } else {
        complain(item, "expected an action, or a mapping with 'actions' and what they may be on");
        continue;
      }
      entry.text = describe(entry);
      entries.push_back(std::move(entry));
    }
    return entries;
  }

  void read_entry(const YamlNode& node, Entry& entry) {
    check_keys(node,
               {"actions", "name", "label", "image", "network", "owner", "namespace", "own"},
               "what is allowed or denied");
    for (NamedPlace& action : names_of(node, "actions")) {
      check_action(action.name, action.origin);
      entry.actions.push_back(std::move(action.name));
    }
    if (entry.actions.empty()) complain(node, "it does not say which 'actions'");
    entry.names = texts_of(node, "name");
    entry.labels = texts_of(node, "label");
    entry.images = texts_of(node, "image");
    entry.networks = texts_of(node, "network");
    entry.owners = texts_of(node, "owner");
    entry.namespaces = texts_of(node, "namespace");
    if (node.find("own") != nullptr) entry.own = flag_of(node, "own");
    for (const std::string_view key : {"name", "label", "image", "network", "owner", "namespace"})
      if (const YamlNode* value = node.find(key);
          value != nullptr && (value->is_null() || (value->is_sequence() && value->items.empty())))
        complain(*value, "'" + std::string(key) + "' names nothing; leave it out to mean anything");
  }

  void check_action(const std::string& action, const Origin& origin) {
    const bool is_pattern = !action.empty() && std::ranges::all_of(action, [](char c) {
      return base::is_alnum(c) || std::string_view("._-*/").find(c) != std::string_view::npos;
    });
    if (!is_pattern)
      return draft_->rules.complain(
          Level::Error, origin, "an action is such as containers.create, containers.* or *");
    if (const std::string slip = slip_of(action); !slip.empty())
      draft_->rules.complain(Level::Error, origin, slip);
  }

  static std::string describe(const Entry& entry) {
    std::string text;
    const auto add = [&](std::string_view what, const std::vector<std::string>& values) {
      for (std::size_t i = 0; i < values.size(); ++i)
        text += (i == 0 ? std::string(what) : " or ") + shown(values[i]);
    };
    for (std::size_t i = 0; i < entry.actions.size() && i < 3; ++i)
      text += (i == 0 ? "" : ", ") + shown(entry.actions[i]);
    if (entry.actions.size() > 3) text += ", ...";
    if (entry.own) text += *entry.own ? " on what the caller created" : " on what others created";
    add(" on ", entry.names);
    add(" with label ", entry.labels);
    add(" of image ", entry.images);
    add(" in network ", entry.networks);
    add(" of owner ", entry.owners);
    add(" in namespace ", entry.namespaces);
    return text;
  }

  void read_bindings(const YamlNode& node) {
    if (!node.is_mapping())
      return complain(node, "bindings are names of roles with 'users', 'groups', ...");
    for (const YamlMember& member : node.members) {
      BindingDraft binding;
      binding.role = {member.key, {file_, member.place}};
      if (read_subjects(member.value, binding.subjects, {}))
        draft_->bindings.push_back(std::move(binding));
    }
  }

  /// `more`: keys besides those of subjects.
  bool read_subjects(const YamlNode& node,
                     Subjects& subjects,
                     std::initializer_list<std::string_view> more) {
    if (!node.is_mapping()) {
      complain(node,
               "expected 'users', 'groups', 'certificates', 'uids', 'containers' or 'socket'");
      return false;
    }
    std::vector<std::string> known{
        "users", "groups", "certificates", "uids", "containers", "socket"};
    known.insert(known.end(), more.begin(), more.end());
    for (const YamlMember& member : node.members) {
      if (std::ranges::find(known, member.key) != known.end()) continue;
      const std::string near = base::nearest(member.key, known);
      draft_->rules.complain(Level::Error,
                             {file_, member.place},
                             "'" + shown(member.key) + "' is no part of a binding" +
                                 (near.empty() ? "" : "; did you mean " + near + "?"));
    }
    subjects.users = texts_of(node, "users");
    subjects.groups = texts_of(node, "groups");
    subjects.socket = flag_of(node, "socket");
    if (const YamlNode* uids = node.find("uids")) read_uids(*uids, subjects);
    if (const YamlNode* certificates = node.find("certificates"))
      read_certificates(*certificates, subjects);
    if (const YamlNode* containers = node.find("containers"))
      read_containers(*containers, subjects);
    return true;
  }

  void read_uids(const YamlNode& node, Subjects& subjects) {
    const auto add = [&](const YamlNode& item) {
      const auto uid = item.integer();
      if (uid && *uid >= 0 && *uid <= 0xFFFFFFFELL)
        subjects.uids.push_back(static_cast<std::uint32_t>(*uid));
      else
        complain(item, "a uid is a number");
    };
    if (node.is_sequence())
      std::ranges::for_each(node.items, add);
    else
      add(node);
  }

  void read_certificates(const YamlNode& node, Subjects& subjects) {
    if (!node.is_sequence()) return complain(node, "certificates are a list");
    for (const YamlNode& item : node.items) {
      CertificateSubject subject;
      if (item.is_mapping()) {
        check_keys(item, {"fingerprint", "cn", "o"}, "a certificate");
        subject.fingerprint = text_of(item, "fingerprint");
        subject.common_name = text_of(item, "cn");
        subject.organization = text_of(item, "o");
      } else {
        subject.fingerprint = item.text;
      }
      std::string hex = base::to_lower(subject.fingerprint);
      if (hex.starts_with("sha256:")) hex.erase(0, 7);
      std::erase(hex, ':');
      const bool is_hex = hex.size() == 64 && std::ranges::all_of(hex, [](char c) {
                            return base::is_digit(c) || (c >= 'a' && c <= 'f');
                          });
      if (!subject.fingerprint.empty() && !is_hex) {
        complain(item, "a fingerprint is the SHA-256 of a certificate: 64 hexadecimal digits");
        continue;
      }
      subject.fingerprint = hex;
      if (hex.empty() && subject.common_name.empty()) {
        complain(item, "a certificate has a 'fingerprint', or a 'cn' and perhaps an 'o'");
        continue;
      }
      subjects.certificates.push_back(std::move(subject));
    }
  }

  void read_containers(const YamlNode& node, Subjects& subjects) {
    if (!node.is_sequence()) return complain(node, "containers are a list");
    for (const YamlNode& item : node.items) {
      ContainerSubject subject;
      if (item.is_mapping()) {
        check_keys(item, {"name", "image", "owner"}, "a container that calls");
        subject.name = text_of(item, "name");
        subject.image = text_of(item, "image");
        subject.owner = text_of(item, "owner");
      } else {
        subject.name = item.text;
      }
      if (subject.name.empty() && subject.image.empty() && subject.owner.empty())
        complain(item, "a container that calls has a 'name', 'image' or 'owner'");
      else
        subjects.containers.push_back(std::move(subject));
    }
  }

  void read_separate(const YamlNode& node) {
    if (!node.is_sequence()) return complain(node, "'separate' is a list of lists of roles");
    for (const YamlNode& item : node.items) {
      SeparateDraft separate;
      separate.origin = {file_, item.place};
      if (item.is_sequence())
        for (const YamlNode& role : item.items)
          separate.roles.push_back({role.text, {file_, role.place}});
      if (separate.roles.size() < 2)
        complain(item, "expected two or more roles that nobody may have together");
      else
        draft_->separate.push_back(std::move(separate));
    }
  }

  void read_break_glass(const YamlNode& node) {
    if (!node.is_mapping())
      return complain(node, "'break_glass' is roles with who may take them and how 'long'");
    for (const YamlMember& member : node.members) {
      BreakGlassDraft rule;
      rule.role = {member.key, {file_, member.place}};
      if (!read_subjects(member.value, rule.subjects, {"longest"})) continue;
      rule.longest = duration_of(member.value, "longest").value_or(std::chrono::hours(1));
      if (rule.longest > std::chrono::hours(7 * 24))
        complain(*member.value.find("longest"), "rights for more than a week are no emergency's");
      draft_->break_glass.push_back(std::move(rule));
    }
  }

  void read_approvals(const YamlNode& node) {
    if (!node.is_mapping()) return complain(node, "'approvals' has 'people' and 'needed'");
    check_keys(node, {"people", "needed"}, "'approvals'");
    ApprovalRule rule;
    draft_->approvals_origin = {file_, node.place};
    if (const YamlNode* needed = node.find("needed")) {
      const auto number = needed->integer();
      if (!number || *number < 1 || *number > 16)
        complain(*needed, "'needed' is how many besides the author approve: 1 to 16");
      else
        rule.needed = static_cast<std::size_t>(*number);
    }
    const YamlNode* people = node.find("people");
    if (people == nullptr || !people->is_mapping())
      return complain(node, "'people' are names with their public keys (Ed25519, PEM)");
    for (const YamlMember& member : people->members) {
      if (member.value.is_scalar())
        rule.people.push_back({member.key, member.value.text});
      else
        complain(member.value, "expected a public key in PEM");
    }
    draft_->approvals = std::move(rule);
  }

  void read_exceptions(const YamlNode& node) {
    if (!node.is_sequence()) return complain(node, "exceptions are a list");
    for (const YamlNode& item : node.items) {
      if (!item.is_mapping()) {
        complain(item, "an exception is a mapping with 'rule', 'when', 'who', 'why' and 'until'");
        continue;
      }
      check_keys(item, {"rule", "when", "who", "why", "until"}, "an exception");
      ExceptionFor made;
      const YamlNode* rule = item.find("rule");
      made.rule = {text_of(item, "rule"), {file_, rule == nullptr ? item.place : rule->place}};
      made.exception.origin = {file_, item.place};
      if (const YamlNode* when = item.find("when")) {
        if (when->is_scalar())
          made.exception.when = policy::ConditionText(file_, *when);
        else
          complain(*when, "'when' is a condition");
      }
      made.exception.says.who = text_of(item, "who");
      made.exception.says.why = text_of(item, "why");
      if (const YamlNode* until = item.find("until")) {
        made.exception.says.until =
            until->is_scalar() ? base::parse_time(until->text) : std::nullopt;
        if (!made.exception.says.until)
          complain(*until, "'until' is a date such as 2027-01-31, or a time with it");
      }
      draft_->exceptions.push_back(std::move(made));
    }
  }

  const base::Limits* limits_;
  AccessDraft* draft_;
};

} // namespace

void read_access_file(const std::shared_ptr<const policy::SourceFile>& file,
                      const base::Limits& limits,
                      AccessDraft& draft) {
  draft.rules.files.push_back(file);
  Reader(file, limits, draft).read();
}

void read_access_part(const std::shared_ptr<const policy::SourceFile>& file,
                      const base::YamlNode& node,
                      const base::Limits& limits,
                      AccessDraft& draft) {
  draft.rules.files.push_back(file);
  Reader(file, limits, draft).read(node);
}

std::shared_ptr<const policy::SourceFile> find_named_file(const std::string& name,
                                                          const policy::Origin& from,
                                                          const base::Limits& limits,
                                                          AccessDraft& draft) {
  const auto complain = [&](std::string message) {
    draft.rules.complain(Level::Error, from, std::move(message));
    return nullptr;
  };
  const auto inside = policy::included_name(from.file->name, name);
  if (!inside) return complain(inside.error().text());
  const std::string& shown_name = *inside;
  if (std::ranges::any_of(draft.rules.files,
                          [&](const auto& file) { return file->name == shown_name; }))
    return nullptr; // twice is once; a circle ends here, too
  if (draft.rules.files.size() >= limits.policy_files)
    return complain("more than " + std::to_string(limits.policy_files) + " files");
  auto text = policy::included_text(shown_name, from, limits, draft.rules);
  if (!text) return nullptr;
  const auto file =
      std::make_shared<const policy::SourceFile>(policy::SourceFile{shown_name, std::move(*text)});
  draft.rules.files.push_back(file);
  return file;
}

} // namespace portique::access
