#pragma once

// What a request to the engine asks for, in one unambiguous form. The table of actions
// (docker/actions.cc) is the only place that knows the engine's API.
// https://docs.docker.com/reference/api/engine/

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "portique/access/docker/engine_request.h"
#include "portique/base/result.h"

namespace portique::access {

/// What an action is about.
enum class ResourceKind : std::uint8_t {
  Engine, ///< the engine itself: info, events, prune of everything
  Container,
  Image,
  Volume,
  Network,
  Exec,
  Plugin,
  Swarm,
  Node,
  Service,
  Task,
  Secret,
  Config,
  Build,
  Session,
};

std::string_view resource_kind_name(ResourceKind kind);

/// What a request of an action carries behind its head.
enum class BodyUse : std::uint8_t {
  None,         ///< nothing that the engine reads
  Json,         ///< a JSON object that must be seen to be judged
  OptionalJson, ///< the same, but it may be left out
  Stream,       ///< what is not judged: a tar archive, a registry's password
  Upgrade,      ///< the connection becomes a two-way stream (attach, exec start, session)
};

/// One row of the table.
struct Action {
  std::string_view name;    ///< "containers.create"
  std::string_view methods; ///< "GET HEAD"
  std::string_view path;    ///< "/containers/{name}/json"; {name...} may hold slashes
  ResourceKind resource = ResourceKind::Engine;
  BodyUse body = BodyUse::None;
  bool changes = false; ///< anything but a look
  std::string_view meaning;
};

std::span<const Action> engine_actions();

struct NamedResource {
  ResourceKind kind = ResourceKind::Engine;
  std::string name;
};

struct EngineCall {
  const Action* action = nullptr;
  std::string version; ///< "1.41", "" if the path carried none
  std::string path;    ///< normalised, without the version
  std::string method;
  std::vector<std::pair<std::string, std::string>> query; ///< decoded, in order
  std::string resource; ///< as the request names it: "web", "registry/app:1", an id; "" if none
  /// What else the request touches: further images of an export or of a build, the container that
  /// is connected to a network. Whoever may do the action must be allowed it on each.
  std::vector<NamedResource> also;
  std::vector<std::string> produces; ///< names that images would get: build, commit, import, tag
  /// As Go would read it, members in the engine's spelling. Of containers.create: members of
  /// HostConfig that stand outside of it are inside. A list is the only member, "items".
  boost::json::object body;
  const EngineRequest* request = nullptr; ///< borrowed

  /// The first value of a query key, "" if it is absent.
  [[nodiscard]] std::string_view query_value(std::string_view key) const;
  [[nodiscard]] std::vector<std::string_view> query_values(std::string_view key) const;
  /// As the engine reads a flag: anything but "", "0", "no", "false" and "none" is yes.
  [[nodiscard]] bool query_flag(std::string_view key) const;
};

/// The API versions that the table knows, minor numbers of version 1.
inline constexpr unsigned kOldestApi = 24;
inline constexpr unsigned kNewestApi = 55;

struct CallOptions {
  std::vector<std::string> further_versions; ///< allowed besides those of the table: "1.56"
};

/// The one meaning of a request. An error's message says why there is none: unknown route,
/// ambiguous target, refused version, body that was not shown or cannot be read. The request must
/// outlive the call.
base::Result<EngineCall> parse_engine_call(const EngineRequest& request,
                                           const CallOptions& options = {});

/// The action that a request's method and target mean, whatever its body. For whoever must know how
/// to treat a body before it is there.
base::Result<const Action*> find_engine_action(const EngineRequest& head,
                                               const CallOptions& options = {});

} // namespace portique::access
