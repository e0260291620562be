#include "portique/access/kubernetes/admission.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "portique/access/kubernetes/pod_facts.h"
#include "portique/access/redaction.h"
#include "portique/access/request_source.h"
#include "portique/access/roles/decide.h"
#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/inspect/config_files/rules.h"
#include "portique/inspect/kubernetes/json_tree.h"

namespace portique::access::kubernetes {

namespace checks = inspect::kubernetes;
namespace json = boost::json;
using base::Result;

namespace {

/// More of one pod's faults nobody reads.
constexpr std::size_t kMostFaults = 200;

bool holds_pod(const AdmissionRequest& request) {
  if (!checks::pod_path(request.kind.kind)) return false;
  if (request.operation != Operation::Create && request.operation != Operation::Update)
    return false;
  return request.sub_resource.empty() || request.sub_resource == "ephemeralcontainers" ||
         request.sub_resource == "resize";
}

/// A pod that the kubelet shows for one of its own manifests: what is changed in it changes
/// nothing, and confuses the kubelet. Only nodes may show such pods.
bool is_mirror_pod(const AdmissionRequest& request) {
  const json::object* metadata =
      base::json_object(base::json_member(request.object.if_object(), "metadata"));
  return base::json_fields(metadata, "annotations").contains("kubernetes.io/config.mirror") &&
         std::ranges::find(request.groups, "system:nodes") != request.groups.end();
}

const Exemption*
exemption_of(const AdmissionPolicy& policy, const AdmissionRequest& request, base::Time now) {
  const auto found = std::ranges::find_if(policy.exemptions, [&](const Exemption& exemption) {
    return exemption.covers(request, now);
  });
  return found == policy.exemptions.end() ? nullptr : &*found;
}

std::string
exemption_text(std::string_view who, std::string_view why, const std::optional<base::Time>& until) {
  std::string text = who.empty() ? std::string(why) : fmt::format("{}: {}", who, why);
  if (until) text += fmt::format(" (until {})", base::format_date(*until));
  return text;
}

Identity caller_of(const AdmissionRequest& request) {
  Identity caller;
  caller.user = request.user;
  caller.groups = request.groups;
  caller.proof = Proof::Kubernetes;
  return caller;
}

Resource resource_of(const AdmissionRequest& request) {
  Resource resource;
  // CONNECT carries options of its own kind; what it is about is the pod.
  const bool connects = request.operation == Operation::Connect;
  resource.kind = connects ? "pod" : base::to_lower(request.kind.kind);
  const json::object* metadata =
      base::json_object(base::json_member(request.object.if_object(), "metadata"));
  std::string name = request.name;
  if (name.empty()) name = base::json_string(metadata, "name");
  if (name.empty()) name = base::json_string(metadata, "generateName");
  resource.names.push_back(std::move(name));
  resource.exists = request.operation != Operation::Create;
  for (const auto& [key, value] : base::json_fields(metadata, "labels"))
    if (value.is_string())
      resource.labels.emplace(std::string(key), std::string(value.get_string()));
  return resource;
}

/// What exec and attach would run.
WorkloadFacts connection_facts(const AdmissionRequest& request) {
  WorkloadFacts facts;
  for (const json::value& word : base::json_items(request.object.if_object(), "command"))
    if (word.is_string()) facts.command.emplace_back(word.get_string());
  const std::string_view container = base::json_string(request.object.if_object(), "container");
  if (!container.empty()) facts.joined_containers.emplace_back(container);
  return facts;
}

/// Collects what speaks against one request.
class Judgement {
public:
  Judgement(const AdmissionPolicy& policy,
            const AdmissionOptions& options,
            const AdmissionRequest& request,
            std::chrono::steady_clock::time_point deadline,
            base::Time now)
      : policy_(&policy), options_(&options), request_(&request), deadline_(deadline), now_(now),
        caller_(caller_of(request)), resource_(resource_of(request)),
        decider_(policy.rules, policy::Domain::Request) {}

  Decision judge(std::string_view action) {
    action_ = action;
    if (holds_pod(*request_) && !leaves_pod_alone(*request_))
      judge_pod();
    else
      judge_other();
    return decision();
  }

private:
  void deny(std::string_view rule, std::string message) {
    if (decision_.rule.empty() || denials_.empty()) decision_.rule = rule;
    add_once(denials_, std::move(message));
  }

  void warn(std::string message) { add_once(decision_.warnings, std::move(message)); }

