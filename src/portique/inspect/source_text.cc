#include "portique/inspect/source_text.h"

#include <algorithm>

#include "portique/base/text.h"

namespace portique::inspect {

namespace {

/// Enough to see what is meant; more belongs into an editor.
constexpr std::uint32_t kShownLines = 10;
constexpr std::size_t kShownBytes = 240;

} // namespace

SourceTextView::SourceTextView(std::string_view text) : text_(text), starts_{0} {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
    if (at + 1 < text.size()) starts_.push_back(at + 1);
}

std::string_view SourceTextView::line(std::uint32_t number) const {
  if (number == 0 || number > starts_.size()) return {};
  const std::size_t begin = starts_[number - 1];
  const std::size_t end = number < starts_.size() ? starts_[number] : text_.size();
  std::string_view line = text_.substr(begin, end - begin);
  while (line.ends_with('\n') || line.ends_with('\r'))
    line.remove_suffix(1);
  return line;
}

std::uint32_t SourceTextView::line_of(std::size_t offset) const {
  const auto after = std::ranges::upper_bound(starts_, offset);
  return static_cast<std::uint32_t>(after - starts_.begin());
}

std::string SourceTextView::excerpt(model::LineRange lines) const {
  if (lines.first == 0) return {};
  std::string out;
  const std::uint32_t last = std::min(std::max(lines.first, lines.last), line_count());
  for (std::uint32_t number = lines.first; number <= last; ++number) {
    if (!out.empty()) out += '\n';
    if (number - lines.first == kShownLines) return out + "...";
    const std::string_view whole = line(number);
    out += base::to_utf8(whole.substr(0, kShownBytes));
    if (whole.size() > kShownBytes) out += "...";
  }
  return out;
}

} // namespace portique::inspect
