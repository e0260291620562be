#include "portique/inspect/source_text.h"

#include <algorithm>

#include "portique/base/text.h"

namespace portique::inspect {

namespace {

/// Enough to see what is meant; more belongs into an editor.
constexpr std::uint32_t kShownLines = 10;
constexpr std::size_t kShownBytes = 240;
/// Secrets are looked for in this much of a line, so that a file on one line costs no more.
constexpr std::size_t kMaskedBytes = 4096;

/// Parts of a line that are a secret, or a line of one, as asterisks.
std::string masked(std::string text, std::span<const std::string> secrets) {
  for (const std::string& secret : secrets)
    for (std::string_view part : base::split(secret, '\n')) {
      part = base::trim(part);
      while (part.size() >= 2 && (part.front() == '"' || part.front() == '\'') &&
             part.back() == part.front())
        part = part.substr(1, part.size() - 2);
      if (part.empty()) continue;
      for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 4))
        text.replace(at, part.size(), "****");
    }
  return text;
}

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

std::string SourceTextView::excerpt(model::LineRange lines,
                                    std::span<const std::string> secrets) const {
  if (lines.first == 0) return {};
  std::string out;
  const std::uint32_t last = std::min(std::max(lines.first, lines.last), line_count());
  for (std::uint32_t number = lines.first; number <= last; ++number) {
    if (!out.empty()) out += '\n';
    if (number - lines.first == kShownLines) return out + "...";
    const std::string whole = masked(std::string(line(number).substr(0, kMaskedBytes)), secrets);
    out += base::to_utf8(std::string_view(whole).substr(0, kShownBytes));
    if (whole.size() > kShownBytes) out += "...";
  }
  return out;
}

} // namespace portique::inspect
