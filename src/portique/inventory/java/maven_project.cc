// POM 4.0.0: https://maven.apache.org/ref/3.9.6/maven-model/maven.html
// "${name}" stands for a property of the file, or for a value of the project or its parent. Scopes:
// https://maven.apache.org/guides/introduction/introduction-to-dependency-mechanism.html

#include "portique/inventory/java/maven_project.h"

#include <map>
#include <optional>

#include "portique/base/text.h"
#include "portique/base/xml.h"
#include "portique/inventory/add_issue.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::fail;
using base::Result;
using base::XmlElement;

/// Properties inside properties; real files use two or three levels.
constexpr int kMostExpansions = 100;
/// A resolved value: groups, artifacts and versions are short.
constexpr std::size_t kMostValueBytes = 1000;

/// A version without blanks, ranges and names that stand for versions: "[1.2]" is 1.2, but
/// "[1,2)", "LATEST" and "RELEASE" are none.
std::string exact_version(std::string_view version) {
  if (version.starts_with('[') && version.ends_with(']') && !version.contains(','))
    version = base::trim(version.substr(1, version.size() - 2));
  if (!base::is_word(version) || version.find_first_of("[](),") != std::string_view::npos ||
      version == "LATEST" || version == "RELEASE")
    return {};
  return std::string(version);
}

class ProjectReader {
public:
  explicit ProjectReader(XmlElement project) : project_(project) {
    for (const XmlElement property : project.child("properties").children())
      values_.insert_or_assign(std::string(property.name()), property.text());
    const XmlElement parent = project.child("parent");
    for (const std::string name : {"groupId", "artifactId", "version"}) {
      const std::string inherited = parent.child_text(name);
      std::string own = project.child_text(name);
      if (own.empty() && name != "artifactId") own = inherited;
      for (const std::string_view prefix : {"project.", "pom.", ""})
        if (!own.empty()) values_.insert_or_assign(std::string(prefix) + name, own);
      for (const std::string_view prefix : {"project.parent.", "parent."})
        if (!inherited.empty()) values_.insert_or_assign(std::string(prefix) + name, inherited);
    }
  }

  MavenProject read() {
    MavenProject project{.id = {resolve("${project.groupId}"),
                                resolve("${project.artifactId}"),
                                exact_version(resolve("${project.version}"))},
                         .licences = licences(),
                         .dependencies = {}};
    for (const XmlElement managed :
         project_.child("dependencyManagement").child("dependencies").children("dependency"))
      manage(managed);
    for (const XmlElement dependency : project_.child("dependencies").children("dependency"))
      if (auto read = read_dependency(dependency)) project.dependencies.push_back(std::move(*read));
    return project;
  }

private:
  struct Managed {
    std::string version;
    std::string scope;
  };

  std::vector<std::string> licences() const {
    std::vector<std::string> licences;
    for (const XmlElement licence : project_.child("licenses").children("license")) {
      std::string name = licence.child_text("name");
      if (name.empty()) name = licence.child_text("url");
      if (!name.empty()) licences.push_back(utf8_value(name));
    }
    return licences;
  }

  /// The text with its "${...}" replaced; "" if one of them cannot be.
  std::string resolve(std::string text) const {
    for (int i = 0; i < kMostExpansions; ++i) {
      const std::size_t begin = text.find("${");
      if (begin == std::string::npos) return base::is_word(text) ? text : std::string{};
      const std::size_t end = text.find('}', begin);
      if (end == std::string::npos) return {};
      const auto value = values_.find(std::string_view(text).substr(begin + 2, end - begin - 2));
      if (value == values_.end()) return {};
      text.replace(begin, end + 1 - begin, value->second);
      if (text.size() > kMostValueBytes) return {};
    }
    return {};
  }

  static std::string key_of(const MavenCoordinates& id, XmlElement dependency) {
    std::string type = dependency.child_text("type");
    if (type.empty()) type = "jar";
    return id.group + ':' + id.artifact + ':' + type + ':' + dependency.child_text("classifier");
  }

  void manage(XmlElement element) {
    const MavenCoordinates id{
        resolve(element.child_text("groupId")), resolve(element.child_text("artifactId")), {}};
    managed_.try_emplace(
        key_of(id, element),
        Managed{resolve(element.child_text("version")), resolve(element.child_text("scope"))});
  }

  std::optional<MavenDependency> read_dependency(XmlElement element) const {
    MavenDependency dependency;
    dependency.id.group = resolve(element.child_text("groupId"));
    dependency.id.artifact = resolve(element.child_text("artifactId"));
    if (dependency.id.group.empty() || dependency.id.artifact.empty()) return std::nullopt;
    std::string version = element.child_text("version");
    std::string scope = resolve(element.child_text("scope"));
    const auto managed = managed_.find(key_of(dependency.id, element));
    if (managed != managed_.end()) {
      if (version.empty()) version = managed->second.version;
      if (scope.empty()) scope = managed->second.scope;
    }
    dependency.id.version = exact_version(resolve(std::move(version)));
    dependency.scope = scope_of(scope, resolve(element.child_text("optional")) == "true");
    return dependency;
  }

  static model::PackageScope scope_of(std::string_view scope, bool optional) {
    if (scope == "test") return model::PackageScope::Development;
    // "provided" is there when the project is compiled, and somebody else's matter when it runs.
    return optional || scope == "provided" ? model::PackageScope::Optional
                                           : model::PackageScope::Runtime;
  }

  XmlElement project_;
  std::map<std::string, std::string, std::less<>> values_;
  std::map<std::string, Managed, std::less<>> managed_;
};

} // namespace

Result<MavenProject> read_maven_project(std::string_view text, const base::Limits& limits) {
  const auto document = PQ_TRY(base::XmlDocument::parse(text, limits));
  if (document.root().name() != "project")
    return fail(Code::Malformed,
                "it is no Maven project: it begins with <" +
                    base::printable(document.root().name().substr(0, 40)) + ">");
  return ProjectReader(document.root()).read();
}

std::vector<std::string> runtime_dependencies(const MavenProject& project) {
  std::vector<std::string> names;
  for (const MavenDependency& dependency : project.dependencies) {
    if (dependency.scope != model::PackageScope::Runtime) continue;
    std::string name = dependency.id.group + '/' + dependency.id.artifact;
    if (!dependency.id.version.empty()) name += '@' + dependency.id.version;
    names.push_back(std::move(name));
  }
  return names;
}

} // namespace portique::inventory
