#include "portique/access/docker/engine_call.h"

// How the engine reads a request: it matches the decoded path against its routes, takes options out
// of the query, and decodes a JSON body into a Go struct. A form in the body
// (application/x-www-form-urlencoded) counts before the query for Go's ParseForm, so it is refused.

#include <algorithm>
#include <array>
#include <optional>

#include "portique/access/docker/engine_types.h"
#include "portique/access/docker/go_json.h"
#include "portique/access/docker/request_target.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

namespace json = boost::json;
using base::Code;
using base::fail;
using base::Result;

namespace {

// --- routes
// -----------------------------------------------------------------------------------------

/// A row of the table, taken apart.
struct Route {
  const Action* action = nullptr;
  std::vector<std::string_view> methods;
  std::vector<std::string_view> segments;
  bool trailing_slash = false;
};

const std::vector<Route>& routes() {
  static const std::vector<Route> kRoutes = [] {
    std::vector<Route> out;
    for (const Action& action : engine_actions()) {
      std::string_view path = action.path.substr(1);
      Route route{.action = &action, .methods = base::split(action.methods, ' ')};
      if (path.ends_with('/')) {
        route.trailing_slash = true;
        path.remove_suffix(1);
      }
      route.segments = base::split(path, '/');
      out.push_back(std::move(route));
    }
    return out;
  }();
  return kRoutes;
}

struct Match {
  const Action* action = nullptr;
  std::string resource; ///< what the first placeholder stands for
};

bool is_placeholder(std::string_view segment) {
  return segment.starts_with('{');
}

/// Placeholders of one segment, and of as many as are left ("{name...}", at most one a route).
bool fits(const Route& route, std::span<const std::string> path, std::string& resource) {
  const std::size_t wanted = route.segments.size();
  if (path.size() < wanted) return false;
  std::size_t at = 0;
  for (const std::string_view segment : route.segments) {
    if (segment.ends_with("...}")) {
      const std::size_t taken = path.size() - wanted + 1;
      resource = path[at];
      for (std::size_t i = 1; i < taken; ++i)
        resource.append("/").append(path[at + i]);
      at += taken;
    } else if (is_placeholder(segment)) {
      if (resource.empty()) resource = path[at];
      ++at;
    } else if (path[at++] != segment) {
      return false;
    }
  }
  return at == path.size();
}

Match find_route(std::string_view method, std::span<const std::string> path, bool trailing_slash) {
  for (const Route& route : routes()) {
    if (route.trailing_slash != trailing_slash || std::ranges::count(route.methods, method) == 0)
      continue;
    std::string resource;
    if (fits(route, path, resource)) return {.action = route.action, .resource = resource};
  }
  return {};
}

Result<Match> match_target(std::string_view method, const RequestTarget& target) {
  const std::vector<std::string> segments = target.engine_segments();
  Match match = find_route(method, segments, target.trailing_slash);
  if (match.action == nullptr)
    return fail(Code::NotFound,
                "the engine's API has no " + base::printable(method) + " " +
                    base::printable(target.path()));
  if (segments != target.segments) {
    // Another engine matches before it decodes: both must come to the same.
    const Match encoded = find_route(method, target.segments, target.trailing_slash);
    if (encoded.action != match.action || encoded.resource != match.resource)
      return fail(Code::Malformed, "the path holds an encoded slash that hides what it means");
  }
  return match;
}

Result<void> check_version(std::string_view version, const CallOptions& options) {
  if (version.empty() || std::ranges::count(options.further_versions, version) > 0) return {};
  const auto minor = base::parse_int<unsigned>(version.substr(2));
  if (!minor || *minor < kOldestApi)
    return fail(Code::Unsupported,
                "API version " + std::string(version) +
                    " is too old to be judged: starting a "
                    "container could change it");
  if (*minor > kNewestApi)
    return fail(Code::Unsupported,
                "API version " + std::string(version) + " is newer than what is known (1." +
                    std::to_string(kNewestApi) + ")");
  return {};
}

bool imports(const RequestTarget& target) {
  const auto filled = [&](std::string_view key) {
    return std::ranges::any_of(
        target.query, [&](const auto& pair) { return pair.first == key && !pair.second.empty(); });
  };
  return !filled("fromImage");
}

const Action* import_action() {
  return &*std::ranges::find(engine_actions(), std::string_view("images.import"), &Action::name);
}

struct Head {
  RequestTarget target;
  Match match;
};

Result<Head> parse_head(const EngineRequest& request, const CallOptions& options) {
  Head head;
  head.target = PQ_TRY(parse_request_target(request.target));
  PQ_TRY(check_version(head.target.version, options));
  head.match = PQ_TRY(match_target(request.method, head.target));
  if (head.match.action->name == "images.pull" && imports(head.target))
    head.match.action = import_action();
  return head;
}

// --- bodies
// -----------------------------------------------------------------------------------------

std::vector<std::string_view> header_values(const EngineRequest& request, std::string_view name) {
  std::vector<std::string_view> out;
  for (const http::Header& header : request.headers)
    if (base::equals_ignore_case(header.name, name)) out.push_back(base::trim(header.value));
  return out;
}

/// Parameters of a media type as "name=value" of plain words, quoted or not.
bool plain_parameters(std::string_view text) {
  for (const std::string_view part : base::split(text, ';')) {
    const std::string_view parameter = base::trim(part);
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos || equals == 0) return false;
    std::string_view value = parameter.substr(equals + 1);
    if (value.size() > 2 && value.starts_with('"') && value.ends_with('"'))
      value = value.substr(1, value.size() - 2);
    const auto plain = [](char c) { return base::is_alnum(c) || c == '-' || c == '_' || c == '.'; };
    if (value.empty() || !std::ranges::all_of(value, plain) ||
        !std::ranges::all_of(parameter.substr(0, equals), plain))
      return false;
  }
  return true;
}

