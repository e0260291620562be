#include "portique/scan/base_image.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

namespace portique::scan {

namespace {

std::string digest_text(const model::Image& image) {
  return image.manifest_digest.text();
}

/// What the base is by the scan of it; nothing if the two share no layer.
std::optional<model::BaseImage> given_base(const OtherScan& given, model::Report& report) {
  const model::Image& base = given.report->subject.image;
  const std::size_t shared = shared_layers(report.subject.image, base);
  if (shared == 0) {
    report.notes.push_back(
        fmt::format("{} is not the base of this image: they share no layer", given.name));
    return std::nullopt;
  }
  if (shared < base.layers.size())
    report.notes.push_back(fmt::format(
        "{} is not quite the base of this image: {} of its {} layers are shared; these count",
        given.name,
        shared,
        base.layers.size()));
  return model::BaseImage{.known = model::BaseImage::Known::Given,
                          .name = given.name,
                          .digest = digest_text(base),
                          .layers = shared,
                          .comparison = std::nullopt};
}

std::optional<model::BaseImage> guessed_base(model::Report& report) {
  const model::BaseHint& hint = report.subject.image.base;
  if (hint.layers == 0 || hint.layers >= report.subject.image.layers.size()) {
    if (!hint.name.empty())
      report.notes.push_back(fmt::format(
          "the image says that it was built on {}; --base {} tells which findings come from there",
          hint.name,
          hint.name));
    return std::nullopt;
  }
  return model::BaseImage{.known = model::BaseImage::Known::Guessed,
                          .name = hint.name,
                          .digest = hint.digest,
                          .layers = hint.layers,
                          .comparison = std::nullopt};
}

/// One vulnerability in one package of an image, whatever its version.
using Key = std::tuple<std::string, std::string, std::string>;

const model::Package* package_of(const model::Report& report, const model::Finding& finding) {
  return finding.package < report.packages.size() ? &report.packages[finding.package] : nullptr;
}

/// The findings that count, by their keys.
template <typename Wanted>
std::map<Key, const model::Finding*> keyed(const model::Report& report, Wanted wanted) {
  std::map<Key, const model::Finding*> found;
  for (const model::Finding& finding : report.findings) {
    const model::Package* package = package_of(report, finding);
    if (package != nullptr && !finding.suppression && wanted(finding))
      found.emplace(Key{finding.id, package->type, package->name}, &finding);
  }
  return found;
}

model::BaseComparison compare(const OtherScan& newer, const model::Report& report) {
  const auto ours = keyed(
      report, [](const model::Finding& finding) { return finding.from_base.value_or(false); });
  const auto theirs = keyed(*newer.report, [](const model::Finding&) { return true; });
  const auto change = [](const auto& entry) {
    const auto& [id, type, package] = entry.first;
    return model::BaseChange{id, package, entry.second->severity};
  };
  model::BaseComparison comparison{.name = newer.name};
  for (const auto& entry : ours) {
    if (theirs.contains(entry.first))
      ++comparison.kept;
    else
      comparison.removed.push_back(change(entry));
  }
  for (const auto& entry : theirs)
    if (!ours.contains(entry.first)) comparison.added.push_back(change(entry));
  const auto worse = [](const model::BaseChange& a, const model::BaseChange& b) {
    return std::tie(b.severity, a.id, a.package) < std::tie(a.severity, b.id, b.package);
  };
  std::ranges::sort(comparison.removed, worse);
  std::ranges::sort(comparison.added, worse);
  return comparison;
}

} // namespace

std::size_t shared_layers(const model::Image& a, const model::Image& b) {
  std::size_t shared = 0;
  while (shared < a.layers.size() && shared < b.layers.size() &&
         !a.layers[shared].diff_id.empty() && a.layers[shared].diff_id == b.layers[shared].diff_id)
    ++shared;
  return shared;
}

void apply_base(const OtherScan& given, const OtherScan& newer, model::Report& report) {
  if (given.report != nullptr) report.base = given_base(given, report);
  if (!report.base) report.base = guessed_base(report);
  if (!report.base) {
    if (newer.report != nullptr)
      report.notes.push_back(fmt::format(
          "{} could not be compared: which layers come from the base is not known; name it with "
          "--base",
          newer.name));
    return;
  }
  for (model::Finding& finding : report.findings)
    if (finding.layer != model::kNoLayer)
      finding.from_base = static_cast<std::size_t>(finding.layer) < report.base->layers;
  if (newer.report == nullptr) return;
  report.base->comparison = compare(newer, report);
  if (!newer.report->issues.empty())
    report.notes.push_back(fmt::format(
        "{} could not be read wholly: what it would change may be more than is said", newer.name));
}

} // namespace portique::scan
