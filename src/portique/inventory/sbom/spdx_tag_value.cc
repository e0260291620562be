// SPDX 2.3, annex "Tag-value format": "Tag: value" lines, values of several lines in <text> tags.
// An annotation may stand anywhere and names what it is about, so that the file is read twice: the
// first time for annotations alone.

#include "portique/inventory/sbom/spdx_tag_value.h"

#include <array>
#include <map>
#include <string>
#include <vector>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/sbom/text_lines.h"

namespace portique::inventory {

namespace json = boost::json;
using base::Code;
using base::Result;

namespace {

/// Comments on one package that are kept, and the bytes that all of them may take.
constexpr std::size_t kMostAnnotations = 100;
constexpr std::size_t kMostAnnotationBytes = 128ULL << 20U;

struct Field {
  std::string tag;
  std::string value;
  std::size_t line = 0;
};

/// The fields of a file, one after another.
class FieldReader {
public:
  FieldReader(const FileContent& file, const base::Limits& limits)
      : lines_(file, limits.field_bytes), limits_(&limits) {}

  /// Nothing at the end. Code::Malformed for a line that is no field: the next call reads on.
  Result<std::optional<Field>> next() {
    std::string line;
    while (PQ_TRY(lines_.next(line))) {
      const std::string_view text = base::trim(line);
      if (text.empty() || text.front() == '#') continue;
      const std::size_t colon = text.find(':');
      if (colon == std::string_view::npos)
        return base::fail(Code::Malformed, at_line("no tag: " + excerpt(text)));
      Field field{utf8_value(base::trim(text.substr(0, colon))), {}, lines_.number()};
      field.value = PQ_TRY(value(base::trim(text.substr(colon + 1))));
      return field;
    }
    return std::nullopt;
  }

private:
  std::string at_line(const std::string& message) const {
    return "line " + std::to_string(lines_.number()) + ": " + message;
  }

  Result<std::string> value(std::string_view first) {
    constexpr std::string_view kOpen = "<text>";
    constexpr std::string_view kClose = "</text>";
    if (!first.starts_with(kOpen)) return utf8_value(first);
    std::string text(first.substr(kOpen.size()));
    std::string line;
    bool cut = false;
    while (!base::trim(text).ends_with(kClose)) {
      if (!PQ_TRY(lines_.next(line)))
        return base::fail(Code::Truncated, at_line("a <text> is not closed"));
      // What does not fit is passed over, up to the end of the text.
      cut = cut || text.size() + line.size() > limits_->field_bytes;
      if (cut)
        text = line;
      else
        text += "\n" + line;
    }
    if (cut) return std::string{};
    const std::string_view whole = base::trim(text);
    return utf8_value(whole.substr(0, whole.size() - kClose.size()));
  }

  TextLines lines_;
  const base::Limits* limits_;
};

/// What the tags of a package are in the JSON form.
struct PlainTag {
  std::string_view tag;
  std::string_view member;
};

constexpr std::array kPlainTags{
    PlainTag{"SPDXID", "SPDXID"},
    PlainTag{"PackageVersion", "versionInfo"},
    PlainTag{"PackageSupplier", "supplier"},
    PlainTag{"PackageLicenseDeclared", "licenseDeclared"},
    PlainTag{"PackageLicenseConcluded", "licenseConcluded"},
    PlainTag{"PackageSourceInfo", "sourceInfo"},
    PlainTag{"PrimaryPackagePurpose", "primaryPackagePurpose"},
};

void append(json::object& object, std::string_view member, json::value item) {
  json::value& list = object[member];
  if (!list.is_array()) list.emplace_array();
  list.get_array().push_back(std::move(item));
}

class TagValueReader {
public:
  TagValueReader(const FileContent& file, const base::Limits& limits, SbomFormat& format)
      : file_(&file), limits_(&limits), format_(&format) {}

  Result<void> run() {
    PQ_TRY(each_field([&](Field& field) { note_annotation(field); }, Complain::No));
    if (annotation_bytes_ > kMostAnnotationBytes)
      format_->complain({Code::LimitExceeded, "too many annotations; the others were not read"});
    PQ_TRY(each_field([&](Field& field) { take(field); }, Complain::Yes));
    end_section();
    return {};
  }

private:
  enum class Complain : std::uint8_t { No, Yes };
  enum class Section : std::uint8_t { Document, Package, Other };

