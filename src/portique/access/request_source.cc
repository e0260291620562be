#include "portique/access/request_source.h"

#include <algorithm>
#include <array>
#include <functional>

#include "portique/access/docker/engine_id.h"
#include "portique/access/image_names.h"
#include "portique/base/text.h"
#include "portique/policy/field_table.h"

namespace portique::access {

namespace {

using policy::Domain;
using policy::FieldUse;
using policy::Value;

const WorkloadFacts& no_workload() {
  static const WorkloadFacts kNone;
  return kNone;
}

Value text_or_absent(std::string_view text) {
  return text.empty() ? Value() : Value::text(text);
}

/// "192.0.2.1:4711", "[2001:db8::1]:4711", either without a port.
std::optional<policy::Address> address_of(std::string_view peer) {
  if (peer.starts_with('[')) return policy::parse_address(peer.substr(1, peer.find(']') - 1));
  if (const auto whole = policy::parse_address(peer)) return whole;
  return policy::parse_address(peer.substr(0, peer.rfind(':')));
}

std::string port_text(const PublishedPort& port) {
  return (port.address.empty() ? std::string("0.0.0.0") : port.address) + ":" +
         std::to_string(port.host_port) + ":" + std::to_string(port.container_port) + "/" +
         port.protocol;
}

bool is_identified(const Identity& caller) {
  const bool in_container = caller.local && !caller.local->container.empty();
  return caller.proof != Proof::None && !caller.user.empty() && !in_container;
}

} // namespace

bool is_callers(const RequestView& request, const Resource& resource) {
  return is_identified(*request.caller) && !resource.owner.empty() &&
         resource.owner == request.caller->user;
}

bool is_own(const RequestView& request) {
  // Whoever takes a name away from another one's image does not stay among what is their own.
  if (std::ranges::any_of(request.joined, [&](const Resource& joined) {
        return joined.kind == "image" && joined.exists && !is_callers(request, joined);
      }))
    return false;
  if (request.resource != nullptr && request.resource->exists)
    return is_callers(request, *request.resource);
  return request.creates && is_identified(*request.caller);
}

std::string caller_text(const Identity& caller) {
  const auto shown = [](std::string_view text) { return base::printable(text.substr(0, 80)); };
  if (caller.local && !caller.local->container.empty())
    return "a process in container " +
           shown(std::string_view(caller.local->container).substr(0, 12));
  if (!caller.user.empty()) return shown(caller.user);
  if (caller.local) return "uid " + std::to_string(caller.local->uid);
  if (!caller.certificate.empty())
    return "the certificate " + shown(std::string_view(caller.certificate).substr(0, 16));
  return "a caller without identity (the engine's own socket)";
}

RequestSource::RequestSource(const RequestView& request, const PolicyFacts& facts)
    : request_(&request), facts_(&facts),
      workload_(request.workload != nullptr ? request.workload : &no_workload()),
      json_(policy::field_table(Domain::Request), nothing_) {}

Value RequestSource::kept(std::string text) const {
  return Value::text(texts_.emplace_back(std::move(text)));
}

Value RequestSource::listed(std::vector<Value> items) const {
  const std::vector<Value>& list = lists_.emplace_back(std::move(items));
  return Value::list(list.data(), list.size());
}

Value RequestSource::texts(std::span<const std::string> values) const {
  std::vector<Value> items;
  items.reserve(values.size());
  for (const std::string& value : values)
    items.push_back(Value::text(value));
  return listed(std::move(items));
}

/// One function a field.
struct RequestAnswers {
  using Answer = Value (*)(const RequestSource&, const FieldUse&);

  struct Row {
    std::string_view field;
    Answer answer = nullptr;
  };

  static const RequestView& request(const RequestSource& source) { return *source.request_; }

