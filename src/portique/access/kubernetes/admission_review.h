#pragma once

// What the API server asks an admission webhook, and what it is told.
// https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
//
// Relied upon: the API server decodes what users send into its own types and encodes the object
// anew for the webhook, so that names come in Kubernetes' own spelling, once each, with defaults
// filled in. What does not look like that is refused.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "portique/base/limits.h"
#include "portique/base/result.h"

namespace portique::access::kubernetes {

enum class Operation : std::uint8_t { Create, Update, Delete, Connect };

/// "CREATE", "UPDATE", "DELETE", "CONNECT".
std::string_view operation_name(Operation operation);

struct GroupVersionKind {
  std::string group; ///< "" for the core
  std::string version;
  std::string kind;
};

struct GroupVersionResource {
  std::string group;
  std::string version;
  std::string resource; ///< "pods"
};

struct AdmissionRequest {
  std::string uid; ///< of this question
  GroupVersionKind kind;
  GroupVersionResource resource;
  std::string sub_resource; ///< "exec", "ephemeralcontainers"; "" for the object itself
  std::string name;         ///< "" if the API server is going to make one up
  std::string space;        ///< namespace, "" for objects outside of any
  Operation operation = Operation::Create;
  std::string user;
  std::vector<std::string> groups;
  bool dry_run = false;
  boost::json::value object;     ///< null for DELETE
  boost::json::value old_object; ///< null for CREATE and CONNECT
};

/// Code::Unsupported for an API version other than v1. What names a kind and holds an object of
/// another is Code::Malformed.
base::Result<AdmissionRequest> parse_admission_review(std::string_view body,
                                                      const base::Limits& limits);

struct AdmissionAnswer {
  std::string uid;
  bool allowed = false;
  int code = 0;        ///< HTTP status that the client gets; 0 for none
  std::string reason;  ///< of metav1.Status: "Forbidden", "Invalid"
  std::string message; ///< for the client
  std::vector<std::string> warnings;
  std::vector<std::pair<std::string, std::string>> audit_annotations; ///< without prefix
  boost::json::array patch;                                           ///< RFC 6902; empty: none
};

/// The whole review. Warnings are cut to what the API server hands on (256 characters each, 4096
/// together).
std::string admission_review_text(const AdmissionAnswer& answer);

} // namespace portique::access::kubernetes
