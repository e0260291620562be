#include "portique/access/roles/access_builder.h"

#include <algorithm>

#include "portique/access/roles/ready_access.h"
#include "portique/access/trust/public_key.h"
#include "portique/base/digest.h"
#include "portique/base/nearest.h"
#include "portique/base/text.h"
#include "portique/policy/policy_builder.h"

namespace portique::access {

namespace {

using policy::Level;
using policy::Origin;

constexpr std::string_view kImageRequirements = "image_requirements";

std::string shown(std::string_view text) {
  return base::printable(text.substr(0, 80));
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& known) {
  const std::string near = base::nearest(name, known);
  if (!near.empty()) return "; did you mean " + near + "?";
  std::string all;
  constexpr std::size_t kShown = 12;
  for (std::size_t i = 0; i < known.size() && i < kShown; ++i)
    all += (i == 0 ? "; there are: " : ", ") + shown(known[i]);
  return all;
}

/// A value inside a condition.
std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string quoted_list(const std::vector<std::string>& values) {
  std::string list;
  for (const std::string& value : values)
    list += (list.empty() ? "(" : ", ") + in_quotes(value);
  return list + ")";
}

} // namespace

AccessPolicyBuilder::AccessPolicyBuilder(AccessDraft& draft,
                                         const base::Limits& limits,
                                         base::Time now)
    : draft_(&draft), limits_(&limits), now_(now), policy_(std::make_shared<AccessPolicy>()) {}

void AccessPolicyBuilder::complain(const Origin& origin, std::string message) {
  draft_->rules.complain(Level::Error, origin, std::move(message));
}

LoadedAccessPolicy AccessPolicyBuilder::build() {
  // What ready policies brought by include is everybody's.
  policy_->set_of_.assign(draft_->rules.rules.size(), std::nullopt);
  for (const NamedPlace& name : draft_->constraints)
    policy_->common_sets_ |= read_set(name, 0);
  build_roles();
  read_image_requirements();
  for (const auto& [file, node] : draft_->rule_parts)
    policy::read_portique_policy(file, node, *limits_, draft_->rules);
  policy_->set_of_.resize(draft_->rules.rules.size());
  add_exceptions();
  build_bindings();
  build_separate();
  build_approvals();
  policy_->mounts_ = std::move(draft_->mounts);
  policy_->api_versions_ = std::move(draft_->api_versions);
  if (draft_->deadline) policy_->deadline_ = *draft_->deadline;
  policy_->written_digest_ = written_digest();
  policy_->rules_ = policy::PolicyBuilder(draft_->rules, *limits_, now_).build();
  const policy::FieldTable& table = policy::field_table(policy::Domain::Request);
  for (const policy::Operand& operand : policy_->rules_.program(policy::Domain::Request).operands())
    if (operand.kind == policy::Operand::Kind::Field) {
      const std::string_view field = table.fields[operand.use.field].name;
      if (field.starts_with("image.scan.") || field.starts_with("image.sign"))
        policy_->asks_image_trust_ = true;
    }
  LoadedAccessPolicy loaded;
  loaded.diagnostics = std::move(draft_->rules.diagnostics);
  if (loaded.count(Level::Error) == 0) loaded.policy = std::move(policy_);
  return loaded;
}

std::string AccessPolicyBuilder::written_digest() const {
  std::vector<const policy::SourceFile*> written;
  for (const auto& file : draft_->rules.files)
    if (!file->name.starts_with('<')) written.push_back(file.get());
  if (written.size() == 1) return base::digest_of(base::as_bytes(written.front()->text)).text();
  std::string digests;
  for (const policy::SourceFile* file : written)
    digests += base::digest_of(base::as_bytes(file->text)).text() + "\n";
  return base::digest_of(base::as_bytes(digests)).text();
}

RuleSets AccessPolicyBuilder::read_set(const NamedPlace& name, std::size_t depth) {
  const auto known = std::ranges::find(policy_->set_names_, name.name);
  if (known != policy_->set_names_.end())
    return closures_[static_cast<std::size_t>(known - policy_->set_names_.begin())];
  const auto ready = find_ready_access(ReadyAccessKind::Constraints, name.name);
  std::shared_ptr<const policy::SourceFile> file;
  if (ready) {
    file = std::make_shared<const policy::SourceFile>(policy::SourceFile{
        "<" + std::string(ready->name) + " constraints>", std::string(ready->text)});
    draft_->rules.files.push_back(file);
  } else if (name.name.find('/') == std::string::npos && !name.name.ends_with(".yaml")) {
    std::vector<std::string> names;
    for (const ReadyAccess& one : ready_access())
      if (one.kind == ReadyAccessKind::Constraints) names.emplace_back(one.name);
    complain(name.origin,
             "there is no set of constraints '" + shown(name.name) + "'" +
                 did_you_mean(name.name, names) + " (or a file: ./more.yaml)");
    return {};
  } else {
    file = find_named_file(name.name, name.origin, *limits_, *draft_);
    if (!file) return {};
  }
  // One is kept for the image requirements.
  if (policy_->set_names_.size() + 1 >= kMostRuleSets || depth > kMostRuleSets) {
    complain(name.origin, "more than " + std::to_string(kMostRuleSets - 1) + " sets");
    return {};
  }
  const std::size_t set = policy_->set_names_.size();
  policy_->set_names_.push_back(name.name);
  closures_.emplace_back().set(set);
  read_set_file(set, file, depth);
  return closures_[set];
}

void AccessPolicyBuilder::read_set_file(std::size_t set,
                                        const std::shared_ptr<const policy::SourceFile>& file,
                                        std::size_t depth) {
  auto document = base::parse_single_yaml(file->text, *limits_);
  if (!document || !document->root.is_mapping()) {
    policy::Diagnostic made;
    made.file = file->name;
    made.message = document ? "a set of constraints is a mapping with 'rules', 'lists', ..."
                            : document.error().text();
    draft_->rules.diagnostics.push_back(std::move(made));
    return;
  }
  base::YamlNode root = std::move(document->root);
  if (const base::YamlNode* include = root.find("include")) {
    std::vector<base::YamlNode> items = include->items;
    if (include->is_scalar()) items.push_back(*include);
    for (const base::YamlNode& item : items)
      closures_[set] |= read_set({item.text, {file, item.place}}, depth + 1);
  }
  std::erase_if(root.members,
                [](const base::YamlMember& member) { return member.key == "include"; });
  const std::size_t first = draft_->rules.rules.size();
  const std::string name = draft_->rules.name;
  policy::read_portique_policy(file, root, *limits_, draft_->rules);
  draft_->rules.name = name;
  policy_->set_of_.resize(draft_->rules.rules.size(), set);
  for (std::size_t i = first; i < draft_->rules.rules.size(); ++i) {
    const policy::RuleDraft& rule = draft_->rules.rules[i];
    if (rule.action == model::Decision::Allow || rule.domain != policy::Domain::Request)
      complain(rule.origin, "the rules of a set are 'on: request', and deny or warn");
  }
}

void AccessPolicyBuilder::read_image_requirements() {
  if (!draft_->image_requirements) return;
  const ImageRequirements& wanted = *draft_->image_requirements;
  std::string text =
      "macros:\n  image_is_used: request.images exists and request.action in "
      "(containers.create, services.create, services.update, images.build)\nrules:\n";
  const auto add = [&](std::string_view name,
                       std::string_view condition,
                       std::string_view message) {
    text += "  - name: " + std::string(name) + "\n    on: request\n    deny: 'image_is_used and " +
            std::string(condition) + "'\n    message: '" + std::string(message) +
            "'\n    explain: The policy asks it of every image.\n";
  };
  if (wanted.scan_max_age)
    add("image-scan-age",
        "(not image.scan.age exists or image.scan.age > " + *wanted.scan_max_age + ")",
        "{request.images} was not scanned within " + *wanted.scan_max_age +
            "; scan it with portique scan and try again");
  if (!wanted.decisions.empty())
    add("image-scan-decision",
        "not image.scan.decision in " + quoted_list(wanted.decisions),
        "the scan of {request.images} does not let it in ({image.scan.decision}); fix what "
        "portique scan finds in it");
  if (wanted.is_signed)
    add("image-signed",
        "not image.signed = true",
        "{request.images} carries no signature of a trusted key; sign it with cosign");
  if (!wanted.signers.empty())
    add("image-signers",
        "not image.signers intersects " + quoted_list(wanted.signers),
        "none of the trusted signers signed {request.images}");
  const auto file = std::make_shared<const policy::SourceFile>(
      policy::SourceFile{"<" + std::string(kImageRequirements) + ">", text});
  draft_->rules.files.push_back(file);
  const std::size_t set = policy_->set_names_.size();
  policy_->set_names_.emplace_back(kImageRequirements);
  closures_.emplace_back().set(set);
  policy_->common_sets_.set(set);
  read_set_file(set, file, 0);
}

void AccessPolicyBuilder::add_exceptions() {
  for (ExceptionFor& made : draft_->exceptions) {
    if (policy::RuleDraft* rule = draft_->rules.find_rule(made.rule.name)) {
      rule->exceptions.push_back(std::move(made.exception));
      continue;
    }
    std::vector<std::string> names;
    for (const policy::RuleDraft& rule : draft_->rules.rules)
      names.push_back(rule.name);
    complain(made.rule.origin,
             "there is no rule '" + shown(made.rule.name) + "' to except from" +
                 did_you_mean(made.rule.name, names));
  }
}

std::optional<std::size_t> AccessPolicyBuilder::find_role(const NamedPlace& name) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < draft_->roles.size(); ++i) {
    if (draft_->roles[i].name == name.name) return i;
    names.push_back(draft_->roles[i].name);
  }
  complain(name.origin,
           "there is no role '" + shown(name.name) + "'" + did_you_mean(name.name, names));
  return std::nullopt;
}