  static void add_once(std::vector<std::string>& list, std::string text) {
    if (list.size() < kMostFaults && std::ranges::find(list, text) == list.end())
      list.push_back(std::move(text));
  }

  void judge_other() {
    const bool connects = request_->operation == Operation::Connect;
    const WorkloadFacts facts = connects ? connection_facts(*request_) : WorkloadFacts();
    ask_rules(connects ? &facts : nullptr, nullptr, "");
  }

  void judge_pod() {
    const base::YamlNode tree = checks::tree_of(request_->object);
    const checks::Object object{&tree,
                                "",
                                inspect::text(tree.find("apiVersion")),
                                request_->kind.kind,
                                request_->name,
                                request_->space};
    const checks::Pod pod = checks::pod_of(object);
    if (pod.spec == nullptr) return deny("", "the object has no pod specification");
    const std::vector<PodContainer> containers = containers_with_facts(pod);
    if (asks_signatures())
      for (const PodContainer& container : containers)
        for (const std::string& image : container.facts.images)
          options_->signatures->begin(image);
    for (const PodContainer& container : containers)
      judge_container(container);
    for (const PodSecurityRule& rule : policy_->pod_security)
      if (rule.namespaces.covers(request_->space)) ask_pod_security(rule, pod);
  }

  void judge_container(const PodContainer& container) {
    const std::optional<ImageStanding> standing = standing_of(container.facts.images);
    WorkloadFacts facts = container.facts;
    for (std::string& image : facts.images)
      image = node_image_name(image);
    ask_rules(&facts,
              standing ? &*standing : nullptr,
              fmt::format("{} {}", role_name(container.role), container.name));
    const ImageRule& rule = policy_->images;
    if (!rule.namespaces.covers(request_->space)) return;
    for (const std::string& image : container.facts.images) {
      if (!asked_images_.insert(image).second) continue;
      if (rule.scan) ask_verdict(image);
      if (rule.is_signed) ask_signature(image);
    }
  }

  [[nodiscard]] bool asks_signatures() const {
    return options_->signatures != nullptr && policy_->asks_signatures;
  }

  /// The worst of all of them; nothing if nobody could be asked.
  std::optional<ImageStanding> standing_of(const std::vector<std::string>& images) {
    std::optional<ImageStanding> worst;
    for (const std::string& image : images) {
      ImageStanding one;
      if (options_->verdicts != nullptr) one = options_->verdicts->look_up(image).standing;
      if (asks_signatures()) {
        if (const auto& found = signatures_of(image)) {
          one.is_signed = found->is_signed;
          one.signers = found->signers;
        }
      }
      if (!worst) {
        worst = std::move(one);
        continue;
      }
      if (rank(one) > rank(*worst)) {
        worst->scanned = one.scanned;
        worst->decision = one.decision;
      }
      worst->is_signed = worst->is_signed && one.is_signed
                             ? std::optional(*worst->is_signed && *one.is_signed)
                             : std::nullopt;
      std::erase_if(worst->signers, [&](const std::string& signer) {
        return std::ranges::find(one.signers, signer) == one.signers.end();
      });
    }
    const bool asked = options_->verdicts != nullptr || asks_signatures();
    return asked ? worst : std::nullopt;
  }

  const Result<ImageStanding>& signatures_of(const std::string& image) {
    const auto known = signatures_.find(image);
    if (known != signatures_.end()) return known->second;
    return signatures_.emplace(image, options_->signatures->finish(image, deadline_)).first->second;
  }

  static int rank(const ImageStanding& standing) {
    if (!standing.scanned) return 3;
    return standing.decision == "deny" ? 2 : standing.decision == "warn" ? 1 : 0;
  }

  void
  ask_rules(const WorkloadFacts* facts, const ImageStanding* standing, std::string_view where) {
    RequestView view{.gate = "admission",
                     .caller = &caller_,
                     .action = action_,
                     .creates = request_->operation == Operation::Create,
                     .resource = &resource_,
                     .workload = facts,
                     .standing = standing,
                     .operation = operation_name(request_->operation),
                     .kind = request_->kind.kind,
                     .name_space = request_->space,
                     .object =
                         request_->object.is_null() ? &request_->old_object : &request_->object,
                     .now = now_};
    PolicyFacts policy_facts;
    if (policy_->access) policy_facts.roles = roles_of(*policy_->access, view);
    const RequestSource source(view, policy_facts);
    for (const policy::Hit& hit :
         decider_.decide(source, policy::Scope::Whole, policy::kNoLastRule))
      take_hit(hit, where);
    if (policy_->access) take_access(decide(*policy_->access, view, {}), where);
  }

