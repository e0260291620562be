#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "portique/model/report.h"
#include "portique/model/severity.h"

namespace portique::report {

/// Counts of a report. Suppressed findings are in `suppressed` and nowhere else.
struct Summary {
  std::size_t total = 0;
  std::array<std::size_t, 6> by_severity{}; ///< index: the value of model::Severity
  std::size_t fixable = 0;                  ///< a fixed version exists
  std::size_t kev = 0;                      ///< known to be exploited
  std::size_t from_base = 0;                ///< come with the base image, as far as it is known
  std::size_t suppressed = 0;
  std::size_t hidden = 0; ///< left out by filters, not part of `total`
  std::size_t packages = 0;

  [[nodiscard]] std::size_t of(model::Severity severity) const {
    return by_severity.at(static_cast<std::size_t>(severity));
  }
};

Summary summarise(const model::Report& report);

/// "2 critical, 10 high", worst first, without those that are none; "" if there is none at all.
std::string severity_counts(const std::array<std::size_t, 6>& by_severity);

/// The package that a finding is about, or nullptr if it is about none.
const model::Package* package_of(const model::Report& report, const model::Finding& finding);

/// A layer by index, or nullptr for kNoLayer and any other index that is none.
const model::Layer* layer_of(const model::Report& report, std::int32_t index);

} // namespace portique::report
