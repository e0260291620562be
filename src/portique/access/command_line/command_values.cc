#include "portique/access/command_line/command_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include "portique/base/text.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

std::unexpected<base::Error> invalid(std::string_view what, std::string_view text) {
  return fail(Code::InvalidArgument, "'" + base::printable(text) + "' is no " + std::string(what));
}

/// Digits with at most one point, at the text's front.
std::string_view take_decimal(std::string_view& text) {
  std::size_t length = 0;
  bool point = false;
  while (length < text.size() &&
         (base::is_digit(text[length]) || (text[length] == '.' && !point))) {
    point = point || text[length] == '.';
    ++length;
  }
  const std::string_view number = text.substr(0, length);
  text.remove_prefix(length);
  return number;
}

base::Result<double> decimal(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (error != std::errc{} || stopped != end) return invalid("number", text);
  return value;
}

base::Result<std::int64_t> rounded(double value, std::string_view text) {
  // Beyond this a double is no whole number of 64 bits.
  constexpr double kLargest = 9.0e18;
  if (!std::isfinite(value) || value > kLargest) return invalid("number that fits", text);
  return static_cast<std::int64_t>(value);
}

} // namespace

base::Result<std::int64_t> parse_integer(std::string_view text) {
  const auto value = base::parse_int<std::int64_t>(text.starts_with('+') ? text.substr(1) : text);
  if (!value) return invalid("whole number", text);
  return *value;
}

base::Result<std::int64_t> parse_bytes(std::string_view text) {
  std::string_view rest = text;
  const double number = PQ_TRY(decimal(take_decimal(rest)));
  std::string unit = base::to_lower(base::trim(rest));
  if (unit.ends_with('b')) unit.pop_back();
  if (unit.size() == 2 && unit.ends_with('i')) unit.pop_back();
  constexpr std::string_view kUnits = "kmgtp";
  double factor = 1;
  if (!unit.empty()) {
    const std::size_t power = kUnits.find(unit);
    if (unit.size() != 1 || power == std::string_view::npos) return invalid("size", text);
    factor = std::pow(1024.0, static_cast<double>(power + 1));
  }
  return rounded(number * factor, text);
}

base::Result<std::int64_t> parse_bytes_or_unlimited(std::string_view text) {
  if (text == "-1") return -1;
  return parse_bytes(text);
}

base::Result<std::int64_t> parse_cpus(std::string_view text) {
  std::string_view rest = text;
  const std::string_view number = take_decimal(rest);
  if (!rest.empty()) return invalid("number of CPUs", text);
  const double value = PQ_TRY(decimal(number));
  return rounded(std::round(value * 1e9), text);
}

