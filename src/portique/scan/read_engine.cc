#include "portique/scan/read_engine.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "portique/base/text.h"
#include "portique/image/docker_engine.h"
#include "portique/image/overlay_layer.h"
#include "portique/inventory/catalogers.h"
#include "portique/scan/collect_layers.h"
#include "portique/scan/executable_file.h"
#include "portique/scan/image_cache.h"

namespace portique::scan {

using base::Code;
using base::fail;
using image::DockerEngine;
using image::SourceKind;

namespace {

base::Result<ReadTarget> read_image(ImageReader& reader,
                                    const DockerEngine& engine,
                                    const image::EngineImage& image,
                                    const ScanOptions& options) {
  const ImageCache cache(options.cache_dir, options.selection, options.contents.config_version());
  ReadTarget read;
  if (auto known = cache.load(image.id))
    if (auto layers = cached_layers(*known, options)) {
      if (options.progress) options.progress(layers->size(), layers->size());
      read.image = std::move(known->image);
      read.config_secrets = std::move(known->secrets);
      read.config_malware = std::move(known->malware);
      read.image.tags = image.tags;
      read.layers = *std::move(layers);
      return read;
    }
  const ImageDescription described =
      PQ_TRY(reader.open(engine.save_image(image.id), options.selection));
  read.image = described.image;
  read.config_secrets = described.secrets;
  read.config_malware = described.malware;
  read.image.tags = image.tags; // it is saved by its id, and so without names
  read.layers = PQ_TRY(collect_layers(reader, described, options));
  (void)cache.store(image.id, described);
  return read;
}

/// An engine and the container that it has.
struct FoundContainer {
  DockerEngine engine;
  image::EngineContainer container;
};

base::Result<FoundContainer> found_in(base::Result<DockerEngine> engine, std::string_view name) {
  if (!engine) return std::unexpected(std::move(engine).error());
  auto container = PQ_TRY(engine->inspect_container(name));
  return FoundContainer{*std::move(engine), std::move(container)};
}

base::Result<FoundContainer> find_container(std::string_view name, const base::Limits& limits) {
  auto docker = found_in(DockerEngine::docker(limits), name);
  if (docker || docker.error().code() == Code::InvalidArgument) return docker;
  auto podman = found_in(DockerEngine::podman(limits, DockerEngine::Podman::Run), name);
  if (podman) return podman;
  // Each says in its own sentence whether it is not here or has no such container.
  return fail(docker.error().code(), docker.error().text() + "; " + podman.error().text());
}

bool is_overlay(const image::EngineContainer& container) {
  return container.storage_driver == "overlay2" || container.storage_driver == "overlay";
}

/// Whether the folder in which the engine keeps the changes can be read here.
bool has_folder_here(const DockerEngine& engine, const image::EngineContainer& container) {
  if (!engine.is_local() || !is_overlay(container) || container.upper_dir.empty()) return false;
  std::error_code error;
  const std::filesystem::directory_iterator first(container.upper_dir, error);
  return !error;
}

/// The changes out of the whole file system, which any engine gives.
base::Result<LayerEvidence> read_exported_changes(ImageReader& reader,
                                                  const DockerEngine& engine,
                                                  const image::EngineContainer& container,
                                                  const std::vector<model::PathChange>& changes) {
  OnlyPaths only;
  LayerEvidence evidence;
  for (const model::PathChange& change : changes)
    if (change.kind != model::ChangeKind::Deleted) only.insert(change.path);
  if (!only.empty()) evidence = PQ_TRY(reader.read_tar(engine.save_container(container), &only));
  for (const model::PathChange& change : changes)
    if (change.kind == model::ChangeKind::Deleted) evidence.removed.push_back(change.path);
  return evidence;
}

/// A container whose image the engine has not kept: all that there is is its file system.
base::Result<ReadTarget> read_without_image(ImageReader& reader,
                                            const DockerEngine& engine,
                                            const image::EngineContainer& container) {
  ReadTarget read;
  read.layered = false;
  read.layers.push_back(PQ_TRY(reader.read_tar(engine.save_container(container), nullptr)));
  read.layers.back().issues.push_back(
      {Code::NotFound,
       engine.product() + " has the container's image no more, so that its changes cannot be told",
       "",
       model::kNoLayer});
  return read;
}

model::Container container_of(const DockerEngine& engine, const image::EngineContainer& container) {
  return {.engine = engine.product(),
          .id = container.id,
          .name = container.name,
          .image_name = container.image_name,
          .running = container.running,
          .changes = {}};
}

/// Without the folders that are only said to have changed because something in them did.
std::vector<model::PathChange> telling(const std::vector<model::PathChange>& changes) {
  std::vector<model::PathChange> kept;
  for (const model::PathChange& change : changes) {
    const std::string below = change.path + "/";
    const auto next = std::ranges::lower_bound(changes, below, {}, &model::PathChange::path);
    const bool is_folder = next != changes.end() && next->path.starts_with(below);
    if (!is_folder || change.kind != model::ChangeKind::Changed) kept.push_back(change);
  }
  return kept;
}

base::Result<void> add_changes(ImageReader& reader,
                               const FoundContainer& found,
                               ReadTarget& read,
                               const base::Limits& limits) {
  const std::vector<model::PathChange> changes = PQ_TRY(found.engine.changes(found.container));
  read.layers.push_back(
      has_folder_here(found.engine, found.container)
          ? PQ_TRY(read_overlay(reader, found.container.upper_dir, limits))
          : PQ_TRY(read_exported_changes(reader, found.engine, found.container, changes)));
  read.container->changes = telling(changes);
  model::Layer layer;
  layer.created_by =
      found.container.running ? "changed in the running container" : "changed in the container";
  read.image.layers.push_back(std::move(layer));
  // What the engine itself added contradicts no history.
  if (read.image.history_layers != 0) ++read.image.history_layers;
  return {};
}

} // namespace

base::Result<LayerEvidence>
read_overlay(ImageReader& reader, const std::filesystem::path& folder, const base::Limits& limits) {
  // Shared with the feed, whose thread has ended when read_tar() returns.
  const auto issues = std::make_shared<std::vector<model::Issue>>();
  const auto matcher = std::make_shared<const inventory::PathMatcher>();
  const bool everything = reader.inspects_files();
  const image::Feed feed = [=](const image::ByteSink& sink,
                               const image::Cancelled&) -> base::Result<void> {
    const auto wants = [&](std::string_view path, std::uint32_t mode, std::uint64_t size) {
      return everything || matcher->match(path).has_value() || may_be_executable(path, mode, size);
    };
    *issues = PQ_TRY(image::write_overlay_layer(folder, sink, wants, limits));
    return {};
  };
  LayerEvidence evidence = PQ_TRY(reader.read_tar(feed, nullptr));
  std::ranges::move(*issues, std::back_inserter(evidence.issues));
  return evidence;
}

base::Result<ReadTarget>
read_engine_image(ImageReader& reader, const image::Target& target, const ScanOptions& options) {
  const DockerEngine engine =
      PQ_TRY(target.kind == SourceKind::Docker
                 ? DockerEngine::docker(options.limits)
                 : DockerEngine::podman(options.limits, DockerEngine::Podman::Run));
  const image::EngineImage image = PQ_TRY(engine.inspect_image(target.reference));
  ReadTarget read = PQ_TRY(read_image(reader, engine, image, options));
  read.kind = target.kind;
  return read;
}

base::Result<ReadTarget>
read_container(ImageReader& reader, const std::string& name, const ScanOptions& options) {
  const FoundContainer found = PQ_TRY(find_container(name, options.limits));
  const auto image = found.engine.inspect_image(found.container.image);
  ReadTarget read;
  if (image)
    read = PQ_TRY(read_image(reader, found.engine, *image, options));
  else if (image.error().code() == Code::NotFound || image.error().code() == Code::InvalidArgument)
    read = PQ_TRY(read_without_image(reader, found.engine, found.container));
  else
    return std::unexpected(image.error());
  read.kind = SourceKind::Container;
  read.container = container_of(found.engine, found.container);
  if (image) PQ_TRY(add_changes(reader, found, read, options.limits));
  return read;
}

} // namespace portique::scan
