#pragma once

// One act, as the trail keeps it.

#include <string>
#include <vector>

#include "portique/access/decision.h"
#include "portique/access/identity.h"
#include "portique/base/time.h"

namespace portique::access {

struct AuditEvent {
  base::Time time;
  std::string
      gate; ///< "plugin", "guard", "admission", "policy" (loads, approvals, break-glass), "trail"
  Identity caller;
  std::string action;        ///< "containers.create"; "unknown" if the request has no meaning
  std::string resource_kind; ///< "container"
  std::string resource;      ///< name or id
  std::string method;
  std::string target;         ///< as sent; values of query keys that hold secrets masked
  std::string request_digest; ///< "sha256:..." of method, target and body
  std::string command;        ///< of an exec or a container, secrets masked
  /// What else the decision was made of, as JSON on one line (request_record.h): by it the request
  /// can be judged again under another policy. "" if there is no such record.
  std::string facts;
  Decision decision;
};

} // namespace portique::access