/// Lower case, without parameters; "" if there is none.
Result<std::string> media_type(const EngineRequest& request) {
  const auto values = header_values(request, "Content-Type");
  if (values.empty()) return std::string();
  if (values.size() > 1) return fail(Code::Malformed, "Content-Type stands more than once");
  std::string_view rest = values[0];
  const std::size_t semicolon = rest.find(';');
  if (semicolon != std::string_view::npos && !plain_parameters(rest.substr(semicolon + 1)))
    return fail(Code::Malformed, "Content-Type cannot be read");
  return base::to_lower(base::trim(rest.substr(0, semicolon)));
}

/// Whether the head alone says that nothing follows. Without Content-Length the body may be
/// chunked, which a plugin is not told.
bool says_empty(const EngineRequest& request) {
  const auto lengths = header_values(request, "Content-Length");
  return !lengths.empty() && std::ranges::count(lengths, "0") == std::ranges::ssize(lengths) &&
         header_values(request, "Transfer-Encoding").empty();
}

bool has_no_body(const EngineRequest& request) {
  switch (request.body_state) {
  case BodyState::Empty:
    return true;
  case BodyState::Whole:
    return request.body.empty();
  case BodyState::Streamed:
    return false;
  case BodyState::Unseen:
    return says_empty(request);
  }
  return false;
}

Result<void> check_length(const EngineRequest& request) {
  if (request.body_state != BodyState::Whole) return {};
  for (const std::string_view length : header_values(request, "Content-Length"))
    if (base::parse_int<std::uint64_t>(length) != request.body.size())
      return fail(Code::Malformed, "the body is not as long as Content-Length says");
  return {};
}

/// Up to so many bytes the engine takes the body of a start for none: "null", "{}".
constexpr std::size_t kLongestEmptyObject = 7;

/// What Go's ParseForm would take for options before those of the query.
Result<void> refuse_forms(const EngineRequest& request) {
  if (request.method == "GET" || request.method == "HEAD" || has_no_body(request)) return {};
  const auto type = media_type(request);
  const bool is_form =
      type && (*type == "application/x-www-form-urlencoded" || type->starts_with("multipart/"));
  if (!type || is_form)
    return fail(Code::Malformed,
                type ? "a form in the body could overrule the query" : type.error().message());
  return {};
}

/// The one request without a body where a body once gave a container other rights.
Result<void> refuse_start_body(const EngineRequest& request, const Action& action) {
  if (action.name != "containers.start" || has_no_body(request)) return {};
  const bool filled = request.body_state == BodyState::Whole
                          ? request.body.size() > kLongestEmptyObject
                          : request.body_state == BodyState::Streamed ||
                                !header_values(request, "Content-Length").empty();
  if (filled) return fail(Code::Malformed, "starting a container takes no body");
  return {};
}

