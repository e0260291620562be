#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace portique::image {

/// One way to log in that a server offers (RFC 9110, 11.6.1).
struct Challenge {
  std::string scheme;                                          ///< in lower case: "bearer", "basic"
  std::vector<std::pair<std::string, std::string>> parameters; ///< names in lower case

  /// The first parameter of that name, or "".
  [[nodiscard]] std::string_view parameter(std::string_view lower_case_name) const;
};

/// The challenges of one WWW-Authenticate header, in their order. What does not fit the grammar
/// ends the list: a server's mistake must not hide the challenges before it.
std::vector<Challenge> parse_challenges(std::string_view header);

} // namespace portique::image
