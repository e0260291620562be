// https://www.erlang.org/doc/system/data_types.html,
// https://hexdocs.pm/elixir/syntax-reference.html. Values are read, expressions are not: a file
// with such is malformed.
#include "portique/inventory/erlang/erlang_term.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/lock_document.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::fail;
using Kind = ErlangTerm::Kind;

/// Lock files have 6.
constexpr int kDeepest = 32;

bool is_name(char c) {
  return base::is_alnum(c) || c == '_' || c == '@' || c == '.' || c == '?' || c == '!';
}

class TermReader {
public:
  TermReader(std::string_view text, ErlangDialect dialect, const base::Limits& limits)
      : text_(text), elixir_(dialect == ErlangDialect::Elixir), left_(limits.lock_file_values) {}

  base::Result<std::vector<ErlangTerm>> read() {
    std::vector<ErlangTerm> terms;
    skip_blanks();
    while (at_ < text_.size()) {
      ErlangTerm term;
      PQ_TRY(read_term(term, 0));
      terms.push_back(std::move(term));
      skip_blanks();
      if (elixir_ && at_ < text_.size()) return malformed("something follows the value");
      if (!elixir_ && !take(".")) return malformed("a value does not end with a full stop");
      skip_blanks();
    }
    return terms;
  }

private:
  [[nodiscard]] std::unexpected<base::Error> malformed(std::string_view why) const {
    return fail(Code::Malformed, fmt::format("line {}: {}", line_, why));
  }

  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_blanks() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == (elixir_ ? '#' : '%')) {
        while (at_ < text_.size() && text_[at_] != '\n')
          ++at_;
        continue;
      }
      if (!base::is_space(c)) return;
      if (c == '\n') ++line_;
      ++at_;
    }
  }

  bool take(std::string_view token) {
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  base::Result<void> read_term(ErlangTerm& term, int depth) {
    if (depth > kDeepest)
      return fail(Code::LimitExceeded, fmt::format("line {}: the values nest too deep", line_));
    if (left_ == 0) return fail(Code::LimitExceeded, "the file has too many values");
    --left_;
    term.line = line_;
    if (elixir_ && take("%{")) return read_items(term, Kind::Map, '}', depth);
    if (!elixir_ && take("#{")) return read_items(term, Kind::Map, '}', depth);
    if (take("{")) return read_items(term, Kind::Tuple, '}', depth);
    if (take("[")) return read_items(term, Kind::List, ']', depth);
    if (take("<<")) return read_binary(term);
    if (take("\"")) return read_quoted(term, Kind::Text, '"');
    if (take("'")) return read_quoted(term, elixir_ ? Kind::Text : Kind::Atom, '\'');
    if (elixir_ && take(":")) {
      if (take("\"")) return read_quoted(term, Kind::Atom, '"');
      return read_name(term, Kind::Atom);
    }
    return read_name(term, base::is_alpha(peek()) || peek() == '_' ? Kind::Atom : Kind::Other);
  }

  base::Result<void> read_items(ErlangTerm& term, Kind kind, char close, int depth) {
    term.kind = kind;
    while (true) {
      skip_blanks();
      if (at_ >= text_.size()) return malformed("the file ends inside of a value");
      if (peek() == close) break;
      ErlangTerm item;
      PQ_TRY(read_term(item, depth + 1));
      PQ_TRY(read_value_of_key(item, depth));
      term.items.push_back(std::move(item));
      skip_blanks();
      if (!take(",") && peek() != close) return malformed("a comma or bracket is missing");
    }
    ++at_;
    return {};
  }

  /// What was read was the key, if a colon or an arrow follows.
  base::Result<void> read_value_of_key(ErlangTerm& item, int depth) {
    const std::size_t end_of_key = at_;
    skip_blanks();
    const bool has_colon = elixir_ && at_ == end_of_key && take(":");
    if (!has_colon && !take("=>") && !take(":=")) return {};
    const std::string_view key = item.text;
    item = {};
    skip_blanks();
    PQ_TRY(read_term(item, depth + 1));
    item.key = key;
    return {};
  }

  base::Result<void> read_quoted(ErlangTerm& term, Kind kind, char quote) {
    term.kind = kind;
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\n') ++line_;
      at_ += text_[at_] == '\\' ? 2 : 1;
    }
    if (at_ >= text_.size()) return malformed("the file ends inside of quotes");
    term.text = text_.substr(begin, at_ - begin);
    ++at_;
    return {};
  }

  /// <<"abc">>, <<"abc"/utf8>>, <<>>; one of numbers is no text.
  base::Result<void> read_binary(ErlangTerm& term) {
    term.kind = Kind::Text;
    skip_blanks();
    if (take(">>")) return {};
    if (!take("\"")) {
      const std::size_t end = text_.substr(at_).find_first_not_of("0123456789,: \t\r\n");
      at_ = end == std::string_view::npos ? text_.size() : at_ + end;
      term.kind = Kind::Other;
    } else {
      PQ_TRY(read_quoted(term, Kind::Text, '"'));
      if (!take("/utf8")) skip_blanks();
    }
    if (!take(">>")) return malformed("a binary does not end");
    return {};
  }

  /// Atoms without quotes, and numbers: 1, -1.5, 16#ff, $a.
  base::Result<void> read_name(ErlangTerm& term, Kind kind) {
    term.kind = kind;
    const std::size_t begin = at_;
    if (peek() == '-') ++at_;
    if (!elixir_ && kind == Kind::Other && take("$") && at_ < text_.size()) {
      at_ = std::min(at_ + (text_[at_] == '\\' ? 2 : 1), text_.size());
      return {};
    }
    const bool is_number = kind == Kind::Other && !elixir_;
    while (at_ < text_.size() && (is_name(text_[at_]) || (is_number && is_in_number(at_)))) {
      // The full stop behind the term is not a part of it.
      if (!elixir_ && text_[at_] == '.' && (at_ + 1 >= text_.size() || !is_name(text_[at_ + 1])))
        break;
      ++at_;
    }
    term.text = text_.substr(begin, at_ - begin);
    if (term.text.empty()) return malformed("this is no value");
    return {};
  }

  /// The hash of a base, the sign of an exponent.
  [[nodiscard]] bool is_in_number(std::size_t at) const {
    if (text_[at] == '#') return true;
    return (text_[at] == '-' || text_[at] == '+') && at > 0 &&
           (text_[at - 1] == 'e' || text_[at - 1] == 'E');
  }

  std::string_view text_;
  bool elixir_;
  std::uint64_t left_; ///< values that may still come
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
};

} // namespace

