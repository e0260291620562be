#include "portique/access/recorded_body.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "portique/access/redaction.h"
#include "portique/access/secret_names.h"
#include "portique/base/text.h"

namespace portique::access {

namespace {

namespace json = boost::json;

/// Beyond so many values, or so much text, a body is not looked at any more: it could not be kept.
/// Searching a quarter of a mebibyte for secrets takes milliseconds.
constexpr std::size_t kMostValues = 4096;
/// Longer lists are not kept at all, so that what stands behind them is.
constexpr std::size_t kMostItems = 512;
constexpr std::size_t kMostText = 256U << 10U;
/// No value that a condition compares is longer; certificates and scripts are.
constexpr std::size_t kLongestText = 2048;
/// Less than what says that something was left out.
constexpr std::size_t kSmallestShare = 64;
constexpr std::size_t kMemberBytes = 4; // quotes, colon, comma

bool is_environment(std::string_view name) {
  constexpr std::array<std::string_view, 3> kNames{"Env", "Environment", "BuildArgs"};
  return std::ranges::any_of(
      kNames, [&](std::string_view one) { return base::equals_ignore_case(one, name); });
}

/// Members of the engine's API besides those whose name says it: payloads of secrets and configs,
/// keys of a swarm, logins.
bool holds_a_secret(std::string_view name) {
  constexpr std::array<std::string_view, 6> kNames{
      "Data", "UnlockKey", "SigningCAKey", "Auth", "AuthConfig", "RegistryAuth"};
  return names_a_secret(name) || std::ranges::any_of(kNames, [&](std::string_view one) {
           return base::equals_ignore_case(one, name);
         });
}

/// JSON that was read is of bounded depth, so that this is.
class Copy {
public:
  json::value of(const json::value& value) {
    if (++values_ > kMostValues || text_ > kMostText) return json::string(kNotKept);
    switch (value.kind()) {
    case json::kind::string:
      return of_text(value.get_string());
    case json::kind::array:
      return of_array(value.get_array());
    case json::kind::object:
      return of_object(value.get_object());
    default:
      return value;
    }
  }

  json::value of_object(const json::object& object) {
    if (object.size() > kMostItems) return json::string(kNotKept);
    json::object made;
    for (const auto& [name, value] : object) {
      text_ += name.size();
      const bool is_plain = value.is_null() || value.is_bool();
      if (holds_a_secret(name) && !is_plain)
        made[name] = kRedacted;
      else if (is_environment(name) && !is_plain)
        made[name] = names_of(value);
      else
        made[name] = of(value);
    }
    return made;
  }

private:
  json::value of_text(std::string_view text) {
    if (text.size() > kLongestText) return json::string(kNotKept);
    text_ += text.size();
    return shows_secret(text) ? json::string(kRedacted) : json::string(text);
  }

  json::value of_array(const json::array& array) {
    if (array.size() > kMostItems) return json::string(kNotKept);
    // A command's words show a secret by what stands beside them.
    std::vector<std::string> words;
    std::size_t size = 0;
    for (const json::value& one : array) {
      if (!one.is_string()) continue;
      size += one.get_string().size();
      if (size > kLongestText) break;
      words.emplace_back(one.get_string());
    }
    // Of a health check the program is the second word.
    const std::span<const std::string> all = words;
    if (all.size() > 1 && size <= kLongestText &&
        (shows_secret(all) || shows_secret(all.subspan(1))))
      return json::string(kRedacted);
    json::array made;
    for (const json::value& one : array)
      made.push_back(of(one));
    return made;
  }

  /// "NAME=***" of "NAME=VALUE".
  json::value names_of(const json::value& variables) {
    if (!variables.is_array()) return json::string(kRedacted);
    if (variables.get_array().size() > kMostItems) return json::string(kNotKept);
    json::array made;
    for (const json::value& one : variables.get_array()) {
      if (++values_ > kMostValues || text_ > kMostText) return json::string(kNotKept);
      const std::string_view text = one.is_string() ? one.get_string() : std::string_view();
      const std::string_view name = text.substr(0, std::min(text.find('='), kLongestText));
      text_ += name.size();
      made.emplace_back(std::string(name) + "=" + std::string(kRedacted));
    }
    return made;
  }

