#pragma once

// CycloneDX's two forms behind one set of calls. The order of the calls is that of the XML schema;
// the JSON form takes any.

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "portique/report/sink.h"

namespace portique::report {

enum class CycloneDxForm : std::uint8_t { Json, Xml };

class CycloneDxOutput {
public:
  virtual ~CycloneDxOutput() = default;

  /// `version`: "1.6". `serial`: "urn:uuid:...", "" for none.
  virtual void begin_document(std::string_view version, std::string_view serial) = 0;
  virtual void end_document() = 0;

  /// A member that holds members.
  virtual void begin(std::string_view name) = 0;
  virtual void end() = 0;

  virtual void begin_list(std::string_view name) = 0;
  /// An entry of the open list; JSON's entries have no names.
  virtual void begin_item(std::string_view name) = 0;
  virtual void end_list() = 0;

  /// What XML keeps in an attribute: directly behind begin() or begin_item().
  virtual void attribute(std::string_view name, std::string_view value) = 0;
  /// What XML keeps as the text of the open element.
  virtual void content(std::string_view json_name, std::string_view value) = 0;
  virtual void text(std::string_view name, std::string_view value) = 0;
  virtual void number(std::string_view name, double value) = 0;
  /// An entry of the open list that is a text.
  virtual void text_item(std::string_view name, std::string_view value) = 0;

  /// An entry of the list `licenses`: an expression, or a licence by "id" or "name".
  virtual void licence(std::string_view kind, std::string_view value, bool acknowledged) = 0;
  /// An entry of the list `dependencies`.
  virtual void dependency(std::string_view ref, std::span<const std::string_view> needed) = 0;
  /// The members of a composition that names one component.
  virtual void assembly(std::string_view ref) = 0;
  /// The entry of a list `affects` and its one version.
  virtual void
  affected(std::string_view ref, std::string_view version, std::string_view status) = 0;
  /// What the vendor does about a vulnerability, of an analysis.
  virtual void response(std::string_view word) = 0;
};

std::unique_ptr<CycloneDxOutput> make_cyclonedx_output(CycloneDxForm form, Output& out);

} // namespace portique::report
