// CycloneDX's XML form (schema/bom-1.7.xsd), read with expat. Each component becomes the object
// that the JSON form has for it. Document types are refused: no SBOM has one, and attacks by
// entities need one.

#include "portique/inventory/sbom/cyclonedx_xml.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <expat.h>

#include "portique/base/text.h"
#include "portique/inventory/sbom/text_lines.h"

namespace portique::inventory {

namespace json = boost::json;
using base::Code;
using base::Result;

namespace {

/// As deep as the JSON form may be.
constexpr std::size_t kDeepest = 200;

/// What an element costs in memory beside its text.
constexpr std::uint64_t kElementBytes = 200;

constexpr std::string_view kNamespace = "http://cyclonedx.org/schema/bom/";

/// Elements that hold a list, and what stands in the JSON form's array.
constexpr std::array<std::string_view, 6> kLists{
    "components", "hashes", "licenses", "properties", "occurrences", "externalReferences"};

/// Lists whose entries the reader wants one by one.
bool is_streamed_list(std::string_view name) {
  return name == "components" || name == "dependencies";
}

struct Element {
  std::string name;
  json::object members; ///< attributes, then children
  json::array items;    ///< children of a list
  std::string text;
};

std::string_view without_prefix(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

bool is_list(std::string_view name) {
  return std::ranges::find(kLists, name) != kLists.end();
}

/// The JSON form of an element.
json::value value_of(Element& element) {
  if (is_list(element.name)) return std::move(element.items);
  const std::string_view text = base::trim(element.text);
  if (element.name == "hash") {
    element.members["content"] = text;
  } else if (element.name == "property") {
    element.members["value"] = element.text; // its blanks count
  } else if (element.name == "dependency") {
    element.members["dependsOn"] = std::move(element.items);
  } else if (element.name != "component" && (element.members.empty() || !text.empty())) {
    return json::value(text);
  }
  return std::move(element.members);
}

void adopt(Element& parent, Element& child) {
  const std::string name = child.name;
  // In the JSON form a licence and an expression are told apart by a member of their entry.
  if (parent.name == "licenses") {
    json::object choice;
    choice[name] = value_of(child);
    parent.items.push_back(std::move(choice));
  } else if (parent.name == "dependency" && name == "dependency") {
    if (const json::value* ref = child.members.if_contains("ref")) parent.items.push_back(*ref);
  } else if (is_list(parent.name)) {
    parent.items.push_back(value_of(child));
  } else {
    parent.members.emplace(name, value_of(child));
  }
}

class XmlReader {
public:
  XmlReader(const base::Limits& limits, SbomFormat& format)
      : parser_(::XML_ParserCreate("UTF-8")), limits_(&limits), format_(&format) {}

  Result<void> run(const FileContent& file) {
    if (!parser_) return base::fail(Code::LimitExceeded, "no memory for an XML parser");
    ::XML_SetUserData(parser_.get(), this);
    ::XML_SetElementHandler(parser_.get(), on_start, on_end);
    ::XML_SetCharacterDataHandler(parser_.get(), on_text);
    ::XML_SetStartDoctypeDeclHandler(parser_.get(), on_doctype);
    FilePieces pieces(file);
    while (true) {
      const std::string_view piece = PQ_TRY(pieces.next());
      const int last = piece.empty() ? 1 : 0;
      const auto status =
          ::XML_Parse(parser_.get(), piece.data(), static_cast<int>(piece.size()), last);
      if (error_) return std::unexpected(*error_);
      if (status != XML_STATUS_OK) return broken();
      if (last == 1) return {};
    }
  }

private:
  struct FreeParser {
    void operator()(XML_Parser parser) const { ::XML_ParserFree(parser); }
  };

  static XmlReader& self(void* data) { return *static_cast<XmlReader*>(data); }

  static void on_start(void* data, const char* name, const char** attributes) {
    self(data).start(name, attributes);
  }

  static void on_end(void* data, const char* /*name*/) { self(data).end(); }

  static void on_text(void* data, const char* text, int size) {
    self(data).add_text({text, static_cast<std::size_t>(size)});
  }

  static void on_doctype(void* data,
                         const char* /*name*/,
                         const char* /*system*/,
                         const char* /*public_id*/,
                         int /*internal*/) {
    self(data).stop({Code::Malformed, "an SBOM has no document type"});
  }

  Result<void> broken() const {
    const auto code = ::XML_GetErrorCode(parser_.get());
    const bool early = code == XML_ERROR_NO_ELEMENTS || code == XML_ERROR_UNCLOSED_TOKEN ||
                       code == XML_ERROR_UNCLOSED_CDATA_SECTION;
    return base::fail(early ? Code::Truncated : Code::Malformed,
                      "not valid XML at byte " +
                          std::to_string(::XML_GetCurrentByteIndex(parser_.get())) + ": " +
                          ::XML_ErrorString(code));
  }

  void stop(base::Error error) {
    if (error_) return;
    error_ = std::move(error);
    ::XML_StopParser(parser_.get(), XML_FALSE);
  }

  void start(std::string_view tag, const char** attributes) {
    if (error_) return;
    const std::string_view name = without_prefix(tag);
    path_.emplace_back(name);
    if (path_.size() > kDeepest) {
      stop({Code::LimitExceeded, "the XML is nested too deep"});
      return;
    }
    if (path_.size() == 1) {
      open_document(name, attributes);
      return;
    }
    // Below the root: a streamed list, or an element that is wanted whole.
    const bool in_list = path_.size() == 3 && is_streamed_list(path_[1]);
    if (elements_.empty() && !skipping_ && (in_list || (path_.size() == 2 && name == "metadata")))
      begin_value();
    if (elements_.empty() && !building_) return;
    if (!building_) return;
    Element element{std::string(name), {}, {}, {}};
    std::uint64_t cost = kElementBytes + name.size();
    for (; *attributes != nullptr; attributes += 2) {
      const std::string_view key = without_prefix(attributes[0]);
      const std::string_view value = attributes[1];
      cost += key.size() + value.size() + kElementBytes / 4;
      element.members.emplace(key, value);
    }
    elements_.push_back(std::move(element));
    charge(cost);
  }

  void begin_value() {
    building_ = true;
    cost_ = 0;
  }

  void end() {
    if (error_) return;
    if (building_) {
      Element element = std::move(elements_.back());
      elements_.pop_back();
      if (elements_.empty()) {
        building_ = false;
        hand_over(element);
      } else {
        adopt(elements_.back(), element);
      }
    }
    path_.pop_back();
    if (skipping_ && path_.size() < skipped_depth_) skipping_ = false;
  }

  void hand_over(Element& element) {
    const std::string path = path_.size() == 2 ? element.name : path_[1] + "/-";
    if (format_->want(path) == Want::Value) format_->take(path, value_of(element));
  }

  void add_text(std::string_view text) {
    if (error_ || !building_) return;
    elements_.back().text += text;
    charge(text.size());
  }

  /// Counts what the present value takes; one that takes too much is passed over.
  void charge(std::uint64_t cost) {
    cost_ += cost;
    if (cost_ <= limits_->sbom_value_bytes) return;
    format_->complain(
        {Code::LimitExceeded, "an entry of " + path_[1] + " is too large and was not read"});
    elements_.clear();
    building_ = false;
    skipping_ = true;
    skipped_depth_ = path_[1] == "metadata" ? 2 : 3;
  }

  void open_document(std::string_view name, const char** attributes) {
    if (name != "bom") {
      stop({Code::Unsupported, "the XML is no CycloneDX SBOM"});
      return;
    }
    for (; *attributes != nullptr; attributes += 2) {
      const std::string_view value = attributes[1];
      if (!std::string_view(attributes[0]).starts_with("xmlns") || !value.starts_with(kNamespace))
        continue;
      format_->take("bomFormat", json::value("CycloneDX"));
      format_->take("specVersion", json::value(value.substr(kNamespace.size())));
      return;
    }
    stop({Code::Unsupported, "the XML is no CycloneDX SBOM"});
  }

  std::unique_ptr<XML_ParserStruct, FreeParser> parser_;
  const base::Limits* limits_;
  SbomFormat* format_;
  std::vector<std::string> path_; ///< of open elements
  std::vector<Element> elements_; ///< those of the value being built
  std::uint64_t cost_ = 0;
  std::size_t skipped_depth_ = 0;
  bool building_ = false;
  bool skipping_ = false; ///< the rest of a value that was too large
  std::optional<base::Error> error_;
};

} // namespace

Result<void>
read_cyclonedx_xml(const FileContent& file, const base::Limits& limits, SbomFormat& format) {
  return XmlReader(limits, format).run(file);
}

} // namespace portique::inventory
