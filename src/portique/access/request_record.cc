#include "portique/access/request_record.h"

#include <array>
#include <utility>

#include "portique/access/docker/request_target.h"
#include "portique/base/json.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

using boost::json::array;
using boost::json::object;

/// Members of the facts that are lists of texts, flags, and texts: one table for both directions.
constexpr std::array<std::pair<std::string_view, std::vector<std::string> WorkloadFacts::*>, 15>
    kLists = {{{"images", &WorkloadFacts::images},
               {"produces", &WorkloadFacts::produces},
               {"capabilities", &WorkloadFacts::capabilities},
               {"dropped", &WorkloadFacts::dropped},
               {"host_namespaces", &WorkloadFacts::host_namespaces},
               {"joined_containers", &WorkloadFacts::joined_containers},
               {"host_paths", &WorkloadFacts::host_paths},
               {"writable_host_paths", &WorkloadFacts::writable_host_paths},
               {"volumes", &WorkloadFacts::volumes},
               {"network_shares", &WorkloadFacts::network_shares},
               {"devices", &WorkloadFacts::devices},
               {"device_rules", &WorkloadFacts::device_rules},
               {"unconfined", &WorkloadFacts::unconfined},
               {"networks", &WorkloadFacts::networks},
               {"entitlements", &WorkloadFacts::entitlements}}};
constexpr std::array<std::pair<std::string_view, bool WorkloadFacts::*>, 10> kFlags = {
    {{"images_pinned", &WorkloadFacts::images_pinned},
     {"privileged", &WorkloadFacts::privileged},
     {"engine_socket", &WorkloadFacts::engine_socket},
     {"no_new_privileges", &WorkloadFacts::no_new_privileges},
     {"root", &WorkloadFacts::root},
     {"read_only", &WorkloadFacts::root_filesystem_read_only},
     {"memory_limited", &WorkloadFacts::memory_limited},
     {"cpu_limited", &WorkloadFacts::cpu_limited},
     {"pids_limited", &WorkloadFacts::pids_limited},
     {"publishes_all", &WorkloadFacts::publishes_all}}};
constexpr std::array<std::pair<std::string_view, std::string WorkloadFacts::*>, 3> kTexts = {
    {{"user", &WorkloadFacts::user},
     {"runtime", &WorkloadFacts::runtime},
     {"restart", &WorkloadFacts::restart}}};

array texts(const std::vector<std::string>& list) {
  return array(list.begin(), list.end());
}

void set(object& into, std::string_view name, const std::vector<std::string>& list) {
  if (!list.empty()) into[name] = texts(list);
}

void set(object& into, std::string_view name, std::string_view text) {
  if (!text.empty()) into[name] = text;
}

void set(object& into, std::string_view name, bool flag) {
  if (flag) into[name] = true;
}

object pairs(const NamedValues& values) {
  object made;
  for (const auto& [name, value] : values)
    made[name] = value;
  return made;
}

object of_resource(const Resource& resource) {
  object made;
  set(made, "kind", std::string_view(resource.kind));
  set(made, "names", resource.names);
  set(made, "exists", resource.exists);
  if (!resource.labels.empty()) {
    object labels;
    for (const auto& [name, value] : resource.labels)
      labels[name] = value;
    made["labels"] = std::move(labels);
  }
  set(made, "images", resource.images);
  set(made, "networks", resource.networks);
  set(made, "owner", std::string_view(resource.owner));
  set(made, "running", resource.running);
  set(made, "privileged", resource.privileged);
  return made;
}

array of_resources(std::span<const Resource> resources) {
  array made;
  for (const Resource& one : resources)
    made.push_back(of_resource(one));
  return made;
}

