// https://learn.microsoft.com/nuget/concepts/package-versioning

#include "portique/inventory/dotnet/nuget_package.h"

#include <algorithm>

#include "portique/base/text.h"

namespace portique::inventory {

std::optional<model::Package> nuget_package(std::string_view name, std::string_view version) {
  const auto made_of = [](std::string_view text, std::string_view others) {
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
      return base::is_alnum(c) || others.contains(c);
    });
  };
  if (!made_of(name, "._-") || !made_of(version, ".-+") || !base::is_digit(version.front()))
    return std::nullopt;
  return model::Package{
      .type = "nuget", .name = std::string(name), .version = std::string(version)};
}

std::optional<model::Package> nuget_package(std::string_view key) {
  const std::size_t slash = key.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  return nuget_package(key.substr(0, slash), key.substr(slash + 1));
}

std::vector<std::string> nuget_hashes(std::string_view base64) {
  constexpr std::string_view kPrefix = "sha512-";
  constexpr std::size_t kBytes = 64;
  if (base64.starts_with(kPrefix)) base64.remove_prefix(kPrefix.size());
  const auto bytes = base::from_base64(base64);
  if (!bytes || bytes->size() != kBytes) return {};
  return {"sha512:" + base::to_hex(*bytes)};
}

std::string_view nuget_single_version(std::string_view requested) {
  requested = base::trim(requested);
  if (requested.starts_with('[') && requested.ends_with(']') && !requested.contains(','))
    requested = base::trim(requested.substr(1, requested.size() - 2));
  return requested.find_first_of("[](),*$") == std::string_view::npos ? requested
                                                                      : std::string_view{};
}

} // namespace portique::inventory
