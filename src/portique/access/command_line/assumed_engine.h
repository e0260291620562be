#pragma once

// An engine that has nothing but what somebody says of it: what a command line would meet can be
// told without one.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "portique/access/docker/engine_view.h"
#include "portique/access/owner_book.h"
#include "portique/base/result.h"

namespace portique::access {

/// Also its book of owners. Thread-safe as long as nothing is added while it is asked.
class AssumedEngine final : public EngineView, public OwnerBook {
public:
  /// What is not assumed is asked of `behind`, if that is not null.
  explicit AssumedEngine(EngineView* behind = nullptr) : behind_(behind) {}

  /// A container, volume, network or image of that name is there and belongs to `owner` ("" for
  /// nobody that is known). Kinds are not told apart.
  void add_owned(const std::string& name, const std::string& owner);

  /// The container that the command line makes (kNewContainer).
  void set_new_container(std::string name, std::string image, std::string owner);
  /// The container that the command line runs something in (kNewExec).
  void set_exec_container(std::string name);

  base::Result<std::optional<ContainerFacts>> container(std::string_view reference) override;
  base::Result<std::optional<ImageFacts>> image(std::string_view reference) override;
  base::Result<std::optional<VolumeFacts>> volume(std::string_view name) override;
  base::Result<std::optional<NetworkFacts>> network(std::string_view reference) override;
  base::Result<std::optional<std::string>> exec_container(std::string_view exec_id) override;

  base::Result<void>
  record(ResourceKind kind, std::string_view id, std::string_view owner) override;
  base::Result<void> forget(ResourceKind kind, std::string_view id) override;
  base::Result<std::string> owner(ResourceKind kind, std::string_view id) override;

private:
  EngineView* behind_;
  std::map<std::string, std::string, std::less<>> owners_; ///< by name
  std::optional<ContainerFacts> new_container_;
  std::string exec_container_;
};

} // namespace portique::access
