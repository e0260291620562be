#include "portique/inspect/kubernetes/check_kubernetes.h"

#include <array>

namespace portique::inspect::kubernetes {

namespace {

std::array<std::span<const ContainerCheck>, 2> all_container_checks() {
  return {container_checks(), profile_container_checks()};
}

std::array<std::span<const PodCheck>, 2> all_pod_checks() {
  return {pod_checks(), profile_pod_checks()};
}

std::array<std::span<const ObjectCheck>, 2> all_object_checks() {
  return {access_checks(), object_checks()};
}

void check_object(const Object& object, Hits& hits) {
  hits.set_path(object.path);
  for (const auto& checks : all_object_checks())
    for (const ObjectCheck& check : checks) {
      hits.set_rule(check.id);
      check.run(object, hits);
    }
  const Pod pod = pod_of(object);
  if (pod.spec == nullptr) return;
  for (const auto& checks : all_pod_checks())
    for (const PodCheck& check : checks) {
      hits.set_rule(check.id);
      check.run(pod, hits);
    }
  for (const Container& container : containers_of(pod))
    for (const auto& checks : all_container_checks())
      for (const ContainerCheck& check : checks) {
        hits.set_rule(check.id);
        check.run(container, hits);
      }
}

/// Ids below this one are of the level baseline.
constexpr std::string_view kFirstRestricted = "PQ-K8-020";

} // namespace

void run_pod_security(const Pod& pod, PodSecurity level, Hits& hits) {
  const auto counts = [&](std::string_view id) {
    return level == PodSecurity::Restricted || id < kFirstRestricted;
  };
  for (const PodCheck& check : profile_pod_checks()) {
    if (!counts(check.id)) continue;
    hits.set_rule(check.id);
    check.run(pod, hits);
  }
  for (const Container& container : containers_of(pod))
    for (const ContainerCheck& check : profile_container_checks()) {
      if (!counts(check.id)) continue;
      hits.set_rule(check.id);
      check.run(container, hits);
    }
}

void run_checks(std::span<const Object> objects, Hits& hits) {
  for (const Object& object : objects)
    check_object(object, hits);
  for (const SetCheck& check : set_checks()) {
    hits.set_rule(check.id);
    check.run(objects, hits);
  }
}

std::vector<std::string_view> check_ids() {
  std::vector<std::string_view> ids;
  const auto add = [&](const auto& lists) {
    for (const auto& checks : lists)
      for (const auto& check : checks)
        ids.push_back(check.id);
  };
  add(all_container_checks());
  add(all_pod_checks());
  add(all_object_checks());
  add(std::array{set_checks()});
  return ids;
}

} // namespace portique::inspect::kubernetes