object of_workload(const WorkloadFacts& facts) {
  object made;
  for (const auto& [name, member] : kLists)
    set(made, name, facts.*member);
  for (const auto& [name, member] : kFlags)
    set(made, name, facts.*member);
  for (const auto& [name, member] : kTexts)
    set(made, name, std::string_view(facts.*member));
  set(made, "environment", facts.environment);
  if (!facts.sysctls.empty()) made["sysctls"] = pairs(facts.sysctls);
  array ports;
  for (const PublishedPort& port : facts.ports)
    ports.push_back({{"address", port.address},
                     {"host", port.host_port},
                     {"container", port.container_port},
                     {"protocol", port.protocol}});
  if (!ports.empty()) made["ports"] = std::move(ports);
  return made;
}

object of_standing(const ImageStanding& standing) {
  object made;
  if (standing.scanned) made["scanned"] = base::format_time(*standing.scanned);
  set(made, "decision", std::string_view(standing.decision));
  if (standing.is_signed) made["signed"] = *standing.is_signed;
  set(made, "signers", standing.signers);
  return made;
}

// --- and back ---------------------------------------------------------------------------------

std::vector<std::string> read_texts(const object& from, std::string_view name) {
  std::vector<std::string> list;
  for (const boost::json::value& one : base::json_items(&from, name))
    if (one.is_string()) list.emplace_back(one.get_string());
  return list;
}

std::string read_text(const object& from, std::string_view name) {
  return std::string(base::json_string(&from, name));
}

bool read_flag(const object& from, std::string_view name) {
  const auto* member = base::json_member(&from, name);
  return member != nullptr && member->is_bool() && member->get_bool();
}

NamedValues read_pairs(const object& from, std::string_view name) {
  NamedValues values;
  for (const auto& [key, value] : base::json_fields(&from, name))
    if (value.is_string()) values.emplace_back(key, value.get_string());
  return values;
}

Resource read_resource(const object& from) {
  Resource made;
  made.kind = read_text(from, "kind");
  made.names = read_texts(from, "names");
  made.exists = read_flag(from, "exists");
  for (const auto& [name, value] : read_pairs(from, "labels"))
    made.labels[name] = value;
  made.images = read_texts(from, "images");
  made.networks = read_texts(from, "networks");
  made.owner = read_text(from, "owner");
  made.running = read_flag(from, "running");
  made.privileged = read_flag(from, "privileged");
  return made;
}

std::vector<Resource> read_resources(const object& from, std::string_view name) {
  std::vector<Resource> made;
  for (const boost::json::value& one : base::json_items(&from, name))
    if (one.is_object()) made.push_back(read_resource(one.get_object()));
  return made;
}

std::uint16_t read_port(const object* from, std::string_view name) {
  return static_cast<std::uint16_t>(base::json_integer(from, name).value_or(0));
}

WorkloadFacts read_workload(const object& from) {
  WorkloadFacts facts;
  for (const auto& [name, member] : kLists)
    facts.*member = read_texts(from, name);
  for (const auto& [name, member] : kFlags)
    facts.*member = read_flag(from, name);
  for (const auto& [name, member] : kTexts)
    facts.*member = read_text(from, name);
  facts.environment = read_texts(from, "environment");
  facts.sysctls = read_pairs(from, "sysctls");
  for (const boost::json::value& one : base::json_items(&from, "ports")) {
    const auto* port = base::json_object(&one);
    facts.ports.push_back({.address = std::string(base::json_string(port, "address")),
                           .host_port = read_port(port, "host"),
                           .container_port = read_port(port, "container"),
                           .protocol = std::string(base::json_string(port, "protocol"))});
  }
  return facts;
}

Proof read_proof(std::string_view name) {
  for (const Proof proof : {Proof::Socket, Proof::Certificate, Proof::Kubernetes})
    if (proof_name(proof) == name) return proof;
  return Proof::None;
}

