// Instructions of a Dockerfile (https://docs.docker.com/reference/dockerfile/) out of its logical
// lines. What BuildKit refuses is a problem with its line, and the rest is read all the same: a
// file that does not build still has findings.
#include "portique/inspect/dockerfile/dockerfile.h"

#include <algorithm>
#include <array>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/inspect/dockerfile/expand.h"
#include "portique/inspect/dockerfile/logical_lines.h"

namespace portique::inspect::dockerfile {

namespace {

constexpr std::array<std::string_view, 18> kKeywords{"ADD",
                                                     "ARG",
                                                     "CMD",
                                                     "COPY",
                                                     "ENTRYPOINT",
                                                     "ENV",
                                                     "EXPOSE",
                                                     "FROM",
                                                     "HEALTHCHECK",
                                                     "LABEL",
                                                     "RUN",
                                                     "MAINTAINER",
                                                     "ONBUILD",
                                                     "SHELL",
                                                     "USER",
                                                     "VOLUME",
                                                     "WORKDIR",
                                                     "STOPSIGNAL"};

/// Instructions whose words see variables; RUN, CMD and ENTRYPOINT leave them to the shell.
constexpr std::array<std::string_view, 9> kExpanded{
    "ADD", "COPY", "EXPOSE", "FROM", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"};

/// Set by the builder without any ARG: in every stage, and for FROM.
constexpr std::array<std::string_view, 11> kPredefined{"http_proxy",
                                                       "HTTP_PROXY",
                                                       "https_proxy",
                                                       "HTTPS_PROXY",
                                                       "ftp_proxy",
                                                       "FTP_PROXY",
                                                       "no_proxy",
                                                       "NO_PROXY",
                                                       "all_proxy",
                                                       "ALL_PROXY",
                                                       "PATH"};
constexpr std::array<std::string_view, 10> kPlatformArguments{"TARGETPLATFORM",
                                                              "TARGETOS",
                                                              "TARGETARCH",
                                                              "TARGETVARIANT",
                                                              "TARGETOSVERSION",
                                                              "BUILDPLATFORM",
                                                              "BUILDOS",
                                                              "BUILDARCH",
                                                              "BUILDVARIANT",
                                                              "TARGETSTAGE"};

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

/// The end of the word that begins at `from`, quotes and escapes considered.
std::size_t word_end(std::string_view text, std::size_t from, char escape) {
  char quote = 0;
  for (std::size_t i = from; i < text.size(); ++i) {
    const char c = text[i];
    if (c == escape && quote != '\'' && i + 1 < text.size())
      ++i;
    else if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'')
      quote = c;
    else if (base::is_space(c))
      return i;
  }
  return text.size();
}

std::size_t skip_blanks(std::string_view text, std::size_t from) {
  while (from < text.size() && base::is_space(text[from]))
    ++from;
  return from;
}

/// Takes "--name=value" words off the front; returns where the rest begins.
std::size_t take_flags(std::string_view text, std::size_t from, char escape, Instruction& out) {
  while (true) {
    from = skip_blanks(text, from);
    if (!text.substr(from).starts_with("--")) return from;
    const std::size_t end = word_end(text, from, escape);
    const std::string_view word = text.substr(from + 2, end - from - 2);
    from = end;
    if (word.empty()) return skip_blanks(text, from); // "--" alone ends the flags
    const std::size_t equals = word.find('=');
    out.flags.push_back(
        {base::to_lower(word.substr(0, equals)),
         equals == std::string_view::npos ? std::string() : std::string(word.substr(equals + 1))});
  }
}

/// The elements if the text is a JSON list of strings.
std::optional<std::vector<std::string>> json_words(std::string_view text) {
  text = base::trim(text);
  if (!text.starts_with('[')) return std::nullopt;
  const auto value = base::parse_json(text);
  const boost::json::array* array = value ? base::json_array(&*value) : nullptr;
  if (array == nullptr) return std::nullopt;
  std::vector<std::string> words;
  for (const boost::json::value& element : *array) {
    if (!element.is_string()) return std::nullopt;
    words.emplace_back(element.get_string());
  }
  return words;
}

bool takes_json(std::string_view keyword) {
  return keyword == "RUN" || keyword == "CMD" || keyword == "ENTRYPOINT" || keyword == "SHELL" ||
         keyword == "ADD" || keyword == "COPY" || keyword == "VOLUME" || keyword == "HEALTHCHECK";
}

/// "name=value name2=value2", or the old "name value".
void read_pairs(std::string_view text, char escape, Instruction& out) {
  const std::vector<std::string> words = raw_words(text, escape);
  if (words.empty()) return;
  if (out.keyword != "ARG" && !words.front().contains('=')) {
    const std::size_t end = word_end(text, skip_blanks(text, 0), escape);
    out.legacy_pairs = true;
    out.pairs.push_back({words.front(), std::string(base::trim(text.substr(end)))});
    return;
  }
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos)
      out.pairs.push_back({word, std::nullopt});
    else
      out.pairs.push_back({word.substr(0, equals), word.substr(equals + 1)});
  }
}

