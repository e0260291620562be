// A Java archive is a zip archive: META-INF/MANIFEST.MF describes it, META-INF/maven/GROUP/ARTIFACT
// holds pom.properties and pom.xml of every Maven project that went into it. Applications carry
// other archives, stored (Spring Boot) or compressed (wars); compressed ones are unpacked in
// memory, one inside the other, stored ones are read where they lie.

#include "portique/inventory/java/java_archive.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "portique/archive/zip_reader.h"
#include "portique/base/sha1.h"
#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/java/archive_name.h"
#include "portique/inventory/java/jar_manifest.h"
#include "portique/inventory/java/maven_project.h"
#include "portique/inventory/java/pom_properties.h"

namespace portique::inventory {

namespace {

using archive::ByteSource;
using archive::ZipEntry;
using archive::ZipReader;
using base::Code;
using base::fail;
using base::Result;

constexpr std::string_view kMavenFolder = "META-INF/maven/";
constexpr std::string_view kProperties = "pom.properties";
constexpr std::string_view kProject = "pom.xml";

/// The files that describe one Maven project in an archive.
struct MavenFiles {
  const ZipEntry* properties = nullptr;
  const ZipEntry* project = nullptr;
};

struct Contents {
  const ZipEntry* manifest = nullptr;
  std::map<std::string_view, MavenFiles> projects; ///< by their folder
  std::vector<const ZipEntry*> archives;
  std::string java_package; ///< that all classes lie in: "org.slf4j"
};

/// Cuts a package, with slashes, down to what it has in common with another.
void keep_common(std::string_view& package, std::string_view other) {
  while (!package.empty() && other != package &&
         !(other.starts_with(package) && other[package.size()] == '/'))
    package = package.substr(0, package.contains('/') ? package.rfind('/') : 0);
}

/// The package of a class, with slashes; "" for what is no class, or none of the archive's own.
std::string_view package_of_class(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (!path.ends_with(".class") || slash == std::string_view::npos) return {};
  return path.find("-INF/") == std::string_view::npos ? path.substr(0, slash) : std::string_view{};
}

/// The folder "[.../]META-INF/maven/GROUP/ARTIFACT" of a file named `last` in it, or "".
std::string_view maven_folder(std::string_view path, std::string_view last) {
  if (!path.ends_with(last)) return {};
  const std::string_view folder =
      path.substr(0, path.size() - std::min(path.size(), last.size() + 1));
  if (folder.size() + 1 + last.size() != path.size() || path[folder.size()] != '/') return {};
  const std::size_t artifact = folder.rfind('/');
  if (artifact == std::string_view::npos || artifact == 0) return {};
  const std::size_t group = folder.rfind('/', artifact - 1);
  if (group == std::string_view::npos) return {};
  const std::string_view above = folder.substr(0, group + 1);
  const bool fits = above == kMavenFolder || (above.ends_with(kMavenFolder) &&
                                              above[above.size() - kMavenFolder.size() - 1] == '/');
  return fits ? folder : std::string_view{};
}

Contents contents_of(const ZipReader& zip) {
  Contents contents;
  std::optional<std::string_view> package;
  for (const ZipEntry& entry : zip.entries()) {
    if (const auto of_class = package_of_class(entry.name); !of_class.empty()) {
      if (package)
        keep_common(*package, of_class);
      else
        package = of_class;
      continue;
    }
    if (base::equals_ignore_case(entry.name, "META-INF/MANIFEST.MF")) {
      contents.manifest = &entry;
    } else if (const auto folder = maven_folder(entry.name, kProperties); !folder.empty()) {
      contents.projects[folder].properties = &entry;
    } else if (const auto of = maven_folder(entry.name, kProject); !of.empty()) {
      contents.projects[of].project = &entry;
    } else if (is_java_archive_name(entry.name)) {
      contents.archives.push_back(&entry);
    }
  }
  contents.java_package = package.value_or("");
  std::replace(contents.java_package.begin(), contents.java_package.end(), '/', '.');
  return contents;
}

Result<std::string> sha1_of(const ByteSource& source) {
  constexpr std::uint64_t kPiece = 256U << 10U;
  base::Sha1 hash;
  std::string buffer;
  for (std::uint64_t at = 0; at < source.size(); at += kPiece)
    hash.update(PQ_TRY(source.view(at, std::min(kPiece, source.size() - at), buffer)));
  return hash.finish();
}

model::Package package_of(const MavenCoordinates& id) {
  return {.type = "maven", .ns = id.group, .name = id.artifact, .version = id.version};
}

/// What is left of the budgets of the outermost archive.
struct Budget {
  std::uint64_t unpacked = 0;
  std::uint64_t memory = 0;
};

/// One archive; those inside it are read by walks of their own.
class ArchiveWalk {
public:
  ArchiveWalk(const base::Limits& limits,
              Budget& budget,
              Analysis& analysis,
              std::string inner_path,
              std::uint64_t depth)
      : limits_(&limits), budget_(&budget), analysis_(&analysis),
        inner_path_(std::move(inner_path)), depth_(depth) {}

