#pragma once

// Fields out of a report: of an image, of a configuration file, and of what was found in them.

#include <memory>
#include <string>
#include <vector>

#include "portique/base/time.h"
#include "portique/model/config_file.h"
#include "portique/model/report.h"
#include "portique/policy/field_table.h"
#include "portique/policy/program.h"

namespace portique::policy {

/// What is asked about: the report itself, one of its findings (and that finding's package or
/// place), one of its packages, one configuration file or what it declares.
struct ReportView {
  const model::Report* report = nullptr;
  const model::Finding* finding = nullptr;
  const model::Package* package = nullptr;
  const model::ConfigFile* file = nullptr;
  const model::ConfigResource* resource = nullptr;
  base::Time now;
};

class ReportSource final : public FieldSource {
public:
  /// Domain::Image or Domain::Config.
  explicit ReportSource(Domain domain);
  ~ReportSource() override;

  /// Another finding, package, file or resource.
  void look_at(const ReportView& view);

  [[nodiscard]] Value get(const FieldUse& use) const override;

private:
  struct Body;
  struct State;

  Domain domain_;
  std::unique_ptr<State> state_; ///< caches, which get() fills
};

/// The fields of either domain that reports cannot answer; for a test, which wants none.
std::vector<std::string> unanswered_fields(Domain domain);

} // namespace portique::policy
