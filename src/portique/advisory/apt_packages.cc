#include "portique/advisory/apt_packages.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

#include "portique/base/digest.h"
#include "portique/base/text.h"
#include "portique/version/schemes.h"

namespace portique::advisory {

namespace {

constexpr std::size_t kBinaries = 12;

bool all_of(std::string_view text, std::string_view besides_alnum) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return base::is_alnum(c) || besides_alnum.find(c) != std::string_view::npos;
  });
}

/// A path below the archive that cannot lead out of it.
bool is_path(std::string_view path) {
  return all_of(path, "._+~:/-") && path.front() != '/' &&
         path.find("..") == std::string_view::npos;
}

bool is_version(std::string_view version) {
  return all_of(version, ".+~:-") && version.size() <= 256 &&
         version::scheme_info(version::Scheme::Dpkg).valid(version);
}

/// Which of a source package's files can have debian/changelog: 0 best, 9 none.
int rank(std::string_view name, bool native) {
  if (name.find(".debian.tar.") != std::string_view::npos) return name.ends_with(".asc") ? 9 : 0;
  if (name.ends_with(".diff.gz")) return 0;
  const bool tarball = name.find(".tar.") != std::string_view::npos && !name.ends_with(".asc");
  return native && tarball ? 1 : 9;
}

std::optional<SourcePackage> source_package(const ControlParagraph& paragraph) {
  SourcePackage package{.name = std::string(base::trim(paragraph.field("Package"))),
                        .version = std::string(base::trim(paragraph.field("Version"))),
                        .files = {}};
  if (!all_of(package.name, "+.-") || !is_version(package.version)) return std::nullopt;
  if (base::trim(paragraph.field("Extra-Source-Only")) == "yes") return std::nullopt;
  const std::string folder(base::trim(paragraph.field("Directory")));
  auto files = control_files(paragraph.field("Checksums-Sha256"));
  const bool native = std::ranges::none_of(files, [](const ControlFile& file) {
    return file.name.find(".orig.tar.") != std::string::npos;
  });
  for (ControlFile& file : files) {
    if (rank(file.name, native) == 9) continue;
    file.name = folder + "/" + file.name;
    if (is_path(file.name)) package.files.push_back(std::move(file));
  }
  return package;
}

/// Source name and version of a binary package: "Source: name (version)", else its own.
std::pair<std::string_view, std::string_view> source_of(const ControlParagraph& paragraph) {
  std::string_view source = base::trim(paragraph.field("Source"));
  std::string_view version = base::trim(paragraph.field("Version"));
  if (source.empty()) return {base::trim(paragraph.field("Package")), version};
  const std::string_view name = base::trim(base::take_until(source, '('));
  if (!source.empty()) version = base::trim(base::take_until(source, ')'));
  return {name, version};
}

} // namespace

std::vector<SourcePackage> newest_sources(std::string_view sources) {
  const auto& dpkg = version::scheme_info(version::Scheme::Dpkg);
  std::map<std::string, SourcePackage> newest;
  ControlReader reader(sources);
  while (const auto paragraph = reader.next()) {
    auto package = source_package(*paragraph);
    if (!package) continue;
    SourcePackage& kept = newest[package->name];
    if (kept.name.empty() || dpkg.compare(kept.version, package->version) < 0)
      kept = std::move(*package);
  }
  std::vector<SourcePackage> packages;
  for (auto& [name, package] : newest)
    packages.push_back(std::move(package));
  return packages;
}

void add_binaries(std::string_view packages, std::vector<SourcePackage>& sources) {
  std::map<std::string_view, std::vector<ControlFile>> binaries; // by source name
  ControlReader reader(packages);
  while (const auto paragraph = reader.next()) {
    const auto [name, version] = source_of(*paragraph);
    const auto source = std::ranges::lower_bound(sources, name, {}, &SourcePackage::name);
    if (source == sources.end() || source->name != name || source->version != version) continue;
    ControlFile file{
        .sha256 = std::string(base::trim(paragraph->field("SHA256"))),
        .size = base::parse_int<std::uint64_t>(base::trim(paragraph->field("Size"))).value_or(0),
        .name = std::string(base::trim(paragraph->field("Filename")))};
    if (file.size == 0 || !is_path(file.name) || !base::Digest::parse("sha256:" + file.sha256))
      continue;
    binaries[source->name].push_back(std::move(file));
  }
  for (SourcePackage& source : sources) {
    auto found = binaries.find(source.name);
    if (found == binaries.end()) continue;
    // Packages of one source often link their folder below usr/share/doc to that of the common one.
    std::ranges::sort(found->second, {}, [](const ControlFile& file) {
      return std::pair(file.name.find("-common_") == std::string::npos, file.size);
    });
    found->second.resize(std::min(found->second.size(), kBinaries));
    std::ranges::move(found->second, std::back_inserter(source.files));
  }
}

} // namespace portique::advisory
