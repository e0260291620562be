// WWW-Authenticate (RFC 9110, 11.6.1): a list of challenges, each a scheme followed by either a
// token or by parameters, with commas between parameters as between challenges. A word followed by
// '=' is a parameter; any other word begins the next challenge.

#include "portique/image/registry_challenge.h"

#include "portique/base/text.h"

namespace portique::image {

namespace {

constexpr std::size_t kHeaderBytes = 16UL * 1024;

bool is_token_char(char c) {
  return base::is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

/// What a token68 has beyond the characters of a token ("Negotiate a87421000492aa8==").
bool is_token68_char(char c) {
  return is_token_char(c) || c == '/' || c == '=';
}

class ChallengeReader {
public:
  explicit ChallengeReader(std::string_view header) : rest_(header) {}

  std::vector<Challenge> read() {
    std::vector<Challenge> challenges;
    while (true) {
      skip(" \t,");
      const std::string_view word = take_while(is_token_char);
      if (word.empty()) return challenges;
      const std::string_view behind = rest_;
      skip(" \t");
      if (!challenges.empty() && rest_.starts_with('=')) {
        rest_.remove_prefix(1);
        skip(" \t");
        auto value = take_value();
        if (!value) return challenges;
        challenges.back().parameters.emplace_back(base::to_lower(word), std::move(*value));
        continue;
      }
      challenges.push_back({base::to_lower(word), {}});
      skip_token68(behind);
    }
  }

private:
  void skip(std::string_view characters) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(characters), rest_.size()));
  }

  template <typename Predicate> std::string_view take_while(Predicate predicate) {
    std::size_t end = 0;
    while (end < rest_.size() && predicate(rest_[end]))
      ++end;
    const std::string_view taken = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return taken;
  }

  std::optional<std::string> take_value() {
    if (!rest_.starts_with('"')) {
      const std::string_view token = take_while(is_token_char);
      if (token.empty()) return std::nullopt;
      return std::string(token);
    }
    std::string value;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return value;
      }
      if (rest_[i] == '\\' && ++i == rest_.size()) break;
      value += rest_[i];
    }
    return std::nullopt; // the quote is not closed
  }

  /// Passes over a token68, which must be all that stands between a scheme and the next comma.
  void skip_token68(std::string_view behind_scheme) {
    if (!behind_scheme.starts_with(' ')) return;
    const std::string_view before = rest_;
    const std::string_view token = take_while(is_token68_char);
    const bool is_parameter = token.contains('=') && !token.ends_with('=');
    skip(" \t");
    const bool alone = rest_.empty() || rest_.starts_with(',');
    if (token.empty() || !alone || is_parameter) rest_ = before;
  }

  std::string_view rest_;
};

} // namespace

std::string_view Challenge::parameter(std::string_view lower_case_name) const {
  for (const auto& [name, value] : parameters)
    if (name == lower_case_name) return value;
  return {};
}

std::vector<Challenge> parse_challenges(std::string_view header) {
  return ChallengeReader(header.substr(0, kHeaderBytes)).read();
}

} // namespace portique::image
