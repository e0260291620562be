#pragma once

// What the vectors of all CVSS versions have in common: metrics "NAME:VALUE" joined by '/'.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "portique/base/result.h"

namespace portique::advisory {

/// A metric of one CVSS version.
struct CvssMetric {
  std::string_view name;
  std::string_view values; ///< one after the other, a blank between: "N A L P"
  bool mandatory = false;
};

/// Which value each metric of a table has.
class CvssMetrics {
public:
  static constexpr std::size_t kMost = 32;

  /// Metrics may stand in any order, each at most once. Code::Malformed says which metric is
  /// missing, unknown, twice or of unknown value. `table` has at most kMost entries.
  static base::Result<CvssMetrics> parse(std::string_view text, std::span<const CvssMetric> table);

  /// Index of the value among those of metric `metric` of the table; 0 for one that was not given.
  [[nodiscard]] std::size_t operator[](std::size_t metric) const { return values_[metric]; }

private:
  std::array<std::uint8_t, kMost> values_{};
};

} // namespace portique::advisory
