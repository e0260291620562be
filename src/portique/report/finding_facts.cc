#include "portique/report/finding_facts.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <tuple>

#include <fmt/format.h>

#include "portique/base/digest.h"
#include "portique/base/text.h"
#include "portique/report/sbom_identity.h"
#include "portique/report/summary.h"

namespace portique::report {

namespace {

/// Past this a path is no place that anybody opens.
constexpr std::size_t kLongestPath = 1024;

bool is_plain_id(std::string_view id) {
  return !id.empty() && id.size() <= 100 && std::ranges::all_of(id, [](char c) {
    return base::is_alnum(c) || c == '-' || c == '.' || c == '_';
  });
}

std::string_view without_leading(std::string_view path) {
  while (path.starts_with('/') || path.starts_with("./"))
    path.remove_prefix(path.starts_with('/') ? 1 : 2);
  return path;
}

/// What RFC 3986 lets stand in a path segment as it is, without ':' (it could begin a scheme).
bool is_path_character(char c) {
  return base::is_alnum(c) ||
         std::string_view("-._~!$&'()*+,;=@/").find(c) != std::string_view::npos;
}

bool is_hex(char c) {
  return base::is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// A name or IPv4 address and perhaps a port; no user, whom links only have to deceive.
bool is_host(std::string_view host) {
  const std::string_view name = base::take_until(host, ':');
  if (!host.empty() && !std::ranges::all_of(host, base::is_digit)) return false;
  return !name.empty() && base::is_alnum(name.front()) && std::ranges::all_of(name, [](char c) {
    return base::is_alnum(c) || c == '.' || c == '-';
  });
}

} // namespace

const model::Package* named_package(const model::Report& report, const model::Finding& finding) {
  return finding.package < report.packages.size() ? &report.packages[finding.package] : nullptr;
}

std::string fingerprint_of(const model::Report& report, const model::Finding& finding) {
  if (!finding.fingerprint.empty()) return base::printable(finding.fingerprint.substr(0, 128));
  std::string key(model::finding_kind_name(finding.kind));
  key += '\0' + finding.id + '\0' + finding.path;
  if (const model::Package* package = named_package(report, finding))
    key += '\0' + package->type + '\0' + package->ns + '\0' + package->name;
  return std::string(base::digest_of(base::as_bytes(key)).hex().substr(0, 32));
}

std::vector<std::string> numbered_fingerprints(const model::Report& report) {
  std::vector<std::string> prints;
  prints.reserve(report.findings.size());
  for (const model::Finding& finding : report.findings)
    prints.push_back(fingerprint_of(report, finding));
  std::vector<std::size_t> order(prints.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t i) {
    const model::Finding& finding = report.findings[i];
    return std::tuple<std::string_view, std::size_t, std::string_view, std::uint32_t, std::size_t>(
        prints[i], finding.package, finding.path, finding.lines.first, i);
  };
  std::ranges::sort(order, {}, key);
  std::vector<std::string> numbered(prints.size());
  std::size_t number = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    number = i > 0 && prints[order[i]] == prints[order[i - 1]] ? number + 1 : 1;
    numbered[order[i]] = fmt::format("{}:{}", prints[order[i]], number);
  }
  return numbered;
}

std::string repository_name(const model::Subject& subject) {
  std::string_view name = subject.name;
  if (subject.container && !subject.container->image_name.empty())
    name = subject.container->image_name;
  else if (!subject.image.tags.empty())
    name = subject.image.tags.front();
  if (is_image(subject)) {
    name = name.substr(0, name.find('@'));
    const std::size_t colon = name.rfind(':');
    const std::size_t slash = name.rfind('/');
    if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash))
      name = name.substr(0, colon);
  }
  std::string_view bare = without_leading(name);
  while (bare.ends_with('/'))
    bare.remove_suffix(1);
  return bare.empty() ? std::string("root") : cut_line(bare, 200);
}

Place place_of(const model::Report& report, const model::Finding& finding) {
  const model::Package* package = named_package(report, finding);
  std::string_view path = without_leading(finding.path);
  if (path.empty() && package != nullptr) path = without_leading(package->path);
  Place place{.path = std::string(path.substr(0, kLongestPath)), .lines = {1, 1}};
  if (place.path.empty()) place.path = repository_name(report.subject);
  place.has_lines = finding.lines.first > 0;
  if (place.has_lines)
    place.lines = {finding.lines.first, std::max(finding.lines.first, finding.lines.last)};
  return place;
}

std::string place_text(const model::Finding& finding) {
  if (!finding.field.empty()) return "image config, " + finding.field;
  if (finding.lines.first == 0) return finding.path;
  return fmt::format("{}:{}", finding.path, finding.lines.first);
}

