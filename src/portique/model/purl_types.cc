// The type definitions of https://github.com/package-url/purl-spec, folder types/.

#include "portique/model/purl_types.h"

#include <algorithm>
#include <array>
#include <string>

#include "portique/base/text.h"

namespace portique::model {

using base::Code;
using base::fail;

namespace {

enum class Need : std::uint8_t { Optional, Required, Prohibited };

enum class Fold : std::uint8_t { None, Namespace, Name, Both };

struct TypeRule {
  std::string_view type;
  Need ns = Need::Optional;
  Fold fold = Fold::None;
  std::string_view qualifier = {}; ///< one that must be there
};

// golang and maven demand a namespace too, but Go's module paths have one component ("stdlib") and
// old Maven artifacts have none.
constexpr std::array kRules{
    TypeRule{"alpm", Need::Required, Fold::Both},
    TypeRule{"apk", Need::Required, Fold::Both},
    TypeRule{"bazel", Need::Prohibited},
    TypeRule{"bitbucket", Need::Required, Fold::Both},
    TypeRule{"bitnami", Need::Prohibited, Fold::Name},
    TypeRule{"brew", Need::Optional, Fold::Both},
    TypeRule{"cargo", Need::Prohibited},
    TypeRule{"chrome-extension", Need::Prohibited, Fold::Name},
    TypeRule{"cocoapods", Need::Prohibited},
    TypeRule{"composer", Need::Required, Fold::Both},
    TypeRule{"conda", Need::Prohibited},
    TypeRule{"cran", Need::Prohibited},
    TypeRule{"deb", Need::Required, Fold::Both},
    TypeRule{"gem", Need::Prohibited},
    TypeRule{"git", Need::Required},
    TypeRule{"github", Need::Required, Fold::Both},
    TypeRule{"hackage", Need::Prohibited},
    TypeRule{"hex", Need::Optional, Fold::Both},
    TypeRule{"huggingface", Need::Required},
    TypeRule{"julia", Need::Prohibited, Fold::None, "uuid"},
    TypeRule{"luarocks", Need::Optional, Fold::Both},
    TypeRule{"mlflow", Need::Prohibited},
    TypeRule{"nuget", Need::Prohibited},
    TypeRule{"oci", Need::Prohibited, Fold::Name},
    TypeRule{"opam", Need::Prohibited},
    TypeRule{"otp", Need::Prohibited, Fold::Name},
    TypeRule{"pub", Need::Prohibited, Fold::Name},
    TypeRule{"pypi", Need::Prohibited, Fold::Name},
    TypeRule{"qpkg", Need::Required, Fold::Namespace},
    TypeRule{"rpm", Need::Required, Fold::Namespace},
    TypeRule{"swid", Need::Optional, Fold::None, "tag_id"},
    TypeRule{"swift", Need::Required},
    TypeRule{"vcpkg", Need::Prohibited},
    TypeRule{"vscode-extension", Need::Required, Fold::Both},
    TypeRule{"yocto", Need::Optional, Fold::Namespace},
};

const TypeRule* rule_of(std::string_view type) {
  const auto* found = std::ranges::find(kRules, type, &TypeRule::type);
  return found == kRules.end() ? nullptr : found;
}

bool is_checked_out(std::string_view key, const Purl& purl) {
  return std::ranges::any_of(purl.qualifiers, [&](const auto& qualifier) {
    return qualifier.first == key && !qualifier.second.empty();
  });
}

/// MLflow's registry on Azure does not tell cases apart, the one on Databricks does not either.
bool mlflow_folds(const Purl& purl) {
  return std::ranges::any_of(purl.qualifiers, [](const auto& qualifier) {
    return qualifier.first == "repository_url" &&
           qualifier.second.find("databricks") != std::string::npos;
  });
}

/// 32 letters from a to p; versions of one to four numbers.
base::Result<void> check_chrome_extension(const Purl& purl) {
  const bool name = purl.name.size() == 32 &&
                    std::ranges::all_of(purl.name, [](char c) { return c >= 'a' && c <= 'p'; });
  const auto parts = base::split(purl.version, '.');
  const bool version =
      purl.version.empty() || (parts.size() <= 4 && std::ranges::all_of(parts, [](auto part) {
                                 return !part.empty() && std::ranges::all_of(part, base::is_digit);
                               }));
  if (name && version) return {};
  return fail(Code::Malformed, "not the name and version of a Chrome extension");
}

} // namespace

void normalise(Purl& purl) {
  purl.type = base::to_lower(purl.type);
  if (const TypeRule* rule = rule_of(purl.type)) {
    if (rule->fold == Fold::Namespace || rule->fold == Fold::Both)
      purl.ns = base::to_lower(purl.ns);
    if (rule->fold == Fold::Name || rule->fold == Fold::Both) purl.name = base::to_lower(purl.name);
  }
  if (purl.type == "pypi") std::ranges::replace(purl.name, '_', '-');
  if (purl.type == "huggingface") purl.version = base::to_lower(purl.version);
  if (purl.type == "mlflow" && mlflow_folds(purl)) purl.name = base::to_lower(purl.name);
}

base::Result<void> check_purl_type(const Purl& purl) {
  if (purl.type == "chrome-extension") PQ_TRY(check_chrome_extension(purl));
  if (purl.type == "cpan" && purl.name.find("::") != std::string::npos)
    return fail(Code::Malformed, "a purl of CPAN names a distribution, not a module");
  const TypeRule* rule = rule_of(purl.type);
  if (rule == nullptr) return {};
  if (rule->ns == Need::Required && purl.ns.empty())
    return fail(Code::Malformed, "a purl of type " + purl.type + " needs a namespace");
  if (rule->ns == Need::Prohibited && !purl.ns.empty())
    return fail(Code::Malformed, "a purl of type " + purl.type + " has no namespace");
  if (!rule->qualifier.empty() && !is_checked_out(rule->qualifier, purl))
    return fail(Code::Malformed,
                "a purl of type " + purl.type + " needs the qualifier " +
                    std::string(rule->qualifier));
  return {};
}

} // namespace portique::model