  void read(const ByteSource& source, std::string_view file_name) {
    auto zip = ZipReader::open(source,
                               {.entries = limits_->archive_entries,
                                .directory_bytes = limits_->archive_directory_bytes,
                                .unpacked_bytes = UINT64_MAX});
    if (!zip) {
      if (is_surely_java_archive_name(file_name) || begins_like_zip(source))
        issue(std::move(zip).error());
      return;
    }
    const Contents contents = contents_of(*zip);
    read_packages(*zip, contents, source, file_name);
    for (const ZipEntry* entry : contents.archives)
      read_inner(*zip, *entry);
  }

private:
  static bool begins_like_zip(const ByteSource& source) {
    std::string buffer;
    const auto head = source.view(0, 4, buffer);
    return !head || base::as_text(*head).starts_with("PK");
  }

  void issue(base::Error error) {
    if (issues_are_full(*analysis_)) return;
    if (!inner_path_.empty()) error = std::move(error).at(base::printable(inner_path_));
    add_issue(*analysis_, error);
  }

  /// A small file of the archive; an issue and nothing if it cannot be read.
  std::optional<std::string> text_of(const ZipReader& zip, const ZipEntry& entry) {
    if (entry.size > budget_->unpacked) {
      issue(base::Error(Code::LimitExceeded, "too much would be unpacked; the rest is not read"));
      return std::nullopt;
    }
    std::string text;
    if (auto read = zip.read(entry, limits_->small_text_bytes, text); !read) {
      issue(std::move(read).error());
      return std::nullopt;
    }
    budget_->unpacked -= entry.size;
    return text;
  }

  /// Package, licences and dependencies of one project; nothing if it cannot be named.
  std::optional<model::Package>
  read_project(const ZipReader& zip, std::string_view folder, const MavenFiles& files) {
    MavenCoordinates id;
    if (files.properties != nullptr)
      if (const auto text = text_of(zip, *files.properties)) id = read_pom_properties(*text);
    std::optional<MavenProject> project;
    if (files.project != nullptr)
      if (const auto text = text_of(zip, *files.project)) {
        auto read = read_maven_project(*text, *limits_);
        if (read)
          project = std::move(*read);
        else
          issue(std::move(read).error().at(base::printable(files.project->name)));
      }
    if (project) {
      if (id.group.empty()) id.group = project->id.group;
      if (id.artifact.empty()) id.artifact = project->id.artifact;
      if (id.version.empty()) id.version = project->id.version;
    }
    const std::size_t slash = folder.rfind('/');
    if (id.artifact.empty()) id.artifact = utf8_value(folder.substr(slash + 1));
    if (id.group.empty())
      id.group = utf8_value(folder.substr(folder.rfind('/', slash - 1) + 1,
                                          slash - folder.rfind('/', slash - 1) - 1));
    if (id.version.empty()) {
      if (files.properties != nullptr)
        issue(base::Error(Code::Malformed, "it names no version")
                  .at(base::printable(files.properties->name)));
      return std::nullopt;
    }
    model::Package package = package_of(id);
    if (project) {
      package.licences = project->licences;
      package.dependencies = runtime_dependencies(*project);
    }
    return package;
  }