std::string relative_uri(std::string_view path) {
  std::string uri;
  for (const std::string_view segment : base::split(path, '/')) {
    if (segment.empty() || segment == "." || segment == "..") continue;
    if (!uri.empty()) uri += '/';
    for (const char c : segment) {
      if (is_path_character(c))
        uri += c;
      else
        uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return uri.empty() ? std::string("unknown") : uri;
}

bool is_web_url(std::string_view url) {
  constexpr std::size_t kLongestUrl = 2000;
  if (url.size() > kLongestUrl) return false;
  std::string_view rest = url;
  const std::string scheme = base::to_lower(url.substr(0, 8));
  if (scheme.starts_with("https://"))
    rest.remove_prefix(8);
  else if (scheme.starts_with("http://"))
    rest.remove_prefix(7);
  else
    return false;
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  if (!is_host(host)) return false;
  for (std::size_t i = 0; i < url.size(); ++i) {
    if (url[i] == '%' && !(i + 2 < url.size() && is_hex(url[i + 1]) && is_hex(url[i + 2])))
      return false;
    if (!base::is_alnum(url[i]) &&
        std::string_view("-._~:/?#@!$&'()*+,;=%").find(url[i]) == std::string_view::npos)
      return false;
  }
  return std::ranges::count(url, '#') <= 1;
}

std::string record_url(const model::Finding& finding) {
  if (is_plain_id(finding.id)) {
    if (finding.id.starts_with("CVE-")) return "https://nvd.nist.gov/vuln/detail/" + finding.id;
    if (finding.id.starts_with("GHSA-")) return "https://github.com/advisories/" + finding.id;
    if (finding.kind == model::FindingKind::Vulnerability && finding.references.empty())
      return "https://osv.dev/vulnerability/" + finding.id;
  }
  const auto found = std::ranges::find_if(finding.references, is_web_url);
  return found == finding.references.end() ? std::string() : *found;
}

std::string package_label(const model::Package* package) {
  if (package == nullptr) return {};
  return cut_line(package->version.empty() ? package->name : package->name + " " + package->version,
                  300);
}

std::string headline(const model::Report& report, const model::Finding& finding) {
  std::string title = cut_line(base::trim(finding.title), kLongestLine);
  if (!title.empty()) return title;
  const std::string id = cut_line(finding.id, 200);
  const model::Package* package = named_package(report, finding);
  const std::string where =
      package != nullptr ? cut_line(package->name, 300) : cut_line(finding.path, 300);
  title = id.empty() ? std::string(model::finding_kind_name(finding.kind)) : id;
  return where.empty() ? title : title + " in " + where;
}

std::string as_sentence(std::string text) {
  if (!text.empty() && std::string_view(".!?").find(text.back()) == std::string_view::npos)
    text += '.';
  return text;
}

std::string what_to_do(const model::Report& report, const model::Finding& finding) {
  if (!finding.remedy.empty()) return cut_line(finding.remedy, kLongestLine);
  const model::Package* package = named_package(report, finding);
  if (package == nullptr) return {};
  if (finding.fixed_version)
    return fmt::format("Upgrade {} from {} to {}.",
                       cut_line(package->name, 300),
                       cut_line(package->version, 200),
                       cut_line(*finding.fixed_version, 200));
  if (finding.kind != model::FindingKind::Vulnerability) return {};
  if (finding.fix_state == model::FixState::EndOfLife)
    return "None will come: the release is past its end of life. Move to a newer release.";
  return "No fixed version is known yet.";
}

std::string layer_label(const model::Report& report, std::int32_t index) {
  const model::Layer* layer = layer_of(report, index);
  if (layer == nullptr) return {};
  const std::string made_by = cut_line(base::trim(layer->created_by), 120);
  return made_by.empty() ? fmt::format("layer {}", index)
                         : fmt::format("layer {}, {}", index, made_by);
}

std::string suppression_text(const model::Suppression& suppression) {
  std::string text = "ignored";
  if (!suppression.by.empty()) text += " by " + cut_line(suppression.by, 300);
  if (suppression.until) text += " until " + base::format_date(*suppression.until);
  if (!suppression.reason.empty()) text += ": " + cut_line(suppression.reason, kLongestLine);
  return text;
}

std::string verdict_text(const model::Report& report) {
  if (!report.verdict) return {};
  const model::Verdict& verdict = *report.verdict;
  std::string text = fmt::format(
      "{} by policy {}", model::decision_name(verdict.decision), cut_line(verdict.policy, 200));
  std::vector<std::string_view> rules;
  for (const model::RuleHit& hit : verdict.hits)
    if (!hit.exception && hit.decision == verdict.decision &&
        std::ranges::find(rules, hit.rule) == rules.end())
      rules.push_back(hit.rule);
  constexpr std::size_t kRules = 10;
  for (std::size_t i = 0; i < std::min(rules.size(), kRules); ++i)
    text += (i == 0 ? ": " : ", ") + cut_line(rules[i], 100);
  if (rules.size() > kRules) text += fmt::format(" and {} more rules", rules.size() - kRules);
  return text;
}

std::string scanners_text(const model::Report& report) {
  constexpr std::array<std::string_view, 5> kWords{
      "vulnerabilities", "secrets", "malware", "misconfigurations", "changed files"};
  std::string text;
  for (const model::Scanner scanner : report.scanners)
    text.append(text.empty() ? "" : ", ").append(kWords.at(static_cast<std::size_t>(scanner)));
  return text.empty() ? "nothing" : text;
}

std::string unchecked_text(const model::Report& report) {
  if (report.coverage == model::Coverage::NotCovered)
    return "The database has no advisories for this distribution: its packages were not checked.";
  if (report.coverage == model::Coverage::NotChecked)
    return "Vulnerabilities were not looked for. What was: " + scanners_text(report) + ".";
  return {};
}

std::string cut_line(std::string_view text, std::size_t most_bytes) {
  // Only what can be part of the result is looked at: a text may be megabytes long.
  std::string line = base::printable(text.substr(0, most_bytes + 4));
  if (line.size() <= most_bytes && text.size() <= most_bytes + 4) return line;
  std::size_t end = std::min(line.size(), most_bytes);
  while (end > 0 && end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U)
    --end;
  return line.substr(0, end) + "...";
}

std::string cut_lines(std::string_view text, std::size_t most_bytes) {
  std::string out;
  for (std::string_view line : base::split(text.substr(0, most_bytes), '\n')) {
    while (line.ends_with('\r'))
      line.remove_suffix(1);
    std::string printable;
    for (const std::string_view part : base::split(line, '\t'))
      printable += (part.data() == line.data() ? "" : "    ") + base::printable(part);
    out += (out.empty() ? "" : "\n") + printable;
  }
  if (text.size() > most_bytes) out += "\n...";
  return out;
}

} // namespace portique::report
