#include "portique/report/table_report.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/model/package_name.h"
#include "portique/report/check_table.h"
#include "portique/report/display_width.h"
#include "portique/report/finding_facts.h"
#include "portique/report/finding_groups.h"
#include "portique/report/summary.h"
#include "portique/report/table_next_steps.h"
#include "portique/report/table_text.h"
#include "portique/report/table_verdict.h"
#include "portique/report/terminal.h"

namespace portique::report {

namespace {

/// Lists that say where something is are cut here; the JSON report has all.
constexpr std::size_t kListedIssues = 20;
constexpr std::size_t kListedNames = 20;
constexpr std::size_t kListedChanges = 20;
constexpr std::size_t kListedLayers = 5;
/// A created_by text may hold a whole script; this much of it tells which instruction it is.
constexpr std::size_t kInstructionColumns = 120;
/// Below this width, EPSS gives its columns to the title.
constexpr std::size_t kWideTerminal = 100;

// --- header ---------------------------------------------------------------------------------

std::string short_digest(const base::Digest& digest) {
  return "sha256:" + std::string(digest.hex().substr(0, 12));
}

std::string subject_facts(const model::Subject& subject, std::string_view dot) {
  const model::Image& image = subject.image;
  std::vector<std::string> facts{subject.kind};
  if (!image.platform.os.empty())
    facts.push_back(image.platform.os + "/" + image.platform.architecture +
                    (image.platform.variant.empty() ? "" : "/" + image.platform.variant));
  const base::Digest& digest =
      image.manifest_digest.empty() ? image.config_digest : image.manifest_digest;
  if (!digest.empty()) facts.push_back(short_digest(digest));
  if (!image.layers.empty()) facts.push_back(count_of(image.layers.size(), "layer", "layers"));
  std::string text;
  for (const std::string& fact : facts)
    if (!fact.empty()) text.append(text.empty() ? "" : dot).append(fact);
  return text;
}

std::string join(std::span<const std::string> texts) {
  std::string out;
  for (const std::string& text : texts.first(std::min(texts.size(), kListedNames)))
    out += (out.empty() ? "" : ", ") + text;
  if (texts.size() > kListedNames) out += fmt::format(" and {} more", texts.size() - kListedNames);
  return out;
}

/// "web, running, Docker 4c01db0b339c, from nginx:1.27".
std::string container_facts(const model::Container& container) {
  std::string text = container.name + (container.running ? ", running, " : ", not running, ") +
                     container.engine + " " + container.id.substr(0, 12);
  if (!container.image_name.empty()) text += ", from " + container.image_name;
  return one_line(text);
}

void write_header(Terminal& terminal, const model::Report& report) {
  const auto fact = [&](std::string_view label, std::vector<Piece> value) {
    value.insert(value.begin(), {fmt::format("  {:<11}", label), Style::Dim});
    terminal.line(value);
  };
  const std::string_view dot = terminal.glyphs().dot;
  terminal.line({{one_line(report.subject.name), Style::Bold}});
  fact("subject", {{subject_facts(report.subject, dot)}});
  if (report.subject.container) fact("container", {{container_facts(*report.subject.container)}});
  if (!report.subject.image.tags.empty()) fact("tags", {{join(report.subject.image.tags)}});
  std::vector<Piece> system{{one_line(distro_text(report.distro))}};
  if (const std::string support = support_text(report); !support.empty()) {
    system.push_back({std::string(dot)});
    system.push_back({support, is_end_of_life(report) ? Style::High : Style::Plain});
  }
  fact("system", std::move(system));
  fact("packages", {{std::to_string(report.packages.size())}});
  if (!report.unowned.empty())
    fact("unowned",
         {{count_of(report.unowned.size(), "program", "programs") +
           " or libraries that no package accounts for"}});
  fact("advisories", {{database_text(report.database, report.created)}});
  if (const std::string base = base_text(report); !base.empty()) fact("base", {{one_line(base)}});
  if (report.coverage == model::Coverage::NotCovered)
    fact("coverage", {{"not covered, see below", Style::Warning}});
  if (report.coverage == model::Coverage::NotChecked)
    fact("coverage", {{"vulnerabilities were not looked for", Style::Warning}});
  if (!report.issues.empty())
    fact("incomplete",
         {{count_of(report.issues.size(), "part", "parts") +
               " could not be read or decided, see below",
           Style::Warning}});
  terminal.blank();
}

// --- findings -------------------------------------------------------------------------------

std::string names_of(std::span<const model::Package* const> packages, bool with_versions) {
  if (!with_versions) return join(distinct_names(packages));
  std::vector<std::string> names;
  for (const model::Package* package : packages)
    names.push_back(model::name_in_ecosystem(*package) + " " + package->version);
  return join(names);
}

/// "openssl 3.0.11-1  (libssl3, openssl)".
std::vector<Piece> group_title(const FindingGroup& group) {
  std::vector<Piece> pieces{{group.name.empty() ? "(no name)" : group.name, Style::Bold}};
  if (group.packages.empty()) return pieces;
  const std::string& version = group.packages.front()->version;
  const bool same_version = std::ranges::all_of(
      group.packages, [&](const model::Package* package) { return package->version == version; });
  if (same_version) pieces.push_back({" " + version});
  const bool names_itself = distinct_names(group.packages) == std::vector{group.name};
  if (!names_itself || !same_version)
    pieces.push_back({fmt::format("  ({})", names_of(group.packages, !same_version)), Style::Dim});
  else if (group.packages.size() > 1)
    pieces.push_back({fmt::format("  (in {} places)", group.packages.size()), Style::Dim});
  return pieces;
}

std::vector<Piece> severity_pieces(const std::array<std::size_t, 6>& by_severity) {
  std::vector<Piece> pieces;
  for (std::size_t i = by_severity.size(); i-- > 0;) {
    if (by_severity.at(i) == 0) continue;
    if (!pieces.empty()) pieces.push_back({", "});
    const auto severity = static_cast<model::Severity>(i);
    pieces.push_back({fmt::format("{} {}", by_severity.at(i), model::severity_name(severity)),
                      style_of(severity)});
  }
  return pieces;
}

void write_group_layers(Terminal& terminal,
                        const model::Report& report,
                        const FindingGroup& group) {
  std::set<std::int32_t> layers;
  for (const model::Package* package : group.packages)
    if (layer_of(report, package->layer) != nullptr) layers.insert(package->layer);
  std::size_t shown = 0;
  for (const std::int32_t layer : layers) {
    if (shown++ == kListedLayers) {
      terminal.line(
          {{std::string(terminal.glyphs().side), Style::Dim},
           {fmt::format("and {} more layers", layers.size() - kListedLayers), Style::Dim}});
      return;
    }
    std::string who;
    if (layers.size() > 1) {
      std::vector<const model::Package*> own;
      std::ranges::copy_if(group.packages, std::back_inserter(own), [&](const auto* package) {
        return package->layer == layer;
      });
      who = names_of(own, false) + " from ";
    }
    std::string text = base::printable(who + layer_text(report, layer));
    text = cut_to_width(text, kInstructionColumns, terminal.glyphs().ellipsis);
    terminal.line({{std::string(terminal.glyphs().side), Style::Dim}, {text, Style::Dim}});
  }
}

std::string upper_case(std::string_view word) {
  std::string out(word);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

/// Which packages of a group have a finding: "libssl3", or "2 of 5 places" if all have one name.
std::string places_of(const GroupRow& row, const FindingGroup& group) {
  const bool is_one = distinct_names(group.packages).size() == 1;
  return is_one ? fmt::format("{} of {} places", row.packages.size(), group.packages.size())
                : names_of(row.packages, false);
}

/// The lines of all groups, in the same columns.
class FindingRows {
public:
  FindingRows(std::span<const FindingGroup> groups, const Terminal& terminal)
      : wide_(!terminal.is_terminal() || terminal.width() >= kWideTerminal),
        columns_({10, 24, 3, 4, wide_ ? 36U : 20U, 0}) {
    for (const FindingGroup& group : groups)
      for (const GroupRow& row : group.rows)
        add(*row.finding);
    columns_.measure(headings());
  }

  [[nodiscard]] bool is_wide() const { return wide_; }

  void write_headings(Terminal& terminal) const {
    std::vector<Piece> pieces = columns_.row(headings(), terminal);
    pieces.insert(pieces.begin(), {"  "});
    terminal.line(pieces);
  }

  void write(Terminal& terminal, const FindingGroup& group, const GroupRow& row) const {
    const bool last = &row == &group.rows.back();
    std::vector<Piece> pieces = columns_.row(cells(*row.finding), terminal);
    if (row.packages.size() < group.packages.size()) {
      pieces.insert(pieces.end() - 1,
                    {fmt::format("({} only)", places_of(row, group)), Style::Dim});
      pieces.back().text.insert(0, " ");
    }
    pieces.insert(
        pieces.begin(),
        {std::string(last ? terminal.glyphs().foot : terminal.glyphs().side), Style::Dim});
    terminal.line(pieces);
  }

private:
  void add(const model::Finding& finding) {
    columns_.measure(cells(finding));
    any_kev_ = any_kev_ || finding.kev;
    any_epss_ = any_epss_ || (wide_ && !epss_text(finding).empty());
  }

  [[nodiscard]] std::vector<Piece> headings() const {
    return {{"SEVERITY", Style::Dim},
            {"ID", Style::Dim},
            {any_kev_ ? "KEV" : "", Style::Dim},
            {any_epss_ ? "EPSS" : "", Style::Dim},
            {"FIXED IN", Style::Dim},
            {"TITLE", Style::Dim}};
  }

  [[nodiscard]] std::vector<Piece> cells(const model::Finding& finding) const {
    const Style fix_style = finding.fixed_version                             ? Style::Good
                            : finding.fix_state == model::FixState::EndOfLife ? Style::High
                                                                              : Style::Dim;
    return {{upper_case(model::severity_name(finding.severity)), style_of(finding.severity)},
            {finding.id},
            {finding.kev ? "KEV" : "", Style::Exploited},
            {wide_ ? epss_text(finding) : "", Style::Dim},
            {fix_text(finding), fix_style},
            {vex_text(finding) + one_line(finding.title)}};
  }

  bool wide_;
  bool any_kev_ = false;
  bool any_epss_ = false;
  Columns columns_;
};

/// What was seen where, for findings that no package and version tell.
void write_evidence(Terminal& terminal, const model::Finding& finding) {
  std::string text = one_line(place_text(finding));
  if (!finding.evidence.empty()) text += (text.empty() ? "" : ": ") + one_line(finding.evidence);
  if (finding.kind == model::FindingKind::Secret && finding.layer != model::kNoLayer)
    text += fmt::format("; in layer {}", finding.layer);
  if (finding.removed_in != model::kNoLayer)
    text += fmt::format(", deleted or overwritten by layer {}, and still there to be read",
                        finding.removed_in);
  if (!text.empty()) terminal.paragraph({"      "}, {text, Style::Dim});
  if (!finding.remedy.empty()) terminal.paragraph({"      "}, {one_line(finding.remedy)});
}

void write_findings(Terminal& terminal,
                    const model::Report& report,
                    std::span<const FindingGroup> groups) {
  if (groups.empty()) return;
  const FindingRows rows(groups, terminal);
  rows.write_headings(terminal);
  for (const FindingGroup& group : groups) {
    std::vector<Piece> counts = severity_pieces(group.by_severity);
    if (rows.is_wide() && group.findings > group.rows.size())
      counts.insert(counts.begin(), {fmt::format("{} findings: ", group.findings), Style::Dim});
    terminal.line_with_right(group_title(group), std::move(counts));
    write_group_layers(terminal, report, group);
    for (const GroupRow& row : group.rows) {
      rows.write(terminal, group, row);
      write_evidence(terminal, *row.finding);
    }
    terminal.blank();
  }
}

// --- lists behind the findings --------------------------------------------------------------

/// Where a package comes from, and what is special about it.
std::string package_place(const model::Report& report, const model::Package& package) {
  std::string place = layer_text(report, package.layer);
  const auto add = [&](std::string_view text) {
    place.append(place.empty() ? "" : ", ").append(text);
  };
  if (!model::is_os_package(package) && !package.path.empty()) add(one_line(package.path));
  if (package.declared) add("declared");
  if (package.scope != model::PackageScope::Runtime) add(model::package_scope_name(package.scope));
  if (!package.owner.empty()) add("of " + one_line(package.owner));
  if (package.removed_in != model::kNoLayer)
    add(fmt::format("deleted by layer {}", package.removed_in));
  return place;
}

void write_packages(Terminal& terminal, const model::Report& report) {
  terminal.line({{fmt::format("Packages ({})", report.packages.size()), Style::Bold}});
  Columns columns({40, 40, 10, 10, 0});
  const auto cells = [&](const model::Package& package) {
    return std::vector<Piece>{{model::name_in_ecosystem(package)},
                              {package.version},
                              {package.arch, Style::Dim},
                              {package.type, Style::Dim},
                              {package_place(report, package), Style::Dim}};
  };
  for (const model::Package& package : report.packages)
    columns.measure(cells(package));
  for (const model::Package& package : report.packages) {
    std::vector<Piece> pieces = columns.row(cells(package), terminal);
    pieces.insert(pieces.begin(), {"  "});
    terminal.line(pieces);
  }
  terminal.blank();
}

void write_unowned(Terminal& terminal, const model::Report& report) {
  if (report.unowned.empty()) return;
  terminal.line({{fmt::format("Programs and libraries of no package ({})", report.unowned.size()),
                  Style::Bold}});
  for (const model::Program& program : report.unowned)
    terminal.line({{"  " + program.path},
                   {"  " + program.kind + (program.is_library ? " library" : ""), Style::Dim},
                   {"  " + layer_text(report, program.layer), Style::Dim}});
  terminal.blank();
}

void write_suppressed(Terminal& terminal, const model::Report& report) {
  const std::vector<FindingGroup> groups = group_findings(report, Counting::Suppressed);
  if (groups.empty()) return;
  terminal.line({{"Suppressed", Style::Bold}});
  for (const FindingGroup& group : groups) {
    for (const GroupRow& row : group.rows) {
      const model::Finding& finding = *row.finding;
      const model::Suppression& why = *finding.suppression;
      std::vector<Piece> pieces{
          {fmt::format("  {:<8}  ", model::severity_name(finding.severity)), Style::Dim},
          {finding.id + "  " + group.name},
          {"  by " + why.by, Style::Dim}};
      if (why.until) pieces.push_back({" until " + base::format_date(*why.until), Style::Dim});
      if (!why.reason.empty()) pieces.push_back({": " + one_line(why.reason)});
      terminal.line(pieces);
    }
  }
  terminal.blank();
}

std::string issue_place(const model::Report& report, const model::Issue& issue) {
  std::string place;
  if (layer_of(report, issue.layer) != nullptr) place = fmt::format("layer {}", issue.layer);
  if (!issue.path.empty()) place += (place.empty() ? "" : ", ") + issue.path;
  return place;
}

void write_issues(Terminal& terminal, const model::Report& report) {
  if (!report.issues.empty()) {
    terminal.line(
        {{fmt::format("Could not be read or decided ({})", report.issues.size()), Style::Warning}});
    for (const model::Issue& issue :
         std::span(report.issues).first(std::min(report.issues.size(), kListedIssues))) {
      const std::string place = issue_place(report, issue);
      terminal.paragraph({"  "}, {place + (place.empty() ? "" : ": ") + one_line(issue.message)});
    }
    if (report.issues.size() > kListedIssues)
      terminal.line({{fmt::format("  and {} more; --format json lists all",
                                  report.issues.size() - kListedIssues)}});
    terminal.blank();
  }
  for (const std::string& note : report.notes)
    terminal.paragraph({"note: ", Style::Dim}, {one_line(note)});
  if (!report.notes.empty()) terminal.blank();
}

// --- totals ---------------------------------------------------------------------------------

/// What a container did to its image, by name.
void write_changes(Terminal& terminal, const model::Report& report) {
  if (!report.subject.container || report.subject.container->changes.empty()) return;
  const std::span<const model::PathChange> changes(report.subject.container->changes);
  terminal.line({{fmt::format("Changed in the container ({})", changes.size()), Style::Bold}});
  for (const model::PathChange& change : changes.first(std::min(changes.size(), kListedChanges)))
    terminal.paragraph({fmt::format("  {:<8} ", model::change_kind_name(change.kind)), Style::Dim},
                       {one_line(change.path)});
  if (changes.size() > kListedChanges)
    terminal.line(
        {{fmt::format("  and {} more; --format json lists all", changes.size() - kListedChanges)}});
  terminal.blank();
}

void write_totals(Terminal& terminal,
                  const model::Report& report,
                  std::span<const FindingGroup> groups) {
  const Summary summary = summarise(report);
  if (summary.total == 0) {
    const bool good = report.coverage == model::Coverage::Covered && report.issues.empty();
    terminal.paragraph({""},
                       {nothing_found_text(report, summary), good ? Style::Good : Style::Warning});
    return;
  }
  std::vector<Piece> pieces{{fmt::format("Total {}: ", summary.total), Style::Bold}};
  std::ranges::move(severity_pieces(summary.by_severity), std::back_inserter(pieces));
  pieces.back().text += ' ';
  pieces.push_back({fmt::format("({} fixable)", summary.fixable)});
  if (summary.kev > 0) {
    pieces.back().text += ", ";
    pieces.push_back({fmt::format("{} known exploited", summary.kev), Style::Exploited});
  }
  terminal.flow(pieces);

  std::set<std::string_view> ids;
  std::size_t packages = 0;
  for (const FindingGroup& group : groups) {
    packages += group.packages.size();
    for (const GroupRow& row : group.rows)
      if (row.finding->kind == model::FindingKind::Vulnerability) ids.insert(row.finding->id);
  }
  std::string text = count_of(summary.packages, "package", "packages");
  if (report.coverage != model::Coverage::NotChecked)
    text = fmt::format(
        "{} in {} of {}", count_of(ids.size(), "vulnerability", "vulnerabilities"), packages, text);
  if (summary.suppressed > 0) text += fmt::format("; {} suppressed", summary.suppressed);
  if (summary.hidden > 0) text += fmt::format("; {} hidden by filters", summary.hidden);
  terminal.line({{text, Style::Dim}});
  if (const std::string gap = coverage_gap_text(report); !gap.empty())
    terminal.paragraph({""}, {gap, Style::Warning});
}

} // namespace

base::Result<void>
write_table(const model::Report& report, const WriteOptions& options, const Sink& sink) {
  Output out(sink);
  Terminal terminal(out, options);
  if (is_config_report(report)) {
    write_check_findings(terminal, report);
    if (options.show_suppressed) write_suppressed(terminal, report);
    write_issues(terminal, report);
    write_verdict(terminal, report);
    write_check_totals(terminal, report);
    return out.finish();
  }
  const std::vector<FindingGroup> groups = group_findings(report, Counting::InForce);
  write_header(terminal, report);
  write_findings(terminal, report, groups);
  if (options.list_packages) {
    write_packages(terminal, report);
    write_unowned(terminal, report);
  }
  if (options.show_suppressed) write_suppressed(terminal, report);
  write_changes(terminal, report);
  write_issues(terminal, report);
  write_verdict(terminal, report);
  write_totals(terminal, report, groups);
  write_next_steps(terminal, report);
  return out.finish();
}

} // namespace portique::report