  static Value header(const RequestSource& source, const FieldUse& use) {
    if (source.request_->headers == nullptr) return {};
    std::vector<Value> found;
    for (const http::Header& header : *source.request_->headers)
      if (base::equals_ignore_case(header.name, use.argument))
        found.push_back(Value::text(header.value));
    return source.listed(std::move(found));
  }

  static Value query(const RequestSource& source, const FieldUse& use) {
    if (source.request_->query == nullptr) return {};
    std::vector<Value> found;
    for (const auto& [name, value] : *source.request_->query)
      if (name == use.argument) found.push_back(Value::text(value));
    return source.listed(std::move(found));
  }

  static Value container(const RequestSource& source, const FieldUse& /*use*/) {
    const Resource* resource = source.request_->resource;
    const bool is_container = resource != nullptr && resource->kind == "container";
    return is_container && !resource->names.empty() ? Value::text(resource->names.front())
                                                    : Value();
  }

  static Value resource_name(const RequestSource& source, const FieldUse& /*use*/) {
    const Resource* resource = source.request_->resource;
    return resource == nullptr || resource->names.empty() ? Value()
                                                          : text_or_absent(resource->names.front());
  }

  static Value labels(const RequestSource& source, const FieldUse& use) {
    const Resource* resource = source.request_->resource;
    if (resource == nullptr) return {};
    if (use.has_argument) {
      const auto found = resource->labels.find(use.argument);
      return found == resource->labels.end() ? Value() : Value::text(found->second);
    }
    std::vector<Value> all;
    for (const auto& [name, value] : resource->labels)
      all.push_back(source.kept(name + "=" + value));
    return source.listed(std::move(all));
  }

  static Value others(const RequestSource& source, const FieldUse& /*use*/) {
    std::vector<Value> found;
    for (const Resource& joined : source.request_->joined) {
      // The engine's own networks belong to nobody and are for all.
      if (joined.kind == "network" && joined.owner.empty()) continue;
      if (!joined.exists && joined.kind != "container") continue;
      if (!is_callers(*source.request_, joined) && !joined.names.empty())
        found.push_back(Value::text(joined.names.front()));
    }
    return source.listed(std::move(found));
  }

  static Value unlimited(const RequestSource& source, const FieldUse& /*use*/) {
    if (source.request_->workload == nullptr) return {};
    std::vector<Value> found;
    if (!source.workload_->memory_limited) found.push_back(Value::text("memory"));
    if (!source.workload_->cpu_limited) found.push_back(Value::text("cpu"));
    if (!source.workload_->pids_limited) found.push_back(Value::text("pids"));
    return source.listed(std::move(found));
  }

  static Value ports(const RequestSource& source, const FieldUse& /*use*/) {
    std::vector<Value> found;
    for (const PublishedPort& port : source.workload_->ports)
      found.push_back(source.kept(port_text(port)));
    if (source.workload_->publishes_all) found.push_back(Value::text("0.0.0.0:0:*"));
    return source.listed(std::move(found));
  }

  static Value port_addresses(const RequestSource& source, const FieldUse& /*use*/) {
    std::vector<Value> found;
    const auto add = [&](std::string_view text) {
      const auto address = policy::parse_address(text.empty() ? "0.0.0.0" : text);
      // What is no address could be any.
      const auto any = policy::parse_address("0.0.0.0");
      found.push_back(Value::address(source.addresses_.emplace_back(address ? *address : *any)));
    };
    for (const PublishedPort& port : source.workload_->ports)
      add(port.address);
    if (source.workload_->publishes_all) add("");
    return source.listed(std::move(found));
  }

  static Value sysctls(const RequestSource& source, const FieldUse& /*use*/) {
    std::vector<Value> found;
    for (const auto& [name, value] : source.workload_->sysctls)
      found.push_back(source.kept(name + "=" + value));
    return source.listed(std::move(found));
  }

  static Value command(const RequestSource& source, const FieldUse& /*use*/) {
    if (source.workload_->command.empty()) return {};
    std::string joined;
    for (const std::string& word : source.workload_->command)
      joined += (joined.empty() ? "" : " ") + word;
    return source.kept(std::move(joined));
  }