  std::size_t values_ = 0;
  std::size_t text_ = 0;
};

/// About as many bytes as it has when it is written.
std::size_t weight(const json::value& value) {
  constexpr std::size_t kScalar = 8;
  std::size_t sum = 2;
  switch (value.kind()) {
  case json::kind::string:
    return sum + value.get_string().size();
  case json::kind::array:
    for (const json::value& one : value.get_array())
      sum += weight(one) + 1;
    return sum;
  case json::kind::object:
    for (const auto& [name, one] : value.get_object())
      sum += name.size() + kMemberBytes + weight(one);
    return sum;
  default:
    return kScalar;
  }
}

void fit(json::value& value, std::size_t budget);

/// The small ones are kept; the others share what is left.
void fit_parts(std::vector<std::pair<std::size_t, json::value*>> parts, std::size_t budget) {
  std::ranges::sort(parts, {}, &std::pair<std::size_t, json::value*>::first);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto& [size, part] = parts[i];
    const std::size_t share = budget / (parts.size() - i);
    if (size > share) fit(*part, share);
    budget -= std::min(budget, std::min(size, share));
  }
}

void fit(json::value& value, std::size_t budget) {
  if (weight(value) <= budget) return;
  std::vector<std::pair<std::size_t, json::value*>> parts;
  std::size_t around = 2;
  if (json::object* object = value.if_object())
    for (auto& member : *object) {
      around += member.key().size() + kMemberBytes;
      parts.emplace_back(weight(member.value()), &member.value());
    }
  else if (json::array* array = value.if_array())
    for (json::value& one : *array) {
      ++around;
      parts.emplace_back(weight(one), &one);
    }
  if (parts.empty() || around + parts.size() * kNotKept.size() > budget || budget < kSmallestShare)
    value = json::string(kNotKept);
  else
    fit_parts(std::move(parts), budget - around);
}

std::string gap_of(const json::value& value) {
  if (!value.is_string() || !is_left_out(value.get_string())) return "";
  return value.get_string() == kNotKept ? "too long" : "redacted";
}

} // namespace

bool is_left_out(std::string_view text) {
  // What was no UTF-8 was not kept either.
  return text.find(kRedacted) != std::string_view::npos ||
         text.find("\xEF\xBF\xBD") != std::string_view::npos;
}

json::value recorded_body(const json::object& body) {
  json::value made = Copy().of_object(body);
  fit(made, kRecordedBodyBytes);
  return made;
}

std::string body_gap(const json::value& value, std::span<const std::string> path) {
  if (std::string gap = gap_of(value); !gap.empty()) return gap;
  const json::array* array = value.if_array();
  const json::object* object = value.if_object();
  if (path.empty()) {
    // What stands directly inside is compared.
    if (array != nullptr)
      for (const json::value& one : *array)
        if (std::string gap = gap_of(one); !gap.empty()) return gap;
    if (object != nullptr)
      for (const auto& member : *object)
        if (std::string gap = gap_of(member.value()); !gap.empty()) return gap;
    return "";
  }
  if (array != nullptr) {
    if (path.front() == "*") path = path.subspan(1);
    if (!path.empty())
      if (const auto index = base::parse_int<std::size_t>(path.front()))
        return *index < array->size() ? body_gap((*array)[*index], path.subspan(1)) : "";
    for (const json::value& one : *array)
      if (std::string gap = body_gap(one, path); !gap.empty()) return gap;
    return "";
  }
  if (object == nullptr) return "";
  const json::value* member = object->if_contains(path.front());
  return member == nullptr ? "" : body_gap(*member, path.subspan(1));
}

} // namespace portique::access
