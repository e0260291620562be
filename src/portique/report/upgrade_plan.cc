#include "portique/report/upgrade_plan.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>

#include "portique/base/text.h"
#include "portique/model/package_name.h"
#include "portique/report/summary.h"

namespace portique::report {

namespace {

/// What clearing one finding is worth: a known exploited one goes before any number of others that
/// a real package has, a critical one before ten high ones.
constexpr std::uint64_t kKevGain = 10'000;
constexpr std::array<std::uint64_t, 6> kGain{1, 1, 3, 10, 100, 1000};

std::uint64_t gain_of(const Upgrade& upgrade) {
  std::uint64_t gain = upgrade.kev * kKevGain;
  for (std::size_t i = 0; i < kGain.size(); ++i)
    gain += upgrade.by_severity.at(i) * kGain.at(i);
  return gain;
}

/// The number at the front, without leading zeros; as text, for it may be of any length.
std::string_view take_number(std::string_view& rest) {
  const auto end = std::ranges::find_if_not(rest, base::is_digit);
  std::string_view digits = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  rest.remove_prefix(digits.size());
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

/// Where a character stands in the order: '~' before the end, letters before other marks.
int rank(std::string_view rest) {
  if (rest.empty() || base::is_digit(rest.front())) return 0;
  if (rest.front() == '~') return -1;
  const int c = static_cast<unsigned char>(rest.front());
  return base::is_alpha(rest.front()) ? c : c + 256;
}

/// deb-version(7): marks by rank, numbers by value, in turn.
bool is_less(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    while (rank(a) != 0 || rank(b) != 0) {
      if (rank(a) != rank(b)) return rank(a) < rank(b);
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
    const std::string_view left = take_number(a);
    const std::string_view right = take_number(b);
    if (left.size() != right.size()) return left.size() < right.size();
    if (left != right) return left < right;
  }
  return false;
}

/// The epoch in front of a colon, taken off the version.
std::string_view take_epoch(std::string_view& version) {
  if (version.find(':') == std::string_view::npos) return {};
  std::string_view epoch = base::take_until(version, ':');
  return take_number(epoch);
}

/// Debian's order, which the others share for the versions that one release of a distribution gives
/// to one package.
bool is_higher(std::string_view candidate, std::string_view current) {
  const std::string_view left = take_epoch(candidate);
  const std::string_view right = take_epoch(current);
  return left == right ? is_less(current, candidate) : is_less(right, left);
}

/// The names that Debian, Alpine and the rpm distributions give to packages.
bool is_safe_name(std::string_view name) {
  constexpr std::string_view kMarks = "+-._";
  return !name.empty() && name.size() <= 200 && base::is_alnum(name.front()) &&
         std::ranges::all_of(name, [&](char c) {
           return base::is_alnum(c) || kMarks.find(c) != std::string_view::npos;
         });
}

struct PackageManager {
  std::string_view upgrade; ///< in front of the packages' names
  std::string_view upgrade_all;
};

constexpr PackageManager kApt{"apt-get update && apt-get install --only-upgrade",
                              "apt-get update && apt-get upgrade"};
constexpr PackageManager kApk{"apk update && apk add --upgrade", "apk update && apk upgrade"};
constexpr PackageManager kDnf{"dnf upgrade", "dnf upgrade"};
constexpr PackageManager kTdnf{"tdnf update", "tdnf update"};
constexpr PackageManager kZypper{"zypper update", "zypper update"};

/// nullptr if none is known.
const PackageManager* manager_of(const model::Distro& distro, std::string_view type) {
  const auto is = [&](std::string_view id) {
    return distro.id == id || std::ranges::find(distro.id_like, id) != distro.id_like.end();
  };
  if (type == "deb") return &kApt;
  if (type == "apk") return &kApk;
  if (type != "rpm") return nullptr;
  if (is("suse") || distro.id.starts_with("opensuse") || distro.id == "sles") return &kZypper;
  if (is("photon") || is("azurelinux") || is("mariner")) return &kTdnf;
  return &kDnf;
}

} // namespace

std::vector<Upgrade> plan_upgrades(const model::Report& report) {
  std::map<std::pair<std::string_view, std::string>, Upgrade> by_source;
  for (const model::Finding& finding : report.findings) {
    const model::Package* package = package_of(report, finding);
    if (finding.suppression || !finding.fixed_version || package == nullptr) continue;
    const std::string name = model::name_in_ecosystem(*package);
    const std::string& source = package->source_name.empty() ? name : package->source_name;
    Upgrade& upgrade = by_source[{package->type, source}];
    upgrade.source = source;
    upgrade.type = package->type;
    if (upgrade.packages.empty() || upgrade.packages.back() != name)
      upgrade.packages.push_back(name);
    if (upgrade.version.empty() || is_higher(*finding.fixed_version, upgrade.version))
      upgrade.version = *finding.fixed_version;
    ++upgrade.clears;
    ++upgrade.by_severity.at(static_cast<std::size_t>(finding.severity));
    if (finding.kev) ++upgrade.kev;
  }
  std::vector<Upgrade> upgrades;
  upgrades.reserve(by_source.size());
  for (auto& [source, upgrade] : by_source) {
    std::ranges::sort(upgrade.packages);
    const auto repeated = std::ranges::unique(upgrade.packages);
    upgrade.packages.erase(repeated.begin(), repeated.end());
    upgrades.push_back(std::move(upgrade));
  }
  std::ranges::sort(upgrades, [](const Upgrade& a, const Upgrade& b) {
    const std::uint64_t gain = gain_of(a);
    const std::uint64_t other = gain_of(b);
    return gain != other ? gain > other : std::tie(a.source, a.type) < std::tie(b.source, b.type);
  });
  return upgrades;
}

std::vector<std::string> upgrade_command(const model::Distro& distro,
                                         std::span<const Upgrade> upgrades) {
  std::vector<std::string> names;
  const PackageManager* manager = nullptr;
  for (const Upgrade& upgrade : upgrades) {
    const PackageManager* own = manager_of(distro, upgrade.type);
    if (manager == nullptr) manager = own;
    if (own == nullptr || own != manager) continue;
    std::ranges::copy_if(upgrade.packages, std::back_inserter(names), is_safe_name);
  }
  if (names.empty()) return {};
  std::vector<std::string> words;
  for (const std::string_view word : base::split(manager->upgrade, ' '))
    words.emplace_back(word);
  std::ranges::move(names, std::back_inserter(words));
  return words;
}

std::string upgrade_everything_command(const model::Distro& distro, std::string_view type) {
  const PackageManager* manager = manager_of(distro, type);
  return manager == nullptr ? std::string() : std::string(manager->upgrade_all);
}

} // namespace portique::report
