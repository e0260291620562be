#pragma once

// What is wrong with a policy, and where: file, line, column, and the line itself with a caret.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/yaml.h"
#include "portique/policy/syntax.h"

namespace portique::policy {

enum class Level : std::uint8_t { Note, Warning, Error };

/// "note", "warning", "error".
std::string_view level_name(Level level);

struct Diagnostic {
  Level level = Level::Error;
  std::string file;
  std::uint32_t line = 0; ///< from 1; 0: it is about no line
  std::uint32_t column = 0;
  std::string message;
  std::string excerpt; ///< the line, or what surrounds the place in a long one; "" if there is none
  std::uint32_t caret = 0; ///< offset of the place in the excerpt
  std::uint32_t length = 1;
  bool expired = false; ///< about an exception that no longer counts

  /// "FILE:LINE:COLUMN: error: MESSAGE", and below it the line and the caret.
  [[nodiscard]] std::string text() const;

  /// The first line of text().
  [[nodiscard]] std::string headline() const;
};

/// A file that a policy was read from.
struct SourceFile {
  std::string name;
  std::string text;
};

/// A diagnostic about a place of a file.
Diagnostic diagnostic_at(Level level,
                         const SourceFile& file,
                         base::YamlPlace place,
                         std::string message,
                         std::uint32_t length = 1);

/// A condition with where each part of its text was written; `append` joins several.
class ConditionText {
public:
  ConditionText() = default;

  /// What a YAML scalar holds. `file` is shared by all that was written in it.
  ConditionText(std::shared_ptr<const SourceFile> file, const base::YamlNode& scalar);

  /// A text of our own making, told as if it stood at `place`.
  ConditionText(std::shared_ptr<const SourceFile> file, base::YamlPlace place, std::string text);

  void append(const ConditionText& more);

  [[nodiscard]] const std::string& text() const { return text_; }

  [[nodiscard]] Diagnostic diagnostic(Level level, const Complaint& complaint) const;

private:
  struct Segment {
    std::uint32_t begin = 0; ///< in text_
    std::uint32_t end = 0;
    std::shared_ptr<const SourceFile> file; ///< shared: a condition may come from several files
    base::YamlPlace place;
    bool exact = true; ///< the text stands there
  };

  std::string text_;
  std::vector<Segment> segments_;
};

} // namespace portique::policy
