#include "portique/report/spdx_licence.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "portique/base/digest.h"
#include "portique/base/text.h"
#include "portique/report/spdx_licence_names.h"

namespace portique::report {

namespace {

/// Longer texts are licences in full, not their names.
constexpr std::size_t kLongestText = 2000;

constexpr int kDeepest = 20;

enum class Operator : std::uint8_t { None, And, Or, With, Open, Close };

struct Token {
  Operator is = Operator::None;
  std::string word;
};

/// An expression and how tightly its outermost operator binds.
struct Part {
  std::string text;
  Operator outermost = Operator::None;
};

Operator operator_of(std::string_view word) {
  const std::string lower = base::to_lower(word);
  const std::string_view text = lower;
  if (text == "and" || text == "&" || text == "and/or" || text == ";" || text == ",")
    return Operator::And;
  if (text == "or" || text == "|" || text == "||") return Operator::Or;
  if (text == "with" || text == "w/") return Operator::With;
  return Operator::None;
}

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  std::string word;
  const auto end_word = [&] {
    if (word.empty()) return;
    const Operator is = operator_of(word);
    tokens.push_back({is, std::exchange(word, {})});
  };
  for (const char c : text) {
    if (base::is_space(c) || c == '(' || c == ')' || c == ',' || c == ';') end_word();
    if (c == '(') tokens.push_back({Operator::Open, "("});
    if (c == ')') tokens.push_back({Operator::Close, ")"});
    if (c == ',' || c == ';') tokens.push_back({Operator::And, ","});
    if (!base::is_space(c) && c != '(' && c != ')' && c != ',' && c != ';') word += c;
  }
  end_word();
  return tokens;
}

/// The GNU licences under the many ways to write their versions: "GPLv2+", "LGPL-2.1", "GPL2",
/// "GPL (>= 2)" without its brackets, "GFDL-NIV-1.3+".
std::string gnu_licence(std::string_view text) {
  struct Family {
    std::string_view name;
    std::string_view oldest;
    std::string_view versions; ///< those that SPDX has
  };

  constexpr std::array kFamilies{Family{"agpl", "1.0", "1.0 3.0"},
                                 Family{"lgpl", "2.0", "2.0 2.1 3.0"},
                                 Family{"gpl", "1.0", "1.0 2.0 3.0"},
                                 Family{"gfdl-niv", "1.1", "1.1 1.2 1.3"},
                                 Family{"gfdl", "1.1", "1.1 1.2 1.3"}};
  const std::string lower = base::to_lower(text);
  std::string_view rest = lower;
  const auto* family = std::ranges::find_if(
      kFamilies, [&](const Family& known) { return rest.starts_with(known.name); });
  if (family == kFamilies.end()) return {};
  rest.remove_prefix(family->name.size());
  while (!rest.empty() && (rest.front() == '-' || rest.front() == ' ' || rest.front() == 'v'))
    rest.remove_prefix(1);
  bool later = false;
  for (const std::string_view mark : {"+", "-or-later", " or later", " or newer"}) {
    if (!rest.ends_with(mark)) continue;
    rest.remove_suffix(mark.size());
    later = true;
  }
  if (rest.ends_with("-only")) rest.remove_suffix(5);
  std::string version(rest);
  if (version.empty()) {
    // Without a version any of them may be chosen.
    if (family->name == "agpl") return {};
    version = family->oldest;
    later = true;
  }
  if (version.find('.') == std::string::npos) version += ".0";
  if (family->versions.find(version) == std::string_view::npos || version.size() != 3) return {};
  std::string id = family->name == "gfdl-niv" ? "GFDL-" : "";
  if (id.empty()) {
    for (const char c : family->name)
      id += static_cast<char>(c - 'a' + 'A');
    id += '-';
  }
  id += version;
  if (family->name == "gfdl-niv") id += "-no-invariants";
  return id + (later ? "-or-later" : "-only");
}

bool is_gnu_id(std::string_view id) {
  return id.starts_with("GPL-") || id.starts_with("LGPL-") || id.starts_with("AGPL-") ||
         id.starts_with("GFDL-");
}

std::string bracketed(const Part& part, Operator inside) {
  const bool loose = part.outermost == Operator::Or && inside == Operator::And;
  return loose ? "(" + part.text + ")" : part.text;
}

/// Reads one text; what it refers to is gathered beside.
class LicenceParser {
public:
  explicit LicenceParser(std::vector<LicenceReference>& references) : references_(&references) {}

