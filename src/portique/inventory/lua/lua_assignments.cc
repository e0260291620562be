// https://www.lua.org/manual/5.1/manual.html#2: of the language only comments, texts, tables and
// `..` between texts and variables.
#include "portique/inventory/lua/lua_assignments.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "portique/base/text.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::fail;
using Kind = LuaValue::Kind;

/// The largest rockspecs list 1,000 modules.
constexpr std::size_t kMostValues = 100'000;
constexpr int kDeepest = 32;
/// Longer texts are not put in where a variable stands: a version has 10 bytes, and whoever repeats
/// a long one fills the memory.
constexpr std::size_t kLongestVariable = 256;

struct Token {
  enum class Kind : std::uint8_t { End, Name, Text, Symbol };

  Kind kind = Kind::End;
  std::string_view text; ///< a symbol has one byte, but ".." and those that end with "="

  [[nodiscard]] bool is(std::string_view symbol) const {
    return kind == Kind::Symbol && text == symbol;
  }
};

bool is_name(char c) {
  return base::is_alnum(c) || c == '_';
}

/// Cuts the text into tokens, one ahead.
class Tokens {
public:
  explicit Tokens(std::string_view text) : text_(text) {}

  base::Result<void> start() { return advance(); }

  [[nodiscard]] const Token& now() const { return now_; }

  base::Result<void> advance() {
    PQ_TRY(skip_blanks());
    if (at_ >= text_.size()) {
      now_ = {};
      return {};
    }
    const char c = text_[at_];
    if (c == '"' || c == '\'') return read_quoted(c);
    if (c == '[' && long_level()) {
      PQ_TRY(read_long());
      return {};
    }
    const std::size_t begin = at_;
    if (is_name(c)) {
      while (at_ < text_.size() && is_name(text_[at_]))
        ++at_;
      now_ = {Token::Kind::Name, text_.substr(begin, at_ - begin)};
      return {};
    }
    const std::string_view two = text_.substr(at_, 2);
    at_ += two == ".." || two == "==" || two == "~=" || two == "<=" || two == ">=" ? 2 : 1;
    now_ = {Token::Kind::Symbol, text_.substr(begin, at_ - begin)};
    return {};
  }

private:
  /// Of "[[" 0, of "[==[" 2; nothing if it is no such bracket.
  [[nodiscard]] std::optional<std::size_t> long_level() const {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] == '=')
      ++end;
    if (end >= text_.size() || text_[end] != '[') return std::nullopt;
    return end - at_ - 1;
  }

  base::Result<void> read_long() {
    const std::string close = "]" + std::string(long_level().value_or(0), '=') + "]";
    const std::size_t begin = at_ + close.size();
    const std::size_t end = text_.find(close, begin);
    if (end == std::string_view::npos)
      return fail(Code::Malformed, "the file ends inside of a text in brackets");
    now_ = {Token::Kind::Text, text_.substr(begin, end - begin)};
    at_ = end + close.size();
    return {};
  }

  base::Result<void> read_quoted(char quote) {
    const std::size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != quote)
      at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) return fail(Code::Malformed, "the file ends inside of quotes");
    now_ = {Token::Kind::Text, text_.substr(begin, at_ - begin)};
    ++at_;
    return {};
  }

  base::Result<void> skip_blanks() {
    if (at_ == 0 && text_.starts_with('#')) skip_line();
    while (at_ < text_.size()) {
      if (base::is_space(text_[at_])) {
        ++at_;
      } else if (text_.substr(at_).starts_with("--")) {
        at_ += 2;
        if (at_ < text_.size() && text_[at_] == '[' && long_level())
          PQ_TRY(read_long());
        else
          skip_line();
      } else {
        break;
      }
    }
    return {};
  }

  void skip_line() { at_ = std::min(text_.find('\n', at_), text_.size()); }

  std::string_view text_;
  std::size_t at_ = 0;
  Token now_;
};

class AssignmentReader {
public:
  explicit AssignmentReader(std::string_view text) : tokens_(text) {}