Identity read_caller(const object& line) {
  Identity caller;
  caller.user = read_text(line, "user");
  caller.groups = read_texts(line, "groups");
  caller.proof = read_proof(base::json_string(&line, "proof"));
  caller.address = read_text(line, "address");
  caller.certificate = read_text(line, "certificate");
  const auto uid = base::json_integer(&line, "uid");
  if (!uid) return caller;
  LocalCaller local;
  local.uid = static_cast<std::uint32_t>(*uid);
  local.gid = static_cast<std::uint32_t>(base::json_integer(&line, "gid").value_or(0));
  local.pid = static_cast<std::int32_t>(base::json_integer(&line, "pid").value_or(0));
  if (const auto login = base::json_integer(&line, "login_uid"))
    local.login_uid = static_cast<std::uint32_t>(*login);
  local.container = read_text(line, "caller_container");
  caller.local = std::move(local);
  return caller;
}

} // namespace

std::string record_request(const RequestView& request, std::span<const Resource> also) {
  object made;
  set(made, "creates", request.creates);
  set(made, "changes", request.changes);
  if (request.resource != nullptr) made["resource"] = of_resource(*request.resource);
  if (!also.empty()) made["also"] = of_resources(also);
  if (!request.joined.empty()) made["joined"] = of_resources(request.joined);
  if (request.caller_container != nullptr && !request.caller_container->names.empty())
    made["from"] = of_resource(*request.caller_container);
  if (request.workload != nullptr) {
    object workload = of_workload(*request.workload);
    if (!workload.empty()) made["workload"] = std::move(workload);
  }
  if (request.standing != nullptr) made["standing"] = of_standing(*request.standing);
  std::string text = boost::json::serialize(made);
  if (text.size() > kRecordBytes) text.clear();
  return text;
}

base::Result<RecordedRequest> RecordedRequest::parse(const boost::json::object& line) {
  const auto* facts = base::json_object(base::json_member(&line, "facts"));
  if (facts == nullptr)
    return fail(Code::NotFound, "the line has no record of what was decided about");
  const auto time = base::parse_time(base::json_string(&line, "time"));
  if (!time) return fail(Code::Malformed, "the line has no time");
  RecordedRequest made;
  made.time_ = *time;
  made.caller_ = read_caller(line);
  made.gate_ = read_text(line, "gate");
  made.action_ = read_text(line, "action");
  made.method_ = read_text(line, "method");
  // Secrets in it are masked; what it asks for is not.
  if (auto target = parse_request_target(base::json_string(&line, "target"))) {
    made.path_ = target->path();
    made.version_ = std::move(target->version);
    made.query_ = std::move(target->query);
  }
  made.creates_ = read_flag(*facts, "creates");
  made.changes_ = read_flag(*facts, "changes");
  made.resource_ = read_resource(base::json_fields(facts, "resource"));
  made.caller_container_ = read_resource(base::json_fields(facts, "from"));
  made.also_ = read_resources(*facts, "also");
  made.joined_ = read_resources(*facts, "joined");
  made.workload_ = read_workload(base::json_fields(facts, "workload"));
  if (const auto* standing = base::json_object(base::json_member(facts, "standing"))) {
    made.has_standing_ = true;
    made.standing_.scanned = base::parse_time(base::json_string(standing, "scanned"));
    made.standing_.decision = read_text(*standing, "decision");
    if (const auto* is_signed = base::json_member(standing, "signed");
        is_signed != nullptr && is_signed->is_bool())
      made.standing_.is_signed = is_signed->get_bool();
    made.standing_.signers = read_texts(*standing, "signers");
  }
  return made;
}

RequestView RecordedRequest::view() const {
  RequestView view;
  view.gate = gate_;
  view.caller = &caller_;
  if (!caller_container_.names.empty()) view.caller_container = &caller_container_;
  view.action = action_;
  view.changes = changes_;
  view.creates = creates_;
  view.method = method_;
  view.path = path_;
  view.version = version_;
  view.query = &query_;
  view.resource = &resource_;
  view.joined = joined_;
  view.workload = &workload_;
  if (has_standing_) view.standing = &standing_;
  view.now = time_;
  return view;
}

} // namespace portique::access
