#pragma once

// Who created what through a gate. Labels cannot say it, for whoever creates a thing writes them.

#include <string>
#include <string_view>

#include "portique/access/docker/engine_call.h"
#include "portique/base/result.h"

namespace portique::access {

/// Called by several threads.
class OwnerBook {
public:
  OwnerBook() = default;
  OwnerBook(const OwnerBook&) = delete;
  OwnerBook& operator=(const OwnerBook&) = delete;
  virtual ~OwnerBook() = default;

  /// Writes down who created a thing; a thing that has an owner keeps them. `id` is what stays: the
  /// id of a container, network, image or exec instance, the name of a volume.
  virtual base::Result<void>
  record(ResourceKind kind, std::string_view id, std::string_view owner) = 0;

  /// The thing is gone; its id may be given to another one (volumes).
  virtual base::Result<void> forget(ResourceKind kind, std::string_view id) = 0;

  /// "" if nobody is known.
  virtual base::Result<std::string> owner(ResourceKind kind, std::string_view id) = 0;
};

} // namespace portique::access
