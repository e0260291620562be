#pragma once

// The objects of Kubernetes manifests, as checks look at them: every kind that makes pods leads to
// its pod specification, and that to its containers. All borrow from the YAML trees.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/inspect/config_files/yaml_access.h"

namespace portique::inspect::kubernetes {

struct Object {
  const YamlNode* node = nullptr;
  std::string_view path; ///< of the file
  std::string_view api_version;
  std::string_view kind;
  std::string_view name;
  std::string_view space; ///< metadata.namespace, "" if none is given
};

struct Pod {
  const Object* object = nullptr;
  const YamlNode* spec = nullptr;
  const YamlNode* metadata = nullptr; ///< of the pod, nullptr if there is none
  bool windows = false;               ///< spec.os.name says so
};

struct Container {
  enum class Role : std::uint8_t { Main, Init, Ephemeral };

  const Pod* pod = nullptr;
  const YamlNode* node = nullptr;
  Role role = Role::Main;
  std::string_view name;
};

/// Objects of one document; those of lists are unfolded.
void add_objects(const YamlNode& root, std::string_view path, std::vector<Object>& objects);

/// The names that lead from an object of a kind to its pod template, none for a Pod itself; nothing
/// for kinds that make no pods.
std::optional<std::span<const std::string_view>> pod_path(std::string_view kind);

/// The pod that an object makes; `spec` is nullptr if it makes none.
Pod pod_of(const Object& object);

std::vector<Container> containers_of(const Pod& pod);

} // namespace portique::inspect::kubernetes