/// "" stands for a body that may be and is absent.
Result<std::string_view> json_text(const EngineRequest& request, const Action& action) {
  const std::string name(action.name);
  if (has_no_body(request)) {
    if (action.body == BodyUse::OptionalJson) return std::string_view();
    return fail(Code::Malformed, name + " needs a body, and there is none");
  }
  if (request.body_state == BodyState::Unseen)
    return fail(Code::Malformed,
                "the body of " + name + " was not shown: it is too large, or not sent as JSON");
  if (request.body_state == BodyState::Streamed)
    return fail(Code::Malformed, "the body of " + name + " was not kept to be judged");
  if (PQ_TRY(media_type(request)) != "application/json")
    return fail(Code::Malformed, "the body of " + name + " is not sent as application/json");
  for (const std::string_view coding : header_values(request, "Content-Encoding"))
    if (!base::equals_ignore_case(coding, "identity"))
      return fail(Code::Malformed, "the body of " + name + " is compressed");
  return std::string_view(request.body);
}

bool is_set(const json::value& value) {
  if (value.is_null()) return false;
  if (const auto* flag = value.if_bool()) return *flag;
  if (const auto* number = value.if_int64()) return *number != 0;
  if (const auto* text = value.if_string()) return !text->empty();
  if (const auto* list = value.if_array()) return !list->empty();
  if (const auto* object = value.if_object()) return !object->empty();
  return true;
}

/// The engine up to 20.10 reads members of HostConfig beside Config's if there is no HostConfig,
/// and later ones do not. What gives rights counts wherever it stands; two places are refused.
Result<void> gather_host_config(json::object& body) {
  json::object outside;
  for (const auto& member : body)
    if (is_host_config_member(member.key()) && is_set(member.value()))
      outside.insert_or_assign(member.key(), member.value());
  if (outside.empty()) return {};
  for (const auto& member : outside)
    body.erase(member.key());
  if (body.contains("HostConfig"))
    return fail(Code::Malformed,
                "\"" + std::string(outside.begin()->key()) + "\" stands outside of HostConfig");
  body["HostConfig"] = std::move(outside);
  return {};
}

Result<json::object> read_body(const EngineRequest& request, const Action& action) {
  if (action.body != BodyUse::Json && action.body != BodyUse::OptionalJson) return json::object();
  const std::string_view text = PQ_TRY(json_text(request, action));
  if (text.empty()) return json::object();
  const GoType* type = engine_body_type(action.name);
  if (type == nullptr) return fail(Code::Unsupported, "a body of an unknown kind");
  json::value value = PQ_TRY(base::at("body", read_go_json(text, *type)));
  if (value.is_array()) return json::object{{"items", std::move(value)}};
  if (!value.is_object()) return json::object();
  json::object body = std::move(value.get_object());
  if (action.name == "containers.create") PQ_TRY(gather_host_config(body));
  return body;
}

// --- names
// ------------------------------------------------------------------------------------------

/// "app" and "1" are "app:1"; a digest is joined by "@". A name that has a tag already is another
/// one for each engine then: Docker's takes "app:9" and "1" for app:1, podman refuses it, and of a
/// digest and a tag it depends on the version. Docker's pull cuts off a colon at the end.
Result<std::string> image_name(std::string_view name, std::string_view tag) {
  const std::size_t slash = name.rfind('/');
  const std::string_view last = slash == std::string_view::npos ? name : name.substr(slash + 1);
  if (name.ends_with(':') || (!tag.empty() && last.find_first_of(":@") != std::string_view::npos))
    return fail(Code::Malformed, "the query names two tags of one image, or half of one");
  std::string out(name);
  if (!name.empty() && !tag.empty())
    out.append(tag.find(':') == std::string_view::npos ? ":" : "@").append(tag);
  return out;
}

/// Names in BuildKit's outputs: [{"Type":"moby","Attrs":{"name":"a,b:1"}}].
std::vector<std::string> output_names(std::string_view outputs) {
  static constexpr GoType kText{.kind = GoType::Kind::Text};
  static constexpr GoType kAttributes{.kind = GoType::Kind::Map, .element = &kText};
  static constexpr std::array<GoMember, 2> kMembers{{{"Type", &kText}, {"Attrs", &kAttributes}}};
  static constexpr GoType kOutput{.kind = GoType::Kind::Struct, .members = kMembers};
  static constexpr GoType kOutputs{.kind = GoType::Kind::List, .element = &kOutput};
  std::vector<std::string> names;
  if (outputs.empty()) return names;
  const auto value = read_go_json(outputs, kOutputs);
  const json::array* list = value ? value->if_array() : nullptr;
  if (list == nullptr) return names; // workload_facts() says that it is no JSON
  for (const json::value& output : *list)
    for (const std::string_view name : base::split(
             base::json_string(&base::json_fields(output.if_object(), "Attrs"), "name"), ','))
      if (!base::trim(name).empty()) names.emplace_back(base::trim(name));
  return names;
}