  Part parse(std::string_view text) {
    text = base::trim(text);
    if (text.size() > kLongestText) return reference(text);
    if (auto whole = known(text)) return *whole;
    tokens_ = tokens_of(text);
    next_ = 0;
    const std::size_t before = references_->size();
    auto part = alternatives(0);
    if (part && next_ == tokens_.size()) return *part;
    references_->resize(before);
    return reference(text);
  }

private:
  /// A licence by its identifier or by a name of it.
  static std::optional<Part> known(std::string_view text) {
    if (text.empty()) return std::nullopt;
    if (std::string gnu = gnu_licence(text); !gnu.empty()) return Part{std::move(gnu)};
    if (const auto id = spdx_licence_id(text); !id.empty()) return Part{std::string(id)};
    // "Apache-2.0+": this version or a later one.
    if (text.ends_with('+'))
      if (const auto id = spdx_licence_id(text.substr(0, text.size() - 1));
          !id.empty() && !is_gnu_id(id))
        return Part{std::string(id) + "+"};
    const auto expression = spdx_expression_of_name(text);
    if (expression.empty()) return std::nullopt;
    const bool choice = expression.find(" OR ") != std::string_view::npos;
    return Part{std::string(expression), choice ? Operator::Or : Operator::None};
  }

  Part reference(std::string_view text) {
    LicenceReference reference{reference_id(text), std::string(text)};
    std::string id = reference.id;
    if (std::ranges::find(*references_, reference) == references_->end())
      references_->push_back(std::move(reference));
    return {std::move(id)};
  }

  /// The same text has the same id, and other texts have others.
  static std::string reference_id(std::string_view text) {
    constexpr std::size_t kLongestName = 64;
    if (text.starts_with("LicenseRef-") && text.size() <= kLongestName &&
        std::ranges::all_of(text, is_id_char))
      return std::string(text);
    std::string name;
    bool faithful = true;
    for (const char c : text.substr(0, kLongestName)) {
      if (is_id_char(c)) {
        name += c;
      } else {
        faithful = faithful && c == ' ';
        if (!name.empty() && name.back() != '-') name += '-';
      }
    }
    if (!faithful || text.size() > kLongestName || name.empty() || name.back() == '-')
      name += (name.empty() || name.back() == '-' ? "" : "-") +
              std::string(base::digest_of(base::as_bytes(text)).hex().substr(0, 8));
    return "LicenseRef-" + name;
  }

  static bool is_id_char(char c) { return base::is_alnum(c) || c == '.' || c == '-'; }

  [[nodiscard]] Operator peek() const {
    return next_ < tokens_.size() ? tokens_[next_].is : Operator::Close;
  }

  std::optional<Part> alternatives(int depth) { return chain(Operator::Or, depth); }

  /// Parts joined by one operator: AND binds tighter than OR.
  std::optional<Part> chain(Operator by, int depth) {
    if (depth > kDeepest) return std::nullopt;
    const auto operand = [&] {
      return by == Operator::Or ? chain(Operator::And, depth) : term(depth);
    };
    auto first = operand();
    if (!first) return std::nullopt;
    std::vector<Part> parts{std::move(*first)};
    while (next_ < tokens_.size() && continues(by)) {
      auto part = operand();
      if (!part) return std::nullopt;
      if (std::ranges::find(parts, part->text, &Part::text) == parts.end())
        parts.push_back(std::move(*part));
    }
    if (parts.size() == 1) return std::move(parts.front());
    Part joined{{}, by};
    for (const Part& part : parts)
      joined.text += (joined.text.empty()  ? ""
                      : by == Operator::Or ? " OR "
                                           : " AND ") +
                     bracketed(part, by);
    return joined;
  }

