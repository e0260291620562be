// TOML, https://toml.io/en/v1.0.0. Written out here because toml++ 3.3 bounds neither the depth of
// dotted keys nor the number of values, and runs into undefined behaviour on odd characters.
#include "portique/base/toml.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/base/toml_scalar.h"

namespace portique::base {

namespace {

namespace json = boost::json;

/// Of tables, arrays and dotted keys together; lock files stay under 8.
constexpr std::size_t kDeepest = 64;

/// What a key stands for. Tables stay apart from finished values until the end, since what may be
/// added to one depends on how it came to be.
struct Node {
  enum class Kind : std::uint8_t {
    Value,
    Implicit, ///< a table of which only sub-tables had a header
    Header,   ///< a table with a header of its own
    Dotted,   ///< a table that dotted keys made
    Tables,   ///< an array of tables with headers
  };
  Kind kind = Kind::Value;
  json::value value;
  std::map<std::string, std::unique_ptr<Node>, std::less<>> members;
  std::vector<std::unique_ptr<Node>> tables;
};

json::value take_value(Node& node) {
  if (node.kind == Node::Kind::Value) return std::move(node.value);
  if (node.kind == Node::Kind::Tables) {
    json::array array;
    array.reserve(node.tables.size());
    for (auto& table : node.tables)
      array.push_back(take_value(*table));
    return array;
  }
  json::object object;
  object.reserve(node.members.size());
  for (auto& [key, member] : node.members)
    object.emplace(key, take_value(*member));
  return object;
}

std::unique_ptr<Node> make_node(Node::Kind kind) {
  auto node = std::make_unique<Node>();
  node->kind = kind;
  return node;
}

using Key = std::vector<std::string>;

class Parser {
public:
  Parser(std::string_view text, const Limits& limits) : text_(text), limits_(&limits) {}

  Result<json::value> parse() {
    Node root;
    root.kind = Node::Kind::Header;
    Place current{&root, 0};
    for (skip_blanks(); !at_end(); skip_blanks()) {
      if (peek() == '[')
        current = PQ_TRY(header(root));
      else if (peek() != '#' && !at_newline())
        PQ_TRY(key_value(current));
      PQ_TRY(end_of_line());
    }
    return take_value(root);
  }

private:
  /// A table and how deep it lies.
  struct Place {
    Node* table = nullptr;
    std::size_t depth = 0;
  };

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }

  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  [[nodiscard]] bool at_newline() const {
    return peek() == '\n' || (peek() == '\r' && peek(1) == '\n');
  }

  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }

  bool take(std::string_view expected) {
    if (!rest().starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t')
      ++at_;
  }

  std::unexpected<Error> stop(Code code, std::string_view what) const {
    const std::string_view before = text_.substr(0, at_);
    const auto line = 1 + std::ranges::count(before, '\n');
    const std::size_t begin = before.rfind('\n') + 1; // npos + 1 is 0
    return fail(code, fmt::format("line {}, column {}: {}", line, at_ - begin + 1, what));
  }

  std::unexpected<Error> malformed(std::string_view what) const {
    return stop(Code::Malformed, fmt::format("not valid TOML: {}", what));
  }

  /// A comment's text may be anything but control characters.
  Result<void> comment() {
    while (!at_end() && !at_newline()) {
      if (is_control(peek())) return malformed("a control character in a comment");
      ++at_;
    }
    return {};
  }

  Result<void> end_of_line() {
    skip_blanks();
    if (peek() == '#') PQ_TRY(comment());
    if (at_end() || take("\n") || take("\r\n")) return {};
    return malformed("the line should end here");
  }

  /// Blanks, line ends and comments, as between the items of an array.
  Result<void> skip_lines() {
    for (;;) {
      skip_blanks();
      if (peek() == '#')
        PQ_TRY(comment());
      else if (!take("\n") && !take("\r\n"))
        return {};
    }
  }

  static bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  }

  static bool is_bare(char c) { return is_alnum(c) || c == '_' || c == '-'; }

  Result<std::string> key_part() {
    if (peek() == '"' || peek() == '\'') return short_string();
    const std::size_t begin = at_;
    while (is_bare(peek()))
      ++at_;
    if (at_ == begin) return malformed("a key is expected");
    return std::string(text_.substr(begin, at_ - begin));
  }