const ErlangTerm* ErlangTerm::at(std::size_t index) const {
  return index < items.size() ? &items[index] : nullptr;
}

std::string_view ErlangTerm::text_at(std::size_t index) const {
  const ErlangTerm* item = at(index);
  if (item == nullptr || (item->kind != Kind::Atom && item->kind != Kind::Text)) return {};
  return item->text;
}

const ErlangTerm* ErlangTerm::find(std::string_view wanted) const {
  for (const ErlangTerm& item : items)
    if (item.key == wanted) return &item;
  return nullptr;
}

base::Result<std::vector<ErlangTerm>>
parse_erlang_terms(std::string_view text, ErlangDialect dialect, const base::Limits& limits) {
  return TermReader(text, dialect, limits).read();
}

std::optional<std::vector<ErlangTerm>> read_erlang_terms(const FileContent& file,
                                                         ErlangDialect dialect,
                                                         const base::Limits& limits,
                                                         std::string& buffer,
                                                         Analysis& analysis) {
  const auto text = read_text(file, buffer, analysis);
  if (!text) return std::nullopt;
  auto terms = parse_erlang_terms(*text, dialect, limits);
  if (terms) return *std::move(terms);
  add_issue(analysis, terms.error());
  return std::nullopt;
}

} // namespace portique::inventory
