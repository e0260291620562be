#pragma once

// What a decision was made of, in the trail: enough to make it again under another policy. What is
// too large or a secret is not kept, and a condition that asks for it has no answer.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "portique/access/recorded_body.h"
#include "portique/access/request_source.h"
#include "portique/base/result.h"

namespace portique::access {

/// A record that would be longer goes into the trail without body and headers, or not at all. One
/// of a container with a hundred mounts has some 20 KiB.
inline constexpr std::size_t kRecordBytes = 64U << 10U;

/// Fields of the domain `request` that only Kubernetes' objects have: at the gates whose trail is
/// judged again they are always absent.
std::span<const std::string_view> kubernetes_fields();

/// JSON on one line, with nothing in it that is empty; "" if it would be too long. Without what
/// stands in the trail's line anyway. `also` are further resources that the action must be allowed
/// on.
std::string record_request(const RequestView& request, std::span<const Resource> also);

/// A request out of a line of the trail.
class RecordedRequest final : public RecordGaps {
public:
  RecordedRequest() = default;

  /// `line` are the members of a line of a decision. Code::NotFound if its record is missing: the
  /// request had no meaning, or its record was too long.
  static base::Result<std::unique_ptr<RecordedRequest>> parse(const boost::json::object& line);

  [[nodiscard]] std::string gap(const policy::FieldUse& use) const override;

  /// What roles and bindings look at and the trail does not tell; `labels` and `containers` say
  /// whether they look at those.
  [[nodiscard]] std::vector<std::string> gaps_of_things(bool labels, bool containers) const;

  /// Borrows from this object.
  [[nodiscard]] RequestView view() const;

  [[nodiscard]] std::span<const Resource> also() const { return also_; }

  [[nodiscard]] const Identity& caller() const { return caller_; }

  [[nodiscard]] const std::string& action() const { return action_; }

  [[nodiscard]] const Resource& resource() const { return resource_; }

  [[nodiscard]] const WorkloadFacts& workload() const { return workload_; }

  [[nodiscard]] base::Time time() const { return time_; }

private:
  void read_target(const boost::json::object& line);
  void read_facts(const boost::json::object& facts);

  Identity caller_;
  std::string gate_;
  std::string action_;
  std::string method_;
  std::string path_;
  std::string version_;
  NamedValues query_;
  Resource resource_;
  Resource caller_container_;
  std::vector<Resource> also_;
  std::vector<Resource> joined_;
  WorkloadFacts workload_;
  ImageStanding standing_;
  bool has_standing_ = false;
  bool has_workload_ = false;
  boost::json::value body_; ///< an object, or a text if it was not kept
  std::vector<http::Header> headers_;
  bool has_headers_ = false;
  bool is_old_ = false;    ///< written before bodies, headers and some of the facts were kept
  std::string target_gap_; ///< why path and query are not known
  bool creates_ = false;
  bool changes_ = true;
  base::Time time_;
};

} // namespace portique::access
