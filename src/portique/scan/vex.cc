#include "portique/scan/vex.h"

#include <fmt/format.h>

#include "portique/advisory/vex_match.h"

namespace portique::scan {

namespace {

bool clears(model::VexStatus status) {
  return status == model::VexStatus::NotAffected || status == model::VexStatus::Fixed;
}

/// "vulnerable_code_not_present: the module is not built".
std::string reason_of(const advisory::VexStatement& statement) {
  std::string reason = statement.justification.empty()
                           ? std::string(model::vex_status_name(statement.status))
                           : statement.justification;
  if (!statement.text.empty()) reason += ": " + statement.text;
  return reason;
}

} // namespace

void apply_vex(std::span<const advisory::VexDocument> documents, model::Report& report) {
  advisory::VexMatcher matcher(documents, report);
  for (model::Finding& finding : report.findings) {
    const auto [document, statement] = matcher.find(finding);
    if (statement == nullptr) continue;
    const std::string source = document->format + " " + document->name;
    finding.vex = model::VexNote{.status = statement->status,
                                 .justification = statement->justification,
                                 .text = statement->text,
                                 .source = source,
                                 .timestamp = statement->timestamp};
    if (clears(statement->status) && !finding.suppression)
      finding.suppression =
          model::Suppression{.by = source, .reason = reason_of(*statement), .until = std::nullopt};
  }
  for (const advisory::VexDocument& document : documents) {
    for (const std::string& note : document.notes)
      report.notes.push_back(document.name + ": " + note);
    if (matcher.used(document) == 0)
      report.notes.push_back(fmt::format("{}: none of its {} statements is about a finding",
                                         document.name,
                                         document.statements.size()));
  }
}

} // namespace portique::scan
