#pragma once

// JSON as Go's encoding/json reads it into a struct, so that a gate sees the same values as the
// engine: member names match whatever their case, null leaves a scalar as it was and clears what
// can be nil, a repeated scalar counts with its last value, a repeated object is merged into the
// first. https://pkg.go.dev/encoding/json#Unmarshal

#include <cstdint>
#include <span>
#include <string_view>

#include <boost/json.hpp>

#include "portique/base/result.h"

namespace portique::access {

struct GoMember;

/// A Go type, as far as decoding depends on it.
struct GoType {
  enum class Kind : std::uint8_t {
    Any,
    Bool,
    Integer,
    Real,
    Text,
    Texts, ///< strslice.StrSlice: a list of strings, or one string
    List,
    Map, ///< keys are told apart by case
    Struct,
  };

  Kind kind = Kind::Any;
  const GoType* element = nullptr;     ///< of a List or a Map
  std::span<const GoMember> members{}; ///< of a Struct, embedded ones among them
};

struct GoMember {
  std::string_view name; ///< as the engine spells it
  const GoType* type = nullptr;
  bool pointer = false; ///< null makes it absent
};

/// One JSON value that is all of `text`. Names of known members come out in the engine's spelling,
/// unknown ones as they are; nulls are left out. What Go would refuse is refused, and beyond that:
/// trailing content, invalid UTF-8, lone surrogates, lists that stand twice (Go re-uses the
/// elements of the first), and what is over the limits.
base::Result<boost::json::value> read_go_json(std::string_view text, const GoType& type);

/// Of a text, "" for any other value. Borrowed.
std::string_view json_text(const boost::json::value& value);

} // namespace portique::access
