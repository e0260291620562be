#include "portique/advisory/match.h"

#include <algorithm>
#include <map>
#include <set>

#include "portique/advisory/merge_findings.h"
#include "portique/advisory/package_match.h"
#include "portique/advisory/package_name.h"
#include "portique/base/text.h"

namespace portique::advisory {

namespace {

std::string distro_text(const model::Distro& distro) {
  if (!distro.known()) return "this image, which does not say what distribution it is";
  std::string text = distro.pretty_name;
  if (text.empty()) text = distro.id + (distro.version_id.empty() ? "" : " " + distro.version_id);
  return base::printable(text);
}

bool covered(const Database& database, const DistroEcosystem& distro) {
  return std::ranges::any_of(database.info().ecosystems, [&](const std::string& ecosystem) {
    return names_release(distro.releases, ecosystem);
  });
}

model::Issue not_covered(const std::string& what, std::size_t packages) {
  std::string message = "not covered: the database has no advisories for " + what + ", so ";
  message +=
      packages == 1 ? "its package was" : "its " + std::to_string(packages) + " packages were";
  return {base::Code::NotFound, message + " not checked", {}, model::kNoLayer};
}

bool covers_ecosystem(const Database& database, std::string_view ecosystem) {
  return std::ranges::any_of(database.info().ecosystems, [&](const std::string& known) {
    return ecosystem_base(known) == ecosystem;
  });
}

/// Packages of languages: those of ecosystems that the database has nothing of are an issue, one
/// for each; those of which no advisories exist anywhere are a note.
class LanguageCoverage {
public:
  explicit LanguageCoverage(const Database& database) : database_(&database) {}

  void count(const model::Package& package) {
    const std::string_view ecosystem = ecosystem_of_purl_type(package.type);
    if (ecosystem.empty()) {
      ++unknown_[package.type];
      return;
    }
    const auto [known, is_new] = covered_.try_emplace(ecosystem, false);
    if (is_new) known->second = covers_ecosystem(*database_, ecosystem);
    if (known->second)
      any_covered_ = true;
    else
      ++uncovered_[ecosystem];
  }

  void tell(Matches& matches) const {
    for (const auto& [ecosystem, packages] : uncovered_)
      matches.issues.push_back(not_covered(std::string(ecosystem), packages));
    std::string kinds;
    for (const auto& [type, packages] : unknown_)
      kinds += (kinds.empty() ? "" : ", ") + base::printable(type) + " " + std::to_string(packages);
    if (!kinds.empty())
      matches.notes.push_back("packages of kinds that no advisories name were not checked: " +
                              kinds);
    // Without packages of the distribution, these decide.
    if (matches.coverage != model::Coverage::NoPackages) return;
    if (any_covered_)
      matches.coverage = model::Coverage::Covered;
    else if (!uncovered_.empty())
      matches.coverage = model::Coverage::NotCovered;
  }

private:
  const Database* database_;
  bool any_covered_ = false;
  std::map<std::string_view, bool> covered_;
  std::map<std::string_view, std::size_t> uncovered_;
  std::map<std::string_view, std::size_t> unknown_;
};

/// linux-libc-dev, linux-headers-*, linux-kbuild-* (deb), kernel-headers, kernel-devel (rpm),
/// linux-headers (apk).
bool is_kernel_headers(const model::Package& package) {
  const std::string_view name = package.name;
  if (package.type == "rpm")
    return name.starts_with("kernel") && (name.contains("-headers") || name.contains("-devel"));
  if (package.type != "deb" && package.type != "apk") return false;
  return package.source_name.starts_with("linux") &&
         (name == "linux-libc-dev" || name.starts_with("linux-libc-dev-") ||
          name.starts_with("linux-headers") || name.starts_with("linux-kbuild") ||
          (name.starts_with("linux-") && name.contains("-headers-")));
}

} // namespace

std::string why_not_matched(const model::Package& package,
                            model::Coverage coverage,
                            const MatchOptions& options) {
  if (!package.owner.empty() && coverage == model::Coverage::Covered)
    return "its file belongs to " + base::printable(package.owner) +
           ", so the distribution's advisories decide";
  if (!options.kernel_headers && is_kernel_headers(package))
    return "kernel headers are no kernel and are matched only with --kernel-headers";
  return {};
}

base::Result<Matches> match(const Database& database,
                            const model::Distro& distro,
                            std::span<const model::Package> packages,
                            const MatchOptions& options) {
  Matches matches;
  const auto os_packages =
      static_cast<std::size_t>(std::ranges::count_if(packages, model::is_os_package));
  const std::optional<DistroEcosystem> ecosystem = ecosystem_of(distro);
  if (os_packages > 0) {
    matches.coverage = ecosystem && covered(database, *ecosystem) ? model::Coverage::Covered
                                                                  : model::Coverage::NotCovered;
    if (matches.coverage == model::Coverage::NotCovered)
      matches.issues.push_back(not_covered(distro_text(distro), os_packages));
  }
  const auto ends = end_of_life(distro);
  FindingMaker maker(database, ends && *ends <= options.now);
  PackageMatcher matcher(database, ecosystem);
  LanguageCoverage languages(database);
  std::set<std::string> told;
  for (std::size_t i = 0; i < packages.size(); ++i) {
    if (!why_not_matched(packages[i], matches.coverage, options).empty()) continue;
    if (!model::is_os_package(packages[i])) languages.count(packages[i]);
    const PackageMatches* found = PQ_TRY(matcher.match(packages[i]));
    if (!found->undetermined.empty()) {
      std::string message = base::printable(packages[i].name) +
                            " could not be compared with all advisories: " + found->undetermined;
      if (!told.insert(message).second) continue;
      // Programs that were built without a version say so honestly; nothing of them is unread.
      if (packages[i].version.empty())
        matches.notes.push_back(std::move(message));
      else
        matches.issues.push_back(
            {base::Code::Malformed, std::move(message), packages[i].path, packages[i].layer});
    }
    if (!found->entries.empty())
      PQ_TRY(maker.add_findings(packages[i], i, found->entries, matches.findings));
  }
  languages.tell(matches);
  return matches;
}

} // namespace portique::advisory
