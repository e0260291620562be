#pragma once

// Variables in the words of a Dockerfile: https://docs.docker.com/reference/dockerfile/
// #environment-replacement.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portique::inspect::dockerfile {

/// What is declared at some point: a name without value is known and set when the image is built.
using Variables = std::map<std::string, std::optional<std::string>, std::less<>>;

struct Expansion {
  std::string text;                   ///< a variable without a known value is left out
  bool unknown = false;               ///< there was one
  std::vector<std::string> undefined; ///< names that nothing declares
};

/// Resolves variables, quotes and escapes of one word: $NAME, ${NAME} and the forms with :- - :+ +
/// :? ? # ## % %% / //. A value longer than any real one counts as unknown.
Expansion expand(std::string_view word, const Variables& variables, char escape);

} // namespace portique::inspect::dockerfile
