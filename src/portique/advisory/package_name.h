#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace portique::advisory {

/// "Debian:12" -> "Debian"; an ecosystem string without its release.
std::string_view ecosystem_base(std::string_view ecosystem);

/// A name as its ecosystem compares names: PyPI by PEP 503, NuGet, Packagist and others without
/// regard to case; all others as they are.
std::string normal_name(std::string_view ecosystem, std::string_view name);

/// The database's key for a package: ecosystem base and normal name. Names too long for a key are
/// shortened to their hash.
std::string package_key(std::string_view ecosystem, std::string_view name);

/// The OSV ecosystem of language packages by purl type ("pypi" -> "PyPI"); "" if there is none.
std::string_view ecosystem_of_purl_type(std::string_view type);

/// How Bitnami's catalogue, whose advisories have the upstream's versions, calls a program that was
/// found without a package manager.
struct CatalogueEntry {
  std::string name;
  std::string version; ///< as SemVer, which the catalogue's versions are compared by
};

/// The entry of a program of purl type "generic", by the names that the inventory gives; nothing if
/// the catalogue has none that means the same.
std::optional<CatalogueEntry>
in_bitnami(std::string_view purl_namespace, std::string_view name, std::string_view version);

} // namespace portique::advisory
