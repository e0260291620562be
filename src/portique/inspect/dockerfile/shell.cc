// POSIX shell (https://pubs.opengroup.org/onlinepubs/9699919799/utilities/V3_chap02.html), its
// lexical part: quotes, operators, redirections, substitutions. Reserved words are passed over, so
// that the commands between them are found; here-documents are not read.
#include "portique/inspect/dockerfile/shell.h"

#include <algorithm>
#include <array>
#include <utility>

#include "portique/base/text.h"

namespace portique::inspect::dockerfile {

namespace {

constexpr std::array<std::string_view, 17> kReserved{"if",
                                                     "then",
                                                     "else",
                                                     "elif",
                                                     "fi",
                                                     "do",
                                                     "done",
                                                     "while",
                                                     "until",
                                                     "!",
                                                     "{",
                                                     "}",
                                                     "case",
                                                     "esac",
                                                     "time",
                                                     "exec",
                                                     "command"};
/// Programs that run the rest of their words.
constexpr std::array<std::string_view, 8> kWrappers{
    "sudo", "env", "nice", "nohup", "eatmydata", "builtin", "gosu", "su-exec"};
constexpr std::array<std::string_view, 6> kShells{"sh", "bash", "ash", "dash", "zsh", "ksh"};

/// Substitutions inside substitutions: real scripts have two or three.
constexpr int kDeepest = 8;
constexpr std::size_t kMostCommands = 20'000;

bool contains(const auto& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

bool is_assignment(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals == 0 || equals == std::string_view::npos || base::is_digit(word.front())) return false;
  return std::ranges::all_of(word.substr(0, equals),
                             [](char c) { return c == '_' || base::is_alnum(c); });
}

class ScriptReader {
public:
  ScriptReader(std::string_view script,
               std::size_t offset,
               int depth,
               std::size_t& lists,
               std::vector<ShellCommand>& out)
      : script_(script), offset_(offset), depth_(depth), lists_(&lists), out_(&out) {}

  void read() {
    list_ = (*lists_)++;
    while (at_ < script_.size() && out_->size() < kMostCommands)
      step();
    end_command(false);
  }

private:
  struct Inner {
    std::string_view script;
    std::size_t offset;
  };

  void step() {
    const char c = script_[at_];
    if (c == '\n' || c == ';') {
      ++at_;
      end_command(false);
    } else if (base::is_space(c)) {
      ++at_;
    } else if (c == '#') {
      at_ = std::min(script_.find('\n', at_), script_.size());
    } else if (c == '|') {
      const bool either = script_.substr(at_).starts_with("||");
      at_ += either || script_.substr(at_).starts_with("|&") ? 2 : 1;
      end_command(!either);
    } else if (c == '&' && !script_.substr(at_).starts_with("&>")) {
      at_ += script_.substr(at_).starts_with("&&") ? 2 : 1;
      end_command(false);
    } else if (c == '(' || c == ')') {
      ++at_;
      end_command(false);
    } else if (c == '<' || c == '>' || c == '&') {
      redirection();
    } else {
      take_word();
    }
  }

  /// Reads "2>&1", ">> file", "<<EOF"; "<(" and ">(" are words.
  void redirection() {
    if (script_.substr(at_).starts_with("<(") || script_.substr(at_).starts_with(">(")) {
      take_word();
      return;
    }
    const std::size_t begin = at_;
    while (at_ < script_.size() && (script_[at_] == '<' || script_[at_] == '>' ||
                                    script_[at_] == '&' || script_[at_] == '-'))
      ++at_;
    const std::string_view sign = script_.substr(begin, at_ - begin);
    const bool writes = sign.contains('>') && !sign.ends_with(">&") && !sign.ends_with('-');
    while (at_ < script_.size() && (script_[at_] == ' ' || script_[at_] == '\t'))
      ++at_;
    std::string target = word();
    if (writes && !target.empty()) outputs_.push_back(std::move(target));
  }

