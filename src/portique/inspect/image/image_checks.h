#pragma once

// Checks of a finished image: how it wants to be run, how it was built, what lies in it. CIS Docker
// Benchmark section 4, and what goes beyond. The rules' texts are in rules/checks/image/.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/time.h"
#include "portique/inspect/image/image_facts.h"
#include "portique/model/finding.h"
#include "portique/model/image.h"
#include "portique/model/package.h"

namespace portique::inspect {

/// An image as the checks see it. Borrowed.
struct ImageSubject {
  const model::Image& image;
  std::span<const model::Package> packages;
  const ImageFacts& facts;
  base::Time now;
};

/// What a check says: which rule is broken, and where.
struct ImageHit {
  std::string_view rule; ///< "PQ-IM-001"
  std::string path;      ///< "" if it is about no file
  std::int32_t layer = model::kNoLayer;
  std::string evidence; ///< what was seen, in one sentence
  std::string identity; ///< what stays the same when the evidence changes from day to day; "" if
                        ///< the evidence does not
};

/// Where the checks put what they find.
class ImageHits {
public:
  void set_rule(std::string_view rule) { rule_ = rule; }

  void add(std::string evidence, std::int32_t layer = model::kNoLayer, std::string path = {}) {
    hits_.push_back({rule_, std::move(path), layer, std::move(evidence), {}});
  }

  /// Evidence with numbers that change from build to build: there is one such finding at a place.
  void add_measured(std::string evidence, std::int32_t layer, std::string path = {}) {
    hits_.push_back({rule_, std::move(path), layer, std::move(evidence), "measured"});
  }

  [[nodiscard]] std::vector<ImageHit> take() && { return std::move(hits_); }

private:
  std::string_view rule_;
  std::vector<ImageHit> hits_;
};

struct ImageCheck {
  std::string_view id;
  void (*run)(const ImageSubject& subject, ImageHits& hits);
};

/// Lists of checks, one a file.
std::span<const ImageCheck> image_config_checks();
std::span<const ImageCheck> image_history_checks();
std::span<const ImageCheck> image_file_checks();
std::span<const ImageCheck> image_package_checks();
std::span<const ImageCheck> image_program_checks();

/// Ids of all of them, sorted.
std::vector<std::string_view> image_check_ids();

/// Findings of kind misconfiguration, by rule, then as the checks found them.
std::vector<model::Finding> check_image(const ImageSubject& subject);

} // namespace portique::inspect
