// Boost.JSON's event parser (https://www.boost.org/doc/libs/1_81_0/libs/json/): values that are
// wanted are built on a value_stack, all others leave nothing behind.

#include "portique/inventory/sbom/json_items.h"

#include <optional>
#include <utility>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>

#include "portique/base/text.h"

namespace portique::inventory {

namespace json = boost::json;
using base::Code;
using base::fail;
using base::Result;

namespace {

/// A component inside a component is two levels deeper; real documents stay under 30.
constexpr std::size_t kDeepest = 200;

/// What one value costs in memory beside its characters.
constexpr std::uint64_t kValueBytes = 32;

class Handler {
public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  Handler(JsonItems& items, std::uint64_t value_bytes)
      : items_(&items), value_bytes_(value_bytes) {}

  [[nodiscard]] const std::optional<base::Error>& error() const { return error_; }

  bool on_document_begin(json::error_code& /*error*/) { return true; }

  bool on_document_end(json::error_code& /*error*/) { return true; }

  bool on_object_begin(json::error_code& error) { return begin(Kind::Object, error); }

  bool on_array_begin(json::error_code& error) { return begin(Kind::Array, error); }

  bool on_object_end(std::size_t members, json::error_code& error) {
    return end(error, [&] { stack_.push_object(members); });
  }

  bool on_array_end(std::size_t elements, json::error_code& error) {
    return end(error, [&] { stack_.push_array(elements); });
  }

  bool on_key_part(json::string_view part, std::size_t /*all*/, json::error_code& /*error*/) {
    if (mode_ == Mode::Build) {
      stack_.push_chars(part);
      charge(part.size());
    } else if (mode_ == Mode::Enter) {
      // A name this long is nobody's; what is cut off cannot make it one that is wanted.
      if (key_.size() + part.size() <= kLongestKey)
        key_ += std::string_view(part.data(), part.size());
      else
        key_ += '?';
    }
    return true;
  }

  bool on_key(json::string_view part, std::size_t all, json::error_code& error) {
    on_key_part(part, all, error);
    if (mode_ == Mode::Build) stack_.push_key({});
    return true;
  }

  bool on_string_part(json::string_view part, std::size_t /*all*/, json::error_code& error) {
    if (!in_string_) begin_scalar();
    in_string_ = true;
    if (mode_ == Mode::Text)
      return keep(items_->take_text(path_, {part.data(), part.size()}), error);
    if (mode_ == Mode::Build) {
      stack_.push_chars(part);
      charge(part.size());
    }
    return true;
  }

  bool on_string(json::string_view part, std::size_t all, json::error_code& error) {
    if (!on_string_part(part, all, error)) return false;
    in_string_ = false;
    if (mode_ == Mode::Build) stack_.push_string({});
    return end_scalar(error);
  }

  bool on_number_part(json::string_view /*part*/, json::error_code& /*error*/) { return true; }

  bool on_int64(std::int64_t value, json::string_view /*text*/, json::error_code& error) {
    return scalar([&] { stack_.push_int64(value); }, error);
  }

  bool on_uint64(std::uint64_t value, json::string_view /*text*/, json::error_code& error) {
    return scalar([&] { stack_.push_uint64(value); }, error);
  }

  bool on_double(double value, json::string_view /*text*/, json::error_code& error) {
    return scalar([&] { stack_.push_double(value); }, error);
  }

  bool on_bool(bool value, json::error_code& error) {
    return scalar([&] { stack_.push_bool(value); }, error);
  }

  bool on_null(json::error_code& error) {
    return scalar([&] { stack_.push_null(); }, error);
  }

  bool on_comment_part(json::string_view /*part*/, json::error_code& /*error*/) { return true; }

  bool on_comment(json::string_view /*part*/, json::error_code& /*error*/) { return true; }

private:
  enum class Kind : std::uint8_t { Object, Array };
  enum class Mode : std::uint8_t { Enter, Build, Text, Skip };

  /// An open array or object that was entered.
  struct Entered {
    Kind kind;
    std::size_t path_size; ///< of the path of the container itself
  };

  static constexpr std::size_t kLongestKey = 256;

  /// The path of the value that comes next, and what its reader wants of it.
  Want arrive() {
    if (!entered_.empty()) {
      path_.resize(entered_.back().path_size);
      if (!path_.empty()) path_ += '/';
      if (entered_.back().kind == Kind::Array)
        path_ += '-';
      else
        path_ += std::exchange(key_, {});
    }
    return items_->want(path_);
  }

