#pragma once

// JSON documents that may be larger than memory should hold: read in pieces, and handed over value
// by value. Whoever reads says of each path whether its value is wanted.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "portique/base/result.h"

namespace portique::inventory {

/// What to do with the value at a path.
enum class Want : std::uint8_t {
  Skip,  ///< pass over it
  Value, ///< hand it over, whole
  Text,  ///< hand over a string in pieces; any other value is passed over
  Enter, ///< ask for its members or elements; a value that has none is handed over
};

/// Paths are the names of members from the root, with a slash between them and "-" for any element
/// of an array: "" is the root, "components/-" each component. A slash in a name is not told apart.
class JsonItems {
public:
  virtual ~JsonItems() = default;

  virtual Want want(std::string_view path) = 0;

  /// A value that was wanted.
  virtual base::Result<void> take(std::string_view path, const boost::json::value& value) = 0;

  /// The next piece of a string that was wanted as text; leave() tells its end.
  virtual base::Result<void> take_text(std::string_view /*path*/, std::string_view /*piece*/) {
    return {};
  }

  /// A value that was wanted and is larger than `value_bytes` is passed over.
  virtual void too_large(std::string_view path) = 0;

  /// The end of an array or object that was entered, or of a text.
  virtual base::Result<void> leave(std::string_view /*path*/) { return {}; }
};

/// Reads one JSON document after another from pieces of text.
class JsonItemReader {
public:
  /// Borrows `items`. No value takes more than about `value_bytes` of memory.
  JsonItemReader(JsonItems& items, std::uint64_t value_bytes);
  ~JsonItemReader();
  JsonItemReader(JsonItemReader&&) = delete;
  JsonItemReader& operator=(JsonItemReader&&) = delete;
  JsonItemReader(const JsonItemReader&) = delete;
  JsonItemReader& operator=(const JsonItemReader&) = delete;

  /// How much of the piece belongs to the current document: less than all of it where the document
  /// ends. Code::Malformed says at which byte; an error of `items` is passed on.
  base::Result<std::size_t> read(std::string_view piece);

  /// Whether the document has ended.
  [[nodiscard]] bool done() const;

  /// There are no further pieces: Code::Truncated if the document has not ended.
  base::Result<void> finish();

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace portique::inventory
