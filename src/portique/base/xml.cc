// XML (https://www.w3.org/TR/xml/) by pugixml, which checks that tags match and converts encodings,
// but does not validate, and takes a zero byte for the end of the text. It neither recurses when it
// parses nor when it frees, so that depth is checked afterwards; how many nodes there can be is
// known from the characters that begin them, before any memory is taken for them.
#include "portique/base/xml.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <pugixml.hpp>

#include "portique/base/text.h"

namespace portique::base {

namespace {

std::string_view without_prefix(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

bool has_utf16_mark(std::string_view text) {
  return text.starts_with("\xFE\xFF") || text.starts_with("\xFF\xFE");
}

/// Whether a character stands in the text that pugixml would take for its end.
bool has_zero(std::string_view text) {
  if (!has_utf16_mark(text)) return text.contains('\0');
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    if (text[i] == '\0' && text[i + 1] == '\0') return true;
  return false;
}

Result<void> check_text(std::string_view text, const Limits& limits) {
  if (text.size() > limits.xml_bytes)
    return fail(Code::LimitExceeded,
                "larger than " + std::to_string(limits.xml_bytes) + " bytes of XML");
  if (has_zero(text)) return fail(Code::Malformed, "not valid XML: it has a zero character");
  // Every node begins with '<', or is text behind one; every attribute has its '='.
  const auto nodes = static_cast<std::uint64_t>(
      std::ranges::count_if(text, [](char c) { return c == '<' || c == '='; }));
  if (nodes > limits.xml_nodes)
    return fail(Code::LimitExceeded,
                "more than " + std::to_string(limits.xml_nodes) + " tags and attributes");
  return {};
}

Result<void> check_depth(const pugi::xml_document& document, const Limits& limits) {
  std::uint64_t depth = 0;
  pugi::xml_node node = document;
  while (true) {
    if (const pugi::xml_node below = node.first_child()) {
      node = below;
      if (++depth > limits.xml_depth)
        return fail(Code::LimitExceeded,
                    "nested deeper than " + std::to_string(limits.xml_depth) + " levels");
      continue;
    }
    while (!node.next_sibling()) {
      if (depth == 0) return {};
      node = node.parent();
      --depth;
      if (depth == 0) return {};
    }
    node = node.next_sibling();
  }
}

std::size_t line_of(std::string_view text, std::ptrdiff_t offset) {
  const std::string_view before =
      text.substr(0, static_cast<std::size_t>(std::max<std::ptrdiff_t>(offset, 0)));
  return static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1;
}

} // namespace

std::string_view XmlElement::name() const {
  return without_prefix(pugi::xml_node(node_).name());
}

std::string XmlElement::text() const {
  std::string all;
  for (const pugi::xml_node piece : pugi::xml_node(node_))
    if (piece.type() == pugi::node_pcdata || piece.type() == pugi::node_cdata) all += piece.value();
  return std::string(trim(all));
}

std::string_view XmlElement::attribute(std::string_view name) const {
  for (const pugi::xml_attribute attribute : pugi::xml_node(node_).attributes())
    if (without_prefix(attribute.name()) == name) return attribute.value();
  return {};
}

XmlElement XmlElement::child(std::string_view name) const {
  for (const pugi::xml_node node : pugi::xml_node(node_))
    if (node.type() == pugi::node_element && without_prefix(node.name()) == name)
      return XmlElement(node.internal_object());
  return {};
}

std::vector<XmlElement> XmlElement::children(std::string_view name) const {
  std::vector<XmlElement> found;
  for (const pugi::xml_node node : pugi::xml_node(node_))
    if (node.type() == pugi::node_element && (name.empty() || without_prefix(node.name()) == name))
      found.push_back(XmlElement(node.internal_object()));
  return found;
}

std::int64_t XmlElement::offset() const {
  return pugi::xml_node(node_).offset_debug();
}

Result<XmlDocument> XmlDocument::parse(std::string_view text, const Limits& limits) {
  PQ_TRY(check_text(text, limits));
  auto document = std::make_unique<pugi::xml_document>();
  const pugi::xml_parse_result parsed = document->load_buffer(text.data(), text.size());
  if (!parsed) {
    std::string message = parsed.description();
    if (message.starts_with("Error ")) message.erase(0, 6);
    return fail(Code::Malformed,
                "line " + std::to_string(line_of(text, parsed.offset)) +
                    ": not valid XML: " + message);
  }
  PQ_TRY(check_depth(*document, limits));
  return XmlDocument(std::move(document));
}

XmlDocument::XmlDocument(std::unique_ptr<pugi::xml_document> document)
    : document_(std::move(document)) {}

XmlDocument::~XmlDocument() = default;
XmlDocument::XmlDocument(XmlDocument&&) noexcept = default;
XmlDocument& XmlDocument::operator=(XmlDocument&&) noexcept = default;

XmlElement XmlDocument::root() const {
  return XmlElement(document_->document_element().internal_object());
}

} // namespace portique::base
