#pragma once

// Kubernetes manifests against all checks of their kind. The objects of all files are looked at
// together: a NetworkPolicy in one file covers the pods of another.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "portique/inspect/config_files/hit.h"
#include "portique/inspect/kubernetes/objects.h"

namespace portique::inspect::kubernetes {

struct ContainerCheck {
  std::string_view id;
  void (*run)(const Container& container, Hits& hits);
};

struct PodCheck {
  std::string_view id;
  void (*run)(const Pod& pod, Hits& hits);
};

struct ObjectCheck {
  std::string_view id;
  void (*run)(const Object& object, Hits& hits);
};

struct SetCheck {
  std::string_view id;
  void (*run)(std::span<const Object> objects, Hits& hits);
};

// One list a file.
std::span<const ContainerCheck> container_checks();
std::span<const ContainerCheck> profile_container_checks();
std::span<const PodCheck> pod_checks();
std::span<const PodCheck> profile_pod_checks();
std::span<const ObjectCheck> access_checks();
std::span<const ObjectCheck> object_checks();
std::span<const SetCheck> set_checks();

/// Levels of the Pod Security Standards; the second holds the first.
enum class PodSecurity : std::uint8_t { Baseline, Restricted };

/// What of a level's checks a pod fails, without places if its tree has none.
void run_pod_security(const Pod& pod, PodSecurity level, Hits& hits);

void run_checks(std::span<const Object> objects, Hits& hits);

std::vector<std::string_view> check_ids();

} // namespace portique::inspect::kubernetes
