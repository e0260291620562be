#pragma once

// What an engine would answer, for tests.

#include <algorithm>
#include <map>
#include <string>

#include "portique/access/docker/engine_view.h"

namespace portique::access {

class FakeEngineView : public EngineView {
public:
  std::map<std::string, ContainerFacts, std::less<>> containers;
  std::map<std::string, ImageFacts, std::less<>> images;
  std::map<std::string, VolumeFacts, std::less<>> volumes;
  std::map<std::string, NetworkFacts, std::less<>> networks;
  bool unreachable = false;

  base::Result<std::optional<ContainerFacts>> container(std::string_view reference) override {
    return find(containers, reference);
  }

  base::Result<std::optional<ImageFacts>> image(std::string_view reference) override {
    return find(images, reference);
  }

  base::Result<std::optional<VolumeFacts>> volume(std::string_view name) override {
    return find(volumes, name);
  }

  base::Result<std::optional<NetworkFacts>> network(std::string_view reference) override {
    return find(networks, reference);
  }

  base::Result<std::optional<std::string>> exec_container(std::string_view) override {
    return std::optional<std::string>();
  }

private:
  template <typename T>
  base::Result<std::optional<T>> find(const std::map<std::string, T, std::less<>>& known,
                                      std::string_view reference) const {
    if (unreachable) return base::fail(base::Code::Network, "no engine");
    const auto at = known.find(reference);
    return at == known.end() ? std::optional<T>() : std::optional<T>(at->second);
  }
};

} // namespace portique::access
