#include "portique/access/kubernetes/admission_policy.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "portique/base/digest.h"
#include "portique/base/nearest.h"
#include "portique/base/text.h"
#include "portique/base/yaml.h"

namespace portique::access::kubernetes {

using base::Code;
using base::fail;
using base::Result;
using base::YamlMember;
using base::YamlNode;

namespace {

bool fits_any(const std::vector<std::string>& patterns, std::string_view name) {
  return std::ranges::any_of(
      patterns, [&](const std::string& pattern) { return base::fits_star(pattern, name); });
}

/// Reads the section. Complaints name the place.
class Reader {
public:
  Reader(std::string_view file, AdmissionPolicy& out) : file_(file), out_(&out) {}

  Result<void> read(const YamlNode& section) {
    PQ_TRY(check_keys(
        section, {"pod_security", "defaults", "images", "exempt", "access"}, "admission"));
    for (const YamlNode& item : PQ_TRY(list_of(section, "pod_security")))
      PQ_TRY(read_pod_security(item));
    for (const YamlNode& item : PQ_TRY(list_of(section, "defaults")))
      PQ_TRY(read_defaults(item));
    if (const YamlNode* images = section.find("images")) PQ_TRY(read_images(*images));
    for (const YamlNode& item : PQ_TRY(list_of(section, "exempt")))
      PQ_TRY(read_exemption(item));
    return {};
  }

private:
  [[nodiscard]] std::unexpected<base::Error> complain(const YamlNode& node,
                                                      std::string_view message) const {
    return complain(node.place, message);
  }

  [[nodiscard]] std::unexpected<base::Error> complain(base::YamlPlace place,
                                                      std::string_view message) const {
    return fail(Code::Malformed,
                fmt::format("{}:{}:{}: {}", file_, place.line, place.column, message));
  }

  [[nodiscard]] Result<void> check_keys(const YamlNode& node,
                                        std::initializer_list<std::string_view> known,
                                        std::string_view of_what) const {
    if (!node.is_mapping()) return complain(node, fmt::format("'{}' is a mapping", of_what));
    const std::vector<std::string> names(known.begin(), known.end());
    for (const YamlMember& member : node.members) {
      if (std::ranges::find(names, member.key) != names.end()) continue;
      const std::string near = base::nearest(member.key, names);
      return complain(member.place,
                      fmt::format("'{}' is no part of '{}'{}",
                                  base::printable(member.key.substr(0, 80)),
                                  of_what,
                                  near.empty() ? "" : "; did you mean " + near + "?"));
    }
    return {};
  }

  [[nodiscard]] Result<std::vector<YamlNode>> list_of(const YamlNode& node,
                                                      std::string_view name) const {
    const YamlNode* list = node.find(name);
    if (list == nullptr || list->is_null()) return std::vector<YamlNode>{};
    if (!list->is_sequence()) return complain(*list, fmt::format("'{}' is a list", name));
    return list->items;
  }

  [[nodiscard]] Result<std::vector<std::string>> texts_of(const YamlNode& node,
                                                          std::string_view name) const {
    const YamlNode* value = node.find(name);
    if (value == nullptr || value->is_null()) return std::vector<std::string>{};
    if (value->is_scalar()) return std::vector<std::string>{value->text};
    std::vector<std::string> texts;
    for (const YamlNode& item : PQ_TRY(list_of(node, name))) {
      if (!item.is_scalar()) return complain(item, fmt::format("'{}' is a list of names", name));
      texts.push_back(item.text);
    }
    return texts;
  }

  [[nodiscard]] Result<std::vector<std::string>> patterns_of(const YamlNode& node,
                                                             std::string_view name) const {
    std::vector<std::string> patterns = PQ_TRY(texts_of(node, name));
    for (const std::string& pattern : patterns)
      if (pattern.empty() || std::ranges::count(pattern, '*') > 1)
        return complain(*node.find(name),
                        fmt::format("'{}' is no name with at most one '*'",
                                    base::printable(pattern.substr(0, 80))));
    return patterns;
  }

  [[nodiscard]] Result<NameFilter> filter_of(const YamlNode& node) const {
    return NameFilter{PQ_TRY(patterns_of(node, "namespaces")), PQ_TRY(patterns_of(node, "except"))};
  }

