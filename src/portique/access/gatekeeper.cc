#include "portique/access/gatekeeper.h"

#include <algorithm>
#include <array>

#include "portique/access/gatekeeper_case.h"
#include "portique/access/request_record.h"
#include "portique/access/roles/approvals.h"
#include "portique/access/roles/decide.h"
#include "portique/base/digest.h"
#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/image/reference.h"

namespace portique::access {

namespace {

/// How old the gatekeeper's picture of the grants may be.
constexpr std::int64_t kGrantSeconds = 1;
/// Of decisions while there is no policy that says it.
constexpr std::chrono::milliseconds kDeadline{2000};

Decision denial(const AccessPolicy* policy, std::string reason) {
  Decision decision;
  decision.reason = std::move(reason);
  if (policy != nullptr) decision.policy = policy->version();
  return decision;
}

Decision late_denial(const AccessPolicy* policy) {
  return denial(policy, "the decision took too long (engine or trail do not answer); try again");
}

std::string request_digest(const EngineRequest& request) {
  base::Hasher hasher;
  const auto add = [&](std::string_view text) { hasher.update(base::as_bytes(text)); };
  add(request.method);
  add(" ");
  add(request.target);
  add("\n");
  add(request.body);
  return hasher.finish().text();
}

AuditEvent event_of(const GateCase& made, Decision decision) {
  AuditEvent event;
  event.time = made.now;
  event.gate = gate_name(made.gate);
  event.caller = made.caller;
  event.action = made.ruling.action.empty() ? "unknown" : made.ruling.action;
  event.resource_kind = made.resource.kind;
  event.resource = made.ruling.resource;
  event.method = base::printable(std::string_view(made.request->method).substr(0, 32));
  event.target = masked_target(made.request->target);
  event.request_digest = request_digest(*made.request);
  event.command = masked_command(made.facts.command);
  event.facts = made.record;
  event.decision = std::move(decision);
  return event;
}

/// The kind and what stands behind the colon.
std::pair<std::string_view, std::string_view> kind_and_id(std::string_view created) {
  const std::size_t colon = created.find(':');
  return {created.substr(0, colon),
          colon == std::string_view::npos ? std::string_view() : created.substr(colon + 1)};
}

std::optional<ResourceKind> owned_kind(std::string_view name) {
  for (const ResourceKind kind : {ResourceKind::Container,
                                  ResourceKind::Image,
                                  ResourceKind::Volume,
                                  ResourceKind::Network,
                                  ResourceKind::Exec})
    if (resource_kind_name(kind) == name) return kind;
  return std::nullopt;
}

/// The id that the engine's answer names: {"Id": ...}; volumes have a "Name".
std::string answered_id(std::string_view body, ResourceKind kind) {
  const auto document = base::parse_json(body);
  if (!document) return "";
  const char* member = kind == ResourceKind::Volume ? "Name" : "Id";
  return std::string(base::json_string(base::json_object(&*document), member));
}

/// Whether an image has no other names than those that were asked for. A build that adds nothing
/// to its base ends in the base itself, which was there before.
bool goes_by(const ImageFacts& image, const std::vector<std::string>& creates) {
  const auto whole = [](std::string_view name) {
    const auto reference = image::parse_reference(name);
    return reference ? reference->text() : std::string(name);
  };
  return std::ranges::all_of(image.tags, [&](const std::string& tag) {
    return std::ranges::any_of(creates, [&](const std::string& created) {
      const auto [kind, name] = kind_and_id(created);
      return kind == "image" && whole(name) == whole(tag);
    });
  });
}

} // namespace

Gatekeeper::Gatekeeper(GatekeeperParts parts, GatekeeperOptions options)
    : parts_(std::move(parts)), options_(std::move(options)),
      grants_(std::make_shared<const std::vector<Grant>>()) {}

Gatekeeper::~Gatekeeper() = default;

base::Time Gatekeeper::now() const {
  return options_.clock ? options_.clock() : base::now();
}

std::shared_ptr<const AccessPolicy> Gatekeeper::policy() const {
  const std::scoped_lock lock(guard_);
  return policy_;
}

std::shared_ptr<const std::vector<Grant>> Gatekeeper::grants() const {
  const std::scoped_lock lock(guard_);
  return grants_;
}

GatekeeperStatus Gatekeeper::status() const {
  GatekeeperStatus status;
  status.allowed = allowed_;
  status.denied = denied_;
  status.late = late_;
  status.unwritten = unwritten_;
  const std::scoped_lock lock(guard_);
  if (policy_) {
    status.policy = policy_->name();
    status.version = policy_->version();
  }
  status.problem = problem_;
  status.grant_issues = grant_issues_;
  return status;
}

// --- policies -------------------------------------------------------------------------------

base::Result<void> Gatekeeper::offer(const PolicyOffer& offer) {
  const std::scoped_lock lock(offering_);
  auto taken = take(offer);
  if (!taken) {
    const auto serving = policy();
    Decision decision =
        denial(serving.get(), "the offered policy does not serve: " + taken.error().text());
    note("policy.load", offer.name, std::move(decision));
  }
  const std::scoped_lock guard(guard_);
  problem_ = taken ? "" : taken.error().text();
  return taken;
}

base::Result<void> Gatekeeper::take(const PolicyOffer& offer) {
  LoadedAccessPolicy loaded =
      AccessPolicy::load_text(offer.name, offer.text, options_.limits, now(), offer.included);
  if (!loaded.policy) {
    for (const policy::Diagnostic& diagnostic : loaded.diagnostics)
      if (diagnostic.level == policy::Level::Error)
        return base::fail(base::Code::Malformed, diagnostic.text());
    return base::fail(base::Code::Malformed, "the policy cannot be used");
  }
  PQ_TRY(check_approvals(*loaded.policy, offer));
  AuditEvent event;
  event.time = now();
  event.gate = "policy";
  event.action = "policy.load";
  event.resource_kind = "policy";
  event.resource = offer.name;
  event.decision.allow = true;
  event.decision.reason = "the policy serves from now on";
  event.decision.policy = loaded.policy->version();
  (void)PQ_TRY(base::at("trail", parts_.trail->append(std::move(event))));
  if (!options_.state_folder.empty())
    PQ_TRY(keep_approvals_in_force(options_.state_folder, *loaded.policy));
  const std::scoped_lock lock(guard_);
  policy_ = std::move(loaded.policy);
  return {};
}

base::Result<void> Gatekeeper::check_approvals(const AccessPolicy& candidate,
                                               const PolicyOffer& offer) const {
  // The serving policy says who approves its successor, or a change could name its own judges.
  const auto serving = policy();
  std::optional<ApprovalsInForce> in_force;
  if (serving && serving->approvals())
    in_force = ApprovalsInForce{*serving->approvals(), serving->written_digest()};
  else if (!serving && !options_.state_folder.empty())
    in_force = PQ_TRY(read_approvals_in_force(options_.state_folder));
  if (!in_force && !serving && candidate.approvals())
    in_force = ApprovalsInForce{*candidate.approvals(), ""};
  if (!in_force || in_force->digest == candidate.written_digest()) return {};
  const std::string& author =
      candidate.approvals() ? candidate.approvals()->author : in_force->rule.author;
  return access::check_approvals(
      in_force->rule, author, candidate.written_digest(), offer.approvals);
}

void Gatekeeper::note(std::string action, std::string resource, Decision decision) {
  AuditEvent event;
  event.time = now();
  event.gate = "policy";
  event.action = std::move(action);
  event.resource_kind = "policy";
  event.resource = std::move(resource);
  event.decision = std::move(decision);
  // What is noted here changes nothing; a trail that takes no line stops every decision anyway.
  if (!parts_.trail->append(std::move(event))) ++unwritten_;
}

// --- break-glass ----------------------------------------------------------------------------

void Gatekeeper::refresh_grants(base::Time now) {
  if (options_.grants_folder.empty()) return;
  const std::int64_t second = now.time_since_epoch().count();
  if (grants_seen_.load() + kGrantSeconds > second) return;
  const std::unique_lock lock(refreshing_, std::try_to_lock);
  if (!lock.owns_lock() || grants_seen_.load() + kGrantSeconds > second) return;
  grants_seen_ = second;
  auto read = read_grants(options_.grants_folder, now);
  const auto before = grants();
  std::vector<Grant> after;
  std::vector<std::string> issues;
  if (read) {
    after = std::move(read->grants);
    issues = std::move(read->issues);
  } else {
    issues.push_back(read.error().text()); // nobody has what cannot be read
  }
  const auto contains = [](const std::vector<Grant>& all, const Grant& one) {
    return std::ranges::find(all, one) != all.end();
  };
  std::vector<Grant> counted;
  for (Grant& grant : after) {
    if (!contains(*before, grant)) {
      AuditEvent event;
      event.time = now;
      event.gate = "policy";
      event.caller.user = grant.user;
      event.action = "break_glass.take";
      event.resource_kind = "role";
      event.resource = grant.role;
      event.decision.allow = true;
      event.decision.break_glass = true;
      event.decision.role = grant.role;
      event.decision.reason = "taken by " + grant.taken_by + " until " +
                              base::format_time(grant.until) + ": " + base::printable(grant.reason);
      // A grant that the trail does not know does not count.
      if (!parts_.trail->append(std::move(event))) {
        ++unwritten_;
        continue;
      }
    }
    counted.push_back(std::move(grant));
  }
  for (const Grant& grant : *before)
    if (!contains(counted, grant)) {
      Decision decision;
      decision.break_glass = true;
      decision.role = grant.role;
      decision.reason = grant.until <= now ? "its time is over" : "it was taken back";
      note("break_glass.end", grant.role + " of " + grant.user, std::move(decision));
    }
  const std::scoped_lock guard(guard_);
  grants_ = std::make_shared<const std::vector<Grant>>(std::move(counted));
  grant_issues_ = std::move(issues);
}

// --- decisions ------------------------------------------------------------------------------

std::chrono::milliseconds Gatekeeper::deadline() const {
  const auto serving = policy();
  return serving ? serving->deadline() : kDeadline;
}

bool Gatekeeper::may_ask_engine(const EngineRequest& request) {
  const auto action = find_engine_action(request);
  if (!action) return false; // it is denied without a question
  const auto& [name, methods, path, resource, body, changes, meaning] = **action;
  // These name images in their queries.
  return changes || path.find('{') != std::string_view::npos || path == "/images/get" ||
         path == "/images/search";
}

Ruling Gatekeeper::judge(Gate gate, const EngineRequest& request, const Identity& caller) {
  GateCase made;
  made.gate = gate;
  made.request = &request;
  made.caller = caller;
  return rule(made);
}

Ruling Gatekeeper::judge_stream(Gate gate,
                                const EngineRequest& request,
                                std::string_view action,
                                const WorkloadFacts& facts,
                                const Identity& caller) {
  EngineRequest opening = request;
  opening.body.clear();
  GateCase made;
  made.gate = gate;
  made.request = &opening;
  made.caller = caller;
  made.stream_action = action;
  made.stream_facts = facts;
  return rule(made);
}

Ruling Gatekeeper::rule(GateCase& made) {
  made.policy = policy();
  made.until =
      std::chrono::steady_clock::now() + (made.policy ? made.policy->deadline() : kDeadline);
  decide_case(made);
  write_down(made);
  ++(made.ruling.decision.allow ? allowed_ : denied_);
  return std::move(made.ruling);
}

void Gatekeeper::decide_case(GateCase& made) {
  made.now = now();
  refresh_grants(made.now);
  if (!made.policy) {
    made.ruling.decision = denial(nullptr, "no policy has been loaded: everything is denied");
    return;
  }
  CaseReader reader(parts_, made);
  if (const auto read = reader.read(); !read) {
    made.ruling.decision = denial(made.policy.get(), read.error().text());
    return;
  }
  const RequestView view = reader.view();
  made.record = record_request(view, made.also);
  made.ruling.decision = decide(*made.policy, view, *grants());
  // What else a call touches: it must be allowed on each.
  for (const Resource& other : made.also) {
    if (!made.ruling.decision.allow) break;
    RequestView another = view;
    another.resource = &other;
    Decision decision = decide(*made.policy, another, *grants());
    if (!decision.allow) made.ruling.decision = std::move(decision);
  }
  if (made.ruling.decision.allow) reader.plan_owners();
}

void Gatekeeper::write_down(GateCase& made) {
  const auto forget = [&made](Decision no) {
    made.ruling.decision = std::move(no);
    made.ruling.creates.clear();
    made.ruling.removes.clear();
  };
  if (made.is_late()) {
    ++late_;
    forget(late_denial(made.policy.get()));
  }
  auto entry = parts_.trail->append(event_of(made, made.ruling.decision));
  if (!entry) {
    ++unwritten_;
    forget(denial(made.policy.get(),
                  "the decision cannot be written into the trail; try again later"));
    return;
  }
  made.ruling.entry = *entry;
  if (!made.ruling.decision.allow || !made.is_late()) return;
  ++late_;
  forget(late_denial(made.policy.get()));
  Decision told =
      denial(made.policy.get(),
             "entry " + std::to_string(*entry) + " came too late: the caller was told no");
  if (!parts_.trail->append(event_of(made, std::move(told)))) ++unwritten_;
}

bool Gatekeeper::wants_body(const EngineRequest& head) {
  const auto action = find_engine_action(head);
  // What has no meaning is denied whatever its body says.
  if (!action) return true;
  return (*action)->body == BodyUse::Json || (*action)->body == BodyUse::OptionalJson ||
         (*action)->body == BodyUse::None;
}

void Gatekeeper::completed(const Ruling& ruling,
                           const Identity& caller,
                           int status,
                           std::string_view body) {
  parts_.view->forget_answers();
  constexpr int kFirstSuccess = 200;
  constexpr int kFirstOther = 300;
  if (parts_.owners == nullptr || status < kFirstSuccess || status >= kFirstOther) return;
  for (const std::string& removed : ruling.removes) {
    const auto [name, id] = kind_and_id(removed);
    const auto kind = owned_kind(name);
    if (kind && !parts_.owners->forget(*kind, id)) ++unwritten_;
  }
  if (caller.user.empty() || caller.proof == Proof::None ||
      (caller.local && !caller.local->container.empty()))
    return;
  for (const std::string& created : ruling.creates)
    own(created, ruling, caller, body);
}

/// Writes down whose a thing is that was created.
void Gatekeeper::own(std::string_view created,
                     const Ruling& ruling,
                     const Identity& caller,
                     std::string_view body) {
  const auto [name, known] = kind_and_id(created);
  const auto kind = owned_kind(name);
  if (!kind) return;
  std::string id(known);
  if (id.empty()) {
    // What is new has no owner yet, even if its id was another one's: podman makes a network's id
    // of its name.
    id = answered_id(body, *kind);
    if (!id.empty() && !parts_.owners->forget(*kind, id)) ++unwritten_;
  }
  if (*kind == ResourceKind::Image && !id.empty()) {
    const auto image = parts_.view->image(id);
    id = image && *image && goes_by(**image, ruling.creates) ? (*image)->id : "";
  }
  if (!id.empty() && !parts_.owners->record(*kind, id, caller.user)) ++unwritten_;
}

} // namespace portique::access
