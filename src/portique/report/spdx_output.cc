// https://spdx.github.io/spdx-spec/v2.3/. Values of several lines stand in <text> tags in the
// tag-value form.

#include "portique/report/spdx_output.h"

#include "portique/base/text.h"
#include "portique/report/json_writer.h"

namespace portique::report {

namespace {

constexpr std::string_view kNoAssertion = "NOASSERTION";

/// The list that spdx_licence_ids.h was made from.
constexpr std::string_view kLicenceListVersion = "3.28";

std::string_view or_no_assertion(std::string_view text) {
  return text.empty() ? kNoAssertion : text;
}

/// "Jane <jane@example.org>" -> "Person: Jane (jane@example.org)"; whether it is a person nobody
/// says, so that all with an address count as one.
std::string agent(std::string_view text) {
  const std::size_t open = text.rfind(" <");
  if (open == std::string_view::npos || !text.ends_with('>'))
    return "Organization: " + base::printable(text);
  const std::string_view mail = text.substr(open + 2, text.size() - open - 3);
  return "Person: " + base::printable(text.substr(0, open)) + " (" + base::printable(mail) + ")";
}

class JsonOutput : public SpdxOutput {
public:
  explicit JsonOutput(Output& out) : json_(out) {}

  void begin(const SpdxDocumentInfo& info) override {
    info_ = info;
    json_.begin_object();
    json_.text("spdxVersion", "SPDX-2.3");
    json_.text("dataLicense", "CC0-1.0");
    json_.text("SPDXID", "SPDXRef-DOCUMENT");
    json_.text("name", info.name);
    json_.text("documentNamespace", info.name_space);
    json_.begin_object("creationInfo");
    json_.text("created", info.created);
    json_.begin_array("creators");
    json_.element("Tool: " + info.tool);
    json_.end_array();
    json_.text("licenseListVersion", kLicenceListVersion);
    json_.end_object();
    json_.begin_array("packages");
  }

  void package(const SpdxPackage& package) override {
    json_.begin_object();
    json_.text("name", package.name);
    json_.text("SPDXID", package.id);
    if (!package.version.empty()) json_.text("versionInfo", package.version);
    if (!package.supplier.empty()) json_.text("supplier", agent(package.supplier));
    json_.text("downloadLocation", kNoAssertion);
    json_.boolean("filesAnalyzed", false);
    write_checksums(package);
    if (!package.source_info.empty()) json_.text("sourceInfo", package.source_info);
    json_.text("licenseConcluded", kNoAssertion);
    json_.text("licenseDeclared", or_no_assertion(package.licence));
    json_.text("copyrightText", kNoAssertion);
    json_.text("primaryPackagePurpose", purpose(package.purpose));
    write_references(package);
    write_annotation(package);
    json_.end_object();
  }

  void begin_licences() override {
    json_.end_array();
    json_.begin_array("hasExtractedLicensingInfos");
  }

  void licence(const LicenceReference& reference) override {
    json_.begin_object();
    json_.text("licenseId", reference.id);
    json_.text("extractedText", reference.name);
    json_.text("name", reference.name);
    json_.end_object();
  }

  void begin_relationships() override {
    json_.end_array();
    json_.begin_array("relationships");
  }

  void relationship(std::string_view from, std::string_view type, std::string_view to) override {
    json_.begin_object();
    json_.text("spdxElementId", from);
    json_.text("relationshipType", type);
    json_.text("relatedSpdxElement", to);
    json_.end_object();
  }

  void end() override {
    json_.end_array();
    json_.end_object();
    json_.finish();
  }

private:
  static std::string_view purpose(SpdxPurpose purpose) {
    switch (purpose) {
    case SpdxPurpose::Container:
      return "CONTAINER";
    case SpdxPurpose::File:
      return "FILE";
    case SpdxPurpose::OperatingSystem:
      return "OPERATING_SYSTEM";
    case SpdxPurpose::Library:
      break;
    }
    return "LIBRARY";
  }

  void write_checksums(const SpdxPackage& package) {
    if (package.checksums.empty()) return;
    json_.begin_array("checksums");
    for (const auto& [algorithm, value] : package.checksums) {
      json_.begin_object();
      json_.text("algorithm", algorithm);
      json_.text("checksumValue", value);
      json_.end_object();
    }
    json_.end_array();
  }