/// Of a build: its tags and the names in its outputs.
void name_products(EngineCall& call) {
  for (const std::string_view tag : call.query_values("t"))
    if (!tag.empty()) call.produces.emplace_back(tag);
  for (std::string& name : output_names(call.query_value("outputs")))
    call.produces.push_back(std::move(name));
  if (!call.produces.empty()) call.resource = call.produces.front();
}

/// Of an export of several.
void name_exported(EngineCall& call) {
  for (const std::string_view name : call.query_values("names")) {
    if (call.resource.empty())
      call.resource = name;
    else
      call.also.push_back({.kind = ResourceKind::Image, .name = std::string(name)});
  }
}

Result<void> name_images(EngineCall& call) {
  const std::string_view action = call.action->name;
  const std::string given = PQ_TRY(image_name(call.query_value("repo"), call.query_value("tag")));
  if (action == "images.pull") {
    call.resource = PQ_TRY(image_name(call.query_value("fromImage"), call.query_value("tag")));
  } else if (action == "images.search") {
    call.resource = call.query_value("term");
  } else if (action == "images.import" || action == "images.tag" || action == "containers.commit") {
    if (!given.empty()) call.produces.push_back(given);
    if (action == "images.import") call.resource = given;
  } else if (action == "images.push" && !call.query_value("tag").empty()) {
    call.resource = PQ_TRY(image_name(call.resource, call.query_value("tag")));
  } else if (action == "images.build") {
    name_products(call);
  } else if (action == "images.export" && call.resource.empty()) {
    name_exported(call);
  }
  return {};
}

/// What requests name elsewhere than in their path.
Result<void> name_resource(EngineCall& call) {
  PQ_TRY(name_images(call));
  const std::string_view action = call.action->name;
  if (action == "containers.create" || action == "plugins.create") {
    call.resource = call.query_value("name");
  } else if (action == "containers.commit") {
    call.resource = call.query_value("container");
  } else if (action == "plugins.install" || action == "plugins.privileges") {
    call.resource = call.query_value("name");
    if (call.resource.empty()) call.resource = call.query_value("remote");
  } else if (action == "networks.connect" || action == "networks.disconnect") {
    call.also.push_back({.kind = ResourceKind::Container,
                         .name = std::string(base::json_string(&call.body, "Container"))});
  } else if (action.ends_with(".create") && call.resource.empty()) {
    call.resource = base::json_string(&call.body, "Name");
  }
  // A container's name may be written with the slash that the engine keeps before it.
  if (call.action->resource == ResourceKind::Container && call.resource.starts_with('/'))
    call.resource.erase(0, 1);
  return {};
}

} // namespace

std::string_view EngineCall::query_value(std::string_view key) const {
  for (const auto& [name, value] : query)
    if (name == key) return value;
  return {};
}

std::vector<std::string_view> EngineCall::query_values(std::string_view key) const {
  std::vector<std::string_view> out;
  for (const auto& [name, value] : query)
    if (name == key) out.emplace_back(value);
  return out;
}

bool EngineCall::query_flag(std::string_view key) const {
  const std::string value = base::to_lower(base::trim(query_value(key)));
  return !value.empty() && value != "0" && value != "no" && value != "false" && value != "none";
}

Result<const Action*> find_engine_action(const EngineRequest& head, const CallOptions& options) {
  return PQ_TRY(parse_head(head, options)).match.action;
}

Result<EngineCall> parse_engine_call(const EngineRequest& request, const CallOptions& options) {
  Head head = PQ_TRY(parse_head(request, options));
  PQ_TRY(check_length(request));
  PQ_TRY(refuse_forms(request));
  PQ_TRY(refuse_start_body(request, *head.match.action));
  EngineCall call{.action = head.match.action,
                  .version = std::move(head.target.version),
                  .path = head.target.path(),
                  .method = request.method,
                  .query = std::move(head.target.query),
                  .resource = std::move(head.match.resource),
                  .request = &request};
  call.body = PQ_TRY(read_body(request, *call.action));
  PQ_TRY(name_resource(call));
  return call;
}

} // namespace portique::access