  enum class Part : std::uint8_t { Registry, Repository, Tag };

  static Value image_part(const RequestSource& source, Part part) {
    std::vector<Value> found;
    for (const std::string& name : source.workload_->images) {
      const auto reference = full_reference(name);
      if (!reference) {
        // What has no registry that could be named is of none that anybody trusts.
        if (part != Part::Tag || !is_whole_id(name))
          found.push_back(Value::text(part == Part::Tag ? std::string_view("") : name));
        continue;
      }
      const std::string& text = part == Part::Registry     ? reference->registry
                                : part == Part::Repository ? reference->repository
                                                           : reference->tag;
      if (part != Part::Tag || !text.empty()) found.push_back(source.kept(text));
    }
    return source.listed(std::move(found));
  }

  static Value pinned(const RequestSource& source, const FieldUse& /*use*/) {
    if (source.workload_->images.empty()) return {};
    return Value::boolean(
        source.workload_->images_pinned ||
        std::ranges::all_of(source.workload_->images, [](const std::string& name) {
          const auto reference = full_reference(name);
          return is_whole_id(name) || (reference && !reference->digest.empty());
        }));
  }

  static Value scan_age(const RequestSource& source, const FieldUse& /*use*/) {
    const ImageStanding* standing = source.request_->standing;
    if (standing == nullptr || !standing->scanned) return {};
    return Value::integer((source.request_->now - *standing->scanned).count());
  }

  static Value image(const RequestSource& source, const FieldUse& /*use*/) {
    if (!source.workload_->images.empty()) return Value::text(source.workload_->images.front());
    const Resource* resource = source.request_->resource;
    if (resource == nullptr) return {};
    if (resource->kind == "image")
      return resource->names.empty() ? Value() : text_or_absent(resource->names.front());
    return resource->images.empty() ? Value() : Value::text(resource->images.front());
  }

  static Value object(const RequestSource& source, const FieldUse& use) {
    const boost::json::value* object = source.request_->object;
    return object == nullptr ? Value() : source.json_.walk(*object, use.path);
  }

  static Value body(const RequestSource& source, const FieldUse& use) {
    const boost::json::object* body = source.request_->body;
    return body == nullptr ? Value() : source.json_.walk(*body, use.path);
  }

  static Value address(const RequestSource& source, const FieldUse& /*use*/) {
    const auto address = address_of(source.request_->caller->address);
    return address ? Value::address(source.addresses_.emplace_back(*address)) : Value();
  }

