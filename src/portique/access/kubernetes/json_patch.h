#pragma once

// Changes of a JSON document, written down as a JSON Patch (RFC 6902) while they are made.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

namespace portique::access::kubernetes {

/// Names and indexes from the document's root.
using JsonPath = std::vector<std::string>;

/// "/spec/containers/0"; '~' and '/' in names are escaped (RFC 6901).
std::string json_pointer(std::span<const std::string> path);

class JsonPatch {
public:
  /// Borrows the document and changes it.
  explicit JsonPatch(boost::json::value& document) : document_(&document) {}

  /// What stands at a path; nullptr for what is not there or null.
  [[nodiscard]] const boost::json::value* find(std::span<const std::string> path) const;

  /// Gives a member its value if it has none; objects on the way that are missing are made. False
  /// if it has one, or what should hold it is no object.
  bool set_default(const JsonPath& path, boost::json::value value);

  /// Puts an item behind the others of a list that is there. False if none is.
  bool append(const JsonPath& list, boost::json::value item);

  /// Another value for what is there. False if nothing is.
  bool replace(const JsonPath& path, boost::json::value value);

  [[nodiscard]] const boost::json::array& operations() const { return operations_; }

  [[nodiscard]] boost::json::array take() { return std::move(operations_); }

private:
  boost::json::value* find_mutable(std::span<const std::string> path);
  void write(std::string_view operation,
             std::span<const std::string> path,
             const boost::json::value& value);

  boost::json::value* document_;
  boost::json::array operations_;
};

} // namespace portique::access::kubernetes
