#pragma once

// What a check says: which rule is broken where. The rule's own text (rules.h) makes a finding of
// it.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "portique/model/finding.h"

namespace portique::inspect {

struct Hit {
  std::string rule; ///< "PQ-DF-001"
  std::string path;
  model::LineRange lines;
  std::string evidence;             ///< what was seen, in one sentence
  std::vector<std::string> secrets; ///< what must not be shown of those lines
  std::optional<model::Suppression> suppression;
};

/// Where checks put what they find. Borrows the list.
class Hits {
public:
  Hits(std::vector<Hit>& out, std::size_t limit) : out_(&out), limit_(limit) {}

  /// What is added from now on is about this rule, or this file.
  void set_rule(std::string_view rule) { rule_ = rule; }

  void set_path(std::string_view path) { path_ = path; }

  void add(model::LineRange lines, std::string evidence, std::vector<std::string> secrets = {}) {
    if (out_->size() >= limit_) {
      full_ = true;
      return;
    }
    out_->push_back({std::string(rule_),
                     std::string(path_),
                     lines,
                     std::move(evidence),
                     std::move(secrets),
                     std::nullopt});
  }

  /// Something was left out.
  [[nodiscard]] bool is_full() const { return full_; }

private:
  std::vector<Hit>* out_;
  std::size_t limit_;
  std::string_view rule_;
  std::string_view path_;
  bool full_ = false;
};

} // namespace portique::inspect
