#pragma once

// What a decision was made of, in the trail: enough to make it again under another policy. Bodies
// are not kept, so that conditions on members of the body cannot be asked again.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "portique/access/request_source.h"
#include "portique/base/result.h"

namespace portique::access {

/// A record that would be longer is left out of the trail. One of a container with a hundred mounts
/// has some 10 KiB.
inline constexpr std::size_t kRecordBytes = 64U << 10U;

/// JSON on one line, with nothing in it that is empty; "" if it would be too long. Without what
/// stands in the trail's line anyway, and without command lines, which may hold secrets. `also` are
/// further resources that the action must be allowed on.
std::string record_request(const RequestView& request, std::span<const Resource> also);

/// A request out of a line of the trail.
class RecordedRequest {
public:
  /// `line` are the members of a line of a decision. Code::NotFound if its record is missing: the
  /// request had no meaning, or its record was too long.
  static base::Result<RecordedRequest> parse(const boost::json::object& line);

  /// Borrows from this object.
  [[nodiscard]] RequestView view() const;

  [[nodiscard]] std::span<const Resource> also() const { return also_; }

  [[nodiscard]] const Identity& caller() const { return caller_; }

  [[nodiscard]] const std::string& action() const { return action_; }

  [[nodiscard]] const Resource& resource() const { return resource_; }

  [[nodiscard]] const WorkloadFacts& workload() const { return workload_; }

  [[nodiscard]] base::Time time() const { return time_; }

private:
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
  bool creates_ = false;
  bool changes_ = true;
  base::Time time_;
};

} // namespace portique::access