void AccessPolicyBuilder::build_roles() {
  for (const RoleDraft& draft : draft_->roles) {
    Role& role = policy_->roles_.emplace_back();
    role.name = draft.name;
    role.description = draft.description;
    role.file = draft.origin.file->name;
    role.allow = draft.allow;
    role.deny = draft.deny;
    role.unconstrained = draft.unconstrained;
    for (const NamedPlace& name : draft.constraints)
      role.sets |= read_set(name, 0);
  }
  expanded_.assign(policy_->roles_.size(), false);
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < policy_->roles_.size(); ++i)
    expand_role(i, open);
}

void AccessPolicyBuilder::expand_role(std::size_t number, std::vector<std::size_t>& open) {
  if (expanded_[number]) return;
  const RoleDraft& draft = draft_->roles[number];
  // The stack grows with the chain of includes; 64 roles upon each other are a mistake.
  constexpr std::size_t kDeepest = 64;
  if (std::ranges::find(open, number) != open.end() || open.size() >= kDeepest)
    return complain(draft.origin, "the role '" + draft.name + "' leads back to itself");
  open.push_back(number);
  Role& role = policy_->roles_[number];
  role.includes = {role.name};
  for (const NamedPlace& name : draft.includes) {
    const auto other = find_role(name);
    if (!other) continue;
    expand_role(*other, open);
    const Role& included = policy_->roles_[*other];
    if (*other == number) continue;
    role.allow.insert(role.allow.end(), included.allow.begin(), included.allow.end());
    role.deny.insert(role.deny.end(), included.deny.begin(), included.deny.end());
    role.sets |= included.sets;
    for (const std::string& more : included.includes)
      if (std::ranges::find(role.includes, more) == role.includes.end())
        role.includes.push_back(more);
    // Roles that take each other in twice over would grow without end.
    constexpr std::size_t kMostEntries = 10'000;
    if (role.allow.size() + role.deny.size() > kMostEntries) {
      complain(draft.origin, "the role '" + draft.name + "' has more than 10000 entries");
      break;
    }
  }
  open.pop_back();
  expanded_[number] = true;
}

