#include "portique/advisory/vers.h"

#include <algorithm>
#include <array>
#include <utility>

#include "portique/base/text.h"

namespace portique::advisory {

namespace {

using Comparator = Vers::Comparator;

/// The longest ranges published list some hundred versions.
constexpr std::size_t kMaxConstraints = 10'000;

struct Sign {
  std::string_view text;
  Comparator comparator;
};

/// Longer ones first.
constexpr std::array kSigns{
    Sign{">=", Comparator::AtLeast},
    Sign{"<=", Comparator::LessOrEqual},
    Sign{"!=", Comparator::NotEqual},
    Sign{">", Comparator::Greater},
    Sign{"<", Comparator::Less},
    Sign{"=", Comparator::Equal},
};

base::Result<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const std::string_view digits = text.substr(i + 1, 2);
    const auto byte = base::parse_int<unsigned char>(digits, 16);
    if (digits.size() < 2 || !byte)
      return base::fail(base::Code::Malformed, "'%' without two hexadecimal digits");
    out += static_cast<char>(*byte);
    i += 2;
  }
  return out;
}

base::Result<Vers::Constraint> parse_constraint(std::string_view text) {
  Vers::Constraint constraint;
  for (const Sign& sign : kSigns)
    if (text.starts_with(sign.text)) {
      constraint.comparator = sign.comparator;
      text.remove_prefix(sign.text.size());
      break;
    }
  constraint.version = PQ_TRY(percent_decoded(base::trim(text)));
  if (constraint.version.empty())
    return base::fail(base::Code::Malformed, "a bound without a version");
  return constraint;
}

bool is_lower(Comparator comparator) {
  return comparator == Comparator::Greater || comparator == Comparator::AtLeast;
}

bool is_upper(Comparator comparator) {
  return comparator == Comparator::Less || comparator == Comparator::LessOrEqual;
}

/// Whether `order`, that of the version to the bound, satisfies the bound.
bool satisfies(std::strong_ordering order, Comparator comparator) {
  switch (comparator) {
  case Comparator::Equal:
    return order == 0;
  case Comparator::NotEqual:
    return order != 0;
  case Comparator::Less:
    return order < 0;
  case Comparator::LessOrEqual:
    return order <= 0;
  case Comparator::Greater:
    return order > 0;
  case Comparator::AtLeast:
    return order >= 0;
  }
  return false;
}

} // namespace

bool Vers::contains(std::string_view version, const version::SchemeInfo& order) const {
  if (all) return true;
  if (!order.valid(version)) return false;
  std::vector<const Constraint*> bounds;
  bool excludes = false;
  bool includes = false;
  for (const Constraint& constraint : constraints) {
    if (!order.valid(constraint.version)) return false;
    const bool same = order.compare(version, constraint.version) == 0;
    if (constraint.comparator == Comparator::Equal) {
      if (same) return true;
      includes = true;
    } else if (constraint.comparator == Comparator::NotEqual) {
      if (same) return false;
      excludes = true;
    } else {
      bounds.push_back(&constraint);
    }
  }
  if (bounds.empty()) return excludes && !includes;
  std::ranges::stable_sort(bounds, [&](const Constraint* a, const Constraint* b) {
    return order.compare(a->version, b->version) < 0;
  });
  const auto holds = [&](const Constraint& bound) {
    return satisfies(order.compare(version, bound.version), bound.comparator);
  };
  if (is_upper(bounds.front()->comparator) && holds(*bounds.front())) return true;
  if (is_lower(bounds.back()->comparator) && holds(*bounds.back())) return true;
  for (std::size_t i = 0; i + 1 < bounds.size(); ++i)
    if (is_lower(bounds[i]->comparator) && is_upper(bounds[i + 1]->comparator) &&
        holds(*bounds[i]) && holds(*bounds[i + 1]))
      return true;
  return false;
}

base::Result<Vers> parse_vers(std::string_view text) {
  constexpr std::string_view kPrefix = "vers:";
  if (!text.starts_with(kPrefix))
    return base::fail(base::Code::Malformed, "a version range begins with 'vers:'");
  text.remove_prefix(kPrefix.size());
  Vers vers;
  vers.scheme = base::to_lower(base::take_until(text, '/'));
  if (vers.scheme.empty() || text.empty())
    return base::fail(base::Code::Malformed, "a version range is vers:SCHEME/BOUND|BOUND...");
  if (base::trim(text) == "*") {
    vers.all = true;
    return vers;
  }
  for (const std::string_view part : base::split(text, '|')) {
    const std::string_view bound = base::trim(part);
    if (bound.empty()) continue;
    if (vers.constraints.size() == kMaxConstraints)
      return base::fail(base::Code::LimitExceeded, "a version range with too many bounds");
    vers.constraints.push_back(PQ_TRY(parse_constraint(bound)));
  }
  if (vers.constraints.empty())
    return base::fail(base::Code::Malformed, "a version range without bounds");
  return vers;
}

} // namespace portique::advisory
