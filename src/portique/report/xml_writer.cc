// https://www.w3.org/TR/xml/, 2.2: what characters a document may hold.

#include "portique/report/xml_writer.h"

#include "portique/base/text.h"

namespace portique::report {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// What a character is written as, "" if as it is.
std::string_view escape_of(std::uint32_t code_point) {
  switch (code_point) {
  case '&':
    return "&amp;";
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '"':
    return "&quot;";
  // Line ends and tabs would be normalised away in attributes.
  case '\t':
    return "&#9;";
  case '\n':
    return "&#10;";
  case '\r':
    return "&#13;";
  default:
    break;
  }
  if (code_point < 0x20 || code_point == 0xFFFE || code_point == 0xFFFF) return kReplacement;
  return {};
}

bool is_plain(char c) {
  return c >= 0x20 && c < 0x7F && c != '&' && c != '<' && c != '>' && c != '"';
}

} // namespace

XmlWriter::XmlWriter(Output& out) : out_(out) {
  out_.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
}

void XmlWriter::indent() {
  out_.append("\n");
  out_.append(2 * open_.size(), ' ');
}

/// Ends the tag of the element that is open, for something comes inside it.
void XmlWriter::close_tag() {
  if (open_.empty() || open_.back().state != State::TagOpen) return;
  out_.append(">");
}

void XmlWriter::begin(std::string_view name) {
  close_tag();
  if (!open_.empty()) open_.back().state = State::HasElements;
  indent();
  out_.append("<");
  out_.append(name);
  open_.push_back({std::string(name)});
}

void XmlWriter::attribute(std::string_view name, std::string_view value) {
  out_.append(" ");
  out_.append(name);
  out_.append("=\"");
  escaped(value);
  out_.append("\"");
}

void XmlWriter::content(std::string_view value) {
  close_tag();
  open_.back().state = State::HasText;
  escaped(value);
}

void XmlWriter::end() {
  const Element element = std::move(open_.back());
  open_.pop_back();
  if (element.state == State::TagOpen) {
    out_.append("/>");
  } else {
    if (element.state == State::HasElements) indent();
    out_.append("</");
    out_.append(element.name);
    out_.append(">");
  }
  if (open_.empty()) out_.append("\n");
}

void XmlWriter::text(std::string_view name, std::string_view value) {
  begin(name);
  content(value);
  end();
}

void XmlWriter::escaped(std::string_view value) {
  while (!value.empty()) {
    std::size_t plain = 0;
    while (plain < value.size() && is_plain(value[plain]))
      ++plain;
    out_.append(value.substr(0, plain));
    value.remove_prefix(plain);
    if (value.empty()) break;
    const base::Utf8Char next = base::decode_utf8(value);
    if (next.length == 0) {
      out_.append(kReplacement);
      value.remove_prefix(1);
      continue;
    }
    const std::string_view escape = escape_of(next.code_point);
    out_.append(escape.empty() ? value.substr(0, next.length) : escape);
    value.remove_prefix(next.length);
  }
}

} // namespace portique::report
