#pragma once

// EngineView by asking the engine over its own socket.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "portique/access/docker/engine_view.h"
#include "portique/access/docker/file_owner_book.h"

namespace portique::access {

struct LiveViewOptions {
  std::filesystem::path socket = "/run/docker.sock";
  /// One question; whoever decides waits for it.
  std::chrono::seconds deadline{2};
  /// An answer is used for so long. What changes through the gate is told by forget_answers().
  std::chrono::milliseconds freshness{2000};
  /// Sent as the header "Portique-View", by which an authorization plugin knows the gate's own
  /// questions: a secret made for this process. "": none.
  std::string token;
};

/// All functions may be called by several threads at a time. A name that could be read as another
/// path is an error.
class LiveEngineView : public EngineView {
public:
  /// `owners` is borrowed; nullptr: nobody owns anything. A volume that was created anew without
  /// the gate loses its owner when it is looked at.
  explicit LiveEngineView(LiveViewOptions options, FileOwnerBook* owners = nullptr);
  ~LiveEngineView() override;

  base::Result<std::optional<ContainerFacts>> container(std::string_view reference) override;
  base::Result<std::optional<ImageFacts>> image(std::string_view reference) override;
  base::Result<std::optional<VolumeFacts>> volume(std::string_view name) override;
  base::Result<std::optional<NetworkFacts>> network(std::string_view reference) override;
  base::Result<std::optional<std::string>> exec_container(std::string_view exec_id) override;

  /// Something changed: nothing that was asked before this is used again, answers that are still on
  /// their way among it.
  void forget_answers() override;
  /// Questions that were put to the engine.
  [[nodiscard]] std::uint64_t asked() const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace portique::access
