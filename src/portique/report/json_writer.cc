// RFC 8259, written without a tree in memory.
#include "portique/report/json_writer.h"

#include <cmath>

#include <fmt/format.h>

#include "portique/base/text.h"

namespace portique::report {

namespace {

bool is_plain(char c) {
  return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/// The escape of a character that may not stand as it is, or "" if it may.
std::string escape_of(std::uint32_t code_point) {
  switch (code_point) {
  case '"':
    return "\\\"";
  case '\\':
    return "\\\\";
  case '\n':
    return "\\n";
  case '\r':
    return "\\r";
  case '\t':
    return "\\t";
  default:
    break;
  }
  if (!base::is_unprintable(code_point)) return {};
  if (code_point < 0x10000) return fmt::format("\\u{:04x}", code_point);
  const std::uint32_t rest = code_point - 0x10000;
  return fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10U), 0xDC00 + (rest & 0x3FFU));
}

} // namespace

void JsonWriter::text(std::string_view name, std::string_view value) {
  lead(name);
  string(value);
}

void JsonWriter::text_or_null(std::string_view name, std::string_view value) {
  if (value.empty())
    null(name);
  else
    text(name, value);
}

void JsonWriter::texts(std::string_view name, std::span<const std::string> values) {
  lead(name);
  out_.append("[");
  bool first = true;
  for (const std::string& value : values) {
    if (!std::exchange(first, false)) out_.append(", ");
    string(value);
  }
  out_.append("]");
}

void JsonWriter::element(std::string_view value) {
  lead(std::nullopt);
  string(value);
}

void JsonWriter::integer(std::string_view name, std::uint64_t value) {
  lead(name);
  out_.append(fmt::format_int(value).c_str());
}

void JsonWriter::number(std::string_view name, double value) {
  if (!std::isfinite(value)) {
    null(name);
    return;
  }
  lead(name);
  out_.append(fmt::format("{}", value));
}

void JsonWriter::boolean(std::string_view name, bool value) {
  lead(name);
  out_.append(value ? "true" : "false");
}

void JsonWriter::null(std::string_view name) {
  lead(name);
  out_.append("null");
}

void JsonWriter::time(std::string_view name, const std::optional<base::Time>& value) {
  if (value)
    text(name, base::format_time(*value));
  else
    null(name);
}

void JsonWriter::begin(std::optional<std::string_view> name, char bracket) {
  lead(name);
  out_.append(1, bracket);
  has_members_.push_back(false);
}

void JsonWriter::end(char bracket) {
  const bool had_members = has_members_.back();
  has_members_.pop_back();
  if (had_members) {
    out_.append("\n");
    out_.append(2 * has_members_.size(), ' ');
  }
  out_.append(1, bracket);
}

void JsonWriter::lead(std::optional<std::string_view> name) {
  if (!has_members_.empty()) {
    out_.append(has_members_.back() ? ",\n" : "\n");
    has_members_.back() = true;
    out_.append(2 * has_members_.size(), ' ');
  }
  if (name) {
    string(*name);
    out_.append(": ");
  }
}

void JsonWriter::string(std::string_view value) {
  out_.append("\"");
  while (!value.empty()) {
    std::size_t plain = 0;
    while (plain < value.size() && is_plain(value[plain]))
      ++plain;
    out_.append(value.substr(0, plain));
    value.remove_prefix(plain);
    if (value.empty()) break;
    const base::Utf8Char next = base::decode_utf8(value);
    if (next.length == 0) {
      out_.append("\xEF\xBF\xBD"); // U+FFFD
      value.remove_prefix(1);
      continue;
    }
    const std::string escape = escape_of(next.code_point);
    out_.append(escape.empty() ? value.substr(0, next.length) : std::string_view(escape));
    value.remove_prefix(next.length);
  }
  out_.append("\"");
}

} // namespace portique::report
