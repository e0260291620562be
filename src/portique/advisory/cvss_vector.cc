#include "portique/advisory/cvss_vector.h"

#include <algorithm>
#include <bitset>
#include <optional>
#include <string>

#include "portique/base/text.h"

namespace portique::advisory {

using base::Code;
using base::fail;
using base::Result;

namespace {

std::string quoted(std::string_view text) {
  return '"' + base::printable(text.substr(0, 20)) + '"';
}

std::optional<std::uint8_t> index_of(std::string_view values, std::string_view wanted) {
  std::uint8_t index = 0;
  while (!values.empty()) {
    if (base::take_until(values, ' ') == wanted) return index;
    ++index;
  }
  return std::nullopt;
}

} // namespace

Result<CvssMetrics> CvssMetrics::parse(std::string_view text, std::span<const CvssMetric> table) {
  CvssMetrics metrics;
  std::bitset<kMost> given;
  for (const std::string_view part : base::split(text, '/')) {
    std::string_view value = part;
    const std::string_view name = base::take_until(value, ':');
    const auto metric = std::ranges::find(table, name, &CvssMetric::name);
    if (metric == table.end()) {
      return fail(Code::Malformed, "CVSS metric " + quoted(name) + " is unknown");
    }
    const auto at = static_cast<std::size_t>(metric - table.begin());
    if (given[at]) return fail(Code::Malformed, "CVSS metric " + quoted(name) + " is given twice");
    const auto index = index_of(metric->values, value);
    if (!index) {
      return fail(Code::Malformed,
                  "CVSS metric " + quoted(name) + " has the unknown value " + quoted(value));
    }
    given[at] = true;
    metrics.values_[at] = *index;
  }
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i].mandatory && !given[i]) {
      return fail(Code::Malformed, "CVSS metric " + quoted(table[i].name) + " is missing");
    }
  }
  return metrics;
}

} // namespace portique::advisory
