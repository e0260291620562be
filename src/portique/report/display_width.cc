// Unicode Standard Annex 11 (East Asian Width) and the general categories Mn and Me. Ambiguous
// characters count as narrow, as terminals outside East Asian locales draw them. Sequences that a
// font joins to one picture (emoji with joiners) are measured part by part.
#include "portique/report/display_width.h"

#include <algorithm>
#include <span>

#include "portique/base/text.h"
#include "portique/report/display_width_tables.h"

namespace portique::report {

namespace {

bool is_in(std::span<const CodePointRange> ranges, std::uint32_t code_point) {
  const auto range = std::ranges::lower_bound(ranges, code_point, {}, &CodePointRange::last);
  return range != ranges.end() && code_point >= range->first;
}

/// The first character's bytes and columns. A byte that is no UTF-8 is one column.
struct Measure {
  std::size_t bytes = 1;
  std::size_t columns = 1;
};

Measure measure_first(std::string_view text) {
  constexpr std::uint32_t kFirstCombining = 0x300;
  const base::Utf8Char next = base::decode_utf8(text);
  if (next.length == 0) return {};
  if (next.code_point < kFirstCombining) return {next.length, 1};
  if (is_in(kZeroWidth, next.code_point)) return {next.length, 0};
  return {next.length, is_in(kWide, next.code_point) ? 2U : 1U};
}

} // namespace

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const Measure next = measure_first(text);
    columns += next.columns;
    text.remove_prefix(next.bytes);
  }
  return columns;
}

std::string cut_to_width(std::string_view text, std::size_t columns, std::string_view ellipsis) {
  // The last place where the beginning still leaves room for the ellipsis.
  std::size_t cut_at = 0;
  const std::size_t reserved = display_width(ellipsis);
  std::size_t used = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    const Measure next = measure_first(rest);
    used += next.columns;
    rest.remove_prefix(next.bytes);
    if (used > columns) {
      if (reserved > columns) return {};
      return std::string(text.substr(0, cut_at)).append(ellipsis);
    }
    if (used + reserved <= columns) cut_at = text.size() - rest.size();
  }
  return std::string(text);
}

} // namespace portique::report
