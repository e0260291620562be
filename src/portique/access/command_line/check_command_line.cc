#include "portique/access/command_line/check_command_line.h"

#include <atomic>

#include "portique/access/audit/trail.h"
#include "portique/base/json.h"

namespace portique::access {

namespace {

/// What is only tried stands in no trail.
class NoTrail final : public Trail {
public:
  base::Result<std::uint64_t> append(AuditEvent /*event*/) override { return ++count_; }

private:
  std::atomic<std::uint64_t> count_ = 0;
};

/// What the requests of the line make comes into being with the one before.
void assume_made(const CommandLine& line, const Identity& caller, AssumedEngine& engine) {
  constexpr std::string_view kContainers = "/containers/";
  constexpr std::string_view kExec = "/exec";
  for (const EngineRequest& request : line.requests) {
    const std::string path = request.target.substr(0, request.target.find('?'));
    if (request.method != "POST") continue;
    const std::size_t at = path.find(kContainers);
    if (path.ends_with("/containers/create")) {
      const auto body = base::parse_json(request.body);
      const auto* object = body ? base::json_object(&*body) : nullptr;
      engine.set_new_container("", std::string(base::json_string(object, "Image")), caller.user);
    } else if (at != std::string::npos && path.ends_with(kExec)) {
      const std::size_t begin = at + kContainers.size();
      engine.set_exec_container(path.substr(begin, path.size() - kExec.size() - begin));
    }
  }
}

} // namespace

base::Result<CheckedLine> check_command_line(std::span<const std::string> words,
                                             const Identity& caller,
                                             AssumedEngine& engine,
                                             const CheckOptions& options) {
  CommandLine line = PQ_TRY(docker_requests(words, options.line));
  assume_made(line, caller, engine);
  NoTrail trail;
  GatekeeperOptions keeping;
  Gatekeeper keeper({.view = &engine,
                     .trail = &trail,
                     .owners = &engine,
                     .trust = options.trust,
                     .facts = options.facts},
                    keeping);
  PQ_TRY(keeper.offer({.name = options.policy_name, .text = options.policy_text, .approvals = ""}));
  CheckedLine checked;
  checked.notes = std::move(line.notes);
  for (std::size_t i = 0; i < line.requests.size(); ++i) {
    const EngineRequest& request = line.requests[i];
    Ruling ruling = keeper.judge(options.gate, request, caller);
    checked.allow = ruling.decision.allow;
    checked.requests.push_back({request.method, request.target, std::move(ruling)});
    if (checked.allow) continue;
    checked.not_sent = line.requests.size() - i - 1;
    break;
  }
  return checked;
}

} // namespace portique::access
