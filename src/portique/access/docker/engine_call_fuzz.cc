// A raw request, head and body, is refused or becomes one action with facts.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "portique/access/docker/fake_engine_view.h"
#include "portique/access/docker/request_facts.h"
#include "portique/base/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace base = portique::base;
  using portique::access::BodyState;
  using portique::access::BodyUse;
  using portique::access::EngineRequest;
  using portique::access::FakeEngineView;
  using portique::access::find_engine_action;
  using portique::access::HostSight;
  using portique::access::parse_engine_call;
  using portique::access::workload_facts;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const std::string_view method = base::take_until(rest, ' ');
  const std::string_view target = base::take_until(rest, '\n');
  EngineRequest request{.method = std::string(method), .target = std::string(target)};
  while (!rest.empty()) {
    std::string_view line = base::take_until(rest, '\n');
    if (line.empty()) break;
    const std::string_view name = base::take_until(line, ':');
    request.headers.push_back({.name = std::string(name), .value = std::string(line)});
  }
  request.body_state = static_cast<BodyState>(size % 4);
  if (!rest.empty()) request.body_state = BodyState::Whole;
  request.body = rest;
  FakeEngineView view;
  view.volumes["v"] = {.name = "v", .driver = "local", .options = {{"o", "bind"}, {"device", "/"}}};
  view.containers["c"] = {.id = "c", .bind_sources = {"/run"}, .volumes = {"v"}};
  const auto call = parse_engine_call(request);
  const auto found = find_engine_action(request);
  if (!call) return 0;
  // The head alone means the same action, and the body was there if it had to be.
  if (!found || *found != call->action) std::abort();
  if (call->action->body == BodyUse::Json && request.body.empty()) std::abort();
  const auto facts = workload_facts(*call, view, {.host = HostSight::Hidden});
  if (!facts) return 0;
  for (const std::string& path : facts->host_paths) {
    if (!path.starts_with('/') || path.find("/../") != std::string::npos) std::abort();
    if (path == "/" && !facts->engine_socket) std::abort();
  }
  if (facts->privileged && facts->capabilities.empty()) std::abort();
  return 0;
}
