#pragma once

// Erlang's and Elixir's terms as lock files have them: nothing but values written out.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// One value. Borrows from the text that it was read from.
struct ErlangTerm {
  enum class Kind : std::uint8_t {
    Atom,  ///< hex, :hex, 'hex', true
    Text,  ///< "abc", <<"abc">>
    Other, ///< a number
    Tuple, ///< {a, b}
    List,  ///< [a, b]
    Map,   ///< %{"a" => b, "c": d}
  };

  Kind kind = Kind::Other;
  std::string_view text; ///< of an atom or text, escapes as they are written
  std::string_view key;  ///< of an item of a map or of a keyword list: `hex: :mime`
  std::uint32_t line = 0;
  std::vector<ErlangTerm> items;

  [[nodiscard]] bool is_tuple() const { return kind == Kind::Tuple; }

  /// The text of an item that is an atom or text, "" if there is none.
  [[nodiscard]] std::string_view text_at(std::size_t index) const;

  /// The item, or nullptr.
  [[nodiscard]] const ErlangTerm* at(std::size_t index) const;

  /// The item under a key, or nullptr.
  [[nodiscard]] const ErlangTerm* find(std::string_view wanted) const;
};

enum class ErlangDialect : std::uint8_t {
  Erlang, ///< terms that end with a full stop, as file:consult/1 reads them; '%' begins a comment
  Elixir, ///< one term; '#' begins a comment
};

/// The terms of a file, in their order. Code::Malformed says in which line, Code::LimitExceeded
/// beyond limits.lock_file_values or 32 levels of nesting.
base::Result<std::vector<ErlangTerm>>
parse_erlang_terms(std::string_view text, ErlangDialect dialect, const base::Limits& limits);

/// Those of a file, which borrow from `buffer`; nothing if there is an issue in `analysis` instead.
std::optional<std::vector<ErlangTerm>> read_erlang_terms(const FileContent& file,
                                                         ErlangDialect dialect,
                                                         const base::Limits& limits,
                                                         std::string& buffer,
                                                         Analysis& analysis);

} // namespace portique::inventory