  void take_access(const Decision& made, std::string_view where) {
    const auto placed = [&](std::string_view text) {
      return where.empty() ? std::string(text) : fmt::format("{}: {}", where, text);
    };
    for (const std::string& warning : made.warnings)
      warn(placed(warning));
    if (!made.exception.empty()) decision_.exception = made.exception;
    if (decision_.role.empty()) decision_.role = made.role;
    if (made.allow) return;
    if (policy_->rules.audit())
      warn(placed(made.reason));
    else
      deny(made.rule.empty() ? "access" : std::string_view(made.rule), placed(made.reason));
  }

  void take_hit(const policy::Hit& hit, std::string_view where) {
    const policy::Rule& rule = policy_->rules.rules()[hit.rule];
    if (hit.exception) {
      const model::RuleException& says = rule.exceptions[*hit.exception].says;
      decision_.exception =
          fmt::format("{}: {}", rule.draft.name, exemption_text(says.who, says.why, says.until));
      return;
    }
    if (rule.draft.action == model::Decision::Allow) return;
    std::string message = fmt::format("{} [{}]", decider_.message(hit), rule.draft.name);
    if (!where.empty()) message = fmt::format("{}: {}", where, message);
    const bool only_warns = policy_->rules.audit() || rule.draft.action == model::Decision::Warn;
    if (only_warns)
      warn(std::move(message));
    else
      deny(rule.draft.name, std::move(message));
  }

  void ask_pod_security(const PodSecurityRule& rule, const checks::Pod& pod) {
    std::vector<inspect::Hit> found;
    inspect::Hits hits(found, kMostFaults);
    checks::run_pod_security(pod, rule.level, hits);
    const std::string_view level =
        rule.level == checks::PodSecurity::Restricted ? "restricted" : "baseline";
    for (const inspect::Hit& hit : found) {
      std::string message = fmt::format("pod security {}: {} [{}]", level, hit.evidence, hit.rule);
      if (rule.action == model::Decision::Deny && !policy_->rules.audit())
        deny(hit.rule, std::move(message));
      else
        warn(std::move(message));
    }
  }

  void ask_verdict(const std::string& image) {
    const std::string shown = base::printable(image);
    if (options_->verdicts == nullptr) {
      const std::string message = fmt::format("image {}: nothing here scans images", shown);
      return options_->fail_open ? warn(message) : deny("images", message);
    }
    const KnownImage known = options_->verdicts->look_up(image);
    if (!known.standing.scanned) return take_unknown(image, known.reason);
    if (known.standing.decision == "allow") return;
    std::string message = fmt::format("image {}: {}", shown, known.reason);
    if (known.standing.decision == "deny" && !policy_->rules.audit())
      deny("images", std::move(message));
    else
      warn(std::move(message));
  }

  void ask_signature(const std::string& image) {
    const std::string shown = base::printable(image);
    const auto refuse = [&](std::string message, bool allowed) {
      return allowed || policy_->rules.audit() ? warn(std::move(message))
                                               : deny("images", std::move(message));
    };
    if (options_->signatures == nullptr)
      return refuse(fmt::format("image {}: nothing here knows a key that signs images", shown),
                    options_->fail_open);
    const auto& found = signatures_of(image);
    if (!found)
      return refuse(fmt::format("image {}: who signed it is not known: {}",
                                shown,
                                base::printable(found.error().text())),
                    policy_->images.unknown_allowed);
    const std::vector<std::string>& wanted = policy_->images.signers;
    const auto is_wanted = [&](const std::string& signer) {
      return std::ranges::find(wanted, signer) != wanted.end();
    };
    if (!found->is_signed.value_or(false))
      refuse(fmt::format("image {}: no trusted key signed it", shown), false);
    else if (!wanted.empty() && std::ranges::none_of(found->signers, is_wanted))
      refuse(fmt::format("image {}: none of {} signed it", shown, fmt::join(wanted, ", ")), false);
  }

  void take_unknown(const std::string& image, const std::string& reason) {
    std::string message =
        fmt::format("image {}: no scan that counts is known", base::printable(image));
    if (!reason.empty()) message += fmt::format(" ({})", reason);
    if (request_->dry_run)
      message += "; a dry run asks for none";
    else
      message += wish_text(options_->verdicts->want_scan(image));
    if (policy_->images.unknown_allowed || policy_->rules.audit())
      warn(std::move(message));
    else
      deny("images", std::move(message));
  }

