#pragma once

// What is decided about: one request of any gate, with all that was found out about it, and the
// answers that conditions `on: request` get from it.

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "portique/access/docker/engine_view.h"
#include "portique/access/identity.h"
#include "portique/access/image_trust.h"
#include "portique/access/workload_facts.h"
#include "portique/base/time.h"
#include "portique/http/server.h"
#include "portique/policy/json_source.h"
#include "portique/policy/program.h"

namespace portique::access {

/// Something that a request is about, or that it joins.
struct Resource {
  std::string kind;               ///< "container"
  std::vector<std::string> names; ///< all that it goes by: name, id, tags; the one to show first
  bool exists = false;            ///< false: the request would create it, or nobody knows it
  Labels labels;
  std::vector<std::string> images;
  std::vector<std::string> networks;
  std::string owner; ///< "" if unknown
  bool running = false;
  bool privileged = false;
};

using NamedValues = std::vector<std::pair<std::string, std::string>>;

/// What is not known of a request that is judged again out of a trail.
class RecordGaps {
public:
  RecordGaps() = default;
  RecordGaps(const RecordGaps&) = delete;
  RecordGaps& operator=(const RecordGaps&) = delete;
  virtual ~RecordGaps() = default;

  /// What a condition would have to know ("request.command (redacted)"); "" if the record tells.
  [[nodiscard]] virtual std::string gap(const policy::FieldUse& use) const = 0;
};

/// One request. Borrows everything; pointers may be null where a gate has no such thing.
struct RequestView {
  std::string_view gate; ///< "plugin", "guard", "admission"
  const Identity* caller = nullptr;
  const Resource* caller_container = nullptr; ///< the container that the caller runs in, if known
  std::string_view action;                    ///< "containers.create", "kubernetes.pods.create"
  bool changes = true;
  bool creates = false; ///< brings the resource into being
  std::string_view method;
  std::string_view path;
  std::string_view version;
  const NamedValues* query = nullptr;
  const std::vector<http::Header>* headers = nullptr;
  const boost::json::object* body = nullptr;
  const Resource* resource = nullptr;
  std::span<const Resource> joined; ///< containers, volumes, networks that it joins or mounts
  const WorkloadFacts* workload = nullptr;
  const ImageStanding* standing = nullptr; ///< the worst of its images; null: nobody was asked
  /// Kubernetes.
  std::string_view operation;
  std::string_view kind;
  std::string_view name_space;
  const boost::json::value* object = nullptr;
  base::Time now;
  const RecordGaps* gaps = nullptr; ///< null at a gate: all is known
};

/// What the policy adds to a request's own facts.
struct PolicyFacts {
  std::vector<std::string_view> roles;
  std::vector<std::string_view> unapproved_host_paths;
  bool break_glass = false;
};

/// Whether the caller created what the request is about, or would create it. Nobody owns anything
/// who has not proven who they are; what a container creates belongs to nobody.
bool is_own(const RequestView& request);
/// The same for something that the request joins.
bool is_callers(const RequestView& request, const Resource& resource);

/// Names a caller in a sentence: "alice", "uid 1000", "a container (3ad7b26ded6d)", ...
std::string caller_text(const Identity& caller);

/// Fields of the domain `request`. One thread's, for one request; both must outlive it.
class RequestSource final : public policy::FieldSource {
public:
  RequestSource(const RequestView& request, const PolicyFacts& facts);

  [[nodiscard]] policy::Value get(const policy::FieldUse& use) const override;

private:
  friend struct RequestAnswers;

  policy::Value kept(std::string text) const;
  policy::Value listed(std::vector<policy::Value> items) const;
  policy::Value texts(std::span<const std::string> values) const;

  const RequestView* request_;
  const PolicyFacts* facts_;
  const WorkloadFacts* workload_; ///< never null
  boost::json::object nothing_;
  policy::JsonSource json_;
  // What values borrow from.
  mutable std::deque<std::string> texts_;
  mutable std::deque<std::vector<policy::Value>> lists_;
  mutable std::deque<policy::Address> addresses_;
};

/// Fields of the domain that have no answer; for a test, which wants none.
std::vector<std::string> unanswered_request_fields();

} // namespace portique::access
