#pragma once

// Requests as they come back out of a trail's line, for tests.

#include <memory>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include "portique/access/audit/entry_line.h"
#include "portique/access/redaction.h"
#include "portique/access/replay/replay.h"
#include "portique/base/json.h"

namespace portique::access {

/// What the trail would hold of a request; `target` as it was sent.
inline AuditEvent
trail_event(const RequestView& view, std::span<const Resource> also, std::string_view target) {
  AuditEvent event;
  event.time = view.now;
  event.gate = view.gate;
  event.caller = *view.caller;
  event.action = view.action;
  event.method = view.method;
  event.target = masked_target(target);
  if (view.workload != nullptr) event.command = masked_command(view.workload->command);
  event.facts = record_request(view, also);
  return event;
}

inline std::unique_ptr<RecordedRequest> read_back(const AuditEvent& event) {
  const std::string line = line_text(7, kNoLine, event_members(event).bytes());
  const auto parsed = base::parse_json(line);
  if (!parsed) {
    ADD_FAILURE() << parsed.error().text() << ": " << line;
    return std::make_unique<RecordedRequest>();
  }
  auto made = RecordedRequest::parse(parsed->get_object());
  if (made) return *std::move(made);
  ADD_FAILURE() << made.error().text() << ": " << line;
  return std::make_unique<RecordedRequest>();
}

/// The decision about a request out of the trail, by the policy that decided then.
inline Decision decided_again(const AccessPolicy& policy,
                              const RequestView& view,
                              std::span<const Resource> also = {},
                              std::string_view target = "/") {
  return replay_request(policy, *read_back(trail_event(view, also, target)));
}

} // namespace portique::access
