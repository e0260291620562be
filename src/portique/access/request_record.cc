#include "portique/access/request_record.h"

#include <algorithm>
#include <array>
#include <utility>

#include "portique/access/docker/request_target.h"
#include "portique/access/redaction.h"
#include "portique/access/secret_names.h"
#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/policy/field_table.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

using boost::json::array;
using boost::json::object;

/// Members of the facts that are lists of texts, flags, and texts: one table for both directions.
constexpr auto kLists =
    std::to_array<std::pair<std::string_view, std::vector<std::string> WorkloadFacts::*>>(
        {{"images", &WorkloadFacts::images},
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
         {"annotations", &WorkloadFacts::annotations},
         {"environment", &WorkloadFacts::environment},
         {"entitlements", &WorkloadFacts::entitlements}});
constexpr auto kFlags = std::to_array<std::pair<std::string_view, bool WorkloadFacts::*>>(
    {{"images_pinned", &WorkloadFacts::images_pinned},
     {"privileged", &WorkloadFacts::privileged},
     {"engine_socket", &WorkloadFacts::engine_socket},
     {"no_new_privileges", &WorkloadFacts::no_new_privileges},
     {"root", &WorkloadFacts::root},
     {"read_only", &WorkloadFacts::root_filesystem_read_only},
     {"memory_limited", &WorkloadFacts::memory_limited},
     {"cpu_limited", &WorkloadFacts::cpu_limited},
     {"pids_limited", &WorkloadFacts::pids_limited},
     {"publishes_all", &WorkloadFacts::publishes_all}});
constexpr auto kTexts = std::to_array<std::pair<std::string_view, std::string WorkloadFacts::*>>(
    {{"user", &WorkloadFacts::user},
     {"runtime", &WorkloadFacts::runtime},
     {"cgroup_parent", &WorkloadFacts::cgroup_parent},
     {"restart", &WorkloadFacts::restart}});

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

/// What a record is written by; the first ones named no number.
constexpr std::int64_t kRecordForm = 2;
/// More headers and longer ones than any client sends that means well.
constexpr std::size_t kMostHeaders = 64;
constexpr std::size_t kHeaderBytes = 1024;
/// Behind these the line itself cuts groups.
constexpr std::size_t kLineGroups = 64;
constexpr std::size_t kLineGroupBytes = 512;

bool hides_value(std::string_view header) {
  constexpr std::array<std::string_view, 4> kWords{"auth", "cookie", "key", "registry-config"};
  return names_a_secret(header) ||
         std::ranges::any_of(kWords, [&](auto word) { return header.contains(word); });
}

/// [["user-agent", "curl"], ...], or a text if there are too many.
boost::json::value of_headers(const std::vector<http::Header>& headers) {
  if (headers.size() > kMostHeaders) return boost::json::string(kNotKept);
  array made;
  for (const http::Header& header : headers) {
    const std::string name = base::to_utf8(base::to_lower(header.name.substr(0, kHeaderBytes)));
    std::string value = base::to_utf8(header.value.substr(0, kHeaderBytes));
    if (header.value.size() > kHeaderBytes)
      value = kNotKept;
    else if (hides_value(name) || shows_secret(value))
      value = kRedacted;
    made.push_back(array{name, value});
  }
  return made;
}

bool line_cuts(const std::vector<std::string>& groups) {
  return groups.size() > kLineGroups || std::ranges::any_of(groups, [](const auto& group) {
           return group.size() > kLineGroupBytes;
         });
}

bool any_left_out(const std::vector<std::string>& texts) {
  return std::ranges::any_of(texts, is_left_out);
}

/// What conditions would be told, without the body, which is looked at by its path.
bool any_left_out(const policy::Value& value) {
  if (value.is_list())
    return std::any_of(value.begin(), value.end(), [](const policy::Value& one) {
      return is_left_out(one.text());
    });
  return is_left_out(value.text());
}

} // namespace

std::span<const std::string_view> kubernetes_fields() {
  static constexpr std::array<std::string_view, 4> kFields{
      "request.operation", "request.kind", "request.namespace", "request.object"};
  return kFields;
}

