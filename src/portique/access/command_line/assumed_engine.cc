#include "portique/access/command_line/assumed_engine.h"

#include <algorithm>
#include <optional>

#include "portique/access/command_line/docker_command_line.h"
#include "portique/access/image_names.h"
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
  const auto known = this->image(image);
  ContainerFacts facts;
  facts.id = kNewContainer;
  facts.name = name.empty() ? std::string(kNewContainer.substr(0, 12)) : std::move(name);
  facts.image = std::move(image);
  // What cannot be asked is said by the request that needs it.
  if (known && *known) facts.image_id = (*known)->id;
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
  // However an image is written, it is the same one.
  const auto owned = std::ranges::find_if(owners_, [&](const auto& one) {
    return full_image_name(one.first) == full_image_name(reference);
  });
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
  const std::string name = full_image_name(owned->first);
  facts.id = "sha256:" + id_of(name);
  facts.tags = {name};
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