  static std::span<const Row> rows();
};

// One line a field; what takes more has a function above.
// NOLINTBEGIN(bugprone-macro-parentheses): the argument is an expression over `s`
#define PORTIQUE_ANSWER(field, expression)                                                         \
  Row {                                                                                            \
    field, [](const RequestSource& s, const FieldUse& /*use*/) -> Value { return expression; }     \
  }

// NOLINTEND(bugprone-macro-parentheses)

std::span<const RequestAnswers::Row> RequestAnswers::rows() {
  static const std::array kRows{
      PORTIQUE_ANSWER("request.method", text_or_absent(request(s).method)),
      PORTIQUE_ANSWER("request.path", text_or_absent(request(s).path)),
      PORTIQUE_ANSWER("request.version", text_or_absent(request(s).version)),
      PORTIQUE_ANSWER("request.action", text_or_absent(request(s).action)),
      Row{"request.query", query},
      Row{"request.header", header},
      Row{"request.body", body},
      Row{"request.image", image},
      Row{"request.container", container},
      PORTIQUE_ANSWER("request.operation", text_or_absent(request(s).operation)),
      PORTIQUE_ANSWER("request.gate", text_or_absent(request(s).gate)),
      PORTIQUE_ANSWER("request.changes", Value::boolean(request(s).changes)),
      Row{"request.resource", resource_name},
      PORTIQUE_ANSWER("request.resource.kind",
                      request(s).resource == nullptr ? Value()
                                                     : text_or_absent(request(s).resource->kind)),
      Row{"request.resource.labels", labels},
      PORTIQUE_ANSWER("request.owner",
                      request(s).resource == nullptr ? Value()
                                                     : text_or_absent(request(s).resource->owner)),
      PORTIQUE_ANSWER("request.own", Value::boolean(is_own(request(s)))),
      PORTIQUE_ANSWER("request.images", s.texts(s.workload_->images)),
      PORTIQUE_ANSWER("request.produces", s.texts(s.workload_->produces)),
      PORTIQUE_ANSWER("request.privileged", Value::boolean(s.workload_->privileged)),
      PORTIQUE_ANSWER("request.capabilities", s.texts(s.workload_->capabilities)),
      PORTIQUE_ANSWER("request.dropped", s.texts(s.workload_->dropped)),
      PORTIQUE_ANSWER("request.host_namespaces", s.texts(s.workload_->host_namespaces)),
      PORTIQUE_ANSWER("request.joined_containers", s.texts(s.workload_->joined_containers)),
      PORTIQUE_ANSWER("request.host_paths", s.texts(s.workload_->host_paths)),
      PORTIQUE_ANSWER("request.writable_host_paths", s.texts(s.workload_->writable_host_paths)),
      PORTIQUE_ANSWER("request.volumes", s.texts(s.workload_->volumes)),
      PORTIQUE_ANSWER("request.network_shares", s.texts(s.workload_->network_shares)),
      PORTIQUE_ANSWER("request.engine_socket", Value::boolean(s.workload_->engine_socket)),
      PORTIQUE_ANSWER("request.devices", s.texts(s.workload_->devices)),
      PORTIQUE_ANSWER("request.device_rules", s.texts(s.workload_->device_rules)),
      PORTIQUE_ANSWER("request.unconfined", s.texts(s.workload_->unconfined)),
      PORTIQUE_ANSWER("request.no_new_privileges", Value::boolean(s.workload_->no_new_privileges)),
      PORTIQUE_ANSWER("request.user", text_or_absent(s.workload_->user)),
      PORTIQUE_ANSWER("request.root", Value::boolean(s.workload_->root)),
      PORTIQUE_ANSWER("request.readonly", Value::boolean(s.workload_->root_filesystem_read_only)),
      Row{"request.unlimited", unlimited},
      Row{"request.ports", ports},
      Row{"request.port_addresses", port_addresses},
      PORTIQUE_ANSWER("request.runtime", text_or_absent(s.workload_->runtime)),
      PORTIQUE_ANSWER("request.cgroup_parent", text_or_absent(s.workload_->cgroup_parent)),
      Row{"request.sysctls", sysctls},
      PORTIQUE_ANSWER("request.restart", text_or_absent(s.workload_->restart)),
      PORTIQUE_ANSWER("request.networks", s.texts(s.workload_->networks)),
      Row{"request.command", command},
      PORTIQUE_ANSWER("request.environment", s.texts(s.workload_->environment)),
      PORTIQUE_ANSWER("request.entitlements", s.texts(s.workload_->entitlements)),
      Row{"request.others", others},
      Row{"request.unapproved_host_paths",
          [](const RequestSource& s, const FieldUse& /*use*/) {
            std::vector<Value> items;
            for (const std::string_view path : s.facts_->unapproved_host_paths)
              items.push_back(Value::text(path));
            return s.listed(std::move(items));
          }},
      PORTIQUE_ANSWER(
          "request.resource.running",
          request(s).resource == nullptr ? Value() : Value::boolean(request(s).resource->running)),
      PORTIQUE_ANSWER("request.resource.privileged",
                      request(s).resource == nullptr
                          ? Value()
                          : Value::boolean(request(s).resource->privileged)),
      PORTIQUE_ANSWER("request.resource.images",
                      request(s).resource == nullptr ? Value()
                                                     : s.texts(request(s).resource->images)),
      PORTIQUE_ANSWER("request.break_glass", Value::boolean(s.facts_->break_glass)),
      PORTIQUE_ANSWER("image.registry", image_part(s, Part::Registry)),
      PORTIQUE_ANSWER("image.repository", image_part(s, Part::Repository)),
      PORTIQUE_ANSWER("image.tag", image_part(s, Part::Tag)),
      Row{"image.pinned", pinned},
      Row{"image.scan.age", scan_age},
      PORTIQUE_ANSWER(
          "image.scan.decision",
          request(s).standing == nullptr ? Value() : text_or_absent(request(s).standing->decision)),
      PORTIQUE_ANSWER("image.signed",
                      request(s).standing == nullptr || !request(s).standing->is_signed
                          ? Value()
                          : Value::boolean(*request(s).standing->is_signed)),
      PORTIQUE_ANSWER("image.signers",
                      request(s).standing == nullptr ? Value()
                                                     : s.texts(request(s).standing->signers)),
      PORTIQUE_ANSWER("request.kind", text_or_absent(request(s).kind)),
      PORTIQUE_ANSWER("request.namespace", text_or_absent(request(s).name_space)),
      Row{"request.object", object},
      PORTIQUE_ANSWER("user.name", text_or_absent(request(s).caller->user)),
      PORTIQUE_ANSWER("user.groups", s.texts(request(s).caller->groups)),
      Row{"user.roles",
          [](const RequestSource& s, const FieldUse& /*use*/) {
            std::vector<Value> items;
            for (const std::string_view role : s.facts_->roles)
              items.push_back(Value::text(role));
            return s.listed(std::move(items));
          }},
      PORTIQUE_ANSWER("user.auth", Value::text(proof_name(request(s).caller->proof))),
      PORTIQUE_ANSWER("user.certificate", text_or_absent(request(s).caller->certificate)),
      PORTIQUE_ANSWER("user.uid",
                      request(s).caller->local ? Value::integer(request(s).caller->local->uid)
                                               : Value()),
      PORTIQUE_ANSWER("user.login_uid",
                      request(s).caller->local && request(s).caller->local->login_uid
                          ? Value::integer(*request(s).caller->local->login_uid)
                          : Value()),
      PORTIQUE_ANSWER("user.container",
                      request(s).caller->local ? text_or_absent(request(s).caller->local->container)
                                               : Value()),
      Row{"client.address", address},
  };
  return kRows;
}

#undef PORTIQUE_ANSWER

namespace {

/// By a field's number in the table.
const std::vector<RequestAnswers::Answer>& answers() {
  static const std::vector<RequestAnswers::Answer> kAnswers = [] {
    const policy::FieldTable& table = policy::field_table(Domain::Request);
    std::vector<RequestAnswers::Answer> made(table.fields.size(), nullptr);
    for (const RequestAnswers::Row& row : RequestAnswers::rows())
      if (const auto field = policy::find_field(table, row.field)) made[*field] = row.answer;
    return made;
  }();
  return kAnswers;
}

} // namespace

Value RequestSource::get(const FieldUse& use) const {
  const RequestAnswers::Answer answer = answers()[use.field];
  return answer == nullptr ? Value() : answer(*this, use);
}

std::vector<std::string> unanswered_request_fields() {
  std::vector<std::string> missing;
  const policy::FieldTable& table = policy::field_table(Domain::Request);
  for (std::size_t i = 0; i < table.fields.size(); ++i)
    if (answers()[i] == nullptr) missing.emplace_back(table.fields[i].name);
  for (const RequestAnswers::Row& row : RequestAnswers::rows())
    if (!policy::find_field(table, row.field)) missing.emplace_back(row.field);
  return missing;
}

} // namespace portique::access
