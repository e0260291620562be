// The line structure of a Dockerfile, after https://docs.docker.com/reference/dockerfile/ (parser
// directives, escape, here-documents). Where that page is silent the behaviour of BuildKit's own
// reader counts: comments and empty lines inside a continued instruction are dropped, a continued
// line at the end of the file is taken as it is, and a directive counts only before everything
// else.
#include "portique/inspect/dockerfile/logical_lines.h"

#include <algorithm>

#include "portique/base/text.h"

namespace portique::inspect::dockerfile {

namespace {

struct HeredocStart {
  std::string name;
  bool expand = true;
  bool strip_tabs = false;
};

/// "3<<-'EOF'" is one, "<<" and "<<<word" are none.
std::optional<HeredocStart> heredoc_start(std::string_view word) {
  while (!word.empty() && base::is_digit(word.front()))
    word.remove_prefix(1);
  if (!word.starts_with("<<")) return std::nullopt;
  word.remove_prefix(2);
  HeredocStart start;
  if (word.starts_with('-')) {
    start.strip_tabs = true;
    word.remove_prefix(1);
  }
  if (word.empty() || word.contains('<')) return std::nullopt;
  for (const char c : word) {
    if (c == '"' || c == '\'' || c == '\\')
      start.expand = false;
    else
      start.name += c;
  }
  if (start.name.empty()) return std::nullopt;
  return start;
}

class LineReader {
public:
  LineReader(std::string_view text, Dockerfile& file) : rest_(text), file_(&file) {}

  std::vector<LogicalLine> read() {
    read_directives();
    while (const auto line = next()) {
      const std::string_view stripped = trim_start(*line);
      if (stripped.empty()) continue;
      if (take_comment(stripped)) continue;
      read_instruction(stripped);
    }
    return std::move(lines_);
  }

private:
  static std::string_view trim_start(std::string_view line) {
    while (!line.empty() && base::is_space(line.front()))
      line.remove_prefix(1);
    return line;
  }

  /// The next line of the file without its end.
  std::optional<std::string_view> next() {
    if (rest_.empty()) return std::nullopt;
    ++number_;
    std::string_view line = base::take_until(rest_, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

  bool take_comment(std::string_view stripped) {
    if (!stripped.starts_with('#')) return false;
    file_->comments.push_back({number_, std::string(base::trim(stripped.substr(1)))});
    return true;
  }

  /// Directives stand before everything else, each at most once.
  void read_directives() {
    while (true) {
      const std::string_view before = rest_;
      const auto line = next();
      if (!line || !take_directive(trim_start(*line))) {
        if (line) --number_;
        rest_ = before;
        return;
      }
    }
  }

  bool take_directive(std::string_view line) {
    if (!line.starts_with('#')) return false;
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) return false;
    const std::string name = base::to_lower(base::trim(line.substr(1, equals - 1)));
    const std::string_view value = base::trim(line.substr(equals + 1));
    if (value.empty()) return false;
    if (name == "escape") {
      if (value == "\\" || value == "`")
        file_->escape = value.front();
      else
        file_->problems.push_back({number_, "the escape directive takes \\ or `"});
      return true;
    }
    if (name == "syntax") {
      file_->syntax = value;
      file_->syntax_line = number_;
      return true;
    }
    return name == "check";
  }

  /// Takes the escape at the end of a line off; false if the line goes not on.
  bool cut_continuation(std::string_view& line) const {
    std::string_view cut = line;
    while (!cut.empty() && (cut.back() == ' ' || cut.back() == '\t'))
      cut.remove_suffix(1);
    if (!cut.ends_with(file_->escape)) return false;
    cut.remove_suffix(1);
    if (cut.ends_with(file_->escape)) return false;
    line = cut;
    return true;
  }

  void read_instruction(std::string_view first) {
    LogicalLine logical;
    logical.lines = {number_, number_};
    std::string_view line = first;
    bool goes_on = cut_continuation(line);
    append(logical, line);
    while (goes_on) {
      const auto more = next();
      if (!more) break;
      const std::string_view stripped = trim_start(*more);
      if (stripped.empty() || take_comment(stripped)) continue;
      line = *more;
      goes_on = cut_continuation(line);
      append(logical, line);
      logical.lines.last = number_;
    }
    read_heredocs(logical);
    lines_.push_back(std::move(logical));
  }

  void append(LogicalLine& logical, std::string_view line) const {
    logical.starts.push_back({logical.text.size(), number_});
    logical.text += line;
  }

  void read_heredocs(LogicalLine& logical) {
    std::string_view text = logical.text;
    const std::string keyword = base::to_lower(text.substr(0, text.find_first_of(" \t")));
    // ONBUILD RUN <<EOF is refused by BuildKit in old versions and taken by new ones.
    if (keyword != "run" && keyword != "copy" && keyword != "add" && keyword != "onbuild") return;
    if (!text.contains("<<")) return;
    for (const std::string& word : raw_words(text, file_->escape)) {
      const auto start = heredoc_start(word);
      if (!start) continue;
      Heredoc heredoc{.name = start->name,
                      .content = {},
                      .expand = start->expand,
                      .strip_tabs = start->strip_tabs,
                      .line = number_ + 1};
      if (!read_content(heredoc))
        file_->problems.push_back(
            {logical.lines.first,
             "the here-document '" + base::printable(heredoc.name) + "' does not end"});
      logical.lines.last = number_;
      logical.heredocs.push_back(std::move(heredoc));
    }
  }

  bool read_content(Heredoc& heredoc) {
    while (auto line = next()) {
      if (heredoc.strip_tabs)
        while (line->starts_with('\t'))
          line->remove_prefix(1);
      if (*line == heredoc.name) return true;
      heredoc.content.append(*line).append("\n");
    }
    return false;
  }

  std::string_view rest_;
  Dockerfile* file_;
  std::uint32_t number_ = 0;
  std::vector<LogicalLine> lines_;
};

} // namespace

std::vector<LogicalLine> logical_lines(std::string_view text, Dockerfile& file) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return LineReader(text, file).read();
}

std::vector<std::string> raw_words(std::string_view text, char escape) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  bool open = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && base::is_space(c)) {
      if (open) words.push_back(std::exchange(word, {}));
      open = false;
      continue;
    }
    open = true;
    word += c;
    if (c == escape && quote != '\'' && i + 1 < text.size()) {
      word += text[++i];
    } else if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    }
  }
  if (open) words.push_back(std::move(word));
  return words;
}

} // namespace portique::inspect::dockerfile
