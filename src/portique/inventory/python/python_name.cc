// Requirements: https://packaging.python.org/en/latest/specifications/dependency-specifiers/
#include "portique/inventory/python/python_name.h"

#include <algorithm>
#include <array>
#include <utility>

#include "portique/base/text.h"

namespace portique::inventory {

namespace {

constexpr std::size_t kLongestName = 256;
constexpr std::size_t kLongestVersion = 4096; // addresses stand where versions do

bool is_name_part(char c) {
  return base::is_alnum(c) || c == '-' || c == '_' || c == '.';
}

std::string_view take_name(std::string_view& rest) {
  std::size_t end = 0;
  while (end < rest.size() && is_name_part(rest[end]))
    ++end;
  while (end > 0 && !base::is_alnum(rest[end - 1]))
    --end;
  if (end == 0 || !base::is_alnum(rest.front())) return {};
  const std::string_view name = rest.substr(0, end);
  rest.remove_prefix(end);
  return name;
}

// "[security, socks]"
bool skip_extras(std::string_view& rest) {
  if (!rest.starts_with('[')) return true;
  const std::size_t end = rest.find(']');
  if (end == std::string_view::npos) return false;
  rest = base::trim(rest.substr(end + 1));
  return true;
}

// ">= 1.0, != 1.5": operators, each with a version behind it.
bool is_specifiers(std::string_view text) {
  if (text.empty()) return true;
  for (std::string_view part : base::split(text, ',')) {
    part = base::trim(part);
    constexpr std::string_view kOperators[] = {"===", "==", "!=", "<=", ">=", "~=", "<", ">"};
    const auto* found = std::ranges::find_if(
        kOperators, [&](std::string_view one) { return part.starts_with(one); });
    if (found == std::end(kOperators)) return false;
    const std::string_view version = base::trim(part.substr(found->size()));
    const bool is_version = std::ranges::all_of(version, [](char c) {
      return base::is_alnum(c) || std::string_view(".*+-_!").contains(c);
    });
    if (version.empty() || !is_version) return false;
  }
  return true;
}

} // namespace

std::optional<model::Package> pypi_package(std::string_view name, std::string_view version) {
  std::string_view rest = name;
  if (name.size() > kLongestName || take_name(rest).empty() || !rest.empty()) return std::nullopt;
  if (!base::is_word(version) || version.size() > kLongestVersion) return std::nullopt;
  return model::Package{.type = "pypi", .name = std::string(name), .version = std::string(version)};
}

std::string normal_python_name(std::string_view name) {
  std::string normal;
  for (const char c : base::to_lower(name)) {
    if (c != '-' && c != '_' && c != '.')
      normal += c;
    else if (normal.empty() || normal.back() != '-')
      normal += '-';
  }
  return normal;
}

std::string_view PythonRequirement::pinned_version() const {
  if (!specifiers.starts_with("==") || specifiers.contains(',')) return {};
  const std::string_view version =
      base::trim(specifiers.substr(specifiers.starts_with("===") ? 3 : 2));
  if (version.contains('*') || !base::is_word(version)) return {};
  return version;
}

std::optional<PythonRequirement> python_requirement(std::string_view text) {
  PythonRequirement requirement;
  std::string_view rest = base::trim(text);
  requirement.name = take_name(rest);
  if (requirement.name.empty() || requirement.name.size() > kLongestName) return std::nullopt;
  rest = base::trim(rest);
  if (!skip_extras(rest)) return std::nullopt;
  if (rest.starts_with('@')) {
    // The semicolon of a marker needs a blank before it, for addresses may hold one.
    rest = base::trim(rest.substr(1));
    const std::size_t end = std::min(rest.find(" ;"), rest.size());
    requirement.address = base::trim(rest.substr(0, end));
    if (end < rest.size()) requirement.marker = base::trim(rest.substr(end + 2));
    if (requirement.address.empty()) return std::nullopt;
    return requirement;
  }
  const std::size_t end = std::min(rest.find(';'), rest.size());
  if (end < rest.size()) requirement.marker = base::trim(rest.substr(end + 1));
  rest = base::trim(rest.substr(0, end));
  if (rest.starts_with('(') && rest.ends_with(')'))
    rest = base::trim(rest.substr(1, rest.size() - 2));
  if (!is_specifiers(rest)) return std::nullopt;
  requirement.specifiers = rest;
  return requirement;
}

std::string python_hash(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::size_t>, 5> kAlgorithms{
      {{"sha256", 64}, {"sha512", 128}, {"sha384", 96}, {"sha1", 40}, {"md5", 32}}};
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string_view digest = text.substr(std::min(colon + 1, text.size()));
  for (const auto& [algorithm, digits] : kAlgorithms) {
    if (text.substr(0, colon) == algorithm && digest.size() == digits &&
        digest.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos) {
      return std::string(algorithm) + ":" + base::to_lower(digest);
    }
  }
  return {};
}

void PythonDependencies::add(std::string_view text) {
  const auto requirement = python_requirement(text);
  if (!requirement) return;
  // "extra == 'socks'" or "python_version < '3' and extra == 'socks'"
  if (requirement->marker.contains("extra")) return;
  names_.emplace_back(requirement->name);
}

std::vector<std::string> PythonDependencies::take() {
  std::ranges::sort(names_);
  names_.erase(std::ranges::unique(names_).begin(), names_.end());
  return std::exchange(names_, {});
}

} // namespace portique::inventory
