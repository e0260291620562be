#pragma once

// A text file as findings point into it: by line, and with the lines that they are about.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/model/finding.h"

namespace portique::inspect {

/// Borrows the text.
class SourceTextView {
public:
  explicit SourceTextView(std::string_view text);

  [[nodiscard]] std::uint32_t line_count() const {
    return static_cast<std::uint32_t>(starts_.size());
  }

  /// Line by number from 1, without its end; "" beyond the last one.
  [[nodiscard]] std::string_view line(std::uint32_t number) const;

  /// The number of the line that holds a byte; the last line for what lies behind the end.
  [[nodiscard]] std::uint32_t line_of(std::size_t offset) const;

  /// What a finding shows of its lines: at most ten lines of at most 240 bytes, as UTF-8; a last
  /// line "..." where more was left out.
  [[nodiscard]] std::string excerpt(model::LineRange lines) const { return excerpt(lines, {}); }

  /// The same with the secrets masked, each line of a secret by itself.
  [[nodiscard]] std::string excerpt(model::LineRange lines,
                                    std::span<const std::string> secrets) const;

private:
  std::string_view text_;
  std::vector<std::size_t> starts_; ///< offsets
};

} // namespace portique::inspect
