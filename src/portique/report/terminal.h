#pragma once

// Drawing for people: styled lines, cut to the terminal's width where there is a terminal, and rows
// whose columns stand below each other.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/model/severity.h"
#include "portique/report/formats.h"
#include "portique/report/sink.h"

namespace portique::report {

enum class Style : std::uint8_t {
  Plain,
  Bold,
  Dim,
  Critical,
  High,
  Medium,
  Low,
  Negligible,
  Unknown,
  Exploited,
  Good,
  Warning,
};

Style style_of(model::Severity severity);

/// A piece of text in one style. The text is shown through base::printable.
struct Piece {
  std::string text;
  Style style = Style::Plain;
};

/// Characters for drawing, by what the terminal can show.
struct Glyphs {
  std::string_view ellipsis;
  std::string_view dot;   ///< between facts on one line, with blanks
  std::string_view arrow; ///< from old to new
  std::string_view side;  ///< in front of a line that belongs to the one above
  std::string_view foot;  ///< in front of the last such line
};

class Terminal {
public:
  Terminal(Output& out, const WriteOptions& options);

  /// Columns that a line may take; without a terminal a bound that only hostile texts reach.
  [[nodiscard]] std::size_t width() const { return width_; }

  [[nodiscard]] bool is_terminal() const { return is_terminal_; }

  [[nodiscard]] const Glyphs& glyphs() const { return glyphs_; }

  /// A line, cut at width().
  void line(std::span<const Piece> pieces);

  void line(std::initializer_list<Piece> pieces) { line(std::span(pieces.begin(), pieces.size())); }

  /// A line with `right` at the right edge of the terminal (or column 120). Without a terminal, or
  /// where both do not fit, it follows `left` after two blanks.
  void line_with_right(std::vector<Piece> left, std::vector<Piece> right);

  /// Pieces that stay whole, broken between them where they would pass the right edge. A piece that
  /// begins with a comma stays with the one before; a blank at a piece's end is dropped at a break.
  void flow(std::span<const Piece> pieces);

  void blank() { out_.append("\n"); }

  /// A sentence, broken between words where it would pass the right edge; further lines are
  /// indented as far as `lead` is wide. Without a terminal it stays one line.
  void paragraph(const Piece& lead, const Piece& text);

  /// Words of a shell command, broken with a backslash where it would pass the right edge. Words
  /// must be safe to paste; they are never cut.
  void command(std::string_view lead, std::span<const std::string> words);

private:
  void put(std::string_view printable, Style style);

  Output& out_;
  bool colour_;
  bool is_terminal_;
  std::size_t width_;
  Glyphs glyphs_;
};

/// Rows of cells. Every cell but the last is padded to its column's width, which is the widest cell
/// that was measured, within the column's bound.
class Columns {
public:
  /// One bound a column, in terminal columns; 0 for the last, which takes what is left.
  explicit Columns(std::vector<std::size_t> bounds);

  /// Makes the columns as wide as these cells need.
  void measure(std::span<const Piece> cells);

  /// Columns that a row takes in front of its last cell.
  [[nodiscard]] std::size_t width_before_last() const;

  /// The cells of a row with the blanks between them. Columns in which no cell had text are left
  /// out. On a terminal, cells wider than their column are cut.
  [[nodiscard]] std::vector<Piece> row(std::span<const Piece> cells,
                                       const Terminal& terminal) const;

private:
  static constexpr std::size_t kGap = 2;

  std::vector<std::size_t> bounds_;
  std::vector<std::size_t> widths_;
};

} // namespace portique::report
