#include "portique/scan/changed_files.h"

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "portique/base/text.h"
#include "portique/inventory/cataloger.h"
#include "portique/scan/file_owners.h"
#include "portique/scan/hidden_paths.h"
#include "portique/scan/image_finding.h"

namespace portique::scan {

namespace {

constexpr std::string_view kChanged = "PORTIQUE-IMAGE-CHANGED-FILE";

/// So many files are named one by one; the rest is counted.
constexpr std::size_t kNamed = 100;

/// What lies at a path, as far as is known: a file, a symbolic link, or something else.
struct Placed {
  const FileChecksums* file = nullptr;
  const Link* link = nullptr;
  std::int32_t layer = model::kNoLayer;
};

Checksum sha1_of(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
  unsigned int length = 0;
  EVP_Digest(text.data(), text.size(), raw.data(), &length, EVP_sha1(), nullptr);
  return checksum_of({reinterpret_cast<const char*>(raw.data()), length});
}

bool has_checksum(const FileChecksums& file, const ExpectedFile& expected) {
  switch (expected.kind) {
  case ChecksumKind::Md5:
    return file.md5 == expected.checksum;
  case ChecksumKind::Sha1:
    return file.sha1 == expected.checksum;
  case ChecksumKind::Sha256:
    return file.sha256 == expected.checksum;
  case ChecksumKind::None:
    break;
  }
  return true;
}

/// How a file differs from what its package brought; "" if it does not.
std::string difference(const Placed& placed, const ExpectedFile& expected) {
  if (placed.link != nullptr) {
    // apk's checksum of a link is that of what it says.
    if (expected.kind == ChecksumKind::Sha1 && sha1_of(placed.link->target) == expected.checksum)
      return {};
    return "a link to " + base::printable(placed.link->target) + " lies in its place";
  }
  if (placed.file == nullptr) return {};
  if (!has_checksum(*placed.file, expected)) return "it has another content";
  if (expected.size && *expected.size != placed.file->size)
    return fmt::format("it has {} bytes instead of {}", placed.file->size, *expected.size);
  if (expected.mode && *expected.mode != placed.file->mode)
    return fmt::format(
        "it has the mode {:04o} instead of {:04o}", placed.file->mode, *expected.mode);
  return {};
}

bool gives_rights(const Placed& placed, const ExpectedFile& expected) {
  constexpr std::uint32_t kSetId = 06000;
  return placed.file != nullptr && expected.mode &&
         (placed.file->mode & ~*expected.mode & kSetId) != 0;
}

class Comparison {
public:
  explicit Comparison(std::span<const LayerEvidence> layers) {
    std::int32_t index = 0;
    for (const LayerEvidence& layer : layers) {
      const HiddenPaths& hidden = hidden_.emplace_back(layer);
      std::erase_if(lists_, [&](const auto& known) { return hidden.hides(known.first); });
      place_files(layer, index);
      for (const ExpectedFiles& list : layer.checksums.lists)
        lists_[list.path] = &list;
      if (!layer.checksums.diversions.empty()) diversions_ = layer.checksums.diversions;
      ++index;
    }
  }

  std::vector<model::Finding> run() {
    std::map<std::string_view, model::Finding> findings;
    for (const auto& [path, list] : lists_)
      for (const ExpectedFile& expected : list->entries)
        compare(*list, expected, findings);
    std::vector<model::Finding> sorted;
    for (auto& [path, finding] : findings) {
      if (sorted.size() == kNamed) {
        add_rest(findings.size() - kNamed, sorted);
        break;
      }
      sorted.push_back(std::move(finding));
    }
    return sorted;
  }

private:
  void place_files(const LayerEvidence& layer, std::int32_t index) {
    // Whatever takes the place of a file of a lower layer: what it is may be known below.
    for (const std::uint64_t path : layer.paths)
      if (const auto lower = files_.find(path); lower != files_.end())
        lower->second = {nullptr, nullptr, index};
    for (const Link& link : layer.links)
      if (!link.hard) files_[inventory::path_hash(link.path)] = {nullptr, &link, index};
    for (const FileChecksums& file : layer.checksums.files)
      files_[file.path] = {&file, nullptr, index};
    for (const SameFile& same : layer.checksums.same)
      if (const auto target = files_.find(same.target);
          target != files_.end() && target->second.layer == index)
        files_[same.path] = Placed(target->second);
  }

  /// What is seen at a path, if anything, from above all layers.
  [[nodiscard]] const Placed* find_at(std::string_view path) const {
    const auto found = files_.find(inventory::path_hash(path));
    if (found == files_.end()) return nullptr;
    const bool hidden = layer_that_hides(hidden_, found->second.layer, path) != model::kNoLayer;
    return hidden ? nullptr : &found->second;
  }

  [[nodiscard]] const Placed* find(std::string_view path) const {
    const Placed* placed = find_at(path);
    return placed != nullptr ? placed : find_at(merged_usr_alias(path));
  }

  /// Where a package's file really lies.
  [[nodiscard]] std::string_view place_of(std::string_view package, std::string_view path) const {
    for (const Diversion& diversion : diversions_)
      if (diversion.from == path && diversion.by != package) return diversion.to;
    return path;
  }

  void compare(const ExpectedFiles& list,
               const ExpectedFile& expected,
               std::map<std::string_view, model::Finding>& findings) const {
    const std::string_view package = list.package_of(expected);
    const std::string_view path = place_of(package, expected.path);
    const Placed* placed = find(path);
    if (placed == nullptr) return;
    const std::string how = difference(*placed, expected);
    if (how.empty()) return;
    const bool program = path.contains("bin/") || path.contains("lib");
    const bool is_content = placed->file == nullptr || !has_checksum(*placed->file, expected);
    const bool is_high = (is_content && program) || gives_rights(*placed, expected);
    model::Finding finding =
        image_finding(kChanged,
                      is_high ? model::Severity::High : model::Severity::Medium,
                      std::string(path),
                      placed->layer);
    finding.title = "A file is not what its package brought";
    finding.evidence = package.empty() ? how : how + "; the package is " + base::printable(package);
    finding.remedy = "Find out which instruction changed it; install the package anew";
    set_fingerprint(finding);
    findings.emplace(path, std::move(finding));
  }

  static void add_rest(std::size_t count, std::vector<model::Finding>& findings) {
    model::Finding finding = image_finding(kChanged, model::Severity::High, {});
    finding.title = "Files are not what their packages brought";
    finding.evidence = std::to_string(count) + " further files";
    finding.remedy = "Find out which instruction changed them; install the packages anew";
    set_fingerprint(finding);
    findings.push_back(std::move(finding));
  }

  std::unordered_map<std::uint64_t, Placed> files_;
  std::vector<HiddenPaths> hidden_;
  std::map<std::string_view, const ExpectedFiles*> lists_;
  std::vector<Diversion> diversions_;
};

} // namespace

std::vector<model::Finding> find_changed_files(std::span<const LayerEvidence> layers) {
  return Comparison(layers).run();
}

} // namespace portique::scan
