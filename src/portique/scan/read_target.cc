#include "portique/scan/read_target.h"

#include "portique/base/text.h"
#include "portique/image/containerd_store.h"
#include "portique/image/local_images.h"
#include "portique/image/lxc_container.h"
#include "portique/image/oci_bundle.h"
#include "portique/image/overlay_layer.h"
#include "portique/image/reference.h"
#include "portique/image/registry_image.h"
#include "portique/scan/collect_layers.h"
#include "portique/scan/folder_reader.h"
#include "portique/scan/image_reader.h"
#include "portique/scan/read_engine.h"

namespace portique::scan {

using base::Code;
using image::SourceKind;

namespace {

base::Result<ReadTarget> read_folder(ImageReader& reader,
                                     SourceKind kind,
                                     const std::filesystem::path& folder,
                                     const base::Limits& limits) {
  FolderEvidence found = kind == SourceKind::Directory
                             ? PQ_TRY(read_source_tree(reader, folder, limits))
                             : PQ_TRY(read_rootfs(reader, folder, limits));
  ReadTarget read;
  read.kind = kind;
  read.layered = false;
  read.layers.push_back(std::move(found.evidence));
  for (const std::string& skipped : found.skipped)
    read.notes.push_back(skipped + " was passed over: a container engine keeps images there");
  return read;
}

/// A container whose files are those of another one and what differs from them.
base::Result<ReadTarget>
read_lxc(ImageReader& reader, const std::string& name, const base::Limits& limits) {
  const image::LxcContainer container =
      PQ_TRY(image::find_lxc_container(name, image::lxc_folder(limits), limits));
  ReadTarget read = PQ_TRY(read_folder(reader, SourceKind::Lxc, container.rootfs, limits));
  if (!container.upper.empty())
    read.layers.push_back(PQ_TRY(read_overlay(reader, container.upper, limits)));
  return read;
}

base::Result<ReadTarget>
read_containerd(ImageReader& reader, const std::string& name, const ScanOptions& options) {
  const image::ContainerdStore store = PQ_TRY(image::ContainerdStore::connect(options.limits));
  const image::ContainerdImage found = PQ_TRY(store.find_image(name));
  const ImageDescription described =
      PQ_TRY(reader.open(PQ_TRY(store.open_image(found)), options.selection));
  ReadTarget read;
  read.kind = SourceKind::Containerd;
  read.image = described.image;
  read.config_secrets = described.secrets;
  read.config_malware = described.malware;
  read.layers = PQ_TRY(collect_layers(reader, described, options));
  return read;
}

base::Result<ReadTarget>
read_archive(ImageReader& reader, const image::Target& target, const ScanOptions& options) {
  image::Selection selection = options.selection;
  selection.reference = target.reference;
  const ImageDescription described = PQ_TRY(reader.open(target, selection));
  ReadTarget read;
  read.kind = target.kind;
  read.image = described.image;
  read.config_secrets = described.secrets;
  read.config_malware = described.malware;
  read.layers = PQ_TRY(collect_layers(reader, described, options));
  return read;
}

base::Result<ReadTarget>
read_registry(ImageReader& reader, const std::string& name, const ScanOptions& options) {
  const image::Reference reference = PQ_TRY(image::parse_reference(name));
  const ImageDescription described = PQ_TRY(reader.open(
      PQ_TRY(image::RegistryImage::open(reference, options.registry)), options.selection));
  ReadTarget read;
  read.kind = SourceKind::Registry;
  read.image = described.image;
  read.config_secrets = described.secrets;
  read.config_malware = described.malware;
  read.layers = PQ_TRY(collect_layers(reader, described, options));
  return read;
}

base::Result<ReadTarget>
read_located(ImageReader& reader, const image::Target& target, const ScanOptions& options) {
  switch (target.kind) {
  case SourceKind::Rootfs:
  case SourceKind::Directory:
    return read_folder(reader, target.kind, target.path, options.limits);
  case SourceKind::OciBundle: {
    const image::OciBundle bundle = PQ_TRY(
        image::find_oci_bundle(target.reference, image::runtime_state_folders(), options.limits));
    return read_folder(reader, target.kind, bundle.rootfs, options.limits);
  }
  case SourceKind::Lxc:
    return read_lxc(reader, target.reference, options.limits);
  case SourceKind::Docker:
  case SourceKind::Podman:
    return read_engine_image(reader, target, options);
  case SourceKind::Container:
    return read_container(reader, target.reference, options);
  case SourceKind::Registry:
    return read_registry(reader, target.reference, options);
  case SourceKind::Containerd:
    return read_containerd(reader, target.reference, options);
  default:
    return read_archive(reader, target, options);
  }
}

} // namespace

base::Result<ReadTarget> read_target(const image::Target& target, const ScanOptions& options) {
  // First of all, while there is nothing in memory that the reader must not inherit.
  const bool maybe_remote = target.kind == SourceKind::Registry || target.kind == SourceKind::Image;
  const std::chrono::seconds wall_time(maybe_remote ? options.limits.registry_seconds
                                                    : options.limits.worker_seconds);
  ContentSearch contents = options.contents;
  if (!image::has_layers(target.kind)) contents.image_facts = false; // nothing would ask for them
  ImageReader reader =
      PQ_TRY(ImageReader::start(options.limits, options.threads, std::move(contents), wall_time));
  if (target.kind != SourceKind::Image) return read_located(reader, target, options);
  const image::Location location = image::locate_image(target.reference, options.limits);
  if (location.target.kind != SourceKind::Image)
    return read_located(reader, location.target, options);
  const std::string why = image::silence_of(location.silent);
  const std::string local = "there is no file '" + base::printable(target.reference) +
                            "', and no engine here has an image of that name" +
                            (why.empty() ? "" : " (" + why + ")");
  if (options.registry.offline) return base::fail(Code::NotFound, local);
  auto read = read_registry(reader, target.reference, options);
  if (read) return read;
  return base::fail(read.error().code(), local + "; its registry: " + read.error().text());
}

} // namespace portique::scan
