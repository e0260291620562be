#include "portique/access/command_line/assumed_engine.h"

#include <optional>

#include "portique/access/command_line/docker_command_line.h"
#include "portique/base/digest.h"

namespace portique::access {

namespace {

/// Things that are named only have an id that is made of their name.
std::string id_of(std::string_view name) {
  return std::string(base::digest_of(base::as_bytes(name)).hex());
}

} // namespace

void AssumedEngine::add_owned(const std::string& name, const std::string& owner) {
  owners_[name] = owner;
}

void AssumedEngine::set_new_container(std::string name, std::string image, std::string owner) {
  ContainerFacts facts;
  facts.id = kNewContainer;
  facts.name = name.empty() ? std::string(kNewContainer.substr(0, 12)) : std::move(name);
  facts.image = std::move(image);
  facts.owner = std::move(owner);
  new_container_ = std::move(facts);
}

void AssumedEngine::set_exec_container(std::string name) {
  exec_container_ = std::move(name);
}

base::Result<std::optional<ContainerFacts>> AssumedEngine::container(std::string_view reference) {
  if (new_container_ && reference == kNewContainer) return new_container_;
  const auto owned = owners_.find(reference);
  const bool assumed = owned != owners_.end();
  if (!assumed && behind_ == nullptr) return std::nullopt;
  std::optional<ContainerFacts> known;
  if (behind_ != nullptr) known = PQ_TRY(behind_->container(reference));
  if (!assumed) return known;
  if (known) {
    known->owner = owned->second;
    return known;
  }
  ContainerFacts facts;
  facts.id = id_of(reference);
  facts.name = std::string(reference);
  facts.running = true;
  facts.owner = owned->second;
  return facts;
}

base::Result<std::optional<ImageFacts>> AssumedEngine::image(std::string_view reference) {
  const auto owned = owners_.find(reference);
  const bool assumed = owned != owners_.end();
  if (!assumed && behind_ == nullptr) return std::nullopt;
  std::optional<ImageFacts> known;
  if (behind_ != nullptr) known = PQ_TRY(behind_->image(reference));
  if (!assumed) return known;
  if (known) {
    known->owner = owned->second;
    return known;
  }
  ImageFacts facts;
  facts.id = "sha256:" + id_of(reference);
  facts.tags = {std::string(reference)};
  facts.owner = owned->second;
  return facts;
}

base::Result<std::optional<VolumeFacts>> AssumedEngine::volume(std::string_view name) {
  const auto owned = owners_.find(name);
  const bool assumed = owned != owners_.end();
  if (!assumed && behind_ == nullptr) return std::nullopt;
  std::optional<VolumeFacts> known;
  if (behind_ != nullptr) known = PQ_TRY(behind_->volume(name));
  if (!assumed) return known;
  if (known) {
    known->owner = owned->second;
    return known;
  }
  VolumeFacts facts;
  facts.name = std::string(name);
  facts.driver = "local";
  facts.owner = owned->second;
  return facts;
}

base::Result<std::optional<NetworkFacts>> AssumedEngine::network(std::string_view reference) {
  const auto owned = owners_.find(reference);
  const bool assumed = owned != owners_.end();
  if (!assumed && behind_ == nullptr) return std::nullopt;
  std::optional<NetworkFacts> known;
  if (behind_ != nullptr) known = PQ_TRY(behind_->network(reference));
  if (!assumed) return known;
  if (known) {
    known->owner = owned->second;
    return known;
  }
  NetworkFacts facts;
  facts.id = id_of(reference);
  facts.name = std::string(reference);
  facts.driver = "bridge";
  facts.owner = owned->second;
  return facts;
}

base::Result<std::optional<std::string>> AssumedEngine::exec_container(std::string_view exec_id) {
  if (exec_id == kNewExec && !exec_container_.empty()) return exec_container_;
  if (behind_ == nullptr) return std::nullopt;
  return behind_->exec_container(exec_id);
}

base::Result<void>
AssumedEngine::record(ResourceKind /*kind*/, std::string_view /*id*/, std::string_view /*owner*/) {
  return {};
}

base::Result<void> AssumedEngine::forget(ResourceKind /*kind*/, std::string_view /*id*/) {
  return {};
}

/// What there is says itself whose it is.
base::Result<std::string> AssumedEngine::owner(ResourceKind /*kind*/, std::string_view /*id*/) {
  return std::string();
}

} // namespace portique::access