std::string record_request(const RequestView& request, std::span<const Resource> also) {
  object made;
  made["form"] = kRecordForm;
  set(made, "creates", request.creates);
  set(made, "changes", request.changes);
  // Of streams the target is not taken apart; elsewhere the line's tells all three.
  if (request.version.empty()) set(made, "path", request.path);
  set(made,
      "no_query",
      request.version.empty() && request.query != nullptr && request.query->empty());
  if (line_cuts(request.caller->groups)) set(made, "groups", request.caller->groups);
  if (request.resource != nullptr) made["resource"] = of_resource(*request.resource);
  if (!also.empty()) made["also"] = of_resources(also);
  if (!request.joined.empty()) made["joined"] = of_resources(request.joined);
  if (request.caller_container != nullptr && !request.caller_container->names.empty())
    made["from"] = of_resource(*request.caller_container);
  if (request.workload != nullptr) made["workload"] = of_workload(*request.workload);
  if (request.standing != nullptr) made["standing"] = of_standing(*request.standing);
  if (request.headers != nullptr && !request.headers->empty())
    made["headers"] = of_headers(*request.headers);
  if (request.body != nullptr && !request.body->empty())
    made["body"] = recorded_body(*request.body);
  std::string text = boost::json::serialize(made);
  if (text.size() <= kRecordBytes) return text;
  for (const char* large : {"body", "headers"})
    if (made.contains(large)) made[large] = kNotKept;
  text = boost::json::serialize(made);
  if (text.size() > kRecordBytes) text.clear();
  return text;
}

void RecordedRequest::read_target(const boost::json::object& line) {
  const std::string text = read_text(line, "target");
  // The longest that a line holds; what is longer was cut.
  constexpr std::size_t kWholeTarget = 4096;
  if (text.size() >= kWholeTarget) target_gap_ = "too long";
  auto target = parse_request_target(text);
  if (!target) {
    if (target_gap_.empty()) target_gap_ = "redacted";
    return;
  }
  path_ = target->path();
  version_ = std::move(target->version);
  query_ = std::move(target->query);
}

void RecordedRequest::read_facts(const boost::json::object& facts) {
  is_old_ = base::json_integer(&facts, "form").value_or(0) < kRecordForm;
  creates_ = read_flag(facts, "creates");
  changes_ = read_flag(facts, "changes");
  if (std::string path = read_text(facts, "path"); !path.empty()) {
    path_ = std::move(path);
    version_.clear();
  }
  if (read_flag(facts, "no_query")) query_.clear();
  if (facts.contains("groups")) caller_.groups = read_texts(facts, "groups");
  resource_ = read_resource(base::json_fields(&facts, "resource"));
  caller_container_ = read_resource(base::json_fields(&facts, "from"));
  also_ = read_resources(facts, "also");
  joined_ = read_resources(facts, "joined");
  if (const auto* workload = base::json_object(base::json_member(&facts, "workload"))) {
    has_workload_ = true;
    workload_ = read_workload(*workload);
  }
  if (const auto* standing = base::json_object(base::json_member(&facts, "standing"))) {
    has_standing_ = true;
    standing_.scanned = base::parse_time(base::json_string(standing, "scanned"));
    standing_.decision = read_text(*standing, "decision");
    if (const auto* is_signed = base::json_member(standing, "signed");
        is_signed != nullptr && is_signed->is_bool())
      standing_.is_signed = is_signed->get_bool();
    standing_.signers = read_texts(*standing, "signers");
  }
  body_ = boost::json::object();
  if (const auto* body = base::json_member(&facts, "body")) body_ = *body;
  has_headers_ = !base::json_string(&facts, "headers").starts_with(kRedacted);
  for (const boost::json::value& one : base::json_items(&facts, "headers"))
    if (one.is_array() && one.get_array().size() == 2 && one.get_array()[0].is_string() &&
        one.get_array()[1].is_string())
      headers_.push_back({std::string(one.get_array()[0].get_string()),
                          std::string(one.get_array()[1].get_string())});
}