class Reader {
public:
  Reader(Dockerfile& file, const base::Limits& limits, const BuildArguments& arguments)
      : file_(&file), limits_(&limits), given_(&arguments) {
    for (const std::string_view name : kPredefined)
      builder_.emplace(name, std::nullopt);
    for (const std::string_view name : kPlatformArguments)
      global_.emplace(name, std::nullopt);
  }

  base::Result<void> read(std::string_view text) {
    std::vector<LogicalLine> lines = logical_lines(text, *file_);
    if (lines.size() > limits_->dockerfile_instructions)
      return base::fail(base::Code::LimitExceeded,
                        "more than " + std::to_string(limits_->dockerfile_instructions) +
                            " instructions");
    for (LogicalLine& line : lines)
      read_line(line);
    if (file_->stages.empty()) problem(1, "there is no FROM");
    return {};
  }

private:
  void problem(std::uint32_t line, std::string message) {
    constexpr std::size_t kKept = 100; // a file of garbage must not become a report of garbage
    if (file_->problems.size() < kKept) file_->problems.push_back({line, std::move(message)});
  }

  void read_line(LogicalLine& line) {
    auto instruction = instruction_of(line, 0);
    if (!instruction) return;
    if (instruction->keyword == "ONBUILD") {
      // The trigger is read like an instruction of its own.
      auto trigger = instruction_of(line, line.text.size() - instruction->text.size());
      if (!trigger) return;
      if (trigger->keyword == "ONBUILD" || trigger->keyword == "FROM" ||
          trigger->keyword == "MAINTAINER") {
        problem(line.lines.first, trigger->keyword + " is not allowed behind ONBUILD");
        return;
      }
      trigger->on_build = true;
      instruction = std::move(trigger);
    }
    place(std::move(*instruction));
  }

  std::optional<Instruction> instruction_of(const LogicalLine& line, std::size_t from) {
    const std::string_view text = line.text;
    const std::size_t begin = skip_blanks(text, from);
    std::size_t end = begin;
    while (end < text.size() && !base::is_space(text[end]))
      ++end;
    Instruction out;
    out.keyword = upper(text.substr(begin, end - begin));
    out.lines = line.lines;
    if (std::ranges::find(kKeywords, out.keyword) == kKeywords.end()) {
      problem(line.lines.first,
              "there is no instruction '" + base::printable(out.keyword.substr(0, 40)) + "'");
      return std::nullopt;
    }
    std::size_t rest = take_flags(text, end, file_->escape, out);
    std::string_view arguments = text.substr(rest);
    while (!arguments.empty() && base::is_space(arguments.back()))
      arguments.remove_suffix(1);
    out.text = arguments;
    for (const LineStart& start : line.starts)
      out.line_starts.push_back({start.offset < rest ? 0 : start.offset - rest, start.line});
    out.heredocs = line.heredocs;
    if (out.text.empty() && out.keyword != "ONBUILD") {
      problem(line.lines.first, out.keyword + " needs an argument");
      return std::nullopt;
    }
    read_arguments(out);
    return out;
  }

  void read_arguments(Instruction& out) {
    if (out.keyword == "ENV" || out.keyword == "LABEL" || out.keyword == "ARG") {
      read_pairs(out.text, file_->escape, out);
      if (out.keyword == "ENV" && out.legacy_pairs && out.pairs.front().value->empty())
        problem(out.lines.first, "ENV needs a name and a value");
      return;
    }
    std::string_view text = out.text;
    if (out.keyword == "HEALTHCHECK") {
      const std::string word = upper(text.substr(0, word_end(text, 0, file_->escape)));
      if (word != "CMD" && word != "NONE")
        problem(out.lines.first, "HEALTHCHECK takes CMD or NONE");
      text.remove_prefix(word.size());
    }
    if (takes_json(out.keyword)) {
      if (auto words = json_words(text)) {
        out.json = true;
        out.words = std::move(*words);
        return;
      }
    }
    if (out.keyword == "SHELL") problem(out.lines.first, "SHELL takes a JSON list of strings");
    out.words = raw_words(text, file_->escape);
  }

  /// Where an instruction belongs, and what it declares.
  void place(Instruction instruction) {
    if (instruction.keyword == "FROM") {
      begin_stage(std::move(instruction));
      return;
    }
    if (file_->stages.empty()) {
      if (instruction.keyword != "ARG") {
        problem(instruction.lines.first, instruction.keyword + " stands before FROM");
        return;
      }
      declare(instruction, global_);
      file_->arguments.push_back(std::move(instruction));
      return;
    }
    resolve(instruction);
    Stage& stage = file_->stages.back();
    stage.instructions.push_back(std::move(instruction));
  }

