#pragma once

// SPDX 2.3's two forms behind one set of calls: begin, the packages, the licences, the
// relationships, end.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "portique/report/sink.h"
#include "portique/report/spdx_licence.h"

namespace portique::report {

enum class SpdxForm : std::uint8_t { Json, TagValue };

enum class SpdxPurpose : std::uint8_t { Container, File, Library, OperatingSystem };

struct SpdxDocumentInfo {
  std::string name;
  std::string name_space; ///< a URI that no other document has
  std::string created;    ///< RFC 3339
  std::string tool;       ///< "portique-1.0"
};

/// A package of the SPDX document. Texts that are empty are left out.
struct SpdxPackage {
  std::string id; ///< "SPDXRef-..."
  std::string name;
  std::string version;
  std::string supplier; ///< of a person or an organisation, without its kind
  std::string source_info;
  std::string licence; ///< an expression
  std::string purl;
  std::string annotation; ///< on one line
  SpdxPurpose purpose = SpdxPurpose::Library;
  std::vector<std::pair<std::string_view, std::string>> checksums; ///< algorithm, value
};

class SpdxOutput {
public:
  virtual ~SpdxOutput() = default;

  virtual void begin(const SpdxDocumentInfo& info) = 0;
  virtual void package(const SpdxPackage& package) = 0;
  virtual void begin_licences() = 0;
  virtual void licence(const LicenceReference& reference) = 0;
  virtual void begin_relationships() = 0;
  virtual void relationship(std::string_view from, std::string_view type, std::string_view to) = 0;
  virtual void end() = 0;
};

std::unique_ptr<SpdxOutput> make_spdx_output(SpdxForm form, Output& out);

} // namespace portique::report
