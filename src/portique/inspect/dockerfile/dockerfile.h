#pragma once

// A Dockerfile as its author wrote it: stages, instructions with their flags, words and
// here-documents, each with its lines.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/model/finding.h"

namespace portique::inspect::dockerfile {

struct Flag {
  std::string name;  ///< "from" of "--from=build"
  std::string value; ///< "" if there is none
};

/// "<<EOF" and what it brings.
struct Heredoc {
  std::string name;
  std::string content;
  bool expand = true;      ///< the name was not quoted: variables in it count
  bool strip_tabs = false; ///< "<<-": already done to the content
  std::uint32_t line = 0;  ///< of the first line of the content
};

struct NamedValue {
  std::string name;
  std::optional<std::string> value; ///< as written, with quotes; nothing for "ARG name"
};

/// Where a part of a joined text stands in the file.
struct LineStart {
  std::size_t offset = 0;
  std::uint32_t line = 0;
};

struct Instruction {
  std::string keyword;    ///< in capitals: "RUN"
  model::LineRange lines; ///< continuation lines and here-documents belong to it
  std::vector<Flag> flags;
  std::string text; ///< behind keyword and flags, lines joined, variables as written
  std::vector<LineStart> line_starts;   ///< of `text`
  bool json = false;                    ///< the exec form; `words` are the elements
  std::vector<std::string> words;       ///< as written, with quotes, unless it is the exec form
  std::vector<NamedValue> pairs;        ///< of ENV, ARG and LABEL
  bool legacy_pairs = false;            ///< "ENV name value"
  std::vector<Heredoc> heredocs;        ///< of RUN, COPY and ADD
  bool on_build = false;                ///< behind ONBUILD
  std::vector<std::string> substituted; ///< words with quotes and variables resolved
  bool unknown = false; ///< a variable in `substituted` has no value that is known here

  [[nodiscard]] const std::string* flag(std::string_view name) const;
  /// The line that holds a byte of `text`.
  [[nodiscard]] std::uint32_t line_at(std::size_t offset) const;
};

struct Stage {
  std::string name;    ///< in small letters, "" if it has none
  std::string base;    ///< variables resolved
  bool known = true;   ///< no variable of the base's name is without a value
  std::string written; ///< the base as written
  std::string platform;
  Instruction from;
  std::vector<Instruction> instructions; ///< behind FROM
  std::optional<std::size_t> parent;     ///< the stage that the base names
};

struct Comment {
  std::uint32_t line = 0;
  std::string text; ///< behind "#", without blanks around
};

/// What the reader could not make sense of; the rest was read.
struct Problem {
  std::uint32_t line = 0;
  std::string message;
};

struct Dockerfile {
  std::string syntax; ///< the frontend of "# syntax=", "" if there is none
  std::uint32_t syntax_line = 0;
  char escape = '\\';
  std::vector<Instruction> arguments; ///< ARG before the first FROM
  std::vector<Stage> stages;
  std::vector<Comment> comments;
  std::vector<Problem> problems;
  /// Variables that a FROM uses and that nothing declares: name and line.
  std::vector<std::pair<std::string, std::uint32_t>> undefined;

  /// The last one, which the image is made of.
  [[nodiscard]] const Stage* final_stage() const {
    return stages.empty() ? nullptr : &stages.back();
  }
};

/// Values of `--build-arg`; they go before what ARG itself says.
using BuildArguments = std::map<std::string, std::string, std::less<>>;

/// Fails only for what is no text or too large; all else is a problem with a line.
base::Result<Dockerfile> parse_dockerfile(std::string_view text,
                                          const base::Limits& limits,
                                          const BuildArguments& arguments = {});

} // namespace portique::inspect::dockerfile