  void read_packages(const ZipReader& zip,
                     const Contents& contents,
                     const ByteSource& source,
                     std::string_view file_name) {
    JarManifest manifest;
    if (contents.manifest != nullptr)
      if (const auto text = text_of(zip, *contents.manifest)) manifest = JarManifest(*text);
    std::vector<model::Package> packages;
    std::set<std::string> known;
    for (const auto& [folder, files] : contents.projects)
      if (auto package = read_project(zip, folder, files))
        if (known.insert(package->ns + '/' + package->name + '@' + package->version).second)
          packages.push_back(std::move(*package));
    const ArchiveName name = split_archive_name(file_name);
    const MavenCoordinates guess = guess_coordinates(name, manifest, contents.java_package);
    model::Package* own = own_package(packages, name, manifest, guess);
    if (own == nullptr && !guess.version.empty())
      own = &packages.emplace_back(guessed_package(guess, manifest));
    if (own != nullptr) {
      if (auto hash = sha1_of(source))
        own->hashes.push_back("sha1:" + *hash);
      else
        issue(std::move(hash).error());
    }
    for (model::Package& package : packages)
      add(std::move(package));
  }

  /// Which of the projects in an archive is the archive itself: the one that its name or manifest
  /// names, or the only one. nullptr if none is.
  static model::Package* own_package(std::vector<model::Package>& packages,
                                     const ArchiveName& name,
                                     const JarManifest& manifest,
                                     const MavenCoordinates& guess) {
    const std::string_view title = manifest.get("Implementation-Title");
    for (const std::string_view wanted :
         {name.artifact, name.stem, std::string_view(guess.artifact), title})
      for (model::Package& package : packages)
        if (package.name == wanted) return &package;
    for (model::Package& package : packages)
      if (name.stem.starts_with(package.name + "-" + package.version)) return &package;
    const bool only = packages.size() == 1 &&
                      (guess.version.empty() || guess.version == packages.front().version);
    return only ? &packages.front() : nullptr;
  }

  static model::Package guessed_package(const MavenCoordinates& guess,
                                        const JarManifest& manifest) {
    model::Package package = package_of(guess);
    std::string_view licence = manifest.get("Bundle-License");
    licence = base::trim(licence.substr(0, licence.find_first_of(";,")));
    if (!licence.empty()) package.licences.push_back(utf8_value(licence));
    return package;
  }

  void add(model::Package package) {
    if (analysis_->packages.size() >= limits_->packages) {
      issue(base::Error(Code::LimitExceeded, "too many packages; the rest is not read"));
      return;
    }
    package.inner_path = inner_path_;
    analysis_->packages.push_back(std::move(package));
  }

  void read_inner(const ZipReader& zip, const ZipEntry& entry) {
    std::string inner_path = inner_path_.empty() ? "" : inner_path_ + "!";
    inner_path += utf8_value(entry.name.substr(0, limits_->path_bytes));
    ArchiveWalk inner(*limits_, *budget_, *analysis_, std::move(inner_path), depth_ + 1);
    if (depth_ + 1 > limits_->archive_depth) {
      inner.issue(base::Error(Code::LimitExceeded, "archives are nested too deep"));
      return;
    }
    if (const auto range = zip.stored_range(entry)) {
      inner.read(*range, entry.name);
      return;
    }
    const std::uint64_t limit = std::min(budget_->memory, budget_->unpacked);
    std::string bytes;
    if (auto read = zip.read(entry, limit, bytes); !read) {
      issue(std::move(read).error());
      return;
    }
    budget_->unpacked -= bytes.size();
    budget_->memory -= bytes.size();
    inner.read(ByteSource(base::as_bytes(bytes)), entry.name);
    budget_->memory += bytes.size();
  }

  const base::Limits* limits_;
  Budget* budget_;
  Analysis* analysis_;
  std::string inner_path_;
  std::uint64_t depth_;
};

} // namespace

Analysis analyze_java_archive(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  Budget budget{limits.archive_unpacked_bytes, limits.archive_memory_bytes};
  const std::string_view name = file.path().substr(file.path().rfind('/') + 1);
  if (file.size() > 0) ArchiveWalk(limits, budget, analysis, {}, 1).read(file.source(), name);
  for (model::Package& package : analysis.packages)
    package.path = file.path();
  return analysis;
}

} // namespace portique::inventory