  bool begin(Kind kind, json::error_code& /*error*/) {
    if (mode_ != Mode::Enter) {
      ++depth_;
      if (mode_ == Mode::Build) charge(0);
      return true;
    }
    const Want want = arrive();
    if (want == Want::Enter) {
      entered_.push_back({kind, path_.size()});
      return true;
    }
    start(want == Want::Text ? Want::Skip : want);
    depth_ = 1;
    return true;
  }

  template <typename Push> bool end(json::error_code& error, const Push& push) {
    if (mode_ == Mode::Enter) {
      path_.resize(entered_.back().path_size);
      entered_.pop_back();
      key_.clear();
      return keep(items_->leave(path_), error);
    }
    --depth_;
    if (mode_ == Mode::Build) push();
    return depth_ > 0 || stop(error);
  }

  void start(Want want) {
    mode_ = want == Want::Value ? Mode::Build : want == Want::Text ? Mode::Text : Mode::Skip;
    cost_ = 0;
    if (mode_ == Mode::Build) stack_.reset();
  }

  void begin_scalar() {
    if (mode_ != Mode::Enter) return;
    const Want want = arrive();
    start(want == Want::Enter ? Want::Value : want);
    depth_ = 0;
  }

  bool end_scalar(json::error_code& error) {
    if (mode_ == Mode::Build) charge(0);
    return depth_ > 0 || stop(error);
  }

  template <typename Push> bool scalar(const Push& push, json::error_code& error) {
    begin_scalar();
    if (mode_ == Mode::Build) push();
    return end_scalar(error);
  }

  /// The end of a value that was built or passed over.
  bool stop(json::error_code& error) {
    const Mode mode = std::exchange(mode_, Mode::Enter);
    if (mode == Mode::Text) return keep(items_->leave(path_), error);
    if (mode != Mode::Build) return true;
    const json::value value = stack_.release();
    return keep(items_->take(path_, value), error);
  }

  /// Counts what the value being built takes; one that takes too much is passed over from here on.
  void charge(std::size_t characters) {
    cost_ += kValueBytes + characters;
    if (cost_ <= value_bytes_) return;
    mode_ = Mode::Skip;
    stack_.reset();
    items_->too_large(path_);
  }

  bool keep(Result<void> result, json::error_code& error) {
    if (result) return true;
    error_ = std::move(result).error();
    error = json::error::syntax;
    return false;
  }

  JsonItems* items_;
  std::uint64_t value_bytes_;
  Mode mode_ = Mode::Enter;
  std::string path_;
  std::string key_; ///< of the member that comes next
  std::vector<Entered> entered_;
  json::value_stack stack_;
  std::size_t depth_ = 0; ///< open containers of the value being built or passed over
  std::uint64_t cost_ = 0;
  bool in_string_ = false;
  std::optional<base::Error> error_;
};

json::parse_options options() {
  json::parse_options options;
  options.max_depth = kDeepest;
  return options;
}

} // namespace

struct JsonItemReader::State {
  State(JsonItems& items, std::uint64_t value_bytes) : parser(options(), items, value_bytes) {}

  json::basic_parser<Handler> parser;
  std::uint64_t offset = 0;
};

JsonItemReader::JsonItemReader(JsonItems& items, std::uint64_t value_bytes)
    : state_(std::make_unique<State>(items, value_bytes)) {}

JsonItemReader::~JsonItemReader() = default;

Result<std::size_t> JsonItemReader::read(std::string_view piece) {
  json::error_code error;
  const std::size_t used = state_->parser.write_some(true, piece.data(), piece.size(), error);
  if (const auto& own = state_->parser.handler().error()) return std::unexpected(*own);
  if (error)
    return fail(Code::Malformed,
                "not valid JSON at byte " + std::to_string(state_->offset + used) + ": " +
                    error.message());
  state_->offset += used;
  return used;
}

bool JsonItemReader::done() const {
  return state_->parser.done();
}

Result<void> JsonItemReader::finish() {
  if (done()) return {};
  return fail(Code::Truncated,
              "the JSON ends early, after " + std::to_string(state_->offset) + " bytes");
}

} // namespace portique::inventory