base::Result<std::int64_t> parse_duration(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, double>, 6> kUnits = {
      {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};
  if (text == "0") return 0;
  std::string_view rest = text;
  double total = 0;
  while (!rest.empty()) {
    const double number = PQ_TRY(decimal(take_decimal(rest)));
    std::size_t length = 0;
    while (length < rest.size() && base::is_alpha(rest[length]))
      ++length;
    const std::string_view unit = rest.substr(0, length);
    const auto* known =
        std::ranges::find_if(kUnits, [&](const auto& one) { return one.first == unit; });
    if (known == kUnits.end()) return invalid("duration", text);
    total += number * known->second;
    rest.remove_prefix(length);
  }
  if (text.empty()) return invalid("duration", text);
  return rounded(total, text);
}

base::Result<std::vector<std::string>> parse_csv(std::string_view text) {
  std::vector<std::string> fields;
  while (true) {
    std::string field;
    if (text.starts_with('"')) {
      text.remove_prefix(1);
      while (true) {
        const std::size_t quote = text.find('"');
        if (quote == std::string_view::npos) return invalid("list: a quote is not closed", text);
        field += text.substr(0, quote);
        text.remove_prefix(quote + 1);
        if (!text.starts_with('"')) break;
        field += '"';
        text.remove_prefix(1);
      }
      if (!text.empty() && text[0] != ',') return invalid("list: text behind a quote", text);
    } else {
      const std::size_t comma = text.find(',');
      field = text.substr(0, comma);
      if (field.contains('"')) return invalid("list: a quote within a field", text);
      text.remove_prefix(std::min(comma, text.size()));
    }
    fields.push_back(std::move(field));
    if (text.empty()) return fields;
    text.remove_prefix(1);
  }
}

std::pair<std::string, std::string> key_and_value(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return {std::string(text), ""};
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

base::Result<boost::json::array> parse_ulimits(const std::vector<std::string>& texts) {
  boost::json::array limits;
  for (const std::string& text : texts) {
    const auto [name, values] = key_and_value(text);
    const std::size_t colon = values.find(':');
    const std::int64_t soft = PQ_TRY(parse_integer(std::string_view(values).substr(0, colon)));
    const std::int64_t hard =
        colon == std::string::npos ? soft : PQ_TRY(parse_integer(values.substr(colon + 1)));
    limits.push_back({{"Name", name}, {"Hard", hard}, {"Soft", soft}});
  }
  return limits;
}

base::Result<boost::json::object> parse_restart_policy(std::string_view text) {
  const std::size_t colon = text.find(':');
  boost::json::object policy{{"Name", text.substr(0, colon)}};
  if (colon != std::string_view::npos)
    policy["MaximumRetryCount"] = PQ_TRY(parse_integer(text.substr(colon + 1)));
  return policy;
}

boost::json::object parse_map(const std::vector<std::string>& texts) {
  boost::json::object map;
  for (const std::string& text : texts) {
    const auto [key, value] = key_and_value(text);
    map[key] = value;
  }
  return map;
}

boost::json::array strings(const std::vector<std::string>& texts) {
  boost::json::array array;
  for (const std::string& text : texts)
    array.emplace_back(text);
  return array;
}

boost::json::array parse_capabilities(const std::vector<std::string>& texts) {
  std::set<std::string> names;
  for (const std::string& text : texts) {
    std::string name(base::trim(text));
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    if (name != "ALL" && name != "RESET" && !name.starts_with("CAP_")) name = "CAP_" + name;
    names.insert(name);
  }
  if (names.contains("ALL")) return {"ALL"};
  return strings({names.begin(), names.end()});
}

namespace {

/// Lines of an env or label file without comments.
base::Result<std::vector<std::string>> file_lines(const std::string& path,
                                                  const CommandContext& context) {
  std::vector<std::string> lines;
  const std::string text = PQ_TRY(context.read_file(path));
  for (std::string_view line : base::split(text, '\n')) {
    while (!line.empty() && base::is_space(line.front()))
      line.remove_prefix(1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty() && line.front() != '#') lines.emplace_back(line);
  }
  return lines;
}

} // namespace

base::Result<std::vector<std::string>> read_environment(const Words& words,
                                                        const CommandContext& context) {
  std::vector<std::string> variables;
  for (const std::string& path : words.values("env-file"))
    for (const std::string& line : PQ_TRY(file_lines(path, context))) {
      if (line.contains('=')) {
        variables.push_back(line);
      } else if (const char* value = context.environment(line)) {
        variables.push_back(line + "=" + value);
      }
    }
  for (const std::string& text : words.values("env")) {
    const char* value = text.contains('=') ? nullptr : context.environment(text);
    variables.push_back(value == nullptr ? text : text + "=" + value);
  }
  return variables;
}

base::Result<boost::json::object> read_labels(const Words& words, const CommandContext& context) {
  std::vector<std::string> labels;
  for (const std::string& path : words.values("label-file"))
    std::ranges::move(PQ_TRY(file_lines(path, context)), std::back_inserter(labels));
  std::ranges::move(words.values("label"), std::back_inserter(labels));
  return parse_map(labels);
}

void set_if(boost::json::object& object, std::string_view name, boost::json::value value) {
  const bool empty = value.is_null() || (value.is_string() && value.get_string().empty()) ||
                     (value.is_bool() && !value.get_bool()) ||
                     (value.is_int64() && value.get_int64() == 0) ||
                     (value.is_array() && value.get_array().empty()) ||
                     (value.is_object() && value.get_object().empty());
  if (!empty) object[name] = std::move(value);
}

} // namespace portique::access
