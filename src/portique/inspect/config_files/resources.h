#pragma once

// What configuration files declare, as JSON for policies to ask about.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "portique/inspect/compose/project.h"
#include "portique/inspect/config_files/yaml_access.h"
#include "portique/inspect/dockerfile/dockerfile.h"
#include "portique/inspect/kubernetes/objects.h"
#include "portique/model/config_file.h"

namespace portique::inspect {

/// A value as JSON, with the types that Go's readers see in YAML; a key that stands twice counts
/// as it does there, the last one. "" if it nests deeper than readers of JSON go.
std::string json_of(const YamlNode& node);

/// Makes resources until the bytes that they may take are used up.
class ResourceMaker {
public:
  explicit ResourceMaker(std::uint64_t most_bytes) : left_(most_bytes) {}

  /// The stages of a Dockerfile: `name`, `from`, `platform`, `final`, and for each keyword ("RUN")
  /// a list of what stands behind it.
  std::vector<model::ConfigResource> stages(const dockerfile::Dockerfile& file);
  /// Services, networks, volumes, secrets and configs.
  std::vector<model::ConfigResource> parts(const compose::Project& project);
  std::vector<model::ConfigResource> object(const kubernetes::Object& object);
  std::vector<model::ConfigResource> daemon(const YamlNode& root);

  /// Something was left out.
  [[nodiscard]] bool is_incomplete() const { return incomplete_; }

private:
  void add(std::vector<model::ConfigResource>& out, model::ConfigResource resource);

  std::uint64_t left_;
  bool incomplete_ = false;
};

} // namespace portique::inspect
