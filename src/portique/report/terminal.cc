// Colours are SGR sequences of ECMA-48 out of the sixteen that every terminal themes, so that they
// are readable on dark and light grounds.
#include "portique/report/terminal.h"

#include <algorithm>

#include "portique/base/text.h"
#include "portique/report/display_width.h"

namespace portique::report {

namespace {

constexpr Glyphs kUnicode{.ellipsis = "…", .dot = " · ", .arrow = "→", .side = "│ ", .foot = "╰ "};
constexpr Glyphs kAscii{.ellipsis = "...", .dot = ", ", .arrow = "->", .side = "  ", .foot = "  "};

/// Without a terminal nothing is cut, but no line of a real report is longer than this.
constexpr std::size_t kUncutColumns = 2000;

/// Where texts at the right edge end at most.
constexpr std::size_t kWidestEdge = 120;

std::string_view sequence_of(Style style) {
  switch (style) {
  case Style::Plain:
    return "";
  case Style::Bold:
    return "\x1B[1m";
  case Style::Dim:
  case Style::Negligible:
    return "\x1B[2m";
  case Style::Critical:
    return "\x1B[1;37;41m";
  case Style::High:
    return "\x1B[1;31m";
  case Style::Medium:
    return "\x1B[33m";
  case Style::Low:
    return "\x1B[36m";
  case Style::Unknown:
    return "\x1B[35m";
  case Style::Exploited:
    return "\x1B[1;35m";
  case Style::Good:
    return "\x1B[32m";
  case Style::Warning:
    return "\x1B[1;33m";
  }
  return "";
}

std::size_t width_of(std::span<const Piece> pieces) {
  std::size_t width = 0;
  for (const Piece& piece : pieces)
    width += display_width(base::printable(piece.text));
  return width;
}

/// The pieces as far as they fit, made printable.
std::vector<Piece>
cut_pieces(std::vector<Piece> pieces, std::size_t columns, std::string_view ellipsis) {
  std::size_t left = columns;
  for (auto piece = pieces.begin(); piece != pieces.end(); ++piece) {
    piece->text = base::printable(piece->text);
    const std::size_t wanted = display_width(piece->text);
    if (wanted > left) {
      piece->text = cut_to_width(piece->text, left, ellipsis);
      pieces.erase(piece + 1, pieces.end());
      break;
    }
    left -= wanted;
  }
  return pieces;
}

} // namespace

Style style_of(model::Severity severity) {
  switch (severity) {
  case model::Severity::Critical:
    return Style::Critical;
  case model::Severity::High:
    return Style::High;
  case model::Severity::Medium:
    return Style::Medium;
  case model::Severity::Low:
    return Style::Low;
  case model::Severity::Negligible:
    return Style::Negligible;
  case model::Severity::Unknown:
    return Style::Unknown;
  }
  return Style::Unknown;
}

Terminal::Terminal(Output& out, const WriteOptions& options)
    : out_(out), colour_(options.colour), is_terminal_(options.width > 0),
      width_(options.width > 0 ? options.width : kUncutColumns),
      glyphs_(options.unicode ? kUnicode : kAscii) {}

void Terminal::put(std::string_view printable, Style style) {
  if (printable.empty()) return;
  const std::string_view sequence = colour_ ? sequence_of(style) : "";
  out_.append(sequence);
  out_.append(printable);
  if (!sequence.empty()) out_.append("\x1B[0m");
}

void Terminal::line(std::span<const Piece> pieces) {
  while (!pieces.empty() && base::trim(pieces.back().text).empty())
    pieces = pieces.first(pieces.size() - 1);
  for (const Piece& piece : cut_pieces({pieces.begin(), pieces.end()}, width_, glyphs_.ellipsis))
    put(piece.text, piece.style);
  out_.append("\n");
}

void Terminal::line_with_right(std::vector<Piece> left, std::vector<Piece> right) {
  constexpr std::size_t kGap = 2;
  const std::size_t right_width = width_of(right);
  std::size_t gap = kGap;
  if (is_terminal_ && right_width + kGap <= width_ / 2) {
    left = cut_pieces(std::move(left), width_ - right_width - kGap, glyphs_.ellipsis);
    // On a very wide terminal the eye must still find what belongs together.
    const std::size_t edge = std::min(width_, kWidestEdge);
    gap = std::max(gap, edge - std::min(edge, right_width + width_of(left)));
  }
  left.push_back({std::string(gap, ' ')});
  std::ranges::move(right, std::back_inserter(left));
  line(left);
}

void Terminal::flow(std::span<const Piece> pieces) {
  constexpr std::size_t kIndent = 2;
  std::size_t used = 0;
  bool blank_before = false;
  for (const Piece& piece : pieces) {
    std::string text = cut_to_width(
        base::printable(piece.text), width_ - std::min(width_, kIndent + 2), glyphs_.ellipsis);
    const std::size_t wanted = display_width(text) + (blank_before ? 1 : 0);
    // One column stays for the comma that may follow.
    const std::size_t edge = text.starts_with(',') ? width_ : width_ - 1;
    if (is_terminal_ && used > kIndent && used + wanted > edge) {
      out_.append("\n");
      out_.append(kIndent, ' ');
      used = kIndent;
    } else if (blank_before) {
      out_.append(" ");
    }
    blank_before = text.ends_with(' ');
    if (blank_before) text.pop_back();
    put(text, piece.style);
    used += wanted - (blank_before ? 1 : 0);
  }
  out_.append("\n");
}

void Terminal::paragraph(const Piece& lead, const Piece& text) {
  const std::string printable_lead = base::printable(lead.text);
  const std::string printable = base::printable(text.text);
  const std::size_t indent = std::min(display_width(printable_lead), width_ / 2);
  put(cut_to_width(printable_lead, indent, glyphs_.ellipsis), lead.style);
  std::string current;
  const auto flush = [&] {
    put(cut_to_width(current, width_ - indent, glyphs_.ellipsis), text.style);
    out_.append("\n");
    current.clear();
  };
  for (const std::string_view word : base::split(printable, ' ')) {
    if (is_terminal_ && !current.empty() &&
        indent + display_width(current) + 1 + display_width(word) > width_) {
      flush();
      out_.append(indent, ' ');
    }
    if (!current.empty()) current += ' ';
    current += word;
  }
  flush();
}

void Terminal::command(std::string_view lead, std::span<const std::string> words) {
  constexpr std::string_view kBreak = " \\";
  std::string current(lead);
  std::size_t on_line = 0;
  for (const std::string& word : words) {
    if (is_terminal_ && on_line > 0 && current.size() + 1 + word.size() + kBreak.size() > width_) {
      put(current.append(kBreak), Style::Bold);
      out_.append("\n");
      current.assign(lead.size() + 2, ' ');
      on_line = 0;
    }
    if (on_line > 0) current += ' ';
    current += word;
    ++on_line;
  }
  put(current, Style::Bold);
  out_.append("\n");
}

Columns::Columns(std::vector<std::size_t> bounds)
    : bounds_(std::move(bounds)), widths_(bounds_.size()) {}

void Columns::measure(std::span<const Piece> cells) {
  for (std::size_t i = 0; i + 1 < widths_.size() && i < cells.size(); ++i)
    widths_[i] =
        std::min(bounds_[i], std::max(widths_[i], display_width(base::printable(cells[i].text))));
}

std::size_t Columns::width_before_last() const {
  std::size_t width = 0;
  for (const std::size_t column : widths_)
    if (column > 0) width += column + kGap;
  return width;
}

std::vector<Piece> Columns::row(std::span<const Piece> cells, const Terminal& terminal) const {
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < cells.size() && i < widths_.size(); ++i) {
    if (i + 1 == widths_.size()) {
      pieces.push_back(cells[i]);
      break;
    }
    if (widths_[i] == 0) continue;
    Piece cell{base::printable(cells[i].text), cells[i].style};
    if (terminal.is_terminal())
      cell.text = cut_to_width(cell.text, widths_[i], terminal.glyphs().ellipsis);
    const std::size_t used = display_width(cell.text);
    pieces.push_back(std::move(cell));
    pieces.push_back({std::string(widths_[i] - std::min(used, widths_[i]) + kGap, ' ')});
  }
  return pieces;
}

} // namespace portique::report