  static std::string_view wish_text(ImageVerdicts::Wish wish) {
    switch (wish) {
    case ImageVerdicts::Wish::Queued:
    case ImageVerdicts::Wish::Waiting:
      return "; it is being scanned";
    case ImageVerdicts::Wish::Failed:
      return "; it will be tried again";
    case ImageVerdicts::Wish::Full:
      return "; too many scans are waiting";
    case ImageVerdicts::Wish::Unscannable:
      return "; it cannot be scanned";
    }
    return "";
  }

  Decision decision() {
    decision_.allow = denials_.empty();
    decision_.policy = policy_->version();
    if (!denials_.empty())
      decision_.reason = fmt::format("{}", fmt::join(denials_, "; "));
    else
      decision_.reason =
          decision_.warnings.empty() ? "nothing speaks against it" : "rules warn, none denies";
    return std::move(decision_);
  }

  const AdmissionPolicy* policy_;
  const AdmissionOptions* options_;
  const AdmissionRequest* request_;
  std::chrono::steady_clock::time_point deadline_;
  base::Time now_;
  Identity caller_;
  Resource resource_;
  policy::Decider decider_;
  std::string_view action_;
  std::vector<std::string> denials_;
  std::set<std::string> asked_images_;
  std::map<std::string, Result<ImageStanding>> signatures_; ///< by image as it is written
  Decision decision_;
};

/// Pins images for one object, and remembers why some could not be.
class Pinning {
public:
  Pinning(ImageDigests* digests, std::chrono::steady_clock::time_point deadline)
      : digests_(digests), deadline_(deadline) {}

  std::optional<std::string> pin(std::string_view image) {
    const auto digest = digests_ == nullptr
                            ? Result<base::Digest>(base::fail(base::Code::Unsupported,
                                                              "nothing here asks registries"))
                            : digests_->digest(image, deadline_);
    if (digest) return fmt::format("{}@{}", image, digest->text());
    failures_.push_back(fmt::format(
        "image {}: its digest is not known: {}", base::printable(image), digest.error().text()));
    return std::nullopt;
  }

