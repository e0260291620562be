// Cargo.lock: TOML with a table for each crate. Dependencies are named "NAME", and with their
// version, and with their source behind it in parentheses, where that is needed to tell them apart.
// The first version kept the hashes in a table [metadata] of their own, under
// "checksum NAME VERSION (SOURCE)".
// Format: https://doc.rust-lang.org/cargo/reference/resolver.html and cargo's encode.rs

#include "portique/inventory/rust/cargo_lock.h"

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/base/toml.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/rust/crate.h"

namespace portique::inventory {

namespace {

using base::Code;

class LockReader {
public:
  LockReader(std::string_view path, const base::Limits& limits, Analysis& analysis)
      : analysis_(&analysis), packages_(path, limits, analysis) {}

  void read(const boost::json::object& document) {
    const auto& entries = base::json_items(&document, "package");
    for (const auto& entry : entries)
      if (const auto* package = base::json_object(&entry))
        versions_[std::string(base::json_string(package, "name"))].emplace_back(
            base::json_string(package, "version"));
    const auto& metadata = base::json_fields(&document, "metadata");
    std::size_t number = 0;
    for (const auto& entry : entries) {
      ++number;
      const auto* fields = base::json_object(&entry);
      auto package = crate(base::json_string(fields, "name"), base::json_string(fields, "version"));
      if (!package) {
        if (!issues_are_full(*analysis_))
          add_issue(*analysis_,
                    Code::Malformed,
                    fmt::format("package {} has no name or version", number));
        continue;
      }
      const std::string_view source = base::json_string(fields, "source");
      if (source.empty()) continue; // of the workspace itself
      add_hash(*fields, metadata, source, *package);
      for (const auto& dependency : base::json_items(fields, "dependencies"))
        if (dependency.is_string()) add_dependency(dependency.get_string(), *package);
      if (!packages_.add(std::move(*package))) break;
    }
    packages_.finish();
  }

private:
  static void add_hash(const boost::json::object& fields,
                       const boost::json::object& metadata,
                       std::string_view source,
                       model::Package& package) {
    std::string_view hash = base::json_string(&fields, "checksum");
    if (hash.empty() && !metadata.empty())
      hash = base::json_string(
          &metadata, fmt::format("checksum {} {} ({})", package.name, package.version, source));
    if (hash.size() == 64 && base::is_word(hash))
      package.hashes.push_back("sha256:" + std::string(hash));
  }

  /// "NAME", "NAME VERSION" or "NAME VERSION (SOURCE)".
  void add_dependency(std::string_view text, model::Package& package) const {
    const std::string name(base::take_until(text, ' '));
    std::string_view version = base::take_until(text, ' ');
    if (version.empty()) {
      const auto known = versions_.find(name);
      if (known != versions_.end() && known->second.size() == 1) version = known->second.front();
    }
    const auto dependency = crate(name, version.empty() ? "?" : version);
    if (!dependency) return;
    package.dependencies.push_back(version.empty() ? name : dependency_text(*dependency));
  }

  Analysis* analysis_;
  DeclaredPackages packages_;
  std::unordered_map<std::string, std::vector<std::string>> versions_; ///< by name
};

} // namespace

Analysis analyze_cargo_lock(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  const auto document = base::parse_toml(*text, limits);
  if (!document) {
    add_issue(analysis, document.error());
    return analysis;
  }
  if (const auto* fields = base::json_object(&*document))
    LockReader(file.path(), limits, analysis).read(*fields);
  return analysis;
}

} // namespace portique::inventory
