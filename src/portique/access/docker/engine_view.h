#pragma once

// What a decision has to know of the engine besides the request: which container a name stands for,
// whose it is, what a volume really mounts.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/result.h"

namespace portique::access {

using Labels = std::map<std::string, std::string, std::less<>>;

struct ContainerFacts {
  std::string id; ///< 64 hexadecimal digits
  std::string name;
  std::string image;    ///< as it was created
  std::string image_id; ///< "sha256:..."
  Labels labels;
  std::vector<std::string>
      bind_sources; ///< host paths of its mounts, volumes of bind type included
  std::vector<std::string> volumes;
  bool running = false;
  bool privileged = false;
  std::string user;  ///< that its processes run as; "" for root
  std::string owner; ///< user who created it through a gate, "" if unknown
};

struct ImageFacts {
  std::string id;
  std::vector<std::string> tags;
  std::vector<std::string> digests; ///< "registry/app@sha256:..."
  Labels labels;
  std::string user; ///< of its configuration
  std::string owner;
};

struct VolumeFacts {
  std::string name;
  std::string driver;
  std::map<std::string, std::string, std::less<>> options;
  Labels labels;
  std::string owner;
};

struct NetworkFacts {
  std::string id;
  std::string name;
  std::string driver;
  Labels labels;
  std::string owner;
};

/// An error means that the engine could not be asked: whoever decides denies. Nothing means that
/// the engine knows no such thing.
class EngineView {
public:
  EngineView() = default;
  EngineView(const EngineView&) = delete;
  EngineView& operator=(const EngineView&) = delete;
  virtual ~EngineView() = default;

  virtual base::Result<std::optional<ContainerFacts>> container(std::string_view reference) = 0;
  virtual base::Result<std::optional<ImageFacts>> image(std::string_view reference) = 0;
  virtual base::Result<std::optional<VolumeFacts>> volume(std::string_view name) = 0;
  virtual base::Result<std::optional<NetworkFacts>> network(std::string_view reference) = 0;
  /// The container that an exec instance runs in.
  virtual base::Result<std::optional<std::string>> exec_container(std::string_view exec_id) = 0;

  /// Something changed: nothing that was asked before this is used again.
  virtual void forget_answers() {}
};

} // namespace portique::access
