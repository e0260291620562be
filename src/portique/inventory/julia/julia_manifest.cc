// Manifest.toml, https://pkgdocs.julialang.org/v1/toml-files/#Manifest.toml
//
//   manifest_format = "2.0"
//   julia_version = "1.9.0"
//   [[deps.JSON]]
//   deps = ["Dates", "Parsers"]          or a table of names and UUIDs
//   git-tree-sha1 = "31e996f0a15c7b280ba9f76636b3ff9e2ae58c9a"
//   uuid = "682c06a0-de6a-54ab-a142-c8b1cf79cde6"
//   version = "0.21.4"
//
// In format 1 the tables stand at the top: [[JSON]]. What has neither a tree, a repository nor a
// folder came with Julia: a standard library. Most have no version before Julia 1.11; such are of
// the version of Julia itself, which format 1 does not tell.
#include "portique/inventory/julia/julia_manifest.h"

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/lock_document.h"

namespace portique::inventory {

namespace {

using base::Code;
namespace json = boost::json;

class ManifestReader {
public:
  ManifestReader(std::string_view julia, DeclaredPackages& declared, Analysis& analysis)
      : julia_(julia), declared_(&declared), analysis_(&analysis) {}

  void read(const json::object& tables) {
    for (const auto& [name, value] : tables)
      if (const json::array* entries = value.if_array())
        for (const json::value& entry : *entries)
          if (const json::object* table = entry.if_object())
            versions_[name].push_back(version_of(*table));
    for (const auto& [name, value] : tables) {
      const json::array* entries = value.if_array();
      if (entries == nullptr) continue;
      for (const json::value& entry : *entries)
        if (!read_entry(name, entry.if_object())) return;
    }
  }

private:
  [[nodiscard]] static bool is_standard_library(const json::object& entry) {
    return !entry.contains("git-tree-sha1") && !entry.contains("repo-url") &&
           !entry.contains("path");
  }

  [[nodiscard]] std::string_view version_of(const json::object& entry) const {
    const std::string_view version = base::json_string(&entry, "version");
    return version.empty() && is_standard_library(entry) ? julia_ : version;
  }

  /// False if there are too many.
  bool read_entry(std::string_view name, const json::object* entry) {
    if (entry == nullptr) return true;
    if (entry->contains("path")) return true; // the project's own
    const std::string_view version = version_of(*entry);
    const std::string_view uuid = base::json_string(entry, "uuid");
    // A part of a Julia whose version is not told.
    if (version.empty() && is_standard_library(*entry) && !uuid.empty()) return true;
    if (!base::is_word(name) || !base::is_word(version) || !base::is_word(uuid)) {
      if (!issues_are_full(*analysis_))
        add_issue(*analysis_,
                  Code::Malformed,
                  fmt::format("the package {} has no valid name, version and UUID", excerpt(name)));
      return true;
    }
    model::Package package{
        .type = "julia", .name = utf8_value(name), .version = utf8_value(version)};
    set_purl(
        package,
        {{"uuid", utf8_value(uuid)},
         {"vcs_url",
          vcs_url(base::json_string(entry, "repo-url"), base::json_string(entry, "repo-rev"))}});
    for (const json::value& dependency : base::json_items(entry, "deps"))
      if (dependency.is_string()) depend(package, dependency.get_string());
    for (const auto& [dependency, id] : base::json_fields(entry, "deps"))
      depend(package, dependency);
    return declared_->add(std::move(package));
  }

  void depend(model::Package& package, std::string_view name) const {
    if (!base::is_word(name)) return;
    std::string text = utf8_value(name);
    const auto found = versions_.find(name);
    if (found != versions_.end() && found->second.size() == 1 &&
        base::is_word(found->second.front()))
      text += "@" + utf8_value(found->second.front());
    package.dependencies.push_back(std::move(text));
  }

  std::string_view julia_;
  DeclaredPackages* declared_;
  Analysis* analysis_;
  std::unordered_map<std::string_view, std::vector<std::string_view>> versions_; ///< by name
};

} // namespace

Analysis analyze_julia_manifest(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  const auto document = read_toml_document(file, limits, analysis);
  if (!document) return analysis;
  const json::object* root = document->if_object();
  const std::string_view format = base::json_string(root, "manifest_format");
  DeclaredPackages declared(file.path(), limits, analysis);
  ManifestReader reader(base::json_string(root, "julia_version"), declared, analysis);
  if (format.empty() || format.starts_with("1.")) {
    reader.read(*root);
  } else {
    if (!format.starts_with("2."))
      add_issue(analysis,
                Code::Unsupported,
                fmt::format("the manifest format {} is not known, but read as if it were 2.0",
                            excerpt(format)));
    reader.read(base::json_fields(root, "deps"));
  }
  declared.finish();
  return analysis;
}

} // namespace portique::inventory