void AccessPolicyBuilder::build_bindings() {
  for (BindingDraft& draft : draft_->bindings) {
    const auto role = find_role(draft.role);
    if (!role) continue;
    if (draft.subjects.empty())
      draft_->rules.complain(Level::Warning,
                             draft.role.origin,
                             "the role '" + shown(draft.role.name) + "' is bound to nobody");
    policy_->bindings_.push_back({*role, std::move(draft.subjects)});
  }
  for (BreakGlassDraft& draft : draft_->break_glass)
    if (const auto role = find_role(draft.role))
      policy_->break_glass_.push_back({*role, std::move(draft.subjects), draft.longest});
}

void AccessPolicyBuilder::build_separate() {
  for (const SeparateDraft& draft : draft_->separate) {
    std::vector<std::string> names;
    for (const NamedPlace& name : draft.roles)
      if (find_role(name)) names.push_back(name.name);
    const auto holds = [&](const Binding& binding, const std::string& name) {
      const Role& role = policy_->roles_[binding.role];
      return std::ranges::find(role.includes, name) != role.includes.end();
    };
    for (std::size_t i = 0; i < names.size(); ++i)
      for (std::size_t j = i + 1; j < names.size(); ++j)
        for (const Binding& a : policy_->bindings_)
          for (const Binding& b : policy_->bindings_) {
            if (!holds(a, names[i]) || !holds(b, names[j])) continue;
            if (const std::string common = common_subject(a.subjects, b.subjects); !common.empty())
              complain(draft.origin,
                       shown(common) + " has both '" + names[i] + "' and '" + names[j] +
                           "', which are to be separate");
          }
    policy_->separate_.push_back(std::move(names));
  }
}

void AccessPolicyBuilder::build_approvals() {
  if (!draft_->approvals) return;
  ApprovalRule& rule = *draft_->approvals;
  rule.author = draft_->author;
  if (std::ranges::find(rule.people, rule.author, &ApprovalPerson::name) == rule.people.end())
    complain(draft_->approvals_origin,
             rule.author.empty()
                 ? "a policy that needs approval says who wrote it: 'author'"
                 : "the author '" + shown(rule.author) + "' is none of the 'people'");
  else if (rule.people.size() < rule.needed + 1)
    complain(draft_->approvals_origin,
             "it takes " + std::to_string(rule.needed) + " besides the author, and there are " +
                 std::to_string(rule.people.size() - 1));
  for (const ApprovalPerson& person : rule.people) {
    const auto key = PublicKey::parse(person.key);
    if (!key || key->kind() != KeyKind::Ed25519)
      complain(draft_->approvals_origin,
               "the key of '" + shown(person.name) + "' is no Ed25519 public key in PEM" +
                   (key ? "" : ": " + key.error().text()));
  }
  policy_->approvals_ = std::move(rule);
}

} // namespace portique::access
