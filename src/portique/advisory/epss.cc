#include "portique/advisory/epss.h"

#include <charconv>

#include "portique/base/text.h"

namespace portique::advisory {

namespace {

/// A number from 0 to 1.
std::optional<double> parse_share(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stopped != end || !(value >= 0 && value <= 1)) return std::nullopt;
  return value;
}

/// "#model_version:v2025.03.14,score_date:2025-08-25T12:55:00Z"
std::optional<base::Time> date_in(std::string_view comment) {
  constexpr std::string_view kKey = "score_date:";
  const std::size_t at = comment.find(kKey);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = comment.substr(at + kKey.size());
  std::string_view text = base::trim(base::take_until(rest, ','));
  // "+0000" is how the feed writes UTC.
  return base::parse_time(text);
}

} // namespace

base::Result<EpssSummary>
parse_epss(std::string_view csv,
           const std::function<void(std::string_view, double, double)>& each) {
  EpssSummary summary;
  std::size_t number = 0;
  while (!csv.empty()) {
    const std::string_view line = base::trim(base::take_until(csv, '\n'));
    ++number;
    if (line.empty()) continue;
    if (line.starts_with('#')) {
      summary.scored = date_in(line);
      continue;
    }
    std::string_view rest = line;
    const std::string_view cve = base::take_until(rest, ',');
    if (cve == "cve") continue;
    const auto score = parse_share(base::take_until(rest, ','));
    const auto percentile = parse_share(rest);
    if (!cve.starts_with("CVE-") || cve.size() > 64 || !score || !percentile)
      return base::fail(base::Code::Malformed,
                        "line " + std::to_string(number) + " is no EPSS score");
    each(cve, *score, *percentile);
    ++summary.records;
  }
  if (summary.records == 0)
    return base::fail(base::Code::Malformed, "there is no EPSS score in it");
  return summary;
}

} // namespace portique::advisory