  /// One of two words; nothing if the key is not there.
  [[nodiscard]] Result<std::optional<bool>> choice_of(const YamlNode& node,
                                                      std::string_view name,
                                                      std::string_view yes,
                                                      std::string_view no) const {
    const YamlNode* value = node.find(name);
    if (value == nullptr || value->is_null()) return std::optional<bool>();
    if (value->is_scalar() && value->text == yes) return std::optional(true);
    if (value->is_scalar() && value->text == no) return std::optional(false);
    return complain(*value, fmt::format("'{}' is {} or {}", name, yes, no));
  }

  [[nodiscard]] Result<bool> flag_of(const YamlNode& node, std::string_view name) const {
    const YamlNode* value = node.find(name);
    if (value == nullptr || value->is_null()) return false;
    if (!value->boolean()) return complain(*value, fmt::format("'{}' is true or false", name));
    return *value->boolean();
  }

  Result<void> read_pod_security(const YamlNode& node) {
    PQ_TRY(check_keys(node, {"level", "action", "namespaces", "except"}, "pod_security"));
    const auto restricted = PQ_TRY(choice_of(node, "level", "restricted", "baseline"));
    if (!restricted) return complain(node, "'level' is missing: baseline or restricted");
    const auto deny = PQ_TRY(choice_of(node, "action", "deny", "warn"));
    out_->pod_security.push_back(
        {*restricted ? inspect::kubernetes::PodSecurity::Restricted
                     : inspect::kubernetes::PodSecurity::Baseline,
         deny.value_or(true) ? model::Decision::Deny : model::Decision::Warn,
         PQ_TRY(filter_of(node))});
    return {};
  }

  Result<void> read_defaults(const YamlNode& node) {
    PQ_TRY(check_keys(node, {"set", "namespaces", "except"}, "defaults"));
    DefaultsRule rule;
    for (const std::string& name : PQ_TRY(texts_of(node, "set")))
      if (!set_pod_default(rule.defaults, name))
        return complain(node,
                        fmt::format("there is no default '{}'; there are: {}",
                                    base::printable(name.substr(0, 80)),
                                    fmt::join(pod_default_names(), ", ")));
    if (!rule.defaults.any()) return complain(node, "'set' names no default");
    rule.namespaces = PQ_TRY(filter_of(node));
    out_->defaults.push_back(std::move(rule));
    return {};
  }

  Result<void> read_images(const YamlNode& node) {
    PQ_TRY(check_keys(
        node,
        {"scan", "signed", "signers", "unknown", "max_age", "unpinned", "namespaces", "except"},
        "images"));
    ImageRule& rule = out_->images;
    rule.scan = PQ_TRY(flag_of(node, "scan"));
    rule.signers = PQ_TRY(texts_of(node, "signers"));
    rule.is_signed = PQ_TRY(flag_of(node, "signed")) || !rule.signers.empty();
    rule.unknown_allowed = PQ_TRY(choice_of(node, "unknown", "open", "closed")).value_or(false);
    rule.unpinned_allowed = PQ_TRY(choice_of(node, "unpinned", "open", "closed")).value_or(true);
    if (const YamlNode* age = node.find("max_age")) rule.max_age = PQ_TRY(duration_of(*age));
    rule.namespaces = PQ_TRY(filter_of(node));
    return {};
  }

  [[nodiscard]] Result<std::chrono::seconds> duration_of(const YamlNode& node) const {
    const auto literal =
        policy::integer_literal(policy::Type::Duration, {node.text, node.quoted, {}});
    if (!node.is_scalar() || !literal || *literal <= 0)
      return complain(node, "'max_age' is a time such as 12h or 7d");
    return std::chrono::seconds(*literal);
  }

  Result<void> read_exemption(const YamlNode& node) {
    PQ_TRY(check_keys(node, {"namespaces", "users", "groups", "who", "why", "until"}, "exempt"));
    Exemption exemption;
    exemption.namespaces = PQ_TRY(patterns_of(node, "namespaces"));
    exemption.users = PQ_TRY(patterns_of(node, "users"));
    exemption.groups = PQ_TRY(patterns_of(node, "groups"));
    if (exemption.namespaces.empty() && exemption.users.empty() && exemption.groups.empty())
      return complain(node, "the exemption names no namespaces, users or groups");
    if (const YamlNode* who = node.find("who"); who != nullptr && who->is_scalar())
      exemption.who = who->text;
    if (const YamlNode* why = node.find("why"); why != nullptr && why->is_scalar())
      exemption.why = why->text;
    if (base::trim(exemption.why).empty()) return complain(node, "the exemption has no 'why'");
    if (const YamlNode* until = node.find("until")) {
      exemption.until = until->is_scalar() ? base::parse_time(until->text) : std::nullopt;
      if (!exemption.until) return complain(*until, "'until' is a date such as 2027-01-31");
    }
    out_->exemptions.push_back(std::move(exemption));
    return {};
  }

