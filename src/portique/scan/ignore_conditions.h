#pragma once

// What an exception demands beside the id: paths and purls of .trivyignore.yaml, the criteria of
// Grype's `ignore:` rules.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/result.h"
#include "portique/model/report.h"

namespace portique::scan {

/// Empty members demand nothing; all others must hold.
struct IgnoreConditions {
  std::optional<model::FindingKind> kind;
  bool about_licences = false;    ///< no finding is about licences yet, so it matches none
  std::vector<std::string> paths; ///< globs, one of which the package's file must fit
  std::vector<std::string> purls; ///< one of which must mean the package
  std::string feed_namespace;     ///< Grype's: "debian:distro:debian:12"
  std::string fix_state;          ///< Grype's: "fixed", "not-fixed", "wont-fix"
  std::string package_name;       ///< exact, or a regular expression for the whole name
  std::string package_version;
  std::string package_language; ///< Grype's: "python"
  std::string package_type;     ///< Grype's ("java-archive"), or a purl type
  std::string package_location; ///< a glob
  std::string upstream_name;    ///< like package_name, of the source package
  std::string vex_status;
  std::string vex_justification;
  std::string match_type; ///< Grype's: "exact-direct-match"

  [[nodiscard]] bool empty() const { return *this == IgnoreConditions{}; }

  friend bool operator==(const IgnoreConditions&, const IgnoreConditions&) = default;
};

/// Conditions ready to be asked: patterns compiled, purls read.
class ConditionMatcher {
public:
  /// Code::Malformed for a glob or purl that is none.
  static base::Result<ConditionMatcher> compile(const IgnoreConditions& conditions);

  ~ConditionMatcher();
  ConditionMatcher(ConditionMatcher&&) noexcept;
  ConditionMatcher& operator=(ConditionMatcher&&) noexcept;

  [[nodiscard]] bool holds(const model::Finding& finding, const model::Report& report) const;

private:
  struct State;
  explicit ConditionMatcher(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

} // namespace portique::scan
