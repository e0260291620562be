#include "portique/access/gatekeeper_case.h"

#include <algorithm>
#include <array>

#include "portique/access/docker/engine_id.h"
#include "portique/access/image_names.h"
#include "portique/base/text.h"

namespace portique::access {

namespace {

/// Actions that bring what they are about into being.
constexpr std::array<std::string_view, 10> kCreating{"containers.create",
                                                     "volumes.create",
                                                     "networks.create",
                                                     "images.build",
                                                     "images.pull",
                                                     "images.import",
                                                     "images.load",
                                                     "services.create",
                                                     "secrets.create",
                                                     "configs.create"};

/// Actions whose images are names to be fetched or given, and never ids.
constexpr std::array<std::string_view, 6> kNaming{"images.pull",
                                                  "images.tag",
                                                  "images.import",
                                                  "containers.commit",
                                                  "plugins.install",
                                                  "plugins.upgrade"};

/// More things than this are joined by no real request.
constexpr std::size_t kMostJoined = 200;

bool is_one_of(std::string_view action, std::span<const std::string_view> actions) {
  return std::ranges::find(actions, action) != actions.end();
}

/// An engine that cannot be asked is a reason to deny.
base::Error unasked(const base::Error& error) {
  return {error.code(), "the engine cannot be asked what this is about: " + error.text()};
}

} // namespace

base::Result<std::string>
CaseReader::owner(ResourceKind kind, std::string_view id, std::string_view known) {
  if (!known.empty()) return std::string(known);
  if (parts_->owners == nullptr || id.empty()) return std::string();
  auto found = parts_->owners->owner(kind, id);
  if (!found)
    return base::fail(found.error().code(),
                      "it cannot be looked up who owns this: " + found.error().text());
  return std::move(*found);
}

base::Result<Resource> CaseReader::container(std::string_view name) {
  Resource made{.kind = "container", .names = {std::string(name)}};
  if (name.empty()) return made;
  auto found = parts_->view->container(name);
  if (!found) return std::unexpected(unasked(found.error()));
  if (!*found) return made;
  ContainerFacts& facts = **found;
  made.exists = true;
  made.owner = PQ_TRY(owner(ResourceKind::Container, facts.id, facts.owner));
  made.names = {facts.name.empty() ? facts.id : facts.name, facts.id};
  made.labels = std::move(facts.labels);
  made.images = PQ_TRY(images_of(facts));
  made.running = facts.running;
  made.privileged = facts.privileged;
  return made;
}

/// What it was created from. An id says nothing to anybody who selects by name: its names count.
base::Result<std::vector<std::string>> CaseReader::images_of(const ContainerFacts& facts) {
  if (facts.image.empty()) return std::vector<std::string>();
  const std::string& id = facts.image_id.empty() ? facts.image : facts.image_id;
  if (!is_whole_id(id) || !begins_image_id(facts.image, id))
    return std::vector{full_image_name(facts.image)};
  auto found = parts_->view->image(id);
  if (!found) return std::unexpected(unasked(found.error()));
  return image_naming(id, *found).names;
}

base::Result<Resource> CaseReader::exec(std::string_view id) {
  auto found = parts_->view->exec_container(id);
  if (!found) return std::unexpected(unasked(found.error()));
  Resource made{.kind = "exec", .names = {std::string(id)}};
  if (!*found) return made;
  made = PQ_TRY(container(**found));
  made.kind = "exec";
  // Who prepared a command in somebody else's container, as root perhaps, alone may run it.
  const std::string prepared = PQ_TRY(owner(ResourceKind::Exec, id, ""));
  if (!prepared.empty() && prepared != case_->caller.user) made.owner = prepared;
  made.names.emplace_back(id);
  return made;
}

base::Result<Resource> CaseReader::image(std::string_view name) {
  Resource made{.kind = "image", .names = {full_image_name(name)}};
  if (name.empty()) return made;
  auto found = parts_->view->image(name);
  if (!found) return std::unexpected(unasked(found.error()));
  if (!*found) return made;
  ImageFacts& facts = **found;
  made.exists = true;
  made.owner = PQ_TRY(owner(ResourceKind::Image, facts.id, facts.owner));
  // What it is called in the request comes first.
  made.names = image_naming(name, *found).names;
  for (std::string& other : image_naming(facts.id, *found).names)
    if (std::ranges::find(made.names, other) == made.names.end())
      made.names.push_back(std::move(other));
  made.images = made.names;
  if (std::ranges::find(made.names, facts.id) == made.names.end()) made.names.push_back(facts.id);
  made.labels = std::move(facts.labels);
  return made;
}

base::Result<Resource> CaseReader::volume(std::string_view name) {
  Resource made{.kind = "volume", .names = {std::string(name)}};
  if (name.empty()) return made;
  // Before the engine is asked: somebody else may create it while we wait for the answer.
  const std::string before = PQ_TRY(owner(ResourceKind::Volume, name, ""));
  auto found = parts_->view->volume(name);
  if (!found) return std::unexpected(unasked(found.error()));
  if (!*found) {
    // Its name may be given anew: whoever had it has no right to what comes.
    if (!before.empty() && PQ_TRY(owner(ResourceKind::Volume, name, "")) == before &&
        !parts_->owners->forget(ResourceKind::Volume, name))
      return base::fail(base::Code::Io, "it cannot be written down who owns the volume");
    return made;
  }
  made.exists = true;
  made.owner = PQ_TRY(owner(ResourceKind::Volume, name, (*found)->owner));
  made.labels = std::move((*found)->labels);
  return made;
}

base::Result<Resource> CaseReader::network(std::string_view name) {
  Resource made{.kind = "network", .names = {std::string(name)}};
  if (name.empty()) return made;
  auto found = parts_->view->network(name);
  if (!found) return std::unexpected(unasked(found.error()));
  if (!*found) return made;
  made.exists = true;
  made.owner = PQ_TRY(owner(ResourceKind::Network, (*found)->id, (*found)->owner));
  made.names = {(*found)->name, (*found)->id};
  made.labels = std::move((*found)->labels);
  return made;
}

base::Result<Resource> CaseReader::resource(ResourceKind kind, std::string_view name) {
  switch (kind) {
  case ResourceKind::Container:
    return container(name);
  case ResourceKind::Exec:
    return exec(name);
  case ResourceKind::Image:
    return image(name);
  case ResourceKind::Volume:
    return volume(name);
  case ResourceKind::Network:
    return network(name);
  default:
    return Resource{.kind = std::string(resource_kind_name(kind)),
                    .names = {std::string(name)},
                    .exists = !name.empty() && !case_->creates};
  }
}

base::Result<void> CaseReader::read() {
  PQ_TRY(read_call());
  PQ_TRY(read_images());
  PQ_TRY(read_joined());
  PQ_TRY(read_standing());
  const auto& local = case_->caller.local;
  const bool binds_containers =
      std::ranges::any_of(case_->policy->bindings(),
                          [](const Binding& one) { return !one.subjects.containers.empty(); });
  if (local && !local->container.empty() && binds_containers)
    case_->caller_container = PQ_TRY(container(local->container));
  return {};
}

base::Result<void> CaseReader::read_call() {
  GateCase& made = *case_;
  if (!made.stream_action.empty()) {
    made.ruling.action = made.stream_action;
    made.facts = made.stream_facts;
    made.creates = is_one_of(made.stream_action, kCreating);
    made.resource.kind = resource_kind_name(ResourceKind::Build);
    return {};
  }
  const auto versions = made.policy->extra_api_versions();
  auto call = parse_engine_call(*made.request, {{versions.begin(), versions.end()}});
  if (!call) return std::unexpected(std::move(call).error());
  made.call = std::move(*call);
  made.ruling.action = made.call.action->name;
  made.ruling.resource = made.call.resource;
  made.changes = made.call.action->changes;
  made.creates = is_one_of(made.ruling.action, kCreating);
  made.facts = PQ_TRY(parts_->facts(made.call, *parts_->view));
  made.resource = PQ_TRY(resource(made.call.action->resource, made.call.resource));
  if (!made.resource.names.empty() && !made.resource.names.front().empty())
    made.ruling.resource = made.resource.names.front();
  if (made.call.also.size() + made.call.produces.size() > kMostJoined)
    return base::fail(base::Code::LimitExceeded, "the request names too many things at once");
  for (const NamedResource& other : made.call.also) {
    Resource found = PQ_TRY(resource(other.kind, other.name));
    (other.kind == made.call.action->resource ? made.also : made.joined)
        .push_back(std::move(found));
  }
  made.facts.produces = made.call.produces;
  if (made.ruling.action == "images.pull") PQ_TRY(read_pulled());
  // It flows by unread: it may bring any name, and take it from anybody's image.
  if (made.ruling.action == "images.load")
    made.joined.push_back({.kind = "image", .names = {"what the archive names"}, .exists = true});
  return {};
}

/// A pull takes a name away from the image that has it. Without a tag it takes all that the
/// registry has, and whose those are here is not known; one by its digest takes none.
base::Result<void> CaseReader::read_pulled() {
  GateCase& made = *case_;
  const std::string name = pulled_image_name(made.call.resource);
  if (name.ends_with(":*")) {
    made.resource = {.kind = made.resource.kind, .names = {name}, .exists = true};
    made.ruling.resource = name;
    made.joined.push_back(made.resource);
    return {};
  }
  const auto reference = full_reference(name);
  const bool takes_name = !reference || reference->digest.empty();
  if (takes_name && made.resource.exists && !made.resource.owner.empty())
    made.joined.push_back(made.resource);
  return {};
}

/// The images of the facts, as rules see them.
base::Result<void> CaseReader::read_images() {
  GateCase& made = *case_;
  const std::string_view action = made.ruling.action;
  if (made.facts.images.size() > kMostJoined)
    return base::fail(base::Code::LimitExceeded, "the request names too many images at once");
  // A name that is fetched or given is a name, whatever id begins with the same letters.
  const bool only_names = is_one_of(action, kNaming);
  const bool asks_trust = parts_->trust != nullptr && made.policy->asks_image_trust();
  std::vector<std::string> names;
  const auto add = [&](std::string name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  };
  bool pinned = !made.facts.images.empty();
  for (const std::string& written : made.facts.images) {
    std::optional<ImageFacts> known;
    if (!only_names || asks_trust) {
      auto found = parts_->view->image(written);
      if (!found) return std::unexpected(unasked(found.error()));
      known = std::move(*found);
    }
    ImageNaming naming = image_naming(written, only_names ? std::nullopt : known);
    if (action == "images.pull") naming.names = {pulled_image_name(written)};
    pinned = pinned && naming.pinned;
    made.asked_images.push_back(
        {.reference = naming.names.front(), .id = known ? known->id : std::string()});
    for (std::string& name : naming.names)
      add(std::move(name));
  }
  // What gets a name brings the ones that it has: it is no other image by it.
  if (action == "images.tag") {
    auto source = parts_->view->image(made.call.resource);
    if (!source) return std::unexpected(unasked(source.error()));
    for (std::string& name : image_naming(made.call.resource, *source).names)
      add(std::move(name));
  }
  made.facts.images = std::move(names);
  made.facts.images_pinned = pinned;
  return {};
}

base::Result<void> CaseReader::read_joined() {
  GateCase& made = *case_;
  const WorkloadFacts& facts = made.facts;
  if (facts.joined_containers.size() + facts.volumes.size() + facts.networks.size() +
          facts.produces.size() >
      kMostJoined)
    return base::fail(base::Code::LimitExceeded, "the request joins too many things at once");
  for (const std::string& name : facts.joined_containers)
    made.joined.push_back(PQ_TRY(container(name)));
  for (std::string& name : made.facts.produces) {
    made.joined.push_back(PQ_TRY(image(name)));
    name = full_image_name(name);
  }
  for (const std::string& name : facts.volumes)
    made.joined.push_back(PQ_TRY(volume(name)));
  for (const std::string& name : facts.networks)
    made.joined.push_back(PQ_TRY(network(name)));
  return {};
}

base::Result<void> CaseReader::read_standing() {
  GateCase& made = *case_;
  if (parts_->trust == nullptr || made.facts.images.empty() || !made.policy->asks_image_trust())
    return {};
  bool is_first = true;
  for (const AskedImage& asked : made.asked_images) {
    // What cannot be looked up counts as never scanned and not signed.
    ImageStanding one =
        parts_->trust->standing(asked.reference, asked.id).value_or(ImageStanding());
    if (is_first) {
      made.standing = std::move(one);
      is_first = false;
      continue;
    }
    ImageStanding& all = made.standing;
    all.scanned = all.scanned && one.scanned ? std::min(all.scanned, one.scanned) : std::nullopt;
    if (one.decision == "deny" || all.decision.empty() || one.decision.empty())
      all.decision = all.decision == "deny" ? "deny" : one.decision;
    else if (one.decision == "warn" && all.decision == "allow")
      all.decision = "warn";
    all.is_signed = all.is_signed && one.is_signed ? std::optional(*all.is_signed && *one.is_signed)
                                                   : std::nullopt;
    std::erase_if(all.signers, [&](const std::string& signer) {
      return std::ranges::find(one.signers, signer) == one.signers.end();
    });
  }
  return {};
}

RequestView CaseReader::view() const {
  const GateCase& made = *case_;
  const bool is_stream = !made.stream_action.empty();
  const bool has_workload =
      is_stream || !made.facts.images.empty() || made.call.action->body != BodyUse::None;
  RequestView view;
  view.gate = gate_name(made.gate);
  view.caller = &made.caller;
  if (made.caller_container.exists) view.caller_container = &made.caller_container;
  view.action = made.ruling.action;
  view.changes = made.changes;
  view.creates = made.creates;
  view.method = made.request->method;
  view.path = is_stream ? std::string_view(made.request->target) : std::string_view(made.call.path);
  view.version = made.call.version;
  view.query = &made.call.query;
  view.headers = &made.request->headers;
  view.body = &made.call.body;
  view.resource = &made.resource;
  view.joined = made.joined;
  if (has_workload) view.workload = &made.facts;
  if (parts_->trust != nullptr && !made.facts.images.empty() && made.policy->asks_image_trust())
    view.standing = &made.standing;
  view.now = made.now;
  return view;
}

void CaseReader::plan_owners() {
  GateCase& made = *case_;
  Ruling& ruling = made.ruling;
  const std::string_view action = ruling.action;
  const auto& names = made.resource.names;
  if (action == "containers.create") ruling.creates.emplace_back("container:");
  // podman may answer with the network that is there already.
  if (action == "networks.create" && !made.resource.exists) ruling.creates.emplace_back("network:");
  if (action == "containers.exec") ruling.creates.emplace_back("exec:");
  // The engine answers with what is there already: that is not the caller's.
  if (action == "volumes.create" && !made.resource.exists)
    ruling.creates.push_back("volume:" + (names.empty() ? "" : names.front()));
  if (action == "images.pull" && !made.resource.exists && !names.empty())
    ruling.creates.push_back("image:" + names.front());
  for (const std::string& name : made.call.produces)
    if (action != "images.tag") ruling.creates.push_back("image:" + name);
  for (const Resource& joined : made.joined)
    if (joined.kind == "volume" && !joined.exists && !joined.names.front().empty())
      ruling.creates.push_back("volume:" + joined.names.front());
  if (action == "volumes.remove" && !names.empty())
    ruling.removes.push_back("volume:" + names.front());
  if ((action == "containers.remove" || action == "networks.remove") && made.resource.exists)
    ruling.removes.push_back(made.resource.kind + ":" + names.back());
  // What flows in a stream has no action of the table; it builds.
  ruling.changes = made.call.action == nullptr || made.call.action->changes;
  ruling.wants_answer = std::ranges::any_of(
      ruling.creates, [](const std::string& created) { return created.ends_with(':'); });
}

} // namespace portique::access
