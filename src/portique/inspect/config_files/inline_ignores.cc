#include "portique/inspect/config_files/inline_ignores.h"

#include <algorithm>

#include <fmt/format.h>

#include "portique/base/text.h"

namespace portique::inspect {

namespace {

constexpr std::uint32_t kLastLine = 0xFFFF'FFFF;

bool is_id_char(char c) {
  return base::is_alnum(c) || c == '-' || c == '_';
}

std::string_view take_word(std::string_view& rest) {
  rest = base::trim(rest);
  const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest = rest.substr(end);
  return word;
}

/// Ids between commas; false if one of them is none.
bool take_ids(std::string_view list, std::vector<std::string>& ids) {
  for (const std::string_view part : base::split(list, ',')) {
    const std::string_view id = base::trim(part);
    if (id.empty() || !std::ranges::all_of(id, is_id_char)) return false;
    ids.emplace_back(id);
  }
  return true;
}

class CommentReader {
public:
  CommentReader(const SourceTextView& text, const BlockOfLine& block_of)
      : text_(&text), block_of_(&block_of) {}

  InlineIgnores read() {
    for (line_ = 1; line_ <= text_->line_count(); ++line_) {
      const std::string_view line = text_->line(line_);
      const std::size_t hash = line.find('#');
      if (hash == std::string_view::npos) continue;
      constexpr std::size_t kMost = 2000; // each is held against every finding of the file
      if (found_.ignores.size() >= kMost) {
        note("there are too many exceptions; the rest does not count");
        break;
      }
      const bool alone = base::trim(line.substr(0, hash)).empty();
      const std::string_view comment = line.substr(hash);
      if (const auto rest = behind(comment, "portique:ignore-file="))
        portique(*rest, alone, true);
      else if (const auto one = behind(comment, "portique:ignore="))
        portique(*one, alone, false);
      else if (comment.contains("trivy:ignore:"))
        trivy(comment, alone);
      else if (const auto global = behind(comment, "hadolint global ignore="))
        hadolint(*global, alone, true);
      else if (const auto local = behind(comment, "hadolint ignore="))
        hadolint(*local, alone, false);
      else if (const auto nosec = behind(comment, "#nosec"))
        gosec(*nosec, alone);
      else if (const auto spaced = behind(comment, "# nosec"))
        gosec(*spaced, alone);
    }
    return std::move(found_);
  }

private:
  static std::optional<std::string_view> behind(std::string_view comment, std::string_view mark) {
    const std::size_t at = comment.find(mark);
    if (at == std::string_view::npos) return std::nullopt;
    return comment.substr(at + mark.size());
  }

  void note(std::string_view what) {
    constexpr std::size_t kKept = 100;
    if (found_.notes.size() < kKept)
      found_.notes.push_back(fmt::format("line {}: {}", line_, what));
  }

  /// What a comment in this line is about.
  [[nodiscard]] model::LineRange about(bool alone, bool whole_file) const {
    if (whole_file) return {1, kLastLine};
    if (!alone) return (*block_of_)(line_);
    for (std::uint32_t next = line_ + 1; next <= text_->line_count(); ++next) {
      const std::string_view line = base::trim(text_->line(next));
      if (!line.empty() && !line.starts_with('#')) return (*block_of_)(next);
    }
    return {line_, line_};
  }

  void portique(std::string_view rest, bool alone, bool whole_file) {
    InlineIgnore ignore{.line = line_};
    if (!take_ids(take_word(rest), ignore.ids)) {
      note("portique:ignore= takes ids of checks; this one does not count");
      return;
    }
    std::string_view before = rest;
    const std::string_view word = take_word(rest);
    if (word.starts_with("until=")) {
      ignore.until = base::parse_time(word.substr(6));
      if (!ignore.until) {
        note("until= takes a date such as 2027-01-31; this exception does not count");
        return;
      }
      before = rest;
    }
    ignore.reason = base::to_utf8(base::trim(before));
    ignore.about = about(alone, whole_file);
    found_.ignores.push_back(std::move(ignore));
  }

