#include "portique/access/docker/go_json.h"

#include <charconv>
#include <cmath>
#include <optional>
#include <string>

#include "portique/access/docker/request_limits.h"
#include "portique/base/text.h"

namespace portique::access {

namespace json = boost::json;
using base::Code;
using base::Result;
using Kind = GoType::Kind;

namespace {

const GoType kAnything{};

/// Whether a member's name means a field's, which is ASCII, under Go's folding: ASCII letters of
/// either case, and the two other characters that Unicode folds to ASCII letters.
bool folds_to(std::string_view name, std::string_view field) {
  std::size_t at = 0;
  for (const char wanted : field) {
    const base::Utf8Char next = base::decode_utf8(name.substr(at));
    if (next.length == 0) return false;
    char c = '\0';
    if (next.code_point < 0x80) c = static_cast<char>(next.code_point);
    if (next.code_point == 0x17F) c = 's';  // long s
    if (next.code_point == 0x212A) c = 'k'; // Kelvin sign
    if (c == '\0' || !base::equals_ignore_case({&c, 1}, {&wanted, 1})) return false;
    at += next.length;
  }
  return at == name.size();
}

const GoMember* find_member(std::span<const GoMember> members, std::string_view name) {
  for (const GoMember& member : members)
    if (member.name == name) return &member;
  for (const GoMember& member : members)
    if (folds_to(name, member.name)) return &member;
  return nullptr;
}

std::string_view kind_words(Kind kind) {
  switch (kind) {
  case Kind::Any:
    return "a value";
  case Kind::Bool:
    return "true or false";
  case Kind::Integer:
    return "a whole number";
  case Kind::Real:
    return "a number";
  case Kind::Text:
    return "a text";
  case Kind::Texts:
    return "a text or a list of texts";
  case Kind::List:
    return "a list";
  case Kind::Map:
  case Kind::Struct:
    return "an object";
  }
  return "a value";
}

/// What a member holds besides its value when it is read: whether Go could keep null in it.
enum class Nil : std::uint8_t { Impossible, Possible };

class GoReader {
public:
  explicit GoReader(std::string_view text) : text_(text) {}

  Result<json::value> document(const GoType& type) {
    json::value out;
    PQ_TRY(value(out, type, Nil::Possible));
    skip_blanks();
    if (at_ != text_.size()) return fail("something stands behind the JSON value");
    return out;
  }

private:
  [[nodiscard]] std::unexpected<base::Error> fail(std::string_view what,
                                                  Code code = Code::Malformed) const {
    return base::fail(code, std::string(what) + " (byte " + std::to_string(at_) + ")");
  }

