// go.mod: a directive a line, or several of one kind in parentheses; words may be quoted, "//"
// begins a comment.
// Format: https://go.dev/ref/mod#go-mod-file
// "go" names the least version of the language, not the one in use, so the standard library is told
// by "toolchain", or by a "go" line that names a release (which since Go 1.21 is the least one that
// builds the module). go.sum lists versions that were only considered, and is not read.

#include "portique/inventory/go/go_mod.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/go/go_packages.h"

namespace portique::inventory {

namespace {

using base::Code;

struct Replacement {
  std::string path;
  std::string version; ///< "" for all
  GoModule by;
};

/// The words of a line, without its comment; nothing if a quote does not end.
std::optional<std::vector<std::string>> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (true) {
    line = base::trim(line);
    if (line.empty() || line.starts_with("//")) return words;
    if (line.front() == '"' || line.front() == '`') {
      const std::size_t end = line.find(line.front(), 1);
      if (end == std::string_view::npos) return std::nullopt;
      words.emplace_back(line.substr(1, end - 1));
      line.remove_prefix(end + 1);
      continue;
    }
    if (line.front() == '(' || line.front() == ')') {
      words.emplace_back(line.substr(0, 1));
      line.remove_prefix(1);
      continue;
    }
    std::size_t end = 0;
    while (end < line.size() && !base::is_space(line[end]) && line[end] != '(' &&
           line[end] != ')' && !line.substr(end).starts_with("//"))
      ++end;
    words.emplace_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

/// Whether it may be the path or the version of a module.
bool is_word(std::string_view text) {
  constexpr std::size_t kLongest = 2048; // longer ones name no module that could be fetched
  return base::is_word(text) && text.size() <= kLongest;
}

class ModReader {
public:
  ModReader(std::string_view path, const base::Limits& limits, Analysis& analysis)
      : limits_(&limits), analysis_(&analysis), packages_(path, limits, analysis) {}

  void read(std::string_view text) {
    std::string block;
    while (!text.empty()) {
      const std::string_view line = base::take_until(text, '\n');
      ++line_;
      auto words = words_of(line);
      if (!words) {
        issue(line);
        continue;
      }
      if (words->empty()) continue;
      if (block.empty() && words->size() == 2 && words->back() == "(") {
        block = words->front();
        continue;
      }
      if (!block.empty() && words->front() == ")") {
        block.clear();
        continue;
      }
      if (!block.empty()) words->insert(words->begin(), block);
      if (!directive(*words)) issue(line);
    }
    if (!block.empty()) {
      line_ = line_ == 0 ? 1 : line_;
      add_issue(*analysis_, Code::Truncated, fmt::format("the file ends inside \"{} (\"", block));
    }
    finish();
  }

private:
  void issue(std::string_view line) {
    if (issues_are_full(*analysis_)) return;
    add_issue(*analysis_,
              Code::Malformed,
              fmt::format("line {}: {} is not understood", line_, excerpt(base::trim(line))));
  }

  /// False if the line says nothing that is understood. Directives of newer Go are passed over.
  bool directive(const std::vector<std::string>& words) {
    const std::string& name = words[0];
    if (name == "require") return require(words);
    if (name == "exclude") {
      if (words.size() != 3) return false;
      if (excluded_.size() < limits_->packages) excluded_.emplace_back(words[1], words[2]);
      return true;
    }
    if (name == "replace") return replace(words);
    if (name == "go" || name == "toolchain") return words.size() == 2 && language(words);
    return true;
  }

  bool require(const std::vector<std::string>& words) {
    if (words.size() != 3 || !is_word(words[1]) || !is_word(words[2])) return false;
    if (required_.size() < limits_->packages) {
      required_.push_back({{words[1], words[2], ""}, std::nullopt});
    } else if (!std::exchange(full_, true)) {
      add_issue(*analysis_, Code::LimitExceeded, "too many packages; the rest is not read");
    }
    return true;
  }

  /// "replace OLD [VERSION] => NEW [VERSION]"
  bool replace(const std::vector<std::string>& words) {
    const auto arrow = std::ranges::find(words, "=>");
    const auto before = arrow - words.begin();
    if (arrow == words.end() || before < 2 || before > 3) return false;
    const auto behind = words.end() - arrow - 1;
    if (behind < 1 || behind > 2 || !std::all_of(words.begin() + 1, words.end(), is_word))
      return false;
    if (replacements_.size() >= limits_->packages) return true;
    replacements_.push_back({words[1],
                             before == 3 ? words[2] : std::string(),
                             {arrow[1], behind == 2 ? arrow[2] : std::string(), ""}});
    return true;
  }

  bool language(const std::vector<std::string>& words) {
    std::string_view version = words[1];
    if (words[0] == "toolchain") {
      if (version.starts_with("go")) toolchain_ = version.substr(2);
      return true; // "default" names none
    }
    if (std::ranges::count(version, '.') == 2) language_ = version;
    return true;
  }

  void finish() {
    // Of two replacements the one for a version counts; sorted, it stands behind the other.
    std::ranges::sort(replacements_, {}, [](const Replacement& replacement) {
      return std::pair(std::string_view(replacement.path), std::string_view(replacement.version));
    });
    std::ranges::sort(excluded_);
    for (GoDependency& dependency : required_) {
      const GoModule& module = dependency.module;
      if (std::ranges::binary_search(excluded_, std::pair(module.path, module.version))) continue;
      if (const GoModule* by = replacement_of(module)) dependency.replacement = *by;
      if (!packages_.add(go_package_of(dependency))) break;
    }
    const std::string& go = toolchain_.empty() ? language_ : toolchain_;
    if (!go.empty() && is_word(go)) packages_.add(go_package("stdlib", go));
    packages_.finish();
  }

  const GoModule* replacement_of(const GoModule& module) const {
    const auto same = std::ranges::equal_range(replacements_, module.path, {}, &Replacement::path);
    const GoModule* found = nullptr;
    for (const Replacement& replacement : same)
      if (replacement.version.empty() || replacement.version == module.version)
        found = &replacement.by;
    return found;
  }

  const base::Limits* limits_;
  Analysis* analysis_;
  DeclaredPackages packages_;
  std::vector<GoDependency> required_;
  std::vector<Replacement> replacements_;
  std::vector<std::pair<std::string, std::string>> excluded_; ///< path and version
  std::string toolchain_;
  std::string language_;
  std::size_t line_ = 0;
  bool full_ = false;
};

} // namespace

Analysis analyze_go_mod(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  ModReader(file.path(), limits, analysis).read(*text);
  return analysis;
}

} // namespace portique::inventory