  void trivy(std::string_view comment, bool alone) {
    constexpr std::string_view kMark = "trivy:ignore:";
    for (auto rest = behind(comment, kMark); rest; rest = behind(*rest, kMark)) {
      std::string_view words = *rest;
      std::string_view parts = take_word(words);
      InlineIgnore ignore{.line = line_};
      ignore.ids.emplace_back(base::take_until(parts, ':'));
      if (ignore.ids.front() == "*") ignore.ids.clear();
      while (!parts.empty()) {
        const std::string_view name = base::take_until(parts, ':');
        const std::string_view value = base::take_until(parts, ':');
        if (name == "exp") {
          ignore.until = base::parse_time(value);
          if (!ignore.until) {
            note("exp: takes a date such as 2027-01-31; this exception does not count");
            return;
          }
        } else if (name == "ws") {
          note("workspaces of Terraform mean nothing here; this exception does not count");
          return;
        }
      }
      ignore.about = about(alone, false);
      found_.ignores.push_back(std::move(ignore));
    }
  }

  void hadolint(std::string_view rest, bool alone, bool whole_file) {
    InlineIgnore ignore{.line = line_};
    // hadolint takes blanks behind the commas.
    std::string list(rest.substr(0, std::min(rest.find('#'), rest.size())));
    std::erase_if(list, base::is_space);
    if (!take_ids(list, ignore.ids)) {
      note("hadolint ignore= takes ids of rules; this one does not count");
      return;
    }
    ignore.about = about(alone, whole_file);
    found_.ignores.push_back(std::move(ignore));
  }

  void gosec(std::string_view rest, bool alone) {
    if (!rest.empty() && !base::is_space(rest.front()) && rest.front() != ':') return;
    if (rest.starts_with(':')) rest.remove_prefix(1);
    InlineIgnore ignore{.line = line_};
    const std::size_t dashes = std::min(rest.find("--"), rest.size());
    ignore.reason = base::to_utf8(base::trim(rest.substr(std::min(dashes + 2, rest.size()))));
    std::string_view ids = rest.substr(0, dashes);
    while (!base::trim(ids).empty()) {
      const std::string_view word = take_word(ids);
      std::vector<std::string> taken;
      if (word.contains('-') && take_ids(word, taken))
        std::ranges::move(taken, std::back_inserter(ignore.ids));
      else if (ignore.ids.empty() && ignore.reason.empty())
        ignore.reason = base::to_utf8(base::trim(std::string(word) + std::string(ids)));
    }
    ignore.about = about(alone, false);
    found_.ignores.push_back(std::move(ignore));
  }

  const SourceTextView* text_;
  const BlockOfLine* block_of_;
  std::uint32_t line_ = 0;
  InlineIgnores found_;
};

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

bool covers(const InlineIgnore& ignore, const Hit& hit) {
  // What is missing is told at the block that lacks it, which may begin above the comment.
  const bool begins = hit.lines.first >= ignore.about.first && hit.lines.first <= ignore.about.last;
  const bool holds = !ignore.ids.empty() && ignore.about.first >= hit.lines.first &&
                     ignore.about.first <= hit.lines.last;
  return begins || holds;
}

bool names(const InlineIgnore& ignore, const Hit& hit) {
  if (ignore.ids.empty()) return true;
  const Rule* rule = find_rule(hit.rule);
  return std::ranges::any_of(ignore.ids, [&](const std::string& id) {
    return rule != nullptr ? rule->is_called(id) : base::equals_ignore_case(id, hit.rule);
  });
}

} // namespace

InlineIgnores find_inline_ignores(const SourceTextView& text, const BlockOfLine& block_of) {
  return CommentReader(text, block_of).read();
}

model::LineRange indented_block(const SourceTextView& text, std::uint32_t line) {
  model::LineRange block{line, line};
  const std::size_t indent = indent_of(text.line(line));
  for (std::uint32_t next = line + 1; next <= text.line_count(); ++next) {
    const std::string_view content = text.line(next);
    if (base::trim(content).empty()) continue;
    if (indent_of(content) <= indent) break;
    block.last = next;
  }
  return block;
}

void apply_inline_ignores(InlineIgnores& found,
                          std::string_view path,
                          base::Time now,
                          std::span<Hit* const> hits) {
  for (const InlineIgnore& ignore : found.ignores) {
    if (ignore.until && *ignore.until <= now) {
      found.notes.push_back(fmt::format(
          "line {}: the exception ended on {}", ignore.line, base::format_date(*ignore.until)));
      continue;
    }
    for (Hit* hit : hits)
      if (!hit->suppression && covers(ignore, *hit) && names(ignore, *hit))
        hit->suppression = model::Suppression{
            fmt::format("{}:{}", path, ignore.line), ignore.reason, ignore.until};
  }
}

} // namespace portique::inspect
