// https://github.com/dotnet/sdk/blob/main/documentation/specs/runtime-configuration-file.md:
// "libraries" says what each "Name/version" is, "targets" what files of it are used; the target
// named by "runtimeTarget" is the one that runs.

#include "portique/inventory/dotnet/dotnet_deps.h"

#include <algorithm>

#include <fmt/format.h>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/dotnet/nuget_package.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::fail;
namespace json = boost::json;

/// The runtime packed into the application is named after the package that it comes from.
constexpr std::string_view kRuntimePack = "runtimepack.";

class DepsReader {
public:
  DepsReader(const json::object& document, const base::Limits& limits, Analysis& analysis)
      : document_(&document), limits_(&limits), analysis_(&analysis) {}

  base::Result<void> read() {
    const json::object* libraries = base::json_object(base::json_member(document_, "libraries"));
    const json::object* targets = base::json_object(base::json_member(document_, "targets"));
    const json::value* running = base::json_member(document_, "runtimeTarget");
    // Other tools have files of this name; one that has nothing of .NET's is theirs.
    if (libraries == nullptr && targets == nullptr && running == nullptr) return {};
    if (libraries == nullptr || targets == nullptr)
      return fail(Code::Malformed, "it has no libraries or no targets");
    // The first .NET Core wrote the name alone.
    const std::string_view name = running != nullptr && running->is_string()
                                      ? std::string_view(running->get_string())
                                      : base::json_string(base::json_object(running), "name");
    target_ = base::json_object(base::json_member(targets, name));
    for (const auto& [key, value] : *libraries) {
      const std::string_view type = base::json_string(base::json_object(&value), "type");
      if (type != "package" && type != "runtimepack") continue; // the application's own projects
      if (!is_used(key)) continue;
      std::string_view id = key;
      if (id.starts_with(kRuntimePack)) id.remove_prefix(kRuntimePack.size());
      if (auto package = nuget_package(id)) {
        package->hashes = nuget_hashes(base::json_string(base::json_object(&value), "sha512"));
        package->dependencies = dependencies_of(key);
        if (!add(std::move(*package))) return {};
      } else if (!issues_are_full(*analysis_)) {
        add_issue(*analysis_,
                  Code::Malformed,
                  fmt::format("library {} has no valid name and version", excerpt(key)));
      }
    }
    return {};
  }

private:
  /// Whether the running target has a file of the library. Without such a target nobody knows.
  [[nodiscard]] bool is_used(std::string_view key) const {
    const json::object* library = base::json_object(base::json_member(target_, key));
    if (target_ == nullptr) return true;
    return std::ranges::any_of(
        std::to_array<std::string_view>({"runtime", "native", "runtimeTargets", "resources"}),
        [&](std::string_view assets) { return !base::json_fields(library, assets).empty(); });
  }

  [[nodiscard]] std::vector<std::string> dependencies_of(std::string_view key) const {
    std::vector<std::string> names;
    const json::object* library = base::json_object(base::json_member(target_, key));
    for (const auto& [name, version] : base::json_fields(library, "dependencies")) {
      if (!version.is_string()) continue;
      std::string_view id = name;
      if (id.starts_with(kRuntimePack)) id.remove_prefix(kRuntimePack.size());
      const auto package = nuget_package(id, std::string_view(version.get_string()));
      if (package && is_used(std::string(name) + '/' + package->version))
        names.push_back(package->name + '@' + package->version);
    }
    return names;
  }

  bool add(model::Package package) {
    if (analysis_->packages.size() < limits_->packages) {
      analysis_->packages.push_back(std::move(package));
      return true;
    }
    add_issue(*analysis_, Code::LimitExceeded, "too many packages; the rest is not read");
    return false;
  }

  const json::object* document_;
  const base::Limits* limits_;
  Analysis* analysis_;
  const json::object* target_ = nullptr;
};

base::Result<void>
read_document(const FileContent& file, const base::Limits& limits, Analysis& analysis) {
  std::string buffer;
  std::string_view text = PQ_TRY(file.text(buffer));
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const json::value document = PQ_TRY(base::parse_json(text));
  const json::object* object = document.if_object();
  if (object == nullptr) return fail(Code::Malformed, "it is no object");
  return DepsReader(*object, limits, analysis).read();
}

} // namespace

Analysis analyze_dotnet_deps(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  if (const auto read = read_document(file, limits, analysis); !read)
    add_issue(analysis, read.error());
  for (model::Package& package : analysis.packages)
    package.path = file.path();
  return analysis;
}

} // namespace portique::inventory