  std::string_view file_;
  AdmissionPolicy* out_;
};

std::string errors_of(const std::vector<policy::Diagnostic>& diagnostics) {
  std::vector<std::string> errors;
  for (const policy::Diagnostic& diagnostic : diagnostics)
    if (diagnostic.level == policy::Level::Error && errors.size() < 5)
      errors.push_back(diagnostic.text());
  return fmt::format("{}", fmt::join(errors, "\n"));
}

Result<policy::Policy> load_rules(const std::string& name,
                                  const std::string& text,
                                  const base::Limits& limits,
                                  base::Time now,
                                  const policy::IncludedFiles* included) {
  policy::LoadedPolicy loaded = policy::load_policy_text(name, text, limits, now, included);
  if (loaded.policy) return std::move(*loaded.policy);
  return fail(Code::Malformed, errors_of(loaded.diagnostics));
}

/// `access:` is an access policy of its own: docs/access-policy.md.
Result<std::shared_ptr<const AccessPolicy>> load_access(const std::string& name,
                                                        const std::string& text,
                                                        const YamlNode& node,
                                                        const base::Limits& limits,
                                                        base::Time now) {
  LoadedAccessPolicy loaded = AccessPolicy::load_part(name, text, node, limits, now);
  if (!loaded.policy) return fail(Code::Malformed, errors_of(loaded.diagnostics));
  const auto complain = [&](std::string_view message) {
    return fail(Code::Malformed,
                fmt::format("{}:{}:{}: {}", name, node.place.line, node.place.column, message));
  };
  // What does not count here is not taken as if it did.
  if (loaded.policy->bindings().empty())
    return complain("'access' binds no role to anybody: it would deny everything");
  if (loaded.policy->approvals())
    return complain("approvals do not count for admission; have the policy signed (--policy-keys)");
  if (!loaded.policy->break_glass().empty())
    return complain("nobody can take a role for a while here; use 'exempt' with 'until'");
  return std::move(loaded.policy);
}

bool asks_signatures(const policy::Policy& rules) {
  const policy::FieldTable& table = policy::field_table(policy::Domain::Request);
  return std::ranges::any_of(
      rules.program(policy::Domain::Request).operands(), [&](const policy::Operand& operand) {
        return operand.kind == policy::Operand::Kind::Field &&
               table.fields[operand.use.field].name.starts_with("image.sign");
      });
}

} // namespace

bool NameFilter::covers(std::string_view name) const {
  return (only.empty() || fits_any(only, name)) && !fits_any(except, name);
}

bool Exemption::covers(const AdmissionRequest& request, base::Time now) const {
  if (until && now >= *until) return false;
  if (!namespaces.empty() && !fits_any(namespaces, request.space)) return false;
  if (!users.empty() && !fits_any(users, request.user)) return false;
  return groups.empty() || std::ranges::any_of(request.groups, [&](const std::string& group) {
           return fits_any(groups, group);
         });
}

std::string AdmissionPolicy::version() const {
  if (!access) return rules.version();
  return base::digest_of(base::as_bytes(rules.version() + "\n" + access->version())).text();
}

Result<AdmissionPolicy> load_admission_policy(const std::string& name,
                                              const std::string& text,
                                              const base::Limits& limits,
                                              base::Time now,
                                              const policy::IncludedFiles* included) {
  AdmissionPolicy policy{.rules = PQ_TRY(load_rules(name, text, limits, now, included))};
  const base::YamlDocument document = PQ_TRY(base::parse_single_yaml(text, limits));
  const YamlNode* section = document.root.find("admission");
  if (section != nullptr) PQ_TRY(Reader(name, policy).read(*section));
  const YamlNode* access = section == nullptr ? nullptr : section->find("access");
  if (access != nullptr && !access->is_null())
    policy.access = PQ_TRY(load_access(name, text, *access, limits, now));
  policy.asks_signatures = policy.images.is_signed || asks_signatures(policy.rules) ||
                           (policy.access && asks_signatures(policy.access->rules()));
  return policy;
}

} // namespace portique::access::kubernetes
