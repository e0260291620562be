// A report made of hostile bytes, in every format that other programs read: JSON and XML parse, no
// text becomes mark-up or a command, and a SARIF result is there for each finding.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/base/xml.h"
#include "portique/report/formats.h"
#include "portique/report/html_assets.h"

namespace {

namespace base = portique::base;
namespace model = portique::model;
namespace report = portique::report;

/// Hands out pieces of the input.
class Pieces {
public:
  explicit Pieces(std::string_view bytes) : rest_(bytes) {}

  unsigned number() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }

  std::string text() {
    const std::size_t length = std::min<std::size_t>(number(), rest_.size());
    std::string piece(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return piece;
  }

  [[nodiscard]] bool empty() const { return rest_.empty(); }

private:
  std::string_view rest_;
};

model::Finding finding_of(Pieces& pieces) {
  model::Finding finding{.id = pieces.text(),
                         .kind = static_cast<model::FindingKind>(pieces.number() % 7),
                         .severity = static_cast<model::Severity>(pieces.number() % 6),
                         .title = pieces.text()};
  finding.package = pieces.number() % 3;
  finding.path = pieces.text();
  finding.lines = {pieces.number(), pieces.number()};
  finding.excerpt = pieces.text();
  finding.why = finding.evidence = pieces.text();
  finding.aliases = {pieces.text()};
  finding.references = {pieces.text(), "https://" + finding.title};
  finding.cvss = {{.version = "3.1", .vector = pieces.text(), .score = 5, .source = finding.path}};
  finding.layer = static_cast<std::int32_t>(pieces.number()) - 2;
  if (pieces.number() % 2 == 0) finding.fixed_version = pieces.text();
  if (pieces.number() % 4 == 0)
    finding.suppression =
        model::Suppression{.by = pieces.text(), .reason = finding.title, .until = std::nullopt};
  return finding;
}

model::Report report_of(Pieces& pieces) {
  model::Report made;
  made.subject = {.name = pieces.text(), .kind = pieces.number() % 2 == 0 ? "config" : "oci"};
  if (pieces.number() % 2 == 0) made.subject.image.tags = {pieces.text()};
  made.subject.image.layers = {{.created_by = pieces.text()}};
  made.distro = {.id = pieces.text(), .pretty_name = pieces.text()};
  made.packages = {{.type = pieces.text(),
                    .name = pieces.text(),
                    .version = pieces.text(),
                    .path = pieces.text()},
                   {.type = "deb", .name = pieces.text()}};
  made.issues = {{.message = pieces.text(), .path = pieces.text(), .layer = 0}};
  made.notes = {pieces.text()};
  if (pieces.number() % 2 == 0) {
    made.verdict = model::Verdict{.decision = model::Decision::Deny, .policy = pieces.text()};
    made.verdict->hits = {
        {.rule = pieces.text(), .decision = model::Decision::Deny, .message = pieces.text()}};
  }
  constexpr std::size_t kFindings = 20;
  while (!pieces.empty() && made.findings.size() < kFindings)
    made.findings.push_back(finding_of(pieces));
  return made;
}

void demand(bool held) {
  if (!held) std::abort();
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size()))
    ++found;
  return found;
}

std::string written(std::string_view format, const model::Report& made) {
  const auto text = report::write_text(
      *report::find_format(format), made, {.show_suppressed = true, .tool_version = "1.2.3"});
  demand(text.has_value() && base::is_utf8(*text));
  return *text;
}

void check_html(std::string text) {
  for (const std::string_view ours : {report::html_style(), report::html_script()})
    text.erase(text.find(ours), ours.size());
  demand(count(text, "<script") == 1 && count(text, "<style") == 1 && count(text, "<!--") == 0);
  // Ours: one for each that the policy, the page or a row needs; none may be anything but the web.
  for (std::size_t at = text.find("href="); at != std::string::npos;
       at = text.find("href=", at + 1)) {
    // As text it is harmless: inside a tag the quote behind it is a real one.
    const std::string_view rest = std::string_view(text).substr(at + 5);
    demand(!rest.starts_with('"') || rest.starts_with("\"https://") ||
           rest.starts_with("\"http://") || rest.starts_with("\"#issues\""));
  }
}

void check_github(std::string_view text) {
  for (const std::string_view line : base::split(text, '\n'))
    demand(line.empty() || line.starts_with("::error ") || line.starts_with("::warning ") ||
           line.starts_with("::notice "));
  demand(base::printable(text).size() >= text.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Pieces pieces(std::string_view(reinterpret_cast<const char*>(data), size));
  const model::Report made = report_of(pieces);
  const auto sarif = base::parse_json(written("sarif", made));
  demand(sarif.has_value());
  demand(sarif->at_pointer("/runs/0/results").as_array().size() == made.findings.size());
  demand(base::parse_json(written("gitlab", made)).has_value());
  demand(base::parse_json(written("gitlab-codequality", made)).has_value());
  demand(base::XmlDocument::parse(written("junit", made), {}).has_value());
  check_html(written("html", made));
  check_github(written("github", made));
  demand(written("markdown", made).size() < 65'536);
  return 0;
}
