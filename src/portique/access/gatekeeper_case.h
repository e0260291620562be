#pragma once

// One request on its way to a decision: what is known of it, and how it is found out.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "portique/access/gatekeeper.h"
#include "portique/access/request_source.h"

namespace portique::access {

/// An image as a request names it.
struct AskedImage {
  std::string reference; ///< the name to ask a registry by
  std::string id;        ///< "" if the engine does not have it
};

struct GateCase {
  Gate gate = Gate::Guard;
  const EngineRequest* request = nullptr; ///< borrowed
  Identity caller;
  std::string stream_action; ///< of judge_stream(); "" otherwise
  WorkloadFacts stream_facts;
  std::shared_ptr<const AccessPolicy> policy; ///< shared with the other decisions under way
  base::Time now;
  std::chrono::steady_clock::time_point until; ///< later there is only no

  [[nodiscard]] bool is_late() const { return std::chrono::steady_clock::now() > until; }

  EngineCall call;
  WorkloadFacts facts;
  Resource resource;
  std::vector<Resource> also;   ///< of the same kind: the action must be allowed on each
  std::vector<Resource> joined; ///< what a container would join, names that an image would take
  Resource caller_container;
  std::vector<AskedImage> asked_images;
  ImageStanding standing;
  std::string record; ///< what the decision was made of, for the trail
  bool creates = false;
  bool changes = true;
  Ruling ruling;
};

/// Fills a case.
class CaseReader {
public:
  CaseReader(const GatekeeperParts& parts, GateCase& made) : parts_(&parts), case_(&made) {}

  /// An error's message is the reason to deny.
  base::Result<void> read();

  /// Borrows from the case.
  [[nodiscard]] RequestView view() const;

  /// What completed() has to write down, once it is clear that the call is let through.
  void plan_owners();

private:
  base::Result<void> read_call();
  base::Result<void> read_images();
  base::Result<void> read_pulled();
  base::Result<void> read_joined();
  base::Result<void> read_standing();
  base::Result<Resource> resource(ResourceKind kind, std::string_view name);
  base::Result<Resource> container(std::string_view name);
  base::Result<Resource> exec(std::string_view id);
  base::Result<Resource> image(std::string_view name);
  base::Result<std::vector<std::string>> images_of(const ContainerFacts& facts);
  base::Result<Resource> volume(std::string_view name);
  base::Result<Resource> network(std::string_view name);
  base::Result<std::string> owner(ResourceKind kind, std::string_view id, std::string_view known);

  const GatekeeperParts* parts_;
  GateCase* case_;
};

} // namespace portique::access