  void write_references(const SpdxPackage& package) {
    if (package.purl.empty()) return;
    json_.begin_array("externalRefs");
    json_.begin_object();
    json_.text("referenceCategory", "PACKAGE-MANAGER");
    json_.text("referenceType", "purl");
    json_.text("referenceLocator", package.purl);
    json_.end_object();
    json_.end_array();
  }

  void write_annotation(const SpdxPackage& package) {
    if (package.annotation.empty()) return;
    json_.begin_array("annotations");
    json_.begin_object();
    json_.text("annotationDate", info_.created);
    json_.text("annotationType", "OTHER");
    json_.text("annotator", "Tool: " + info_.tool);
    json_.text("comment", package.annotation);
    json_.end_object();
    json_.end_array();
  }

  JsonWriter json_;
  SpdxDocumentInfo info_;
};

class TagValueOutput : public SpdxOutput {
public:
  explicit TagValueOutput(Output& out) : out_(out) {}

  void begin(const SpdxDocumentInfo& info) override {
    info_ = info;
    line("SPDXVersion", "SPDX-2.3");
    line("DataLicense", "CC0-1.0");
    line("SPDXID", "SPDXRef-DOCUMENT");
    line("DocumentName", info.name);
    line("DocumentNamespace", info.name_space);
    line("Creator", "Tool: " + info.tool);
    line("Created", info.created);
    line("LicenseListVersion", kLicenceListVersion);
  }

  void package(const SpdxPackage& package) override {
    out_.append("\n");
    line("PackageName", package.name);
    line("SPDXID", package.id);
    if (!package.version.empty()) line("PackageVersion", package.version);
    if (!package.supplier.empty()) line("PackageSupplier", agent(package.supplier));
    line("PackageDownloadLocation", kNoAssertion);
    line("FilesAnalyzed", "false");
    for (const auto& [algorithm, value] : package.checksums)
      line("PackageChecksum", std::string(algorithm) + ": " + value);
    if (!package.source_info.empty()) text("PackageSourceInfo", package.source_info);
    line("PackageLicenseConcluded", kNoAssertion);
    line("PackageLicenseDeclared", or_no_assertion(package.licence));
    line("PackageCopyrightText", kNoAssertion);
    line("PrimaryPackagePurpose", purpose(package.purpose));
    if (!package.purl.empty()) line("ExternalRef", "PACKAGE-MANAGER purl " + package.purl);
    if (package.annotation.empty()) return;
    line("Annotator", "Tool: " + info_.tool);
    line("AnnotationDate", info_.created);
    line("AnnotationType", "OTHER");
    line("SPDXREF", package.id);
    text("AnnotationComment", package.annotation);
  }

  void begin_licences() override {}

  void licence(const LicenceReference& reference) override {
    out_.append("\n");
    line("LicenseID", reference.id);
    text("ExtractedText", reference.name);
    line("LicenseName", reference.name);
  }

  void begin_relationships() override { out_.append("\n"); }

  void relationship(std::string_view from, std::string_view type, std::string_view to) override {
    line("Relationship", std::string(from) + " " + std::string(type) + " " + std::string(to));
  }

  void end() override {}

private:
  static std::string_view purpose(SpdxPurpose purpose) {
    switch (purpose) {
    case SpdxPurpose::Container:
      return "CONTAINER";
    case SpdxPurpose::File:
      return "FILE";
    case SpdxPurpose::OperatingSystem:
      return "OPERATING-SYSTEM";
    case SpdxPurpose::Library:
      break;
    }
    return "LIBRARY";
  }

  /// A value that must stand on one line: line ends and their like become U+FFFD.
  void line(std::string_view tag, std::string_view value) {
    out_.append(tag);
    out_.append(": ");
    out_.append(base::printable(value));
    out_.append("\n");
  }

  /// A value that may have several lines. It cannot hold the end of its own tag.
  void text(std::string_view tag, std::string_view value) {
    constexpr std::string_view kEnd = "</text>";
    std::string whole = base::to_utf8(value);
    for (std::size_t at = whole.find(kEnd); at != std::string::npos; at = whole.find(kEnd))
      whole.insert(at + 1, " ");
    out_.append(tag);
    out_.append(": <text>");
    out_.append(whole);
    out_.append("</text>\n");
  }

  Output& out_;
  SpdxDocumentInfo info_;
};

} // namespace

std::unique_ptr<SpdxOutput> make_spdx_output(SpdxForm form, Output& out) {
  if (form == SpdxForm::Json) return std::make_unique<JsonOutput>(out);
  return std::make_unique<TagValueOutput>(out);
}

} // namespace portique::report