base::Result<std::unique_ptr<RecordedRequest>>
RecordedRequest::parse(const boost::json::object& line) {
  const auto* facts = base::json_object(base::json_member(&line, "facts"));
  if (facts == nullptr)
    return fail(Code::NotFound, "the line has no record of what was decided about");
  const auto time = base::parse_time(base::json_string(&line, "time"));
  if (!time) return fail(Code::Malformed, "the line has no time");
  auto made = std::make_unique<RecordedRequest>();
  made->time_ = *time;
  made->caller_ = read_caller(line);
  made->gate_ = read_text(line, "gate");
  made->action_ = read_text(line, "action");
  made->method_ = read_text(line, "method");
  made->read_target(line);
  made->read_facts(*facts);
  if (std::string command = read_text(line, "command"); !command.empty())
    made->workload_.command = {std::move(command)};
  return made;
}

std::string RecordedRequest::gap(const policy::FieldUse& use) const {
  const std::string_view field =
      policy::field_table(policy::Domain::Request).fields[use.field].name;
  const auto named = [&](std::string_view why) {
    std::string text(field);
    if (use.has_argument && field != "request.body") text += "[" + use.argument + "]";
    if (field == "request.body")
      for (const std::string& part : use.path)
        text += "." + part;
    return text + " (" + std::string(why) + ")";
  };
  constexpr std::array<std::string_view, 3> kOfTarget{
      "request.path", "request.version", "request.query"};
  if (!target_gap_.empty() && std::ranges::find(kOfTarget, field) != kOfTarget.end())
    return named(target_gap_);
  constexpr std::array<std::string_view, 5> kNewer{"request.body",
                                                   "request.header",
                                                   "request.cgroup_parent",
                                                   "request.unlimited",
                                                   "request.path"};
  if (is_old_ && std::ranges::find(kNewer, field) != kNewer.end())
    return named("not kept by the version that wrote the trail");
  if (field == "request.header" && !has_headers_) return named("too long");
  if (field == "request.command") {
    const std::string_view command =
        workload_.command.empty() ? std::string_view() : workload_.command.front();
    // What a line cuts ends like this; an honest command may, too, and is then left in doubt.
    if (command.ends_with("...") || command.ends_with(" bytes]")) return named("too long");
  }
  constexpr std::array<std::string_view, 4> kOfTrust{
      "image.scan.age", "image.scan.decision", "image.signed", "image.signers"};
  if (std::ranges::find(kOfTrust, field) != kOfTrust.end() && !has_standing_ &&
      !workload_.images.empty())
    return named("the policy of then did not ask for it");
  if (field == "request.body") {
    const std::string why = body_gap(body_, use.path);
    return why.empty() ? "" : named(why);
  }
  const PolicyFacts nothing;
  const RequestView shown = view();
  const RequestSource source(shown, nothing);
  return any_left_out(source.get(use)) ? named("redacted") : "";
}

std::vector<std::string> RecordedRequest::gaps_of_things(bool labels, bool containers) const {
  std::vector<std::string> gaps;
  const auto look = [&](const Resource& thing) {
    if (any_left_out(thing.names) || any_left_out(thing.images) || any_left_out(thing.networks) ||
        is_left_out(thing.owner))
      gaps.emplace_back("the names of the " + thing.kind + " (redacted)");
    if (labels)
      for (const auto& [name, value] : thing.labels)
        if (is_left_out(value)) gaps.push_back("request.resource.labels[" + name + "] (redacted)");
  };
  look(resource_);
  look(caller_container_);
  std::ranges::for_each(also_, look);
  std::ranges::for_each(joined_, look);
  for (const auto* list : {&workload_.images, &workload_.networks, &workload_.host_paths})
    if (any_left_out(*list)) gaps.emplace_back("what it runs, joins or mounts (redacted)");
  const bool inside = caller_.local && !caller_.local->container.empty();
  if (containers && inside && caller_container_.names.empty())
    gaps.emplace_back("the caller's container (the policy of then did not ask for it)");
  return gaps;
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
  view.headers = &headers_;
  view.body = body_.if_object();
  view.resource = &resource_;
  view.joined = joined_;
  if (has_workload_ || is_old_) view.workload = &workload_;
  if (has_standing_) view.standing = &standing_;
  view.now = time_;
  view.gaps = this;
  return view;
}

} // namespace portique::access