  void skip_blanks() {
    const std::size_t next = text_.find_first_not_of(" \t\r\n", at_);
    at_ = next == std::string_view::npos ? text_.size() : next;
  }

  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool take(char c) {
    if (peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }

  bool take_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  Result<void> mismatch(const GoType& type) const {
    return fail("the engine expects " + std::string(kind_words(type.kind)) + " here");
  }

  /// Reads a value on top of what an earlier member of that name left.
  Result<void> value(json::value& into, const GoType& type, Nil nil) {
    if (++values_ > limits_.body_values)
      return fail("the body holds too many values", Code::LimitExceeded);
    skip_blanks();
    switch (peek()) {
    case 'n':
      if (!take_word("null")) return fail("not JSON");
      if (nil == Nil::Possible || type.kind == Kind::List || type.kind == Kind::Map ||
          type.kind == Kind::Any || type.kind == Kind::Texts)
        into = nullptr;
      return {};
    case 't':
    case 'f':
      return boolean(into, type);
    case '"':
      return text_value(into, type);
    case '[':
      return nested(into, type, &GoReader::list);
    case '{':
      return nested(into, type, &GoReader::object);
    default:
      return number(into, type);
    }
  }

  using Reader = Result<void> (GoReader::*)(json::value&, const GoType&);

  Result<void> nested(json::value& into, const GoType& type, Reader reader) {
    if (depth_ == limits_.body_depth) return fail("the body nests too deeply", Code::LimitExceeded);
    ++depth_;
    PQ_TRY((this->*reader)(into, type));
    --depth_;
    return {};
  }

  Result<void> boolean(json::value& into, const GoType& type) {
    const bool yes = take_word("true");
    if (!yes && !take_word("false")) return fail("not JSON");
    if (type.kind != Kind::Bool && type.kind != Kind::Any) return mismatch(type);
    into = yes;
    return {};
  }

  Result<void> text_value(json::value& into, const GoType& type) {
    const std::string text = PQ_TRY(string());
    if (type.kind == Kind::Texts)
      into = json::array{json::string(text)};
    else if (type.kind == Kind::Text || type.kind == Kind::Any)
      into = json::string(text);
    else
      return mismatch(type);
    return {};
  }

  Result<void> number(json::value& into, const GoType& type) {
    const std::size_t begin = at_;
    take('-');
    const std::size_t digits = at_;
    while (base::is_digit(peek()))
      ++at_;
    if (at_ == digits || (text_[digits] == '0' && at_ > digits + 1)) return fail("not JSON");
    bool whole = true;
    if (take('.')) {
      whole = false;
      const std::size_t fraction = at_;
      while (base::is_digit(peek()))
        ++at_;
      if (at_ == fraction) return fail("not JSON");
    }
    if (take('e') || take('E')) {
      whole = false;
      if (!take('+')) take('-');
      const std::size_t exponent = at_;
      while (base::is_digit(peek()))
        ++at_;
      if (at_ == exponent) return fail("not JSON");
    }
    return store_number(into, type, text_.substr(begin, at_ - begin), whole);
  }

  Result<void>
  store_number(json::value& into, const GoType& type, std::string_view digits, bool whole) {
    if (type.kind != Kind::Integer && type.kind != Kind::Real && type.kind != Kind::Any)
      return mismatch(type);
    if (whole && type.kind != Kind::Real) {
      if (const auto number = base::parse_int<std::int64_t>(digits)) {
        into = *number;
        return {};
      }
      if (const auto number = base::parse_int<std::uint64_t>(digits)) {
        into = *number;
        return {};
      }
    }
    double real = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), real);
    if (type.kind == Kind::Integer || error != std::errc{} || !std::isfinite(real))
      return fail("a number that the engine cannot hold");
    into = real;
    return {};
  }

  Result<void> list(json::value& into, const GoType& type) {
    if (type.kind != Kind::List && type.kind != Kind::Texts && type.kind != Kind::Any)
      return mismatch(type);
    if (type.kind != Kind::Any && !into.is_null())
      return fail("a list stands twice, and the engine would mix the two");
    const bool texts = type.kind == Kind::Texts;
    static const GoType kText{.kind = Kind::Text};
    const GoType& element = texts ? kText : type.element == nullptr ? kAnything : *type.element;
    json::array out;
    take('[');
    skip_blanks();
    if (!take(']')) {
      do {
        json::value item;
        PQ_TRY(value(item, element, Nil::Impossible));
        // Go leaves the element's zero value where null stands.
        if (item.is_null() && element.kind == Kind::Text) item = json::string();
        if (item.is_null() && element.kind == Kind::Struct) item = json::object();
        out.push_back(std::move(item));
        skip_blanks();
      } while (take(','));
      if (!take(']')) return fail("not JSON");
    }
    into = std::move(out);
    return {};
  }

  Result<void> object(json::value& into, const GoType& type) {
    if (type.kind != Kind::Struct && type.kind != Kind::Map && type.kind != Kind::Any)
      return mismatch(type);
    json::object out;
    if (type.kind != Kind::Any && into.is_object()) out = std::move(into.get_object());
    take('{');
    skip_blanks();
    if (!take('}')) {
      do {
        skip_blanks();
        if (peek() != '"') return fail("not JSON");
        const std::string name = PQ_TRY(string());
        skip_blanks();
        if (!take(':')) return fail("not JSON");
        if (auto read = member(out, type, name); !read)
          return std::unexpected(std::move(read).error().at(base::printable(name)));
        skip_blanks();
      } while (take(','));
      if (!take('}')) return fail("not JSON");
    }
    into = std::move(out);
    return {};
  }

