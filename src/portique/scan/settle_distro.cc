#include "portique/scan/settle_distro.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "portique/base/text.h"
#include "portique/model/purl.h"
#include "portique/scan/guess_distro.h"
#include "portique/scan/image_finding.h"

namespace portique::scan {

namespace {

constexpr std::string_view kMissing = "PORTIQUE-IMAGE-NO-OS-RELEASE";
constexpr std::string_view kDeleted = "PORTIQUE-IMAGE-DELETED-OS-RELEASE";
constexpr std::string_view kDoctored = "PORTIQUE-IMAGE-DOCTORED-OS-RELEASE";
constexpr std::string_view kUsualPath = "etc/os-release";

std::string text_of(const model::Distro& distro) {
  return base::printable(distro.id + (distro.version_id.empty() ? "" : " " + distro.version_id));
}

/// The part of a release's version that tells its advisories from another's: "3.19" of "3.19.1" for
/// Alpine, "9" of "9.3" for most.
std::string_view release_key(const model::Distro& distro) {
  constexpr std::array<std::string_view, 4> kByMinor{"alpine", "opensuse-leap", "ubuntu", "sles"};
  const std::string_view version = distro.version_id;
  std::size_t end = version.find('.');
  if (end != version.npos && std::ranges::find(kByMinor, distro.id) != kByMinor.end())
    end = version.find('.', end + 1);
  return version.substr(0, end);
}

bool contradicts(const model::Distro& claim, const model::Distro& packages) {
  if (claim.id != packages.id)
    return std::ranges::find(claim.id_like, packages.id) == claim.id_like.end();
  return !claim.version_id.empty() && !packages.version_id.empty() &&
         release_key(claim) != release_key(packages);
}

const DistroClaim* latest(std::span<const DistroClaim> claims, bool deleted) {
  const DistroClaim* found = nullptr;
  for (const DistroClaim& claim : claims)
    if ((claim.removed_in != model::kNoLayer) == deleted && claim.distro.known() &&
        (found == nullptr || claim.layer > found->layer))
      found = &claim;
  return found;
}

model::Finding
finding_of(std::string_view id, const model::Distro& seen, std::string path, std::int32_t layer) {
  model::Finding finding = image_finding(id, model::Severity::High, std::move(path), layer);
  finding.remedy = "Leave os-release as the distribution ships it; the image is judged as " +
                   text_of(seen) + " here";
  return finding;
}

model::Finding deletion_of(const DistroClaim& claim, const model::Distro& judged_as) {
  model::Finding finding = finding_of(kDeleted, judged_as, claim.distro.path, claim.removed_in);
  finding.title = "The file that names the distribution was deleted";
  finding.evidence = "a lower layer says " + text_of(claim.distro);
  return finding;
}

/// Of os-release itself, and not of a fallback such as etc/debian_version.
bool is_os_release(const DistroClaim& claim) {
  return claim.distro.path.ends_with("os-release");
}

SettledDistro without_claim(std::span<const DistroClaim> claims,
                            const std::optional<GuessedDistro>& guess) {
  SettledDistro settled;
  model::Finding finding;
  if (const DistroClaim* deleted = latest(claims, true)) {
    settled.distro = deleted->distro;
    finding = deletion_of(*deleted, settled.distro);
  } else {
    if (guess) settled.distro = guess->distro;
    finding = image_finding(kMissing, model::Severity::Medium, std::string(kUsualPath));
    finding.title = "The image does not say which distribution it is";
    finding.evidence = guess
                           ? "by the package " + guess->package + " it is " + text_of(guess->distro)
                           : std::string("no package tells either");
    finding.remedy = "Keep etc/os-release in the image";
  }
  set_fingerprint(finding);
  settled.findings.push_back(std::move(finding));
  return settled;
}

} // namespace

SettledDistro settle_distro(std::span<const DistroClaim> claims,
                            std::span<const model::Package> packages) {
  const DistroClaim* claim = latest(claims, false);
  if (std::ranges::none_of(packages, model::is_os_package))
    return {claim != nullptr ? claim->distro : model::Distro{}, {}};
  const std::optional<GuessedDistro> guess = guess_distro(packages);
  if (claim == nullptr) return without_claim(claims, guess);
  SettledDistro settled{claim->distro, {}};
  const DistroClaim* deleted = latest(claims, true);
  if (deleted != nullptr && is_os_release(*deleted) && !is_os_release(*claim)) {
    settled.findings.push_back(deletion_of(*deleted, settled.distro));
    set_fingerprint(settled.findings.back());
  }
  if (!guess || !contradicts(claim->distro, guess->distro)) return settled;
  settled.distro = guess->distro;
  // What a lower layer said before is richer than what a package's version tells.
  for (const DistroClaim& other : claims)
    if (!contradicts(other.distro, guess->distro) && other.distro.id == guess->distro.id)
      settled.distro = other.distro;
  model::Finding finding = finding_of(kDoctored, settled.distro, claim->distro.path, claim->layer);
  finding.title = "The image says that it is another distribution than its packages are of";
  finding.evidence = "it says " + text_of(claim->distro) + ", the package " + guess->package +
                     " says " + text_of(guess->distro);
  set_fingerprint(finding);
  settled.findings.push_back(std::move(finding));
  return settled;
}

} // namespace portique::scan