  void take_word() {
    const std::size_t begin = at_;
    std::string text = word();
    if (at_ == begin) { // nothing that a word can begin with
      ++at_;
      return;
    }
    // "2>": the number belongs to the redirection.
    if (at_ < script_.size() && (script_[at_] == '<' || script_[at_] == '>') &&
        std::ranges::all_of(text, base::is_digit) && script_[begin] != '"')
      return;
    if (words_.empty() && (contains(kReserved, text) || is_assignment(text))) return;
    if (words_.empty() && contains(kWrappers, text)) {
      sudo_ = sudo_ || text == "sudo";
      wrapped_ = true;
      if (text == "sudo") sudo_offset_ = offset_ + begin;
      return;
    }
    if (words_.empty() && wrapped_ && (text.starts_with('-') || is_assignment(text))) return;
    if (words_.empty()) first_ = offset_ + (sudo_ ? sudo_offset_ - offset_ : begin);
    words_.push_back(std::move(text));
  }

  /// One word with its quotes resolved; substitutions stay in it and are remembered.
  std::string word() {
    std::string text;
    char quote = 0;
    while (at_ < script_.size()) {
      const char c = script_[at_];
      if (c == '\'' && quote == 0) {
        literal(text);
      } else if (c == '\\' && at_ + 1 < script_.size()) {
        if (script_[at_ + 1] != '\n') text += script_[at_ + 1];
        at_ += 2;
      } else if (c == '"') {
        quote = quote == c ? 0 : c;
        ++at_;
      } else if (script_.substr(at_).starts_with("$(") || (quote == 0 && is_process(at_))) {
        substitution(text);
      } else if (c == '`') {
        backticks(text);
      } else if (c == '$' && script_.substr(at_).starts_with("${")) {
        const std::size_t end = std::min(script_.find('}', at_), script_.size() - 1);
        text += script_.substr(at_, end + 1 - at_);
        at_ = end + 1;
      } else if (quote == 0 && (base::is_space(c) || std::string_view("|&;()<>").contains(c))) {
        break;
      } else {
        text += c;
        ++at_;
      }
    }
    return text;
  }

  /// What stands between single quotes, to the end if the second one is missing.
  void literal(std::string& text) {
    const std::size_t end = std::min(script_.find('\'', at_ + 1), script_.size());
    text += script_.substr(at_ + 1, end - at_ - 1);
    at_ = std::min(end + 1, script_.size());
  }

  [[nodiscard]] bool is_process(std::size_t at) const {
    return script_.substr(at).starts_with("<(") || script_.substr(at).starts_with(">(");
  }

  /// "$(...)" and "<(...)", up to the bracket that closes it.
  void substitution(std::string& text) {
    const std::size_t begin = at_ + 2;
    int open = 1;
    std::size_t i = begin;
    char quote = 0;
    for (; i < script_.size() && open > 0; ++i) {
      const char c = script_[i];
      if (c == '\\')
        ++i;
      else if (quote != 0)
        quote = c == quote ? 0 : quote;
      else if (c == '\'')
        quote = c;
      else if (c == '(')
        ++open;
      else if (c == ')')
        --open;
    }
    const std::size_t end = std::min(i, script_.size());
    inner_.push_back({script_.substr(begin, end - begin - (open == 0 ? 1 : 0)), offset_ + begin});
    text += script_.substr(at_, end - at_);
    at_ = end;
  }

  void backticks(std::string& text) {
    const std::size_t begin = at_ + 1;
    std::size_t end = begin;
    while (end < script_.size() && script_[end] != '`')
      end += script_[end] == '\\' ? 2 : 1;
    end = std::min(end, script_.size());
    inner_.push_back({script_.substr(begin, end - begin), offset_ + begin});
    const std::size_t after = std::min(end + 1, script_.size());
    text += script_.substr(at_, after - at_);
    at_ = after;
  }

