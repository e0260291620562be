// Tab-separated lines, told by their first field:
//   portique-starter 1 ECOSYSTEM SUITE URI DATE PACKAGES KEV-DATE
//   P SOURCE        the source package of the F lines after it
//   F CVE VERSION   first fixed version, empty if there is none
//   K CVE           known to be exploited
//   V CVE VECTOR    CVSS

#include "portique/advisory/starter_data.h"

#include <algorithm>
#include <set>

#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::advisory {

namespace {

constexpr std::string_view kHeader = "portique-starter";

std::set<std::string_view> cves_of(const AptFixes& fixes) {
  std::set<std::string_view> cves;
  for (const AptFix& fix : fixes.fixes)
    cves.insert(fix.cve);
  return cves;
}

/// "3.1" of "CVSS:3.1/AV:N/...", "" of a version 2 vector.
std::string_view vector_version(std::string_view vector) {
  return vector.starts_with("CVSS:") ? vector.substr(5, 3) : std::string_view();
}

base::Result<void> parse_header(std::string_view line, StarterData& data) {
  const auto fields = base::split(line, '\t');
  const bool ours = fields.size() == 8 && fields[0] == kHeader && fields[1] == "1";
  const auto date = ours ? base::parse_time(fields[5]) : std::nullopt;
  const auto packages = ours ? base::parse_int<std::size_t>(fields[6]) : std::nullopt;
  const auto kev_date = ours ? base::parse_time(fields[7]) : std::nullopt;
  if (!date || !packages || !kev_date)
    return base::fail(base::Code::Malformed, "this is no starter data");
  data.fixes.ecosystem = fields[2];
  data.fixes.suite = fields[3];
  data.fixes.uri = fields[4];
  data.fixes.date = *date;
  data.fixes.packages = *packages;
  data.kev_date = *kev_date;
  return {};
}

} // namespace

std::string format_starter(const StarterData& data) {
  const AptFixes& fixes = data.fixes;
  std::string text(kHeader);
  for (const std::string& field : {std::string("1"),
                                   fixes.ecosystem,
                                   fixes.suite,
                                   fixes.uri,
                                   base::format_time(fixes.date),
                                   std::to_string(fixes.packages),
                                   base::format_time(data.kev_date)})
    text += '\t' + field;
  text += '\n';
  std::string_view source;
  for (const AptFix& fix : fixes.fixes) {
    if (fix.source != source) text += "P\t" + fix.source + '\n';
    source = fix.source;
    text += "F\t" + fix.cve + '\t' + fix.fixed_version + '\n';
  }
  for (const std::string& cve : data.kev)
    text += "K\t" + cve + '\n';
  for (const auto& [cve, vector] : data.vectors)
    text += "V\t" + cve + '\t' + vector + '\n';
  return text;
}

base::Result<StarterData> parse_starter(std::string_view text) {
  StarterData data;
  PQ_TRY(parse_header(base::take_until(text, '\n'), data));
  std::string source;
  for (std::size_t number = 2; !text.empty(); ++number) {
    const auto fields = base::split(base::take_until(text, '\n'), '\t');
    if (fields.size() == 2 && fields[0] == "P") {
      source = fields[1];
    } else if (fields.size() == 3 && fields[0] == "F" && !source.empty()) {
      data.fixes.fixes.push_back({source, std::string(fields[1]), std::string(fields[2])});
    } else if (fields.size() == 2 && fields[0] == "K") {
      data.kev.emplace_back(fields[1]);
    } else if (fields.size() == 3 && fields[0] == "V") {
      data.vectors.emplace_back(fields[1], fields[2]);
    } else {
      return base::fail(base::Code::Malformed,
                        "line " + std::to_string(number) + " of the starter data is broken");
    }
  }
  return data;
}

base::Result<void> add_kev(std::string_view catalogue, StarterData& data) {
  const auto value = PQ_TRY(base::parse_json(catalogue));
  const auto* object = base::json_object(&value);
  const auto date = base::parse_time(base::json_string(object, "dateReleased"));
  if (!date) return base::fail(base::Code::Malformed, "the KEV catalogue has no dateReleased");
  data.kev_date = *date;
  const auto cves = cves_of(data.fixes);
  for (const auto& item : base::json_items(object, "vulnerabilities")) {
    const std::string_view cve = base::json_string(item.if_object(), "cveID");
    if (cves.contains(cve)) data.kev.emplace_back(cve);
  }
  std::ranges::sort(data.kev);
  return {};
}

void add_vectors(std::string_view csv, StarterData& data) {
  const auto cves = cves_of(data.fixes);
  std::set<std::pair<std::string_view, std::string_view>> seen;
  while (!csv.empty()) {
    std::string_view line = base::take_until(csv, '\n');
    const std::string_view cve = base::take_until(line, ',');
    base::take_until(line, ',');
    const std::string_view vector = base::trim(base::take_until(line, ','));
    if (vector.empty() || !cves.contains(cve)) continue;
    if (seen.emplace(cve, vector_version(vector)).second) data.vectors.emplace_back(cve, vector);
  }
  std::ranges::sort(data.vectors);
}

} // namespace portique::advisory
