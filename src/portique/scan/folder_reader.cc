#include "portique/scan/folder_reader.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "portique/archive/layer_path.h"
#include "portique/base/file.h"
#include "portique/image/docker_ignore.h"
#include "portique/image/folder_walk.h"
#include "portique/image/rootfs.h"
#include "portique/inventory/catalogers.h"
#include "portique/scan/executable_file.h"

namespace portique::scan {

namespace {

/// Where engines keep images and containers: other systems than the one that is scanned.
constexpr std::array<std::string_view, 4> kEngineFolders{
    "var/lib/docker", "var/lib/containerd", "var/lib/containers", "var/lib/lxc"};

class FolderReader {
public:
  FolderReader(ImageReader& reader, const base::Limits& limits)
      : reader_(&reader), limits_(&limits) {}

  /// The files at the places where catalogers with locations look.
  base::Result<void> read_locations(const std::filesystem::path& folder) {
    const image::Rootfs rootfs = PQ_TRY(image::Rootfs::open(folder));
    std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
    const auto catalogers = inventory::catalogers();
    for (std::size_t i = 0; i < catalogers.size(); ++i)
      for (const std::string_view location : catalogers[i].locations) {
        auto files = rootfs.find(location);
        if (!files) {
          unreadable(location, files.error());
          continue;
        }
        for (const image::RootfsFile& file : *files) {
          if (!seen.insert({file.device, file.inode}).second && !location.contains('*')) continue;
          PQ_TRY(take(file.file, file.path, i, file.size));
        }
      }
    return {};
  }

  /// Everything that counts wherever it lies.
  base::Result<void> walk(const std::filesystem::path& folder, const image::WalkOptions& options) {
    return image::walk_folder(
        folder,
        options,
        *limits_,
        [this](const image::WalkedFile& file) { return visit(file); },
        [this](std::string_view path, const base::Error& error) { unreadable(path, error); });
  }

  LayerEvidence take_evidence() { return std::move(evidence_); }

private:
  base::Result<void> visit(const image::WalkedFile& file) {
    ++evidence_.entries;
    if (reader_->inspects_files()) PQ_TRY(inspect(file));
    auto cataloger = matcher_.match(file.path);
    if (cataloger && !inventory::catalogers()[*cataloger].locations.empty()) return {};
    const bool maybe_program = !cataloger && may_be_executable(file.path, file.mode, file.size);
    if (!cataloger && !maybe_program) return {};
    auto open = file.open();
    if (!open) {
      unreadable(file.path, open.error());
      return {};
    }
    if (!open->valid()) return {}; // gone meanwhile
    if (maybe_program) return visit_program(file, *open);
    return take(*open, file.path, *cataloger, file.size);
  }

  base::Result<void> inspect(const image::WalkedFile& file) {
    auto open = file.open();
    if (!open) {
      unreadable(file.path, open.error());
      return {};
    }
    if (!open->valid()) return {}; // gone meanwhile
    ContentEvidence found = PQ_TRY(reader_->inspect(
        *open, {std::string(file.path), file.mode, file.uid, file.gid, file.size}));
    std::ranges::move(found.issues, std::back_inserter(evidence_.issues));
    std::ranges::move(found.secrets, std::back_inserter(evidence_.secrets));
    std::ranges::move(found.checksums.files, std::back_inserter(evidence_.checksums.files));
    std::ranges::move(found.checksums.lists, std::back_inserter(evidence_.checksums.lists));
    std::ranges::move(found.checksums.diversions,
                      std::back_inserter(evidence_.checksums.diversions));
    if (evidence_.secrets.size() > limits_->secrets_in_layer)
      return base::fail(base::Code::LimitExceeded,
                        "there are more than " + std::to_string(limits_->secrets_in_layer) +
                            " secrets");
    std::ranges::move(found.malware, std::back_inserter(evidence_.malware));
    if (evidence_.malware.size() > inspect::MalwareLimits{}.hits_in_layer)
      return base::fail(base::Code::LimitExceeded, "there are too many files with malware to list");
    return {};
  }

  base::Result<void> visit_program(const image::WalkedFile& file, const base::Fd& open) {
    std::array<std::byte, kMagicBytes> first{};
    if (!base::read_exact_at(open, 0, first)) return {}; // shorter by now
    const auto kind = executable_kind(first);
    if (!kind) return {};
    const Program program{std::string(file.path), {*kind, is_library_name(file.path)}};
    if (const auto cataloger = matcher_.for_executables()) {
      FileEvidence found = PQ_TRY(reader_->analyze(open, file.path, *cataloger, file.size));
      if (!found.analysis.packages.empty() || !found.analysis.issues.empty()) {
        found.analysis.executable = program.executable;
        return put(std::move(found));
      }
    }
    evidence_.programs.push_back(program);
    return {};
  }

  base::Result<void>
  take(const base::Fd& open, std::string_view path, std::size_t cataloger, std::uint64_t size) {
    return put(PQ_TRY(reader_->analyze(open, path, cataloger, size)));
  }

  base::Result<void> put(FileEvidence file) {
    if (evidence_.files.size() >= limits_->wanted_files)
      return base::fail(base::Code::LimitExceeded,
                        "there are more than " + std::to_string(limits_->wanted_files) +
                            " files that describe packages");
    evidence_.files.push_back(std::move(file));
    return {};
  }

  void unreadable(std::string_view path, const base::Error& error) {
    evidence_.issues.push_back({error.code(), error.text(), std::string(path), model::kNoLayer});
  }

  ImageReader* reader_;
  const base::Limits* limits_;
  inventory::PathMatcher matcher_;
  LayerEvidence evidence_;
};

base::Result<image::DockerIgnore> read_docker_ignore(const std::filesystem::path& folder,
                                                     const base::Limits& limits) {
  const std::filesystem::path file = folder / ".dockerignore";
  const auto text = base::read_file(file, limits.ignore_file_bytes);
  if (!text && text.error().code() == base::Code::NotFound) return image::DockerIgnore{};
  if (!text) return std::unexpected(text.error());
  return base::at(file.string(), image::DockerIgnore::parse(*text, limits));
}

} // namespace

base::Result<FolderEvidence>
read_rootfs(ImageReader& reader, const std::filesystem::path& folder, const base::Limits& limits) {
  FolderEvidence read;
  FolderReader files(reader, limits);
  PQ_TRY(files.read_locations(folder));
  image::WalkOptions options;
  options.one_file_system = true;
  options.passes_over = [&read](std::string_view path, bool is_folder) {
    if (!is_folder || std::ranges::find(kEngineFolders, path) == kEngineFolders.end()) return false;
    read.skipped.emplace_back(path);
    return true;
  };
  PQ_TRY(files.walk(folder, options));
  read.evidence = files.take_evidence();
  return read;
}

base::Result<FolderEvidence> read_source_tree(ImageReader& reader,
                                              const std::filesystem::path& folder,
                                              const base::Limits& limits) {
  const image::DockerIgnore ignore = PQ_TRY(read_docker_ignore(folder, limits));
  image::WalkOptions options;
  options.passes_over = [&ignore](std::string_view path, bool is_folder) {
    if (is_folder) return path == ".git" || ignore.leaves_out_folder(path);
    return ignore.leaves_out(path);
  };
  FolderReader files(reader, limits);
  PQ_TRY(files.walk(folder, options));
  return FolderEvidence{files.take_evidence(), {}};
}

} // namespace portique::scan
