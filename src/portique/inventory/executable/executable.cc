#include "portique/inventory/executable/executable.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "portique/inventory/add_issue.h"
#include "portique/inventory/binary/binary_fields.h"
#include "portique/inventory/binary/binary_image.h"
#include "portique/inventory/executable/classifier.h"
#include "portique/inventory/go/build_info.h"
#include "portique/inventory/go/go_packages.h"
#include "portique/inventory/rust/audit_data.h"

namespace portique::inventory {

namespace {

/// "libc.so.6" and "libc-2.31.so": some libraries can be started, too.
bool has_library_name(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name.ends_with(".so") || name.contains(".so.");
}

/// Adds what one part of the file says of itself; whether it was written in Go.
bool add_own_lists(const FileContent& file,
                   const BinaryImage& image,
                   const base::Limits& limits,
                   Analysis& analysis) {
  std::optional<GoBuildInfo> go;
  if (const auto read = read_go_build_info(file, image, limits, go); !read)
    add_issue(analysis, read.error());
  if (go) add_go_packages(*go, analysis);
  if (const auto read = add_audited_crates(file, image, limits, analysis); !read)
    add_issue(analysis, read.error());
  return go.has_value();
}

/// The parts of a file for several processors name the same packages.
void drop_repeated(std::vector<model::Package>& packages) {
  std::vector<model::Package> kept;
  for (model::Package& package : packages)
    if (std::ranges::find(kept, package) == kept.end()) kept.push_back(std::move(package));
  packages = std::move(kept);
}

/// A Go program's own list is better than its file's name; what it may lack is a version.
void complete_go(std::vector<model::Package> classified, Analysis& analysis) {
  for (model::Package& package : classified) {
    if (package.type != "golang") {
      analysis.packages.push_back(std::move(package));
      continue;
    }
    // The main module comes first, and is the one that depends on the others.
    model::Package& main = analysis.packages.front();
    if (main.version.empty() && !main.dependencies.empty()) main.version = package.version;
  }
}

} // namespace

Analysis analyze_executable(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  const auto head = read_piece(file, 0, std::min<std::uint64_t>(file.size(), kHeadBytes), "head");
  if (!head) {
    add_issue(analysis, head.error());
    return analysis;
  }
  const auto kind = kind_of(*head);
  if (!kind) return analysis;
  std::vector<BinaryImage> images;
  const auto read = read_binary_images(file, *kind, limits, images);
  if (!read) add_issue(analysis, read.error());
  if (images.empty() && read && *kind != ExecutableKind::Script) return analysis;
  analysis.executable = images.empty() ? Executable{*kind, false} : images.front().what;
  if (*kind == ExecutableKind::Elf && has_library_name(file.path()))
    analysis.executable->is_library = true;
  bool is_go = false;
  for (const BinaryImage& image : images)
    is_go = add_own_lists(file, image, limits, analysis) || is_go;
  if (images.size() > 1) drop_repeated(analysis.packages);

  auto classified = classify(file, program_classifiers());
  if (!classified)
    add_issue(analysis, classified.error());
  else if (is_go)
    complete_go(std::move(*classified), analysis);
  else
    std::ranges::move(*classified, std::back_inserter(analysis.packages));
  for (model::Package& package : analysis.packages)
    package.path = file.path();
  return analysis;
}

} // namespace portique::inventory