  Result<void> member(json::object& into, const GoType& type, std::string_view name) {
    const GoMember* known = type.kind == Kind::Struct ? find_member(type.members, name) : nullptr;
    const std::string_view spelling = known == nullptr ? name : known->name;
    const GoType& wanted = known != nullptr                                    ? *known->type
                           : type.kind == Kind::Map && type.element != nullptr ? *type.element
                                                                               : kAnything;
    json::value here;
    // Only a struct's fields keep what an earlier member left; a map's value is made anew.
    if (known != nullptr)
      if (auto* before = into.if_contains(spelling)) here = std::move(*before);
    const Nil nil = known != nullptr && known->pointer ? Nil::Possible : Nil::Impossible;
    PQ_TRY(value(here, wanted, nil));
    if (here.is_null() && type.kind == Kind::Map && wanted.kind == Kind::Text)
      here = json::string();
    if (here.is_null() && known != nullptr)
      into.erase(spelling);
    else
      into.insert_or_assign(spelling, std::move(here));
    return {};
  }

  Result<std::string> string() {
    ++at_;
    std::string out;
    while (true) {
      const std::size_t plain = at_;
      while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
             static_cast<unsigned char>(text_[at_]) >= 0x20)
        ++at_;
      out.append(text_.substr(plain, at_ - plain));
      if (take('"')) return out;
      if (!take('\\')) return fail("a text has no end or holds a control character");
      PQ_TRY(escape(out));
    }
  }

  Result<void> escape(std::string& out) {
    const char c = peek();
    ++at_;
    static constexpr std::string_view kNames = "\"\\/bfnrt";
    static constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
    if (const std::size_t index = kNames.find(c); index != std::string_view::npos && c != '\0') {
      out += kMeant[index];
      return {};
    }
    if (c != 'u') return fail("not JSON");
    std::uint32_t code_point = PQ_TRY(hex4());
    if (code_point >= 0xD800 && code_point < 0xDC00 && take_word("\\u")) {
      const std::uint32_t low = PQ_TRY(hex4());
      if (low < 0xDC00 || low > 0xDFFF) return fail("half a character");
      code_point = 0x10000 + ((code_point - 0xD800) << 10U) + (low - 0xDC00);
    }
    if (code_point >= 0xD800 && code_point <= 0xDFFF) return fail("half a character");
    append_utf8(out, code_point);
    return {};
  }

  Result<std::uint32_t> hex4() {
    const auto number = base::parse_int<std::uint32_t>(text_.substr(at_, 4), 16);
    if (at_ + 4 > text_.size() || !number) return fail("not JSON");
    at_ += 4;
    return *number;
  }

  static void append_utf8(std::string& out, std::uint32_t code_point) {
    const auto tail = [&](unsigned shift) {
      out += static_cast<char>(0x80U | ((code_point >> shift) & 0x3FU));
    };
    if (code_point < 0x80) {
      out += static_cast<char>(code_point);
    } else if (code_point < 0x800) {
      out += static_cast<char>(0xC0U | (code_point >> 6U));
      tail(0);
    } else if (code_point < 0x10000) {
      out += static_cast<char>(0xE0U | (code_point >> 12U));
      tail(6);
      tail(0);
    } else {
      out += static_cast<char>(0xF0U | (code_point >> 18U));
      tail(12);
      tail(6);
      tail(0);
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint64_t values_ = 0;
  std::uint64_t depth_ = 0;
  RequestLimits limits_;
};

} // namespace

Result<json::value> read_go_json(std::string_view text, const GoType& type) {
  if (text.size() > RequestLimits{}.body_bytes)
    return base::fail(Code::LimitExceeded, "the body is too large to be judged");
  if (!base::is_utf8(text)) return base::fail(Code::Malformed, "the body is not UTF-8");
  return GoReader(text).document(type);
}

std::string_view json_text(const json::value& value) {
  const auto* text = value.if_string();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

} // namespace portique::access