  /// Whether another operand follows; its operator is passed over. Two licences side by side hold
  /// together, and a comma before "or" or "and" is decoration.
  bool continues(Operator by) {
    const Operator is = peek();
    if (is == Operator::Close) return false;
    if (by == Operator::Or) {
      if (is != Operator::Or) return false;
      ++next_;
      return true;
    }
    if (is == Operator::And) {
      const bool comma = tokens_[next_].word == ",";
      if (comma && next_ + 1 < tokens_.size() && tokens_[next_ + 1].is == Operator::Or) {
        ++next_;
        return false;
      }
      ++next_;
      if (comma && peek() == Operator::And) ++next_;
      return true;
    }
    return is == Operator::None || is == Operator::Open;
  }

  std::optional<Part> term(int depth) {
    if (peek() == Operator::Open && next_ < tokens_.size()) {
      ++next_;
      auto inside = alternatives(depth + 1);
      if (!inside || next_ >= tokens_.size() || peek() != Operator::Close) return std::nullopt;
      ++next_;
      return inside;
    }
    if (next_ >= tokens_.size() || peek() != Operator::None) return std::nullopt;
    return named();
  }

  [[nodiscard]] std::string words(std::size_t begin, std::size_t end) const {
    std::string text;
    for (std::size_t i = begin; i < end; ++i)
      text += (text.empty() ? "" : " ") + tokens_[i].word;
    return text;
  }

  /// A name of one or more words, and what stands behind "with". The longest that is known counts.
  std::optional<Part> named() {
    const std::size_t begin = next_;
    std::size_t end = begin;
    while (end < tokens_.size() && tokens_[end].is == Operator::None)
      ++end;
    const std::size_t name_end = end;
    const bool with = end < tokens_.size() && tokens_[end].is == Operator::With;
    if (with) {
      ++end;
      while (end < tokens_.size() && tokens_[end].is == Operator::None)
        ++end;
      if (auto all = known(words(begin, end))) { // "BSD with advertising"
        next_ = end;
        return all;
      }
    }
    for (std::size_t stop = name_end; stop > begin; --stop) {
      auto part = known(words(begin, stop));
      if (!part) continue;
      next_ = stop;
      if (stop < name_end || !with) return part;
      return with_exception(std::move(*part), begin, name_end + 1, end);
    }
    next_ = end;
    return reference(words(begin, end));
  }

  std::optional<Part>
  with_exception(Part licence, std::size_t begin, std::size_t exception, std::size_t end) {
    next_ = end;
    const std::string name = words(exception, end);
    std::string_view id = spdx_exception_id(name);
    if (id.empty()) id = spdx_exception_of_name(name);
    const bool single = licence.outermost == Operator::None;
    if (!id.empty() && single) return Part{licence.text + " WITH " + std::string(id)};
    return reference(words(begin, end));
  }

  std::vector<LicenceReference>* references_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
};

} // namespace

SpdxLicence spdx_licence(std::string_view text) {
  const std::string one(text);
  return spdx_licence(std::span(&one, 1));
}

SpdxLicence spdx_licence(std::span<const std::string> texts) {
  SpdxLicence licence;
  LicenceParser parser(licence.references);
  std::vector<Part> parts;
  for (const std::string& text : texts) {
    if (base::trim(text).empty()) continue;
    const std::string utf8 = base::to_utf8(text);
    Part part = parser.parse(utf8);
    if (std::ranges::find(parts, part.text, &Part::text) == parts.end())
      parts.push_back(std::move(part));
  }
  for (const Part& part : parts)
    licence.expression += (licence.expression.empty() ? "" : " AND ") +
                          (parts.size() == 1 ? part.text : bracketed(part, Operator::And));
  licence.single = parts.size() == 1 && licence.expression.find(' ') == std::string::npos;
  return licence;
}

} // namespace portique::report
