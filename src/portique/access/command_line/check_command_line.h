#pragma once

// What a command line of Docker's client would meet at a gate with a policy, without gate, client
// or engine.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "portique/access/command_line/assumed_engine.h"
#include "portique/access/command_line/docker_command_line.h"
#include "portique/access/gate.h"
#include "portique/access/gatekeeper.h"
#include "portique/access/identity.h"
#include "portique/base/result.h"

namespace portique::access {

struct CheckOptions {
  std::string policy_name; ///< of its file; includes are looked for beside it
  std::string policy_text;
  CommandLineOptions line;
  Gate gate = Gate::Guard;
  ImageTrust* trust = nullptr; ///< null: no image was ever scanned or signed
  std::function<base::Result<WorkloadFacts>(const EngineCall&, EngineView&)> facts;
};

struct CheckedRequest {
  std::string method;
  std::string target;
  Ruling ruling;
};

struct CheckedLine {
  std::vector<CheckedRequest> requests; ///< up to the first that is denied
  std::size_t not_sent = 0;             ///< those behind it
  std::vector<std::string> notes;
  bool allow = true;
};

/// `words` begin behind "docker". `engine` says what is there; what the line itself makes is added.
/// A policy that needs approvals is taken without them: it does not serve by this.
base::Result<CheckedLine> check_command_line(std::span<const std::string> words,
                                             const Identity& caller,
                                             AssumedEngine& engine,
                                             const CheckOptions& options);

} // namespace portique::access
