#pragma once

// A command's words, told into flags and arguments as Docker's client does it (spf13/pflag).

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "portique/base/result.h"

namespace portique::access {

/// Where flags may stand.
enum class FlagPlaces : std::uint8_t {
  Anywhere,       ///< between arguments, too
  BeforeArguments ///< what follows the first argument belongs to the container (run, exec)
};

class Words {
public:
  /// `flags` lists what the command knows: "f,force v,volumes signal,s=" - names of one flag with
  /// commas, the long one being how it is asked for; "=" marks one that takes a value.
  /// Code::InvalidArgument for others.
  static base::Result<Words>
  parse(std::span<const std::string> words, std::string_view flags, FlagPlaces places);

  [[nodiscard]] const std::vector<std::string>& arguments() const { return arguments_; }

  [[nodiscard]] bool has(std::string_view flag) const;
  /// A flag without value: given, and not as "--flag=false".
  [[nodiscard]] bool is_on(std::string_view flag, bool otherwise = false) const;
  /// The last value given.
  [[nodiscard]] std::string value(std::string_view flag, std::string_view otherwise = {}) const;
  [[nodiscard]] std::vector<std::string> values(std::string_view flag) const;

private:
  std::vector<std::pair<std::string, std::string>> given_; ///< long name, value
  std::vector<std::string> arguments_;
};

/// As Go's strconv.ParseBool takes it.
std::optional<bool> parse_go_bool(std::string_view text);

} // namespace portique::access
