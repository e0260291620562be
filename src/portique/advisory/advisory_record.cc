// How the databases behind OSV name things:
//  * a record of a distribution about one CVE carries it in its own id (DEBIAN-CVE-...,
//  UBUNTU-CVE-...,
//    ALPINE-CVE-...) and in `upstream`;
//  * a distribution's advisory lists all CVEs that it fixes in `upstream` (DSA, USN, SUSE) or, as
//  the
//    rpm distributions do, in `related` (ALSA, RLSA, RHSA);
//  * a language record has the CVE among its aliases.

#include "portique/advisory/advisory_record.h"

#include <algorithm>
#include <array>

#include "portique/base/text.h"
#include "portique/model/severity.h"

namespace portique::advisory {

namespace {

constexpr std::size_t kTitleBytes = 300;
constexpr std::size_t kReferences = 10;
constexpr std::size_t kReferenceBytes = 500;

/// Prefixes of advisories whose `related` are the CVEs that they fix.
constexpr std::array<std::string_view, 9> kRelatedAreFixed{
    "ALSA-", "ALBA-", "ALEA-", "RLSA-", "RLBA-", "RLEA-", "RXSA-", "RHSA-", "RHBA-"};

/// Prefixes of advisories that need not be about a vulnerability.
constexpr std::array<std::string_view, 12> kNotSecurity{"ALBA-",
                                                        "ALEA-",
                                                        "RLBA-",
                                                        "RLEA-",
                                                        "RHBA-",
                                                        "RHEA-",
                                                        "SUSE-RU-",
                                                        "SUSE-FU-",
                                                        "SUSE-OU-",
                                                        "openSUSE-RU-",
                                                        "openSUSE-FU-",
                                                        "openSUSE-OU-"};

template <std::size_t N>
bool begins_with_any(std::string_view text, const std::array<std::string_view, N>& prefixes) {
  return std::ranges::any_of(prefixes, [&](std::string_view p) { return text.starts_with(p); });
}

/// "CVE-2024-1234" at the end of an id such as "DEBIAN-CVE-2024-1234"; "" if there is none.
std::string_view cve_in(std::string_view id) {
  const std::size_t at = id.find("CVE-");
  if (at == std::string_view::npos || (at != 0 && id[at - 1] != '-')) return {};
  const std::string_view cve = id.substr(at);
  const auto parts = base::split(cve, '-');
  const auto digits = [](std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, base::is_digit);
  };
  return parts.size() == 3 && digits(parts[1]) && digits(parts[2]) ? cve : std::string_view{};
}

void add_unique(std::vector<std::string>& list, std::string_view item) {
  if (std::ranges::find(list, item) == list.end()) list.emplace_back(item);
}

/// The rpm distributions begin a summary with their severity: "Important: curl security update".
std::string_view summary_severity(const model::Advisory& advisory) {
  const std::size_t colon = advisory.summary.find(": ");
  if (colon == std::string::npos) return {};
  const std::string_view word = std::string_view(advisory.summary).substr(0, colon);
  return model::parse_severity(word) ? word : std::string_view{};
}

std::string source_of(const model::Advisory& advisory) {
  if (advisory.affected.empty()) return {};
  const std::string& ecosystem = advisory.affected.front().ecosystem;
  return ecosystem.substr(0, ecosystem.find(':'));
}

void take_severities(const model::Advisory& advisory, AdvisoryHead& head) {
  const auto word = [&](std::string_view text, std::string source) {
    if (!head.severity_word.empty() || !model::parse_severity(text)) return;
    head.severity_word = text;
    head.severity_source = std::move(source);
  };
  for (const model::SeverityMark& mark : advisory.severities) {
    if (mark.type.starts_with("CVSS_"))
      add_unique(head.vectors, mark.score);
    else if (mark.type != "word") // "Ubuntu" and whoever follows: a distribution's own scale
      word(mark.score, mark.type);
  }
  if (begins_with_any(advisory.id, kRelatedAreFixed))
    word(summary_severity(advisory), source_of(advisory));
  for (const model::SeverityMark& mark : advisory.severities)
    if (mark.type == "word") word(mark.score, source_of(advisory));
}

} // namespace

AdvisoryHead head_of(const model::Advisory& advisory) {
  AdvisoryHead head;
  head.id = advisory.id;
  head.published = advisory.published;
  head.modified = advisory.modified;
  head.withdrawn = advisory.withdrawn;
  const auto take = [&](std::string_view id) {
    if (const std::string_view cve = cve_in(id); !cve.empty()) add_unique(head.cves, cve);
  };
  take(advisory.id);
  for (const std::string& id : advisory.aliases)
    take(id);
  for (const std::string& id : advisory.upstream)
    take(id);
  if (begins_with_any(advisory.id, kRelatedAreFixed))
    for (const std::string& id : advisory.related)
      take(id);
  for (const std::string& id : advisory.aliases)
    if (id != advisory.id) add_unique(head.aliases, id);
  head.vulnerability = !head.cves.empty() || !begins_with_any(advisory.id, kNotSecurity);
  take_severities(advisory, head);
  return head;
}

AdvisoryText text_of(const model::Advisory& advisory) {
  AdvisoryText text;
  std::string_view title = base::trim(advisory.summary);
  if (title.empty()) {
    title = base::trim(advisory.details);
    title = base::trim(title.substr(0, title.find('\n')));
  }
  if (title.size() > kTitleBytes) title = title.substr(0, title.rfind(' ', kTitleBytes));
  if (title.size() > kTitleBytes) title = title.substr(0, kTitleBytes);
  text.title = base::to_utf8(title);
  for (const model::Reference& reference : advisory.references) {
    if (text.references.size() == kReferences) break;
    if (reference.url.size() <= kReferenceBytes) add_unique(text.references, reference.url);
  }
  return text;
}

std::string module_stream_of(const model::Advisory& advisory) {
  if (!begins_with_any(advisory.id, kRelatedAreFixed)) return {};
  for (std::string_view word : base::split(advisory.summary, ' ')) {
    const std::size_t colon = word.find(':');
    // "Important:" has nothing behind its colon.
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == word.size()) continue;
    if (word.find(':', colon + 1) == std::string_view::npos) return std::string(word);
  }
  return {};
}

} // namespace portique::advisory
