// https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files
// https://learn.microsoft.com/nuget/consume-packages/central-package-management
// https://learn.microsoft.com/nuget/reference/packages-config
// "$(Name)" stands for a property of the file; properties of files that it imports are not known.

#include "portique/inventory/dotnet/msbuild_project.h"

#include <map>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/base/xml.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/dotnet/nuget_package.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::fail;
using base::XmlElement;
using model::PackageScope;

/// Properties inside properties.
constexpr int kMostExpansions = 50;
constexpr std::size_t kMostValueBytes = 1000;

/// Metadata of an item: an attribute, or an element inside.
std::string metadata(XmlElement item, std::string_view name) {
  const std::string_view attribute = item.attribute(name);
  return attribute.empty() ? item.child_text(name) : std::string(base::trim(attribute));
}

class ProjectReader {
public:
  ProjectReader(DeclaredPackages& declared, Analysis& analysis)
      : declared_(&declared), analysis_(&analysis) {}

  base::Result<void> read(XmlElement root) {
    if (root.name() == "packages") return read_config(root);
    if (root.name() != "Project")
      return fail(Code::Malformed,
                  "it is no MSBuild project: it begins with <" +
                      base::printable(root.name().substr(0, 40)) + ">");
    for (const XmlElement group : root.children("PropertyGroup"))
      for (const XmlElement property : group.children())
        properties_.insert_or_assign(base::to_lower(property.name()), property.text());
    for (const XmlElement group : root.children("ItemGroup"))
      for (const XmlElement item : group.children())
        if (!read_item(item)) return {};
    return {};
  }

private:
  /// False if no more packages can be taken.
  bool read_item(XmlElement item) {
    const bool reference = item.name() == "PackageReference";
    if (!reference && item.name() != "PackageVersion" && item.name() != "GlobalPackageReference")
      return true;
    const std::string name = resolve(metadata(item, "Include"));
    std::string version = metadata(item, "VersionOverride");
    if (version.empty()) version = metadata(item, "Version");
    version = nuget_single_version(resolve(std::move(version)));
    // Without a name it changes another item; the version may stand in another file.
    if (name.empty() || version.empty()) return true;
    auto package = nuget_package(name, version);
    if (!package) {
      issue(name, version);
      return true;
    }
    const bool is_private = base::equals_ignore_case(metadata(item, "PrivateAssets"), "all") ||
                            item.name() == "GlobalPackageReference";
    if (is_private) package->scope = PackageScope::Development;
    return declared_->add(std::move(*package));
  }

  base::Result<void> read_config(XmlElement root) {
    for (const XmlElement element : root.children("package")) {
      auto package = nuget_package(element.attribute("id"), element.attribute("version"));
      if (!package) {
        issue(element.attribute("id"), element.attribute("version"));
        continue;
      }
      if (base::equals_ignore_case(element.attribute("developmentDependency"), "true"))
        package->scope = PackageScope::Development;
      if (!declared_->add(std::move(*package))) break;
    }
    return {};
  }

  void issue(std::string_view name, std::string_view version) {
    if (issues_are_full(*analysis_)) return;
    add_issue(*analysis_,
              Code::Malformed,
              fmt::format("{} {} is no package and version", excerpt(name), excerpt(version)));
  }

  /// The text with its "$(...)" replaced; "" if one of them is not known.
  [[nodiscard]] std::string resolve(std::string text) const {
    for (int i = 0; i < kMostExpansions; ++i) {
      const std::size_t begin = text.find("$(");
      if (begin == std::string::npos) return text;
      const std::size_t end = text.find(')', begin);
      if (end == std::string::npos) return {};
      const auto value = properties_.find(
          base::to_lower(std::string_view(text).substr(begin + 2, end - begin - 2)));
      if (value == properties_.end()) return {};
      text.replace(begin, end + 1 - begin, value->second);
      if (text.size() > kMostValueBytes) return {};
    }
    return {};
  }

  DeclaredPackages* declared_;
  Analysis* analysis_;
  std::map<std::string, std::string, std::less<>> properties_; ///< names in lower case
};

base::Result<void>
read_project(const FileContent& file, const base::Limits& limits, Analysis& analysis) {
  std::string buffer;
  const auto document = PQ_TRY(base::XmlDocument::parse(PQ_TRY(file.text(buffer)), limits));
  DeclaredPackages declared(file.path(), limits, analysis);
  const auto read = ProjectReader(declared, analysis).read(document.root());
  declared.finish();
  return read;
}

} // namespace

Analysis analyze_msbuild_project(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  if (const auto read = read_project(file, limits, analysis); !read)
    add_issue(analysis, read.error());
  return analysis;
}

} // namespace portique::inventory