  void note_undefined(const Expansion& expansion, const Instruction& instruction) {
    constexpr std::size_t kKept = 1000;
    for (const std::string& name : expansion.undefined)
      if (file_->undefined.size() < kKept)
        file_->undefined.emplace_back(name, instruction.lines.first);
  }

  /// What ARG and ENV set. The names of one ENV do not see each other; those of one ARG do.
  void declare(const Instruction& instruction, Variables& variables) {
    std::vector<std::pair<std::string, std::optional<std::string>>> values;
    const bool at_once = instruction.keyword == "ENV";
    for (const NamedValue& pair : instruction.pairs) {
      std::optional<std::string> value;
      const auto given = at_once ? given_->end() : given_->find(pair.name);
      if (given != given_->end()) {
        value = given->second;
      } else if (pair.value) {
        Expansion expansion = expand(*pair.value, variables, file_->escape);
        if (!expansion.unknown) value = std::move(expansion.text);
      } else if (const auto global = global_.find(pair.name); global != global_.end()) {
        value = global->second; // in a stage the value of the global declaration comes in
      }
      if (at_once)
        values.emplace_back(pair.name, std::move(value));
      else if (environments_.empty() || !environments_.back().contains(pair.name))
        variables.insert_or_assign(pair.name, std::move(value)); // ENV goes before ARG
    }
    for (auto& [name, value] : values) {
      environments_.back().insert_or_assign(name, value);
      variables.insert_or_assign(name, std::move(value));
    }
  }

  void resolve(Instruction& instruction) {
    if (instruction.keyword == "ENV" || instruction.keyword == "ARG") {
      declare(instruction, variables_);
      return;
    }
    for (Flag& flag : instruction.flags) {
      const Expansion value = expand(flag.value, variables_, file_->escape);
      if (!value.unknown) flag.value = value.text;
    }
    if (std::ranges::find(kExpanded, instruction.keyword) == kExpanded.end()) return;
    for (const std::string& word : instruction.words) {
      const Expansion value = expand(word, variables_, file_->escape);
      instruction.unknown = instruction.unknown || value.unknown;
      instruction.substituted.push_back(value.text);
    }
  }

  /// A stage sees the environment of the stage it is based on. Copies are paid for: stages of large
  /// environments would fill any memory. What is not copied is unknown.
  void inherit(const Variables& environment) {
    constexpr std::size_t kMostBytes = 32ULL << 20U;
    for (const auto& [name, value] : environment)
      copied_ += 100 + name.size() + (value ? value->size() : 0);
    if (copied_ < kMostBytes) variables_ = environment;
  }

  void begin_stage(Instruction from) {
    Stage stage;
    const auto& words = from.words;
    const Expansion base = expand(words.front(), global_, file_->escape);
    note_undefined(base, from);
    stage.written = words.front();
    stage.base = base.text;
    stage.known = !base.unknown;
    if (const std::string* platform = from.flag("platform")) stage.platform = *platform;
    if (words.size() == 3 && base::equals_ignore_case(words[1], "AS"))
      stage.name = base::to_lower(words[2]);
    else if (words.size() != 1)
      problem(from.lines.first, "FROM takes an image and, behind AS, a name");
    variables_ = builder_;
    const std::string wanted = base::to_lower(stage.base);
    for (std::size_t i = 0; i < file_->stages.size(); ++i)
      if (stage.known && !wanted.empty() && file_->stages[i].name == wanted) stage.parent = i;
    if (stage.parent) inherit(environments_[*stage.parent]);
    environments_.push_back(variables_);
    stage.from = std::move(from);
    file_->stages.push_back(std::move(stage));
  }

  Dockerfile* file_;
  const base::Limits* limits_;
  const BuildArguments* given_;
  Variables builder_;
  Variables global_;
  Variables variables_;
  std::vector<Variables> environments_; ///< what ENV set in each stage
  std::size_t copied_ = 0;
};

} // namespace

const std::string* Instruction::flag(std::string_view name) const {
  const auto found = std::ranges::find(flags, name, &Flag::name);
  return found == flags.end() ? nullptr : &found->value;
}

std::uint32_t Instruction::line_at(std::size_t offset) const {
  std::uint32_t line = lines.first;
  for (const LineStart& start : line_starts) {
    if (start.offset > offset) break;
    line = start.line;
  }
  return line;
}

base::Result<Dockerfile> parse_dockerfile(std::string_view text,
                                          const base::Limits& limits,
                                          const BuildArguments& arguments) {
  if (text.size() > limits.dockerfile_bytes)
    return base::fail(base::Code::LimitExceeded,
                      "larger than " + std::to_string(limits.dockerfile_bytes) + " bytes");
  if (text.contains('\0')) return base::fail(base::Code::Malformed, "not a text");
  Dockerfile file;
  PQ_TRY(Reader(file, limits, arguments).read(text));
  return file;
}

} // namespace portique::inspect::dockerfile
