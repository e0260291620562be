// Two passes with Boost.JSON: events first, which cost no memory, for what a tree cannot show any
// more; then the tree.
#include "portique/access/kubernetes/review_json.h"

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access::kubernetes {

namespace json = boost::json;
using base::Code;
using base::fail;
using base::Result;

namespace {

/// Looks for names that stand twice, and counts.
class NameCheck {
public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  explicit NameCheck(std::uint64_t values) : values_(values) {}

  [[nodiscard]] const std::optional<base::Error>& problem() const { return problem_; }

  bool on_document_begin(json::error_code& /*error*/) { return true; }

  bool on_document_end(json::error_code& /*error*/) { return true; }

  bool on_object_begin(json::error_code& error) {
    names_.emplace_back();
    return count(error);
  }

  bool on_object_end(std::size_t /*members*/, json::error_code& /*error*/) {
    names_.pop_back();
    return true;
  }

  bool on_array_begin(json::error_code& error) { return count(error); }

  bool on_array_end(std::size_t /*items*/, json::error_code& /*error*/) { return true; }

  bool on_key_part(json::string_view part, std::size_t /*all*/, json::error_code& /*error*/) {
    key_ += std::string_view(part.data(), part.size());
    return true;
  }

  bool on_key(json::string_view part, std::size_t /*all*/, json::error_code& error) {
    key_ += std::string_view(part.data(), part.size());
    const bool is_new = names_.back().insert(key_).second;
    if (!is_new)
      problem_ = base::Error(
          Code::Malformed,
          fmt::format("'{}' stands twice in one object", base::printable(key_.substr(0, 80))));
    key_.clear();
    return is_new || stop(error);
  }

  bool on_string_part(json::string_view /*part*/, std::size_t /*all*/, json::error_code& /*e*/) {
    return true;
  }

  bool on_string(json::string_view /*part*/, std::size_t /*all*/, json::error_code& error) {
    return count(error);
  }

  bool on_number_part(json::string_view /*part*/, json::error_code& /*error*/) { return true; }

  bool on_int64(std::int64_t /*n*/, json::string_view /*part*/, json::error_code& error) {
    return count(error);
  }

  bool on_uint64(std::uint64_t /*n*/, json::string_view /*part*/, json::error_code& error) {
    return count(error);
  }

  bool on_double(double /*n*/, json::string_view /*part*/, json::error_code& error) {
    return count(error);
  }

  bool on_bool(bool /*value*/, json::error_code& error) { return count(error); }

  bool on_null(json::error_code& error) { return count(error); }

  bool on_comment_part(json::string_view /*part*/, json::error_code& /*error*/) { return true; }

  bool on_comment(json::string_view /*part*/, json::error_code& /*error*/) { return true; }

private:
  static bool stop(json::error_code& error) {
    error = json::error::exception; // problem() says what it is
    return false;
  }

  bool count(json::error_code& error) {
    if (values_-- > 0) return true;
    problem_ = base::Error(Code::LimitExceeded, "it holds too many values");
    return stop(error);
  }

  std::uint64_t values_;
  std::string key_;
  std::vector<std::unordered_set<std::string>> names_; ///< of the objects that are open
  std::optional<base::Error> problem_;
};

} // namespace

Result<json::value> parse_review_json(std::string_view text, const base::Limits& limits) {
  if (text.size() > limits.admission_review_bytes)
    return fail(Code::LimitExceeded,
                fmt::format("it is larger than {} bytes", limits.admission_review_bytes));
  json::parse_options options;
  options.max_depth = 64;
  json::basic_parser<NameCheck> check(options, limits.admission_values);
  json::error_code error;
  check.write_some(false, text.data(), text.size(), error);
  if (check.handler().problem()) return std::unexpected(*check.handler().problem());
  return base::parse_json(text);
}

} // namespace portique::access::kubernetes
