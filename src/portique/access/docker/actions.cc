#include "portique/access/docker/engine_call.h"

// The Docker Engine API, 1.24 to 1.55, as the engine's own routers have it, in the order in which
// they match: the first row that fits is meant. https://docs.docker.com/reference/api/engine/
// (api/swagger.yaml and daemon/server/router of github.com/moby/moby). What is not here is denied,
// podman's own API (/libpod/...) among it.

#include <array>

namespace portique::access {

namespace {

using enum BodyUse;
using Kind = ResourceKind;

constexpr bool kLooks = false;
constexpr bool kChanges = true;

constexpr auto kActions = std::to_array<Action>({
    // clang-format off
    // --- containers ---------------------------------------------------------------------------
    // Before the removal of containers, whose name may hold slashes.
    {"checkpoints.remove", "DELETE", "/containers/{name}/checkpoints/{checkpoint}", Kind::Container, None, kChanges, "remove a checkpoint of a container"},
    {"checkpoints.list", "GET", "/containers/{name...}/checkpoints", Kind::Container, None, kLooks, "list the checkpoints of a container"},
    {"checkpoints.create", "POST", "/containers/{name...}/checkpoints", Kind::Container, Json, kChanges, "write a container's memory to a checkpoint"},
    {"containers.list", "GET", "/containers/json", Kind::Container, None, kLooks, "list containers"},
    {"containers.create", "POST", "/containers/create", Kind::Container, Json, kChanges, "create a container"},
    {"containers.prune", "POST", "/containers/prune", Kind::Container, None, kChanges, "remove all stopped containers"},
    {"containers.archive_stat", "HEAD", "/containers/{name...}/archive", Kind::Container, None, kLooks, "look at a path inside a container"},
    {"containers.archive_get", "GET", "/containers/{name...}/archive", Kind::Container, None, kLooks, "copy files out of a container"},
    {"containers.archive_put", "PUT", "/containers/{name...}/archive", Kind::Container, Stream, kChanges, "copy files into a container"},
    {"containers.attach", "POST", "/containers/{name...}/attach", Kind::Container, Upgrade, kChanges, "attach to a container's streams, its input among them"},
    {"containers.attach_ws", "GET", "/containers/{name...}/attach/ws", Kind::Container, Upgrade, kChanges, "attach to a container's streams by WebSocket, its input among them"},
    {"containers.changes", "GET", "/containers/{name...}/changes", Kind::Container, None, kLooks, "list what a container changed in its file system"},
    {"containers.exec", "POST", "/containers/{name...}/exec", Kind::Container, Json, kChanges, "prepare a command inside a running container"},
    {"containers.export", "GET", "/containers/{name...}/export", Kind::Container, None, kLooks, "export a container's whole file system"},
    {"containers.inspect", "GET", "/containers/{name...}/json", Kind::Container, None, kLooks, "show a container's configuration, its environment among it"},
    {"containers.kill", "POST", "/containers/{name...}/kill", Kind::Container, None, kChanges, "send a signal to a container"},
    {"containers.logs", "GET", "/containers/{name...}/logs", Kind::Container, None, kLooks, "read a container's output"},
    {"containers.pause", "POST", "/containers/{name...}/pause", Kind::Container, None, kChanges, "freeze a container"},
    {"containers.unpause", "POST", "/containers/{name...}/unpause", Kind::Container, None, kChanges, "thaw a container"},
    {"containers.rename", "POST", "/containers/{name...}/rename", Kind::Container, None, kChanges, "rename a container"},
    {"containers.resize", "POST", "/containers/{name...}/resize", Kind::Container, None, kChanges, "resize a container's terminal"},
    {"containers.restart", "POST", "/containers/{name...}/restart", Kind::Container, None, kChanges, "restart a container"},
    {"containers.start", "POST", "/containers/{name...}/start", Kind::Container, None, kChanges, "start a container"},
    {"containers.stats", "GET", "/containers/{name...}/stats", Kind::Container, None, kLooks, "watch what a container uses"},
    {"containers.stop", "POST", "/containers/{name...}/stop", Kind::Container, None, kChanges, "stop a container"},
    {"containers.top", "GET", "/containers/{name...}/top", Kind::Container, None, kLooks, "list a container's processes"},
    {"containers.update", "POST", "/containers/{name...}/update", Kind::Container, Json, kChanges, "change a container's limits and restart policy"},
    {"containers.wait", "POST", "/containers/{name...}/wait", Kind::Container, None, kLooks, "wait for a container's end"},
    {"containers.remove", "DELETE", "/containers/{name...}", Kind::Container, None, kChanges, "remove a container"},
    {"containers.commit", "POST", "/commit", Kind::Container, OptionalJson, kChanges, "make an image of a container"},

    // --- commands inside containers -------------------------------------------------------------
    {"exec.inspect", "GET", "/exec/{id...}/json", Kind::Exec, None, kLooks, "show a command inside a container"},
    {"exec.start", "POST", "/exec/{id...}/start", Kind::Exec, Upgrade, kChanges, "run a prepared command"},
    {"exec.resize", "POST", "/exec/{id...}/resize", Kind::Exec, None, kChanges, "resize a command's terminal"},

    // --- images -----------------------------------------------------------------------------------
    {"images.list", "GET", "/images/json", Kind::Image, None, kLooks, "list images"},
    {"images.search", "GET", "/images/search", Kind::Image, None, kLooks, "search Docker Hub"},
    {"images.export", "GET", "/images/get", Kind::Image, None, kLooks, "save images to an archive"},
    {"images.export", "GET", "/images/{name...}/get", Kind::Image, None, kLooks, "save an image to an archive"},
    {"images.history", "GET", "/images/{name...}/history", Kind::Image, None, kLooks, "show an image's layers"},
    {"images.inspect", "GET", "/images/{name...}/json", Kind::Image, None, kLooks, "show an image's configuration"},
    {"images.attestations", "GET", "/images/{name...}/attestations", Kind::Image, None, kLooks, "show an image's attestations"},
    {"images.load", "POST", "/images/load", Kind::Image, Stream, kChanges, "load images from an archive"},
    // Pull or import: parse_engine_call() tells them apart by the query.
    {"images.pull", "POST", "/images/create", Kind::Image, Stream, kChanges, "pull an image"},
    {"images.import", "POST", "/images/create", Kind::Image, Stream, kChanges, "make an image of an archive or of what a URL gives"},
    {"images.prune", "POST", "/images/prune", Kind::Image, None, kChanges, "remove unused images"},
    {"images.push", "POST", "/images/{name...}/push", Kind::Image, Stream, kChanges, "push an image to its registry"},
    {"images.tag", "POST", "/images/{name...}/tag", Kind::Image, None, kChanges, "give an image another name"},
    {"images.remove", "DELETE", "/images/{name...}", Kind::Image, None, kChanges, "remove an image"},
    {"images.distribution", "GET", "/distribution/{name...}/json", Kind::Image, None, kLooks, "ask a registry about an image"},

    // --- builds -----------------------------------------------------------------------------------
    {"images.build", "POST", "/build", Kind::Build, Stream, kChanges, "build an image"},
    {"build.prune", "POST", "/build/prune", Kind::Build, None, kChanges, "empty the build cache"},
    {"build.cancel", "POST", "/build/cancel", Kind::Build, None, kChanges, "cancel a build"},
    {"session.start", "POST", "/session", Kind::Session, Upgrade, kChanges, "open a session that serves a build"},
    {"grpc.start", "POST", "/grpc", Kind::Session, Upgrade, kChanges, "talk to BuildKit itself"},

    // --- volumes ----------------------------------------------------------------------------------
    {"volumes.list", "GET", "/volumes", Kind::Volume, None, kLooks, "list volumes"},
    {"volumes.create", "POST", "/volumes/create", Kind::Volume, OptionalJson, kChanges, "create a volume"},
    {"volumes.prune", "POST", "/volumes/prune", Kind::Volume, None, kChanges, "remove unused volumes"},
    {"volumes.inspect", "GET", "/volumes/{name...}", Kind::Volume, None, kLooks, "show a volume"},
    {"volumes.update", "PUT", "/volumes/{name...}", Kind::Volume, Json, kChanges, "change a cluster volume"},
    {"volumes.remove", "DELETE", "/volumes/{name...}", Kind::Volume, None, kChanges, "remove a volume"},

    // --- networks ---------------------------------------------------------------------------------
    {"networks.list", "GET", "/networks", Kind::Network, None, kLooks, "list networks"},
    {"networks.list", "GET", "/networks/", Kind::Network, None, kLooks, "list networks"},
    {"networks.inspect", "GET", "/networks/{id...}", Kind::Network, None, kLooks, "show a network"},
    {"networks.create", "POST", "/networks/create", Kind::Network, Json, kChanges, "create a network"},
    {"networks.connect", "POST", "/networks/{id...}/connect", Kind::Network, Json, kChanges, "connect a container to a network"},
    {"networks.disconnect", "POST", "/networks/{id...}/disconnect", Kind::Network, Json, kChanges, "disconnect a container from a network"},
    {"networks.prune", "POST", "/networks/prune", Kind::Network, None, kChanges, "remove unused networks"},
    {"networks.remove", "DELETE", "/networks/{id...}", Kind::Network, None, kChanges, "remove a network"},

    // --- plugins ----------------------------------------------------------------------------------
    {"plugins.list", "GET", "/plugins", Kind::Plugin, None, kLooks, "list plugins"},
    {"plugins.inspect", "GET", "/plugins/{name...}/json", Kind::Plugin, None, kLooks, "show a plugin"},
    {"plugins.privileges", "GET", "/plugins/privileges", Kind::Plugin, None, kLooks, "ask a registry what a plugin wants to be allowed"},
    {"plugins.remove", "DELETE", "/plugins/{name...}", Kind::Plugin, None, kChanges, "remove a plugin"},
    {"plugins.enable", "POST", "/plugins/{name...}/enable", Kind::Plugin, None, kChanges, "switch a plugin on"},
    {"plugins.disable", "POST", "/plugins/{name...}/disable", Kind::Plugin, None, kChanges, "switch a plugin off"},
    {"plugins.install", "POST", "/plugins/pull", Kind::Plugin, Json, kChanges, "install a plugin, which runs as root"},
    {"plugins.push", "POST", "/plugins/{name...}/push", Kind::Plugin, Stream, kChanges, "push a plugin to its registry"},
    {"plugins.upgrade", "POST", "/plugins/{name...}/upgrade", Kind::Plugin, Json, kChanges, "replace a plugin by another version"},
    {"plugins.set", "POST", "/plugins/{name...}/set", Kind::Plugin, Json, kChanges, "change a plugin's settings"},
    {"plugins.create", "POST", "/plugins/create", Kind::Plugin, Stream, kChanges, "make a plugin of an archive"},

    // --- swarm ------------------------------------------------------------------------------------
    {"swarm.init", "POST", "/swarm/init", Kind::Swarm, Json, kChanges, "make a new swarm"},
    {"swarm.join", "POST", "/swarm/join", Kind::Swarm, Json, kChanges, "join a swarm"},
    {"swarm.leave", "POST", "/swarm/leave", Kind::Swarm, None, kChanges, "leave the swarm"},
    {"swarm.inspect", "GET", "/swarm", Kind::Swarm, None, kLooks, "show the swarm, its join tokens among it"},
    {"swarm.unlock_key", "GET", "/swarm/unlockkey", Kind::Swarm, None, kLooks, "read the key that unlocks managers"},
    {"swarm.update", "POST", "/swarm/update", Kind::Swarm, Json, kChanges, "change the swarm"},
    {"swarm.unlock", "POST", "/swarm/unlock", Kind::Swarm, Json, kChanges, "unlock a manager"},
    {"services.list", "GET", "/services", Kind::Service, None, kLooks, "list services"},
    {"services.inspect", "GET", "/services/{id}", Kind::Service, None, kLooks, "show a service"},
    {"services.create", "POST", "/services/create", Kind::Service, Json, kChanges, "create a service"},
    {"services.update", "POST", "/services/{id}/update", Kind::Service, Json, kChanges, "change a service"},
    {"services.remove", "DELETE", "/services/{id}", Kind::Service, None, kChanges, "remove a service"},
    {"services.logs", "GET", "/services/{id}/logs", Kind::Service, None, kLooks, "read a service's output"},
    {"nodes.list", "GET", "/nodes", Kind::Node, None, kLooks, "list the swarm's nodes"},
    {"nodes.inspect", "GET", "/nodes/{id}", Kind::Node, None, kLooks, "show a node"},
    {"nodes.remove", "DELETE", "/nodes/{id}", Kind::Node, None, kChanges, "remove a node from the swarm"},
    {"nodes.update", "POST", "/nodes/{id}/update", Kind::Node, Json, kChanges, "change a node's role or labels"},
    {"tasks.list", "GET", "/tasks", Kind::Task, None, kLooks, "list tasks"},
    {"tasks.inspect", "GET", "/tasks/{id}", Kind::Task, None, kLooks, "show a task"},
    {"tasks.logs", "GET", "/tasks/{id}/logs", Kind::Task, None, kLooks, "read a task's output"},
    {"secrets.list", "GET", "/secrets", Kind::Secret, None, kLooks, "list secrets"},
    {"secrets.create", "POST", "/secrets/create", Kind::Secret, Json, kChanges, "create a secret"},
    {"secrets.remove", "DELETE", "/secrets/{id}", Kind::Secret, None, kChanges, "remove a secret"},
    {"secrets.inspect", "GET", "/secrets/{id}", Kind::Secret, None, kLooks, "show a secret without its content"},
    {"secrets.update", "POST", "/secrets/{id}/update", Kind::Secret, Json, kChanges, "change a secret's labels"},
    {"configs.list", "GET", "/configs", Kind::Config, None, kLooks, "list configurations"},
    {"configs.create", "POST", "/configs/create", Kind::Config, Json, kChanges, "create a configuration"},
    {"configs.remove", "DELETE", "/configs/{id}", Kind::Config, None, kChanges, "remove a configuration"},
    {"configs.inspect", "GET", "/configs/{id}", Kind::Config, None, kLooks, "show a configuration with its content"},
    {"configs.update", "POST", "/configs/{id}/update", Kind::Config, Json, kChanges, "change a configuration's labels"},

    // --- the engine ---------------------------------------------------------------------------------
    {"system.ping", "GET HEAD", "/_ping", Kind::Engine, None, kLooks, "ask whether the engine lives"},
    {"system.events", "GET", "/events", Kind::Engine, None, kLooks, "watch what happens to everything"},
    {"system.info", "GET", "/info", Kind::Engine, None, kLooks, "show the engine's settings"},
    {"system.version", "GET", "/version", Kind::Engine, None, kLooks, "show the engine's version"},
    {"system.disk_usage", "GET", "/system/df", Kind::Engine, None, kLooks, "show what takes disk space"},
    // A password: nobody but the engine should read it, and the engine shows it to no plugin.
    {"system.login", "POST", "/auth", Kind::Engine, Stream, kLooks, "check a registry's password"},
    {"debug.variables", "GET", "/debug/vars", Kind::Engine, None, kLooks, "read the engine's counters and command line"},
    {"debug.profile", "GET", "/debug/pprof/", Kind::Engine, None, kLooks, "list the engine's profiles"},
    {"debug.profile", "GET", "/debug/pprof/{name}", Kind::Engine, None, kLooks, "read the engine's memory and stacks"},
    // clang-format on
});

} // namespace

std::span<const Action> engine_actions() {
  return kActions;
}

std::string_view resource_kind_name(ResourceKind kind) {
  switch (kind) {
  case ResourceKind::Engine:
    return "engine";
  case ResourceKind::Container:
    return "container";
  case ResourceKind::Image:
    return "image";
  case ResourceKind::Volume:
    return "volume";
  case ResourceKind::Network:
    return "network";
  case ResourceKind::Exec:
    return "exec";
  case ResourceKind::Plugin:
    return "plugin";
  case ResourceKind::Swarm:
    return "swarm";
  case ResourceKind::Node:
    return "node";
  case ResourceKind::Service:
    return "service";
  case ResourceKind::Task:
    return "task";
  case ResourceKind::Secret:
    return "secret";
  case ResourceKind::Config:
    return "config";
  case ResourceKind::Build:
    return "build";
  case ResourceKind::Session:
    return "session";
  }
  return "engine";
}

} // namespace portique::access