  base::Result<LuaValue> read() {
    result_.kind = Kind::Table;
    PQ_TRY(tokens_.start());
    while (tokens_.now().kind != Token::Kind::End) {
      const Token token = tokens_.now();
      if (token.is("{")) { // of a call, a return: not assigned
        PQ_TRY(read_table(0));
        continue;
      }
      PQ_TRY(tokens_.advance());
      if (token.kind != Token::Kind::Name || !tokens_.now().is("=")) continue;
      PQ_TRY(tokens_.advance());
      LuaValue value = PQ_TRY(read_expression(0));
      value.key = token.text;
      variables_.erase(token.text);
      if (value.kind == Kind::Text && value.text.size() <= kLongestVariable)
        variables_.emplace(token.text, value.text);
      result_.fields.push_back(std::move(value));
    }
    return std::move(result_);
  }

private:
  /// Ends before the first token that is no part of what it knows.
  base::Result<LuaValue> read_expression(int depth) {
    LuaValue value = PQ_TRY(read_operand(depth));
    while (tokens_.now().is("..")) {
      PQ_TRY(tokens_.advance());
      const LuaValue more = PQ_TRY(read_operand(depth));
      if (value.kind == Kind::Text && more.kind == Kind::Text)
        value.text += more.text;
      else
        value = {};
    }
    // The value of a call or of another operator is not what stands before it.
    const Token& next = tokens_.now();
    if (next.kind == Token::Kind::Symbol && !next.is(",") && !next.is(";") && !next.is("}"))
      value = {};
    return value;
  }

  base::Result<LuaValue> read_operand(int depth) {
    if (++values_ > kMostValues) return fail(Code::LimitExceeded, "the file has too many values");
    const Token token = tokens_.now();
    if (token.is("{")) return read_table(depth);
    LuaValue value;
    if (token.kind == Token::Kind::Text) {
      value.kind = Kind::Text;
      value.text = token.text;
    } else if (token.kind == Token::Kind::Name) {
      // A variable that was set above, or a number.
      const auto known = variables_.find(token.text);
      if (known != variables_.end()) value = LuaValue{.kind = Kind::Text, .text = known->second};
    } else {
      return value; // the caller passes over it
    }
    PQ_TRY(tokens_.advance());
    return value;
  }

  base::Result<LuaValue> read_table(int depth) {
    if (depth >= kDeepest) return fail(Code::LimitExceeded, "the tables nest too deep");
    LuaValue table;
    table.kind = Kind::Table;
    PQ_TRY(tokens_.advance());
    while (!tokens_.now().is("}")) {
      if (tokens_.now().kind == Token::Kind::End)
        return fail(Code::Malformed, "the file ends inside of a table");
      if (tokens_.now().is(",") || tokens_.now().is(";")) {
        PQ_TRY(tokens_.advance());
        continue;
      }
      PQ_TRY(read_field(table, depth));
    }
    PQ_TRY(tokens_.advance());
    return table;
  }

  /// `a = 1`, `["a"] = 1` or a value alone.
  base::Result<void> read_field(LuaValue& table, int depth) {
    std::string key;
    LuaValue value;
    const bool in_brackets = tokens_.now().is("[");
    if (in_brackets) PQ_TRY(tokens_.advance());
    const Token first = tokens_.now();
    value = PQ_TRY(read_expression(depth + 1));
    if (in_brackets && tokens_.now().is("]")) PQ_TRY(tokens_.advance());
    if (tokens_.now().is("=")) {
      key = first.text;
      PQ_TRY(tokens_.advance());
      value = PQ_TRY(read_expression(depth + 1));
    }
    PQ_TRY(skip_rest_of_field(depth));
    value.key = std::move(key);
    table.fields.push_back(std::move(value));
    return {};
  }

  /// Whatever else the field's expression has, up to the comma or the end of the table.
  base::Result<void> skip_rest_of_field(int depth) {
    while (!tokens_.now().is(",") && !tokens_.now().is(";") && !tokens_.now().is("}")) {
      if (tokens_.now().kind == Token::Kind::End)
        return fail(Code::Malformed, "the file ends inside of a table");
      if (tokens_.now().is("{")) {
        PQ_TRY(read_table(depth + 1));
        continue;
      }
      PQ_TRY(tokens_.advance());
    }
    return {};
  }

  Tokens tokens_;
  LuaValue result_;
  std::unordered_map<std::string_view, std::string> variables_; ///< as they were set last
  std::size_t values_ = 0;
};

} // namespace

const LuaValue* LuaValue::find(std::string_view wanted) const {
  const auto found = std::ranges::find(fields, wanted, &LuaValue::key);
  return found == fields.end() ? nullptr : &*found;
}

base::Result<LuaValue> read_lua_assignments(std::string_view text) {
  return AssignmentReader(text).read();
}

} // namespace portique::inventory