  template <typename Take> Result<void> each_field(const Take& take, Complain complain) {
    FieldReader fields(*file_, *limits_);
    while (true) {
      auto field = fields.next();
      if (!field && field.error().code() == Code::Malformed) {
        if (complain == Complain::Yes) format_->complain(field.error());
        continue;
      }
      if (!field) return std::unexpected(std::move(field).error());
      if (!*field) return {};
      take(**field);
    }
  }

  void note_annotation(Field& field) {
    if (field.tag == "Annotator") {
      annotated_.clear();
      comment_.clear();
    } else if (field.tag == "SPDXREF") {
      annotated_ = std::move(field.value);
    } else if (field.tag == "AnnotationComment") {
      comment_ = std::move(field.value);
    } else {
      return;
    }
    if (annotated_.empty() || comment_.empty()) return;
    annotation_bytes_ += annotated_.size() + comment_.size();
    if (annotation_bytes_ <= kMostAnnotationBytes) {
      auto& comments = annotations_[annotated_];
      if (comments.size() < kMostAnnotations) comments.push_back(std::move(comment_));
    }
    annotated_.clear();
    comment_.clear();
  }

  void take(Field& field) {
    if (field.tag == "SPDXVersion") {
      format_->take("spdxVersion", json::value(field.value));
    } else if (field.tag == "DocumentName") {
      format_->take("name", json::value(field.value));
    } else if (field.tag == "PackageName") {
      end_section();
      section_ = Section::Package;
      package_["name"] = field.value;
    } else if (field.tag == "FileName" || field.tag == "SnippetSPDXID" ||
               field.tag == "LicenseID") {
      end_section();
      section_ = Section::Other;
    } else if (field.tag == "Relationship") {
      take_relationship(field.value);
    } else if (section_ == Section::Package) {
      take_package_field(field);
    }
  }

  void take_package_field(Field& field) {
    for (const PlainTag& plain : kPlainTags)
      if (field.tag == plain.tag) package_[plain.member] = field.value;
    std::string_view rest = field.value;
    if (field.tag == "PackageChecksum") {
      const std::string_view algorithm = base::trim(base::take_until(rest, ':'));
      append(
          package_, "checksums", {{"algorithm", algorithm}, {"checksumValue", base::trim(rest)}});
    } else if (field.tag == "ExternalRef") {
      base::take_until(rest, ' '); // the category
      rest = base::trim(rest);
      const std::string_view type = base::take_until(rest, ' ');
      append(package_,
             "externalRefs",
             {{"referenceType", type}, {"referenceLocator", base::trim(rest)}});
    } else if (field.tag == "PackageAttributionText") {
      append(package_, "attributionTexts", json::value(field.value));
    }
  }

  void take_relationship(std::string_view text) {
    const std::string_view from = base::take_until(text, ' ');
    text = base::trim(text);
    const std::string_view type = base::take_until(text, ' ');
    format_->take("relationships/-",
                  {{"spdxElementId", from},
                   {"relationshipType", type},
                   {"relatedSpdxElement", base::trim(text)}});
  }

  void end_section() {
    if (section_ == Section::Package) {
      if (const json::value* id = package_.if_contains("SPDXID");
          id != nullptr && id->is_string()) {
        const auto found = annotations_.find(std::string(std::string_view(id->get_string())));
        if (found != annotations_.end())
          for (const std::string& comment : found->second)
            append(package_, "annotations", {{"comment", comment}});
      }
      format_->take("packages/-", package_);
    }
    package_.clear();
    section_ = Section::Document;
  }

  const FileContent* file_;
  const base::Limits* limits_;
  SbomFormat* format_;
  Section section_ = Section::Document;
  json::object package_;
  std::map<std::string, std::vector<std::string>> annotations_; ///< by what they are about
  std::size_t annotation_bytes_ = 0;
  std::string annotated_;
  std::string comment_;
};

} // namespace

Result<void>
read_spdx_tag_value(const FileContent& file, const base::Limits& limits, SbomFormat& format) {
  return TagValueReader(file, limits, format).run();
}

} // namespace portique::inventory
