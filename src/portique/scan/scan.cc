#include "portique/scan/scan.h"

#include <algorithm>
#include <tuple>

#include "portique/advisory/ecosystem.h"
#include "portique/advisory/match.h"
#include "portique/scan/folder_reader.h"
#include "portique/scan/image_reader.h"
#include "portique/scan/layer_cache.h"
#include "portique/scan/merge.h"

namespace portique::scan {

namespace {

struct ReadImage {
  model::Image image;
  std::vector<LayerEvidence> layers;
  std::vector<std::string> notes;
};

class LayerCollector {
public:
  LayerCollector(ImageReader& reader,
                 const image::DescribedImage& described,
                 const ScanOptions& options)
      : reader_(&reader), described_(&described), options_(&options),
        layers_(described.layers.size()) {
    if (!options.cache_dir.empty()) cache_ = LayerCache(options.cache_dir);
  }

  base::Result<std::vector<LayerEvidence>> collect() {
    std::vector<std::uint32_t> missing;
    for (std::uint32_t i = 0; i < layers_.size(); ++i) {
      if (auto cached = cache_.load(described_->layers[i].digest))
        layers_[i] = std::move(*cached);
      else
        missing.push_back(i);
    }
    report_progress(layers_.size() - missing.size());
    if (!missing.empty()) PQ_TRY(read(missing, {}));
    const inventory::PathMatcher matcher;
    const ExtraPaths extra = unread_link_targets(layers_, matcher);
    if (!extra.empty()) {
      std::vector<std::uint32_t> all(layers_.size());
      for (std::uint32_t i = 0; i < all.size(); ++i)
        all[i] = i;
      PQ_TRY(read(all, extra));
    }
    return std::move(layers_);
  }

private:
  base::Result<void> read(const std::vector<std::uint32_t>& layers, const ExtraPaths& extra) {
    std::size_t done = layers_.size() - layers.size();
    return reader_->read_layers(
        layers, extra, [&](std::size_t layer, LayerEvidence evidence, bool verified) {
          layers_[layer] = std::move(evidence);
          // Evidence that holds more than the endings ask for is this image's alone. That the cache
          // cannot be written costs time, not correctness.
          if (verified && extra.empty())
            (void)cache_.store(described_->layers[layer].digest, layers_[layer]);
          report_progress(++done);
        });
  }

  void report_progress(std::size_t done) const {
    if (options_->progress) options_->progress(done, layers_.size());
  }

  ImageReader* reader_;
  const image::DescribedImage* described_;
  const ScanOptions* options_;
  LayerCache cache_;
  std::vector<LayerEvidence> layers_;
};

base::Result<ReadImage> read_target(const image::Target& target, const ScanOptions& options) {
  ImageReader reader = PQ_TRY(ImageReader::start(options.limits, options.threads));
  ReadImage read;
  if (!image::has_layers(target.kind)) {
    FolderEvidence folder = target.kind == image::SourceKind::Directory
                                ? PQ_TRY(read_source_tree(reader, target.path, options.limits))
                                : PQ_TRY(read_rootfs(reader, target.path, options.limits));
    read.layers.push_back(std::move(folder.evidence));
    for (const std::string& skipped : folder.skipped)
      read.notes.push_back(skipped + " was passed over: a container engine keeps images there");
    return read;
  }
  image::Selection selection = options.selection;
  selection.reference = target.reference;
  const image::DescribedImage described = PQ_TRY(reader.open(target, selection));
  read.image = described.image;
  read.layers = PQ_TRY(LayerCollector(reader, described, options).collect());
  return read;
}

/// A root file system has no layers: nothing in its report may point to one.
void forget_layers(Inventory& inventory) {
  for (model::Program& program : inventory.unowned)
    program.layer = model::kNoLayer;
  for (model::Package& package : inventory.packages)
    package.layer = model::kNoLayer;
  for (model::Issue& issue : inventory.issues)
    issue.layer = model::kNoLayer;
}

/// What lies in a lower layer only is said, and does not count: no container sees it.
void suppress_removed(model::Report& report) {
  for (model::Finding& finding : report.findings) {
    const std::int32_t removed_in = report.packages[finding.package].removed_in;
    if (removed_in == model::kNoLayer) continue;
    finding.suppression = model::Suppression{
        .by = "layer " + std::to_string(removed_in + 1),
        .reason = "the package was deleted by this layer and lies in lower ones only",
        .until = std::nullopt};
  }
}

void sort_findings(model::Report& report) {
  std::ranges::sort(report.findings, [](const model::Finding& a, const model::Finding& b) {
    return std::tuple(a.package, b.severity, a.id) < std::tuple(b.package, a.severity, b.id);
  });
}

} // namespace

base::Result<model::Report> scan(const image::Target& target,
                                 std::string_view name,
                                 const advisory::Database& database,
                                 const ScanOptions& options) {
  ReadImage read = PQ_TRY(read_target(target, options));
  const bool layered = image::has_layers(target.kind);
  const bool source_tree = target.kind == image::SourceKind::Directory;
  Inventory inventory = merge_layers(read.layers, {options.declared || source_tree, layered});
  if (!layered) forget_layers(inventory);

  model::Report report;
  report.subject = {
      std::string(name), std::string(image::scheme_of(target.kind)), std::move(read.image)};
  report.distro = std::move(inventory.distro);
  report.distro_end_of_life = advisory::end_of_life(report.distro);
  report.packages = std::move(inventory.packages);
  report.unowned = std::move(inventory.unowned);
  report.issues = std::move(inventory.issues);
  report.notes = std::move(read.notes);
  report.database = database.info();
  report.created = options.now;

  advisory::Matches matches =
      PQ_TRY(advisory::match(database,
                             report.distro,
                             report.packages,
                             {.now = options.now, .kernel_headers = options.kernel_headers}));
  report.coverage = matches.coverage;
  report.findings = std::move(matches.findings);
  for (model::Finding& finding : report.findings)
    finding.layer = report.packages[finding.package].layer;
  suppress_removed(report);
  std::ranges::move(inventory.findings, std::back_inserter(report.findings));
  std::ranges::move(matches.notes, std::back_inserter(report.notes));
  std::ranges::move(matches.issues, std::back_inserter(report.issues));
  sort_findings(report);
  return report;
}

} // namespace portique::scan
