#pragma once

// XML 1.0 that a stranger wrote, as a read-only tree with bounds. The only place that knows
// pugixml. Document types are passed over: no entity is defined by a document, none is expanded,
// nothing outside is read. Namespaces are not resolved; a prefix ("bom:component") is left out of
// names.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"

namespace pugi {
class xml_document;
struct xml_node_struct;
} // namespace pugi

namespace portique::base {

/// An element, or none: then every question has the empty answer. Borrows from its document.
class XmlElement {
public:
  XmlElement() = default;

  [[nodiscard]] explicit operator bool() const { return node_ != nullptr; }

  /// Without prefix.
  [[nodiscard]] std::string_view name() const;

  /// All text directly inside, CDATA included, without blanks at its ends.
  [[nodiscard]] std::string text() const;

  /// Of an attribute, "" if there is none. The name may stand with any prefix.
  [[nodiscard]] std::string_view attribute(std::string_view name) const;

  /// The first element of this name directly inside. Takes time linear in what is inside.
  [[nodiscard]] XmlElement child(std::string_view name) const;

  /// The text of that child; "" if there is none.
  [[nodiscard]] std::string child_text(std::string_view name) const { return child(name).text(); }

  /// The elements directly inside, in their order; all of them, or those of one name.
  [[nodiscard]] std::vector<XmlElement> children(std::string_view name = {}) const;

  /// Where the element's tag begins, in bytes of the document (after conversion to UTF-8).
  [[nodiscard]] std::int64_t offset() const;

  friend bool operator==(const XmlElement&, const XmlElement&) = default;

private:
  friend class XmlDocument;

  explicit XmlElement(pugi::xml_node_struct* node) : node_(node) {}

  pugi::xml_node_struct* node_ = nullptr;
};

class XmlDocument {
public:
  /// UTF-8, UTF-16 or Latin-1, by byte order mark or declaration. Code::Malformed names the line;
  /// Code::LimitExceeded: see the limits that begin with "xml_".
  static Result<XmlDocument> parse(std::string_view text, const Limits& limits);

  ~XmlDocument();
  XmlDocument(XmlDocument&&) noexcept;
  XmlDocument& operator=(XmlDocument&&) noexcept;
  XmlDocument(const XmlDocument&) = delete;
  XmlDocument& operator=(const XmlDocument&) = delete;

  /// The outermost element.
  [[nodiscard]] XmlElement root() const;

private:
  explicit XmlDocument(std::unique_ptr<pugi::xml_document> document);

  std::unique_ptr<pugi::xml_document> document_;
};

} // namespace portique::base