  Result<Key> key() {
    Key parts;
    for (;;) {
      skip_blanks();
      parts.push_back(PQ_TRY(key_part()));
      skip_blanks();
      if (!take(".")) return parts;
      if (parts.size() >= kDeepest)
        return stop(Code::LimitExceeded, fmt::format("a key of more than {} parts", kDeepest));
    }
  }

  Result<void> pay(std::size_t depth) {
    if (depth > kDeepest)
      return stop(Code::LimitExceeded, fmt::format("nested deeper than {} levels", kDeepest));
    if (++values_ > limits_->toml_values)
      return stop(Code::LimitExceeded, fmt::format("more than {} values", limits_->toml_values));
    return {};
  }

  std::unexpected<Error> twice(const std::string& part) const {
    constexpr std::size_t kShown = 60;
    return malformed(fmt::format("\"{}\" is defined twice", printable(part.substr(0, kShown))));
  }

  /// "[a.b]" and "[[a.b]]": the table that the lines below it fill.
  Result<Place> header(Node& root) {
    const bool in_array = take("[[");
    if (!in_array) ++at_;
    const Key parts = PQ_TRY(key());
    if (!take(in_array ? "]]" : "]")) return malformed("the header is not closed");
    Node* table = &root;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      PQ_TRY(pay(i));
      auto& member = table->members[parts[i]];
      if (!member) member = make_node(Node::Kind::Implicit);
      if (member->kind == Node::Kind::Value) return twice(parts[i]);
      table = member->kind == Node::Kind::Tables ? member->tables.back().get() : member.get();
    }
    PQ_TRY(pay(parts.size()));
    auto& member = table->members[parts.back()];
    if (in_array) {
      if (!member) member = make_node(Node::Kind::Tables);
      if (member->kind != Node::Kind::Tables) return twice(parts.back());
      member->tables.push_back(make_node(Node::Kind::Header));
      return Place{member->tables.back().get(), parts.size() + 1};
    }
    if (!member) member = make_node(Node::Kind::Implicit);
    if (member->kind != Node::Kind::Implicit) return twice(parts.back());
    member->kind = Node::Kind::Header;
    return Place{member.get(), parts.size()};
  }

  Result<void> key_value(Place place) {
    const Key parts = PQ_TRY(key());
    Node* table = place.table;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      PQ_TRY(pay(++place.depth));
      auto& member = table->members[parts[i]];
      if (!member) member = make_node(Node::Kind::Dotted);
      if (member->kind == Node::Kind::Implicit) member->kind = Node::Kind::Dotted;
      if (member->kind != Node::Kind::Dotted) return twice(parts[i]);
      table = member.get();
    }
    auto& member = table->members[parts.back()];
    if (member) return twice(parts.back());
    member = make_node(Node::Kind::Value);
    if (!take("=")) return malformed("a \"=\" is expected");
    skip_blanks();
    member->value = PQ_TRY(value(place.depth + 1));
    return {};
  }

  Result<json::value> value(std::size_t depth) {
    PQ_TRY(pay(depth));
    switch (peek()) {
    case '"':
    case '\'':
      if (take("\"\"\"")) return json::value(PQ_TRY(long_string('"')));
      if (take("'''")) return json::value(PQ_TRY(long_string('\'')));
      return json::value(PQ_TRY(short_string()));
    case '[':
      ++at_;
      return array(depth);
    case '{':
      ++at_;
      return inline_table(depth);
    default:
      return scalar();
    }
  }

  Result<json::value> array(std::size_t depth) {
    json::array items;
    for (;;) {
      PQ_TRY(skip_lines());
      if (take("]")) return items;
      items.push_back(PQ_TRY(value(depth + 1)));
      PQ_TRY(skip_lines());
      if (peek() != ']' && !take(",")) return malformed("a \",\" or \"]\" is expected");
    }
  }

  Result<json::value> inline_table(std::size_t depth) {
    Node table;
    table.kind = Node::Kind::Header;
    skip_blanks();
    if (take("}")) return json::object();
    for (;;) {
      PQ_TRY(key_value({&table, depth}));
      skip_blanks();
      if (take("}")) return take_value(table);
      if (!take(",")) return malformed("a \",\" or \"}\" is expected");
    }
  }

  Result<json::value> scalar() {
    const auto is_part = [](char c) { return is_bare(c) || c == '+' || c == '.' || c == ':'; };
    std::size_t end = at_;
    while (end < text_.size() && is_part(text_[end]))
      ++end;
    // A date and its time may be parted by a blank.
    const bool has_time = end - at_ == 10 && text_[at_ + 4] == '-' && end + 1 < text_.size() &&
                          text_[end] == ' ' && is_digit(text_[end + 1]);
    if (has_time)
      for (++end; end < text_.size() && is_part(text_[end]);)
        ++end;
    auto found = toml_scalar(text_.substr(at_, end - at_));
    if (!found) return malformed("a value is expected");
    at_ = end;
    return std::move(*found);
  }

  /// A string on one line, whose opening quote is next.
  Result<std::string> short_string() {
    const char quote = text_[at_++];
    std::string out;
    while (!at_end()) {
      const char c = peek();
      if (c == quote) {
        ++at_;
        return out;
      }
      if (is_control(c)) return malformed("a control character, or a string that is not closed");
      if (c == '\\' && quote == '"')
        PQ_TRY(escape(out));
      else
        copy_plain(quote, out);
    }
    return malformed("a string that is not closed");
  }

  /// Up to what may have a meaning.
  void copy_plain(char quote, std::string& out) {
    const std::size_t begin = at_++;
    while (!at_end() && peek() != quote && peek() != '\\' && !is_control(peek()))
      ++at_;
    out.append(text_.substr(begin, at_ - begin));
  }

  /// A string over several lines, whose opening quotes were taken.
  Result<std::string> long_string(char quote) {
    const std::string closing(3, quote);
    if (!take("\n")) take("\r\n");
    std::string out;
    while (!at_end()) {
      const char c = peek();
      if (c == quote && take(closing)) {
        // It may end with one or two quotes of its own.
        for (int own = 0; own < 2 && peek() == quote; ++own, ++at_)
          out += quote;
        return out;
      }
      if (c == '\\' && quote == '"') {
        if (!skip_escaped_line()) PQ_TRY(escape(out));
      } else if (at_newline()) {
        at_ += c == '\r' ? 2 : 1;
        out += '\n';
      } else if (is_control(c)) {
        return malformed("a control character in a string");
      } else {
        copy_plain(quote, out);
      }
    }
    return malformed("a string that is not closed");
  }

  /// A backslash at the end of a line: it and all blanks up to the next text mean nothing.
  bool skip_escaped_line() {
    const std::size_t begin = at_++;
    skip_blanks();
    if (!at_newline()) {
      at_ = begin;
      return false;
    }
    while (peek() == ' ' || peek() == '\t' || at_newline())
      ++at_;
    return true;
  }

  Result<void> escape(std::string& out) {
    constexpr std::string_view kLetters = "btnfr\"\\";
    constexpr std::string_view kMeanings = "\b\t\n\f\r\"\\";
    const char letter = peek(1);
    if (const std::size_t known = kLetters.find(letter); known != std::string_view::npos) {
      out += kMeanings[known];
      at_ += 2;
      return {};
    }
    const std::size_t digits = letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
    const std::string_view hex = rest().substr(std::min<std::size_t>(2, rest().size()), digits);
    const auto code_point = parse_int<std::uint32_t>(hex, 16);
    if (digits == 0 || hex.size() != digits || hex.front() == '-' || !code_point ||
        !append_utf8(*code_point, out)) {
      return malformed("an escape that means nothing");
    }
    at_ += 2 + digits;
    return {};
  }

  static bool append_utf8(std::uint32_t code_point, std::string& out) {
    if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) return false;
    const std::size_t more = code_point < 0x80      ? 0
                             : code_point < 0x800   ? 1
                             : code_point < 0x10000 ? 2
                                                    : 3;
    constexpr std::array<std::uint32_t, 4> kLead{0x00, 0xC0, 0xE0, 0xF0};
    out += static_cast<char>(kLead[more] | (code_point >> (6 * more)));
    for (std::size_t i = more; i > 0; --i)
      out += static_cast<char>(0x80U | ((code_point >> (6 * (i - 1))) & 0x3FU));
    return true;
  }

  std::string_view text_;
  const Limits* limits_;
  std::size_t at_ = 0;
  std::uint64_t values_ = 0;
};

} // namespace

Result<json::value> parse_toml(std::string_view text, const Limits& limits) {
  if (text.size() > limits.toml_bytes)
    return fail(Code::LimitExceeded,
                fmt::format("larger than {} bytes of TOML", limits.toml_bytes));
  if (!is_utf8(text)) return fail(Code::Malformed, "not valid TOML: not UTF-8");
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return Parser(text, limits).parse();
}

} // namespace portique::base
