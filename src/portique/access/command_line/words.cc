#include "portique/access/command_line/words.h"

#include <algorithm>

#include "portique/base/text.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

struct Flag {
  std::string name;                    ///< the longest of its names
  std::vector<std::string_view> names; ///< all of them
  bool takes_value = false;
};

std::vector<Flag> flags_of(std::string_view text) {
  std::vector<Flag> flags;
  for (std::string_view one : base::split(text, ' ')) {
    if (one.empty()) continue;
    Flag flag;
    flag.takes_value = one.ends_with('=');
    if (flag.takes_value) one.remove_suffix(1);
    flag.names = base::split(one, ',');
    flag.name = std::string(*std::ranges::max_element(flag.names, {}, &std::string_view::size));
    flags.push_back(std::move(flag));
  }
  return flags;
}

const Flag* find(const std::vector<Flag>& flags, std::string_view name, bool is_short) {
  for (const Flag& flag : flags)
    for (const std::string_view known : flag.names)
      if (known == name && (known.size() == 1) == is_short) return &flag;
  return nullptr;
}

std::unexpected<base::Error> unknown(std::string_view word) {
  return fail(Code::InvalidArgument, "unknown flag '" + base::printable(word) + "'");
}

class Parser {
public:
  Parser(std::span<const std::string> words, std::vector<Flag> flags)
      : words_(words), flags_(std::move(flags)) {}

  base::Result<void> run(FlagPlaces places,
                         std::vector<std::pair<std::string, std::string>>& given,
                         std::vector<std::string>& arguments) {
    while (next_ < words_.size()) {
      const std::string& word = words_[next_++];
      if (word == "--") break;
      if (word.size() < 2 || word[0] != '-') {
        arguments.push_back(word);
        if (places == FlagPlaces::BeforeArguments) break;
      } else if (word[1] == '-') {
        PQ_TRY(long_flag(std::string_view(word).substr(2), given));
      } else {
        PQ_TRY(short_flags(std::string_view(word).substr(1), given));
      }
    }
    arguments.insert(
        arguments.end(), words_.begin() + static_cast<std::ptrdiff_t>(next_), words_.end());
    return {};
  }

private:
  using Given = std::vector<std::pair<std::string, std::string>>;

  base::Result<std::string> following(std::string_view flag) {
    if (next_ == words_.size())
      return fail(Code::InvalidArgument, "the flag '" + base::printable(flag) + "' needs a value");
    return words_[next_++];
  }

  static base::Result<std::string> switched(std::string_view flag, std::string_view value) {
    const auto on = parse_go_bool(value);
    if (!on)
      return fail(Code::InvalidArgument,
                  "the flag '" + base::printable(flag) + "' is true or false, not '" +
                      base::printable(value) + "'");
    return std::string(*on ? "true" : "false");
  }

  base::Result<void> long_flag(std::string_view text, Given& given) {
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    const Flag* flag = find(flags_, name, false);
    if (flag == nullptr) return unknown("--" + std::string(name));
    std::string value = "true";
    if (equals != std::string_view::npos) {
      value = text.substr(equals + 1);
      if (!flag->takes_value) value = PQ_TRY(switched(name, value));
    } else if (flag->takes_value) {
      value = PQ_TRY(following(name));
    }
    given.emplace_back(flag->name, std::move(value));
    return {};
  }

  /// "-it", "-p80:80", "-p=80:80".
  base::Result<void> short_flags(std::string_view text, Given& given) {
    while (!text.empty()) {
      const std::string_view name = text.substr(0, 1);
      const Flag* flag = find(flags_, name, true);
      if (flag == nullptr) return unknown("-" + std::string(name));
      text.remove_prefix(1);
      const bool equals = text.size() > 1 && text.starts_with('=');
      std::string value = "true";
      if (equals || (flag->takes_value && !text.empty())) {
        value = text.substr(equals ? 1 : 0);
        text = {};
        if (!flag->takes_value) value = PQ_TRY(switched(name, value));
      } else if (flag->takes_value) {
        value = PQ_TRY(following(name));
      }
      given.emplace_back(flag->name, std::move(value));
    }
    return {};
  }

  std::span<const std::string> words_;
  std::vector<Flag> flags_;
  std::size_t next_ = 0;
};

} // namespace

std::optional<bool> parse_go_bool(std::string_view text) {
  for (const std::string_view yes : {"1", "t", "T", "TRUE", "true", "True"})
    if (text == yes) return true;
  for (const std::string_view no : {"0", "f", "F", "FALSE", "false", "False"})
    if (text == no) return false;
  return std::nullopt;
}

base::Result<Words>
Words::parse(std::span<const std::string> words, std::string_view flags, FlagPlaces places) {
  Words parsed;
  Parser parser(words, flags_of(flags));
  PQ_TRY(parser.run(places, parsed.given_, parsed.arguments_));
  return parsed;
}

bool Words::has(std::string_view flag) const {
  return std::ranges::any_of(given_, [&](const auto& one) { return one.first == flag; });
}

bool Words::is_on(std::string_view flag, bool otherwise) const {
  return value(flag, otherwise ? "true" : "false") == "true";
}

std::string Words::value(std::string_view flag, std::string_view otherwise) const {
  std::string last(otherwise);
  for (const auto& [name, given] : given_)
    if (name == flag) last = given;
  return last;
}

std::vector<std::string> Words::values(std::string_view flag) const {
  std::vector<std::string> all;
  for (const auto& [name, given] : given_)
    if (name == flag) all.push_back(given);
  return all;
}

} // namespace portique::access
