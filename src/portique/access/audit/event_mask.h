#pragma once

// Secrets in events: command lines and queries carry passwords and tokens, and a trail is read by
// many.

#include <memory>

#include "portique/access/audit/audit_event.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/inspect/secrets/secret_scanner.h"

namespace portique::access {

/// For any number of threads.
class EventMask {
public:
  /// Rules that find secrets: the ones that images are searched with.
  static base::Result<std::shared_ptr<EventMask>> make(inspect::SecretRuleBook book,
                                                       const base::Limits& limits);
  ~EventMask();

  EventMask(const EventMask&) = delete;
  EventMask& operator=(const EventMask&) = delete;

  /// Puts masks in the place of secrets: in the command, the target (also behind percent-encoding),
  /// the resource, the reason and the warnings. What cannot be searched is left out altogether.
  void mask(AuditEvent& event);

private:
  struct State;
  explicit EventMask(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

} // namespace portique::access
