#pragma once

// .dockerignore: which files of a build context the engine leaves out
// (https://docs.docker.com/build/concepts/context/#dockerignore-files).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"

namespace portique::image {

class DockerIgnore {
public:
  /// Leaves nothing out.
  DockerIgnore() = default;

  /// Code::LimitExceeded above `ignore_file_bytes`; Code::Malformed for a pattern whose bracket is
  /// not closed, as the engine refuses it.
  static base::Result<DockerIgnore> parse(std::string_view text, const base::Limits& limits);

  /// Whether a path of the context (no leading slash) is left out: the last pattern that fits it or
  /// one of its folders decides.
  [[nodiscard]] bool leaves_out(std::string_view path) const;

  /// Whether a folder need not be looked into: it is left out, and no exception ("!...") can bring
  /// anything below it back.
  [[nodiscard]] bool leaves_out_folder(std::string_view path) const;

private:
  enum class TokenKind : std::uint8_t {
    Literal,
    AnyOne,     ///< "?"
    AnyRun,     ///< "*"
    AnyPath,    ///< "**"
    AnyFolders, ///< "**/"
    OneOf,      ///< "[a-z]"
  };

  struct Token {
    TokenKind kind = TokenKind::Literal;
    char literal = 0;
    bool negated = false;                      ///< OneOf: "[^a]"
    std::vector<std::pair<char, char>> ranges; ///< OneOf
  };

  struct Pattern {
    std::vector<Token> tokens;
    bool exception = false;
  };

  static base::Result<Pattern> parse_pattern(std::string_view text);
  static base::Result<std::size_t> parse_class(std::string_view text, std::size_t at, Token& token);
  static bool one_of(const Token& token, char c);
  static bool fits(const Pattern& pattern, std::string_view path);
  static bool fits_or_folder_does(const Pattern& pattern, std::string_view path);

  std::vector<Pattern> patterns_;
  bool has_exceptions_ = false;
};

} // namespace portique::image
