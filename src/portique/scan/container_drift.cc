#include "portique/scan/container_drift.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "portique/base/text.h"
#include "portique/scan/file_owners.h"
#include "portique/scan/file_tree.h"
#include "portique/scan/image_finding.h"

namespace portique::scan {

namespace {

constexpr std::string_view kNewPackage = "PORTIQUE-DRIFT-NEW-PACKAGE";
constexpr std::string_view kChangedPackage = "PORTIQUE-DRIFT-CHANGED-PACKAGE";
constexpr std::string_view kRemovedPackage = "PORTIQUE-DRIFT-REMOVED-PACKAGE";
constexpr std::string_view kNewExecutable = "PORTIQUE-DRIFT-NEW-EXECUTABLE";
constexpr std::string_view kChangedExecutable = "PORTIQUE-DRIFT-CHANGED-EXECUTABLE";
constexpr std::string_view kImagePrefix = "PORTIQUE-IMAGE-";
constexpr std::string_view kDriftPrefix = "PORTIQUE-DRIFT-";

/// So many programs are named one by one; a container in which more appeared is not understood
/// better by a longer list.
constexpr std::size_t kNamedPrograms = 200;

/// What a package is called, whatever its version. The namespace of a distribution's packages is
/// the distribution, which a container may name anew.
std::string name_key(const model::Package& package) {
  const std::string ns = model::is_os_package(package) ? std::string() : package.ns;
  return package.type + '\0' + ns + '\0' + package.name + '\0' + package.arch;
}

class Drift {
public:
  Drift(std::span<const LayerEvidence> layers, const std::vector<model::Package>& packages)
      : top_(static_cast<std::int32_t>(layers.size()) - 1), changes_(&layers.back()),
        image_(layers.first(layers.size() - 1)), packages_(&packages) {
    for (const model::Package& package : merge_layers(layers.first(layers.size() - 1)).packages)
      if (package.removed_in == model::kNoLayer)
        before_.emplace(name_key(package), package.version);
  }

  std::vector<model::Finding> run() {
    find_packages();
    find_programs();
    return std::move(findings_);
  }

private:
  model::Finding finding_of(std::string_view id, model::Severity severity) const {
    model::Finding finding = image_finding(id, severity, {}, top_);
    finding.kind = model::FindingKind::Runtime;
    return finding;
  }

  void add(model::Finding finding) {
    set_fingerprint(finding);
    findings_.push_back(std::move(finding));
  }

  void find_packages() {
    for (std::size_t i = 0; i < packages_->size(); ++i) {
      const model::Package& package = (*packages_)[i];
      if (package.declared) continue;
      if (package.removed_in == top_)
        add_removed(package, i);
      else if (package.layer == top_ && package.removed_in == model::kNoLayer)
        add_new(package, i);
    }
  }

  void add_new(const model::Package& package, std::size_t index) {
    const auto [first, last] = before_.equal_range(name_key(package));
    const bool is_known = std::any_of(
        first, last, [&](const auto& entry) { return entry.second == package.version; });
    if (is_known) return; // only the file that names it was written again
    brought_.insert(package.name);
    const bool is_other = first != last;
    model::Finding finding = finding_of(is_other ? kChangedPackage : kNewPackage,
                                        is_other ? model::Severity::Low : model::Severity::Medium);
    finding.title = is_other ? "A package of the running container has another version than in "
                               "its image"
                             : "A package was installed in the running container";
    finding.package = index;
    finding.evidence =
        package.name + " " + package.version +
        (is_other ? " is there instead of " + first->second : " is not in the image");
    finding.remedy = "Build an image with what is needed, and start the container anew from it";
    add(std::move(finding));
  }

  void add_removed(const model::Package& package, std::size_t index) {
    const bool is_replaced = std::ranges::any_of(*packages_, [&](const model::Package& other) {
      return other.layer == top_ && other.removed_in == model::kNoLayer &&
             name_key(other) == name_key(package);
    });
    if (is_replaced) return;
    model::Finding finding = finding_of(kRemovedPackage, model::Severity::Low);
    finding.title = "A package of the image was removed in the running container";
    finding.package = index;
    finding.evidence = package.name + " " + package.version + " is in the image and not here";
    finding.remedy = "Build an image without what is not needed, and start the container from it";
    add(std::move(finding));
  }

  /// Every program and library that the container wrote, by path.
  std::vector<Program> programs() const {
    std::vector<Program> written = changes_->programs;
    for (const FileEvidence& file : changes_->files)
      if (file.analysis.executable) written.push_back({file.path, *file.analysis.executable});
    std::ranges::sort(written, {}, &Program::path);
    return written;
  }

  bool was_there(const std::string& path) const {
    return image_.programs().contains(path) || !image_.versions(path).empty();
  }

  void find_programs() {
    FileOwners owners;
    for (const FileEvidence& file : changes_->files)
      for (const inventory::OwnedFiles& owned : file.analysis.owned)
        owners.add(owned);
    std::size_t named = 0;
    std::size_t unnamed = 0;
    for (const Program& program : programs()) {
      // A package manager that installs a package writes its programs; the package is the finding.
      if (brought_.contains(owners.owner_of(program.path))) continue;
      if (named == kNamedPrograms)
        ++unnamed;
      else
        add_program(program);
      named += named == kNamedPrograms ? 0 : 1;
    }
    if (unnamed == 0) return;
    model::Finding finding = finding_of(kNewExecutable, model::Severity::High);
    finding.title = "More programs appeared in the running container than are named here";
    finding.evidence =
        std::to_string(unnamed) + " further programs or libraries are new or changed";
    add(std::move(finding));
  }

  void add_program(const Program& program) {
    const bool is_changed = was_there(program.path);
    model::Finding finding =
        finding_of(is_changed ? kChangedExecutable : kNewExecutable, model::Severity::High);
    const std::string what = program.executable.is_library ? "library" : "program";
    finding.title = is_changed
                        ? "A " + what + " of the image has other content in the running container"
                        : "A " + what + " appeared in the running container";
    finding.path = program.path;
    finding.evidence = is_changed ? "the container wrote to it, and no package came with it"
                                  : "it is not in the image, and no package came with it";
    finding.remedy = "Find out what wrote it; stop the container if nobody meant it, else build it "
                     "into the image";
    add(std::move(finding));
  }

  std::int32_t top_;
  const LayerEvidence* changes_;
  FileTree image_;
  const std::vector<model::Package>* packages_;
  std::multimap<std::string, std::string> before_; ///< name -> version in the image
  std::set<std::string, std::less<>> brought_;     ///< names of packages that are new or changed
  std::vector<model::Finding> findings_;
};

} // namespace

std::vector<model::Finding> container_drift(std::span<const LayerEvidence> layers,
                                            const std::vector<model::Package>& packages) {
  if (layers.empty()) return {};
  return Drift(layers, packages).run();
}

void turn_into_drift(std::vector<model::Finding>& findings, std::int32_t container_layer) {
  for (model::Finding& finding : findings) {
    if (finding.layer != container_layer || !finding.id.starts_with(kImagePrefix)) continue;
    finding.id = std::string(kDriftPrefix) + finding.id.substr(kImagePrefix.size());
    finding.kind = model::FindingKind::Runtime;
    finding.remedy = "Find out what did it; the packages of the image are still scanned";
    set_fingerprint(finding);
  }
}

} // namespace portique::scan