  /// `pipes`: the next command reads what this one writes.
  void end_command(bool pipes) {
    const std::vector<Inner> inner = std::exchange(inner_, {});
    if (!words_.empty()) {
      ShellCommand command{.words = std::exchange(words_, {}),
                           .offset = first_,
                           .list = list_,
                           .piped = piped_,
                           .sudo = sudo_,
                           .outputs = std::exchange(outputs_, {})};
      const std::string nested = script_of(command);
      out_->push_back(std::move(command));
      if (!nested.empty()) go_into(nested, first_);
    } else if (sudo_) { // "sudo" alone
      out_->push_back({.words = {"sudo"}, .offset = sudo_offset_, .list = list_, .sudo = true});
    }
    for (const Inner& each : inner)
      go_into(each.script, each.offset);
    words_.clear();
    outputs_.clear();
    sudo_ = false;
    wrapped_ = false;
    piped_ = pipes;
    if (!pipes) list_ = (*lists_)++;
  }

  /// What "sh -c" runs.
  static std::string script_of(const ShellCommand& command) {
    if (!contains(kShells, command.program())) return {};
    for (std::size_t i = 1; i + 1 < command.words.size(); ++i) {
      const std::string& word = command.words[i];
      if (word.starts_with('-') && !word.starts_with("--") && word.ends_with('c'))
        return command.words[i + 1];
      if (!word.starts_with('-')) break;
    }
    return {};
  }

  void go_into(std::string_view script, std::size_t offset) {
    if (depth_ >= kDeepest) return;
    ScriptReader(script, offset, depth_ + 1, *lists_, *out_).read();
  }

  std::string_view script_;
  std::size_t offset_; ///< of the script in the outermost one
  int depth_;
  std::size_t* lists_;
  std::vector<ShellCommand>* out_;
  std::size_t at_ = 0;
  std::size_t list_ = 0;
  std::vector<std::string> words_;
  std::vector<std::string> outputs_;
  std::vector<Inner> inner_;
  std::size_t first_ = 0;
  std::size_t sudo_offset_ = 0;
  bool piped_ = false;
  bool sudo_ = false;
  bool wrapped_ = false;
};

} // namespace

std::string_view ShellCommand::program() const {
  if (words.empty()) return {};
  const std::string_view first = words.front();
  return first.substr(first.rfind('/') + 1);
}

std::string_view ShellCommand::verb() const {
  for (std::size_t i = 1; i < words.size(); ++i)
    if (!words[i].starts_with('-')) return words[i];
  return {};
}

bool ShellCommand::has_word(std::string_view word) const {
  return std::ranges::find(words, word) != words.end();
}

bool ShellCommand::has_flag(std::string_view flag) const {
  const bool is_long = flag.starts_with("--");
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == flag) return true;
    if (is_long && word.size() > flag.size() && word.starts_with(flag) && word[flag.size()] == '=')
      return true;
    if (!is_long && flag.size() == 2 && word.size() > 2 && word.starts_with('-') &&
        !word.starts_with("--") && word.substr(1).contains(flag[1]))
      return true;
  }
  return false;
}

std::vector<std::string_view> ShellCommand::operands() const {
  std::vector<std::string_view> out;
  bool verb_seen = false;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i].starts_with('-')) continue;
    if (verb_seen) out.emplace_back(words[i]);
    verb_seen = true;
  }
  return out;
}

std::vector<ShellCommand> shell_commands(std::string_view script) {
  std::vector<ShellCommand> commands;
  std::size_t lists = 0;
  ScriptReader(script, 0, 0, lists, commands).read();
  return commands;
}

ShellCommand command_of_words(std::vector<std::string> words) {
  ShellCommand command;
  auto first = words.begin();
  while (first != words.end() && contains(kWrappers, *first)) {
    command.sudo = command.sudo || *first == "sudo";
    do
      ++first;
    while (first != words.end() && (first->starts_with('-') || is_assignment(*first)));
  }
  command.words.assign(std::make_move_iterator(first), std::make_move_iterator(words.end()));
  return command;
}

} // namespace portique::inspect::dockerfile
