#pragma once

// What each check means to people: one YAML file a check under rules/checks/, built into the
// program. docs/checks.md is made of them.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/result.h"
#include "portique/inspect/config_files/hit.h"
#include "portique/inspect/source_text.h"
#include "portique/model/finding.h"
#include "portique/model/severity.h"

namespace portique::inspect {

/// A file that the check must find fault with, and where.
struct FailingExample {
  std::vector<std::uint32_t> lines; ///< the first line of each finding, in order
  std::string text;
};

struct Rule {
  std::string id; ///< "PQ-DF-001"
  std::string title;
  model::Severity severity = model::Severity::Unknown;
  std::string why;
  std::string remedy;
  std::vector<std::string> references;
  std::vector<std::string> aliases; ///< of other tools; each spelling that they know
  std::vector<std::string> passing;
  std::vector<FailingExample> failing;

  /// Whether an id means this rule, its own or one of another tool; case does not matter.
  [[nodiscard]] bool is_called(std::string_view name) const;
};

/// One rule file.
base::Result<Rule> parse_rule(std::string_view text);

/// All rules that are built in, sorted by id.
const std::vector<Rule>& rules();

/// nullptr if there is none of that id.
const Rule* find_rule(std::string_view id);

/// A finding as the rule words it, without a place and without evidence.
model::Finding finding_of(const Rule& rule);

/// The finding that a hit is; `source` is the file that it is about, `secrets` what must not be
/// shown of that file: those of all its hits, for their lines overlap.
model::Finding make_finding(const Rule& rule,
                            const Hit& hit,
                            const SourceTextView& source,
                            std::span<const std::string> secrets);

/// The list of all checks, for docs/checks.md.
std::string checks_markdown();

} // namespace portique::inspect
