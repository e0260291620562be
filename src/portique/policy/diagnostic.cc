#include "portique/policy/diagnostic.h"

#include <algorithm>
#include <array>
#include <optional>

#include "portique/base/text.h"

namespace portique::policy {

namespace {

constexpr std::array<std::string_view, 3> kLevelNames{"note", "warning", "error"};

std::size_t offset_of(std::string_view text, base::YamlPlace place) {
  std::size_t at = 0;
  for (std::uint32_t line = 1; line < place.line && at < text.size(); ++line) {
    const std::size_t end = text.find('\n', at);
    at = end == std::string_view::npos ? text.size() : end + 1;
  }
  return std::min(text.size(), at + (place.column == 0 ? 0 : place.column - 1));
}

base::YamlPlace place_of(std::string_view text, std::size_t offset) {
  base::YamlPlace place{1, 1};
  const std::string_view before = text.substr(0, offset);
  place.line += static_cast<std::uint32_t>(std::ranges::count(before, '\n'));
  const std::size_t start = before.rfind('\n');
  place.column +=
      static_cast<std::uint32_t>(start == std::string_view::npos ? offset : offset - start - 1);
  return place;
}

bool is_blank(char c) {
  return base::is_space(c);
}

/// Walks a YAML scalar and the text that it holds side by side, blanks aside.
class ScalarWalk {
public:
  ScalarWalk(std::string_view source, std::size_t start) : source_(source), at_(start) {
    skip_properties();
    if (at_ >= source_.size()) return;
    if (source_[at_] == '>' || source_[at_] == '|') {
      const std::size_t end = source_.find('\n', at_);
      at_ = end == std::string_view::npos ? source_.size() : end + 1;
    } else if (source_[at_] == '"' || source_[at_] == '\'') {
      quote_ = source_[at_++];
    }
  }

  /// Offset in the source of text[wanted]; nothing if the two do not fit.
  std::optional<std::size_t> find(std::string_view text, std::size_t wanted) {
    std::size_t behind = at_;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (is_blank(text[i])) continue;
      while (at_ < source_.size() && (is_blank(source_[at_]) || is_continuation()))
        at_ += is_blank(source_[at_]) ? 1 : 2;
      if (i >= wanted) return at_;
      if (!take(text[i])) return std::nullopt;
      behind = at_;
    }
    return behind;
  }

private:
  /// Anchors and tags before the scalar.
  void skip_properties() {
    while (at_ < source_.size() && (source_[at_] == '&' || source_[at_] == '!')) {
      while (at_ < source_.size() && !is_blank(source_[at_]))
        ++at_;
      while (at_ < source_.size() && is_blank(source_[at_]))
        ++at_;
    }
  }

  /// An escape that stands for a blank, or for none (at the end of a line).
  [[nodiscard]] bool is_continuation() const {
    return quote_ == '"' && source_[at_] == '\\' && at_ + 1 < source_.size() &&
           std::string_view("\nntr ").find(source_[at_ + 1]) != std::string_view::npos;
  }

  bool take(char c) {
    if (at_ >= source_.size()) return false;
    if (quote_ == '"' && source_[at_] == '\\') {
      at_ += 2; // what an escape stands for is not looked at
      return true;
    }
    if (source_[at_] != c) return false;
    at_ += quote_ == '\'' && c == '\'' ? 2 : 1;
    return true;
  }

  std::string_view source_;
  std::size_t at_;
  char quote_ = '\0';
};

} // namespace

std::string_view level_name(Level level) {
  return kLevelNames.at(static_cast<std::size_t>(level));
}

std::string Diagnostic::headline() const {
  std::string out = file;
  if (line != 0) out += ':' + std::to_string(line) + ':' + std::to_string(column);
  return out + ": " + std::string(level_name(level)) + ": " + message;
}

std::string Diagnostic::text() const {
  if (excerpt.empty()) return headline();
  std::string shown = excerpt;
  std::ranges::replace(shown, '\t', ' ');
  std::string out = headline() + "\n  " + base::printable(shown) + "\n  ";
  out.append(caret, ' ');
  out += '^';
  const std::size_t room = shown.size() > caret ? shown.size() - caret : 1;
  out.append(std::min<std::size_t>(std::max(length, 1U), room) - 1, '~');
  return out;
}

Diagnostic diagnostic_at(Level level,
                         const SourceFile& file,
                         base::YamlPlace place,
                         std::string message,
                         std::uint32_t length) {
  Diagnostic made;
  made.level = level;
  made.file = file.name;
  made.line = place.line;
  made.column = std::max(place.column, 1U);
  made.message = std::move(message);
  made.length = length;
  if (place.line == 0) return made;
  const std::string_view text = file.text;
  const std::size_t start = offset_of(text, {place.line, 1});
  std::string_view line = text.substr(start, text.find('\n', start) - start);
  if (line.ends_with('\r')) line.remove_suffix(1);
  constexpr std::size_t kBefore = 90; // a generated file can be one line
  constexpr std::size_t kShown = 160;
  const std::size_t at = made.column - 1;
  const std::size_t cut = std::min(at > kBefore ? at - kBefore : 0, line.size());
  made.excerpt = line.substr(cut, kShown);
  made.caret = static_cast<std::uint32_t>(std::min(at - cut, made.excerpt.size()));
  return made;
}

ConditionText::ConditionText(std::shared_ptr<const SourceFile> file, const base::YamlNode& scalar)
    : text_(scalar.text) {
  segments_.push_back(
      {0, static_cast<std::uint32_t>(text_.size()), std::move(file), scalar.place, true});
}

ConditionText::ConditionText(std::shared_ptr<const SourceFile> file,
                             base::YamlPlace place,
                             std::string text)
    : text_(std::move(text)) {
  segments_.push_back({0, static_cast<std::uint32_t>(text_.size()), std::move(file), place, false});
}

void ConditionText::append(const ConditionText& more) {
  if (!text_.empty()) text_ += ' ';
  const auto shift = static_cast<std::uint32_t>(text_.size());
  text_ += more.text_;
  for (Segment segment : more.segments_) {
    segment.begin += shift;
    segment.end += shift;
    segments_.push_back(std::move(segment));
  }
}

Diagnostic ConditionText::diagnostic(Level level, const Complaint& complaint) const {
  if (segments_.empty()) {
    Diagnostic made;
    made.level = level;
    made.message = complaint.message;
    return made;
  }
  const Segment* segment = &segments_.front();
  for (const Segment& other : segments_)
    if (other.begin <= complaint.span.begin) segment = &other;
  const std::string_view source = segment->file->text;
  base::YamlPlace place = segment->place;
  std::uint32_t length = 1;
  if (segment->exact) {
    const std::string_view text =
        std::string_view(text_).substr(segment->begin, segment->end - segment->begin);
    ScalarWalk walk(source, offset_of(source, place));
    if (const auto found = walk.find(text, complaint.span.begin - segment->begin)) {
      place = place_of(source, *found);
      length = std::max(1U, complaint.span.end - complaint.span.begin);
    }
  }
  return diagnostic_at(level, *segment->file, place, complaint.message, length);
}

} // namespace portique::policy
