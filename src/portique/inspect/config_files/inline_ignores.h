#pragma once

// Exceptions that stand in the file itself, as comments:
//   # portique:ignore=PQ-DF-001,DL3007 until=2027-01-01 reason
//   # portique:ignore-file=PQ-DF-011 reason
//   # trivy:ignore:AVD-DS-0001[:exp:2027-01-01]      as Trivy writes them
//   # hadolint ignore=DL3006,DL3008                   and hadolint
//   # #nosec [ids] [-- reason]                        and gosec
// A comment on a line of its own is about what follows, one behind something about that line.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/time.h"
#include "portique/inspect/config_files/hit.h"
#include "portique/inspect/config_files/rules.h"

namespace portique::inspect {

struct InlineIgnore {
  std::vector<std::string> ids; ///< none: every check
  model::LineRange about;       ///< what begins in these lines
  std::uint32_t line = 0;       ///< where the comment stands
  std::optional<base::Time> until;
  std::string reason;
};

struct InlineIgnores {
  std::vector<InlineIgnore> ignores;
  std::vector<std::string> notes; ///< "line 3: ...": what does not count, and why
};

/// Which lines belong to what begins in a line.
using BlockOfLine = std::function<model::LineRange(std::uint32_t line)>;

InlineIgnores find_inline_ignores(const SourceTextView& text, const BlockOfLine& block_of);

/// The block of YAML that a line begins: itself and all that is indented deeper.
model::LineRange indented_block(const SourceTextView& text, std::uint32_t line);

/// Suppresses what the comments are about. Those that have expired are told in the notes.
void apply_inline_ignores(InlineIgnores& found,
                          std::string_view path,
                          base::Time now,
                          std::span<Hit* const> hits);

} // namespace portique::inspect
