#pragma once

// The seam between what speaks the protocols (plugin, guard) and what decides. Both gates ask one
// Judge, so that they cannot disagree.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "portique/access/decision.h"
#include "portique/access/docker/engine_request.h"
#include "portique/access/identity.h"
#include "portique/access/workload_facts.h"

namespace portique::access {

enum class Gate : std::uint8_t { Plugin, Guard };

/// "plugin", "guard".
std::string_view gate_name(Gate gate);

/// A ruling stands in the trail before anybody gets it.
struct Ruling {
  Decision decision;
  std::string action;        ///< "containers.create", "" if the request has no meaning
  std::string resource;      ///< resolved name of what it is about
  std::uint64_t entry = 0;   ///< its number in the trail
  bool changes = false;      ///< anything but a look: completed() must be told of its end
  bool wants_answer = false; ///< completed() must get the answer's body: it names what was created
  std::vector<std::string> creates; ///< for completed(): "volume:data"; "container:" if the answer
                                    ///< names it
  std::vector<std::string> removes; ///< the same, by id
};

class Judge {
public:
  Judge() = default;
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;
  virtual ~Judge() = default;

  /// How long a decision may take: what is decided later is a denial, in the trail, too. A gate
  /// that hears nothing for somewhat longer denies by itself.
  [[nodiscard]] virtual std::chrono::milliseconds deadline() const = 0;

  /// Whether judge() may have to ask the engine. A plugin must not let the engine's own thread wait
  /// for that: the engine asks the plugin about every question.
  virtual bool may_ask_engine(const EngineRequest& request) = 0;

  /// Never fails: what cannot be decided, or be written into the trail, is denied. Called by
  /// several threads at a time.
  virtual Ruling judge(Gate gate, const EngineRequest& request, const Identity& caller) = 0;

  /// What the stream of a request that judge() let through turns out to ask for: the images and
  /// entitlements of a build. `request` is the one that opened it, `action` one of the table.
  virtual Ruling judge_stream(Gate gate,
                              const EngineRequest& request,
                              std::string_view action,
                              const WorkloadFacts& facts,
                              const Identity& caller) = 0;

  /// Whether the action's body must be given whole to judge() (BodyState::Whole), or flows by
  /// (BodyState::Streamed). Only the head is looked at.
  virtual bool wants_body(const EngineRequest& head) = 0;

  /// The engine has answered a request that changes something. `body` is empty unless the ruling
  /// wants it.
  virtual void
  completed(const Ruling& ruling, const Identity& caller, int status, std::string_view body) = 0;
};

} // namespace portique::access
