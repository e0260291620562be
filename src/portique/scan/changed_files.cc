#include "portique/scan/changed_files.h"

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

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

struct Placed {
  const FileChecksums* file = nullptr;
  std::int32_t layer = model::kNoLayer;
};

class Comparison {
public:
  explicit Comparison(std::span<const LayerEvidence> layers) {
    std::int32_t index = 0;
    for (const LayerEvidence& layer : layers) {
      const HiddenPaths hidden(layer);
      std::erase_if(lists_, [&](const auto& known) { return hidden.hides(known.first); });
      for (const FileChecksums& file : layer.checksums.files)
        files_[file.path] = {&file, index};
      for (const ChecksumList& list : layer.checksums.lists)
        lists_[list.path] = &list;
      if (!layer.checksums.diversions.empty()) diversions_ = layer.checksums.diversions;
      ++index;
    }
  }

  std::vector<model::Finding> run() {
    std::map<std::string_view, model::Finding> findings;
    for (const auto& [path, list] : lists_)
      for (const ExpectedChecksum& expected : list->entries)
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
  [[nodiscard]] const Placed* find(std::string_view path) const {
    auto found = files_.find(inventory::path_hash(path));
    if (found == files_.end()) found = files_.find(inventory::path_hash(merged_usr_alias(path)));
    return found == files_.end() ? nullptr : &found->second;
  }

  /// Where a package's file really lies.
  [[nodiscard]] std::string_view place_of(const ChecksumList& list, std::string_view path) const {
    for (const Diversion& diversion : diversions_)
      if (diversion.from == path && diversion.by != list.package) return diversion.to;
    return path;
  }

  void compare(const ChecksumList& list,
               const ExpectedChecksum& expected,
               std::map<std::string_view, model::Finding>& findings) const {
    const std::string_view path = place_of(list, expected.path);
    const Placed* placed = find(path);
    if (placed == nullptr) return;
    const Checksum& is =
        expected.kind == ChecksumKind::Md5 ? placed->file->md5 : placed->file->sha1;
    if (is == expected.checksum) return;
    const bool program = path.contains("bin/") || path.contains("lib");
    model::Finding finding =
        image_finding(kChanged,
                      program ? model::Severity::High : model::Severity::Medium,
                      std::string(path),
                      placed->layer);
    finding.title = "A file is not what its package brought";
    finding.evidence = list.package.empty() ? "the package database has another checksum for it"
                                            : "the package " + base::printable(list.package) +
                                                  " brought another content";
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
  std::map<std::string_view, const ChecksumList*> lists_;
  std::vector<Diversion> diversions_;
};

} // namespace

std::vector<model::Finding> find_changed_files(std::span<const LayerEvidence> layers) {
  return Comparison(layers).run();
}

} // namespace portique::scan
