#pragma once

#include <cstdint>
#include <memory>

#include "portique/access/audit/audit_event.h"
#include "portique/base/result.h"

namespace portique::access {

/// Where acts are written down. Several threads may append at a time.
class Trail {
public:
  Trail() = default;
  Trail(const Trail&) = delete;
  Trail& operator=(const Trail&) = delete;
  virtual ~Trail() = default;

  /// The event's number, once its line would survive the death of this process. An error means that
  /// it is not in the trail: whoever asked must deny.
  virtual base::Result<std::uint64_t> append(AuditEvent event) = 0;
};

} // namespace portique::access