  [[nodiscard]] const std::vector<std::string>& failures() const { return failures_; }

private:
  ImageDigests* digests_;
  std::chrono::steady_clock::time_point deadline_;
  std::vector<std::string> failures_;
};

PodDefaults defaults_for(const AdmissionPolicy& policy, const AdmissionRequest& request) {
  PodDefaults all;
  const auto join = [](bool& into, bool also) { into = into || also; };
  for (const DefaultsRule& rule : policy.defaults) {
    if (!rule.namespaces.covers(request.space)) continue;
    const PodDefaults& more = rule.defaults;
    join(all.drop_capabilities, more.drop_capabilities);
    join(all.seccomp, more.seccomp);
    join(all.non_root, more.non_root);
    join(all.read_only_root, more.read_only_root);
    join(all.no_privilege_escalation, more.no_privilege_escalation);
    join(all.no_token, more.no_token);
    join(all.pin_images, more.pin_images);
  }
  return all;
}

AdmissionAnswer without_policy(const AdmissionRequest& request) {
  return {.uid = request.uid,
          .allowed = false,
          .code = 500,
          .reason = "InternalError",
          .message = "there is no policy to decide by"};
}

AuditEvent event_of(const AdmissionRequest& request,
                    const AdmissionCall& call,
                    std::string_view action,
                    const Decision& decision,
                    base::Time now) {
  AuditEvent event;
  event.time = now;
  event.gate = "admission";
  event.caller = caller_of(request);
  event.action = action;
  const Resource resource = resource_of(request);
  event.resource_kind = resource.kind;
  event.resource =
      request.space.empty() ? resource.names.front() : request.space + "/" + resource.names.front();
  event.method = operation_name(request.operation);
  event.target = call.target;
  event.request_digest = call.digest;
  if (request.operation == Operation::Connect)
    event.command = masked_command(connection_facts(request).command);
  event.decision = decision;
  if (request.dry_run) event.decision.reason = "dry run: " + event.decision.reason;
  return event;
}

} // namespace

std::string action_of(const AdmissionRequest& request) {
  const bool is_pod = request.resource.resource == "pods" && request.resource.group.empty();
  if (is_pod && request.operation == Operation::Connect) {
    if (request.sub_resource == "exec") return "containers.exec";
    if (request.sub_resource == "attach") return "containers.attach";
  }
  if (checks::pod_path(request.kind.kind)) {
    if (holds_pod(request))
      return leaves_pod_alone(request) ? "containers.update" : "containers.create";
    if (is_pod && request.operation == Operation::Delete && request.sub_resource.empty())
      return "containers.remove";
  }
  const std::string what = request.sub_resource.empty()
                               ? base::to_lower(operation_name(request.operation))
                               : request.sub_resource;
  return request.resource.resource + "." + what;
}

Admission::Admission(AdmissionOptions options, std::shared_ptr<const AdmissionPolicy> policy)
    : options_(std::move(options)) {
  set_policy(std::move(policy));
}

void Admission::set_policy(std::shared_ptr<const AdmissionPolicy> policy) {
  if (options_.verdicts != nullptr && policy) {
    options_.verdicts->set_policy(policy->rules.version());
    options_.verdicts->set_max_age(policy->images.max_age);
  }
  const std::scoped_lock lock(guard_);
  policy_ = std::move(policy);
}

std::shared_ptr<const AdmissionPolicy> Admission::policy() const {
  const std::scoped_lock lock(guard_);
  return policy_;
}

base::Time Admission::now() const {
  return options_.clock ? options_.clock() : base::now();
}

AdmissionAnswer Admission::answer(const AdmissionRequest& request,
                                  const AdmissionCall& call,
                                  std::string_view action,
                                  Decision decision) {
  AdmissionAnswer answer;
  answer.uid = request.uid;
  if (options_.trail != nullptr) {
    const auto kept = options_.trail->append(event_of(request, call, action, decision, now()));
    if (!kept && options_.fail_open)
      decision.warnings.push_back("this request is not in the audit trail: " + kept.error().text());
    if (!kept && !options_.fail_open && decision.allow) {
      decision.allow = false;
      decision.reason = "the audit trail cannot be written: " + kept.error().text();
      answer.code = 500;
      answer.reason = "InternalError";
    }
  }
  answer.allowed = decision.allow;
  if (!decision.allow) {
    answer.message = decision.reason;
    if (answer.code == 0) answer.code = 403;
    if (answer.reason.empty()) answer.reason = "Forbidden";
    if (!decision.rule.empty()) answer.audit_annotations.emplace_back("rule", decision.rule);
  }
  answer.warnings = decision.warnings;
  answer.audit_annotations.emplace_back("decision", decision.allow ? "allow" : "deny");
  answer.audit_annotations.emplace_back("policy", decision.policy);
  if (!decision.exception.empty())
    answer.audit_annotations.emplace_back("exception", decision.exception);
  return answer;
}

AdmissionAnswer Admission::validate(const AdmissionRequest& request, const AdmissionCall& call) {
  const std::shared_ptr<const AdmissionPolicy> policy = this->policy();
  if (!policy) return without_policy(request);
  const std::string action = action_of(request);
  if (const Exemption* exemption = exemption_of(*policy, request, now())) {
    Decision decision{.allow = true,
                      .reason = "exempt",
                      .policy = policy->version(),
                      .exception =
                          exemption_text(exemption->who, exemption->why, exemption->until)};
    return answer(request, call, action, std::move(decision));
  }
  Judgement judgement(*policy, options_, request, call.deadline, now());
  return answer(request, call, action, judgement.judge(action));
}

AdmissionAnswer Admission::mutate(const AdmissionRequest& request, const AdmissionCall& call) {
  const std::shared_ptr<const AdmissionPolicy> policy = this->policy();
  if (!policy) return without_policy(request);
  AdmissionAnswer allowed{.uid = request.uid, .allowed = true};
  if (exemption_of(*policy, request, now()) != nullptr || is_mirror_pod(request)) return allowed;
  Pinning pinning(options_.digests, call.deadline);
  json::value object = request.object;
  json::array patch = default_pod(
      request,
      defaults_for(*policy, request),
      [&](std::string_view image) { return pinning.pin(image); },
      object);
  const bool must_pin = !pinning.failures().empty() && !policy->images.unpinned_allowed;
  if (patch.empty() && !must_pin) {
    allowed.warnings = pinning.failures();
    return allowed;
  }
  Decision decision{.allow = !must_pin,
                    .reason = fmt::format("{} defaults added", patch.size()),
                    .policy = policy->version()};
  if (must_pin) {
    decision.reason = fmt::format("{}", fmt::join(pinning.failures(), "; "));
    decision.rule = "images";
  } else {
    decision.warnings = pinning.failures();
  }
  AdmissionAnswer answer = this->answer(request, call, "defaults", std::move(decision));
  if (answer.allowed) answer.patch = std::move(patch);
  return answer;
}

} // namespace portique::access::kubernetes
