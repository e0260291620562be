#include "portique/report/table_verdict.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "portique/report/table_text.h"

namespace portique::report {

namespace {

/// What is told of one rule: a rule about findings can hold thousands of times.
constexpr std::size_t kListedHits = 5;

Style style_of(model::Decision decision) {
  switch (decision) {
  case model::Decision::Allow:
    return Style::Good;
  case model::Decision::Warn:
    return Style::Warning;
  case model::Decision::Deny:
    return Style::Exploited;
  }
  return Style::Warning;
}

/// The hits of one rule, with and without exception apart, as they first occur.
std::vector<std::vector<const model::RuleHit*>> hits_by_rule(const model::Verdict& verdict) {
  std::vector<std::vector<const model::RuleHit*>> groups;
  for (const model::RuleHit& hit : verdict.hits) {
    const auto same = [&](const auto& group) {
      return group.front()->rule == hit.rule &&
             group.front()->exception.has_value() == hit.exception.has_value();
    };
    const auto found = std::ranges::find_if(groups, same);
    if (found == groups.end())
      groups.push_back({&hit});
    else
      found->push_back(&hit);
  }
  return groups;
}

/// " (web.yaml:3)" of a hit about a configuration file.
std::string place_of(const model::RuleHit& hit) {
  if (hit.path.empty()) return {};
  if (hit.line == 0) return fmt::format(" ({})", one_line(hit.path));
  return fmt::format(" ({}:{})", one_line(hit.path), hit.line);
}

void write_rule(Terminal& terminal, const std::vector<const model::RuleHit*>& hits) {
  const model::RuleHit& first = *hits.front();
  std::vector<Piece> pieces;
  pieces.push_back({fmt::format("  {:<6}", model::decision_name(first.decision)),
                    first.exception ? Style::Dim : style_of(first.decision)});
  pieces.push_back({one_line(first.rule), Style::Bold});
  if (hits.size() > 1) pieces.push_back({fmt::format(" ({})", hits.size())});
  if (first.exception)
    pieces.push_back({fmt::format("  excepted by {}: {}",
                                  one_line(first.exception->who),
                                  one_line(first.exception->why)),
                      Style::Dim});
  terminal.line(pieces);
  for (const model::RuleHit* hit : std::span(hits).first(std::min(hits.size(), kListedHits)))
    terminal.paragraph({"         "}, {one_line(hit->message) + place_of(*hit)});
  if (hits.size() > kListedHits)
    terminal.line(
        {{fmt::format("         and {} more; --format json lists all", hits.size() - kListedHits),
          Style::Dim}});
}

} // namespace

void write_verdict(Terminal& terminal, const model::Report& report) {
  if (!report.verdict) return;
  const model::Verdict& verdict = *report.verdict;
  terminal.line({{"Verdict: ", Style::Bold},
                 {std::string(model::decision_name(verdict.decision)), style_of(verdict.decision)},
                 {fmt::format("  (policy {}{}, {} rules, {})",
                              one_line(verdict.policy),
                              verdict.audit ? ", audit only" : "",
                              verdict.rules,
                              verdict.version.substr(0, 19)),
                  Style::Dim}});
  for (const auto& hits : hits_by_rule(verdict))
    write_rule(terminal, hits);
  terminal.blank();
}

} // namespace portique::report
