#pragma once

// What the formats for other systems (SARIF, JUnit, GitLab, GitHub) and for people (HTML, Markdown)
// say of a finding of any kind: who it is, where it is, what to do about it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "portique/model/report.h"

namespace portique::report {

/// The package that a finding names, whatever its kind, or nullptr.
const model::Package* named_package(const model::Report& report, const model::Finding& finding);

/// The finding's fingerprint; one from its kind, id, package name and path where it has none. No
/// tag, version, layer or line is part of it.
std::string fingerprint_of(const model::Report& report, const model::Finding& finding);

/// For each finding of the report its fingerprint, a colon and a number: findings that agree in the
/// fingerprint (a package in two versions) are counted from 1 by package, path and line, whatever
/// the report is sorted by.
std::vector<std::string> numbered_fingerprints(const model::Report& report);

/// The image's repository without tag and digest, or the name of what else was scanned: the same
/// for every build of it.
std::string repository_name(const model::Subject& subject);

/// Where a finding is to be looked for, for other systems; place_text() is for people.
struct Place {
  std::string path;       ///< without leading slash, never empty
  model::LineRange lines; ///< 1 to 1 where none is known
  bool has_lines = false;
};

/// The finding's file, else the file that lists its package, else the subject's own name.
Place place_of(const model::Report& report, const model::Finding& finding);

/// Where a finding about no package is, as people write it: "app/.env:3", "image config, Env
/// DB_PASSWORD".
std::string place_text(const model::Finding& finding);

/// A path as a relative URI reference (RFC 3986): no scheme, no "..", everything else encoded.
std::string relative_uri(std::string_view path);

/// Whether a reference is http or https and holds nothing that a URL may not hold: safe to link to.
bool is_web_url(std::string_view url);

/// The public record of a finding: by its id, else its first reference on the web; "" if there is
/// none.
std::string record_url(const model::Finding& finding);

/// "curl 7.88.1-10+deb12u5", "" without a package.
std::string package_label(const model::Package* package);

/// The title, else the id and what it is in. Never empty.
std::string headline(const model::Report& report, const model::Finding& finding);

/// With a full stop, unless it has an end already.
std::string as_sentence(std::string text);

/// One sentence: the finding's own remedy, an upgrade, or that there is none.
std::string what_to_do(const model::Report& report, const model::Finding& finding);

/// "layer 2, RUN apt-get ...", "" if it is not known.
std::string layer_label(const model::Report& report, std::int32_t layer);

/// "ignored by .portiqueignore:4 until 2027-01-31: reason".
std::string suppression_text(const model::Suppression& suppression);

/// "deny by policy baseline: no-root, no-critical"; "" without a verdict.
std::string verdict_text(const model::Report& report);

/// "secrets, malware": what was looked for; "nothing" if no scanner ran.
std::string scanners_text(const model::Report& report);

/// Why an empty list of findings does not mean that there are no known vulnerabilities: one
/// sentence; "" where the advisories were asked and could answer, or there is nothing to ask about.
std::string unchecked_text(const model::Report& report);

/// Untrusted text for people: one line, printable, valid UTF-8, cut where a character begins.
std::string cut_line(std::string_view text, std::size_t most_bytes);

/// The same for text of several lines.
std::string cut_lines(std::string_view text, std::size_t most_bytes);

/// Longest texts that go into a report for another system: no advisory's title or sentence comes
/// near, a hostile one must not fill a page.
inline constexpr std::size_t kLongestLine = 1000;
inline constexpr std::size_t kLongestExcerpt = 4000;

} // namespace portique::report
