#include "portique/inventory/java/pom_xml.h"

#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/java/maven_project.h"

namespace portique::inventory {

namespace {

base::Result<void>
read_dependencies(const FileContent& file, const base::Limits& limits, Analysis& analysis) {
  std::string buffer;
  const MavenProject project = PQ_TRY(read_maven_project(PQ_TRY(file.text(buffer)), limits));
  DeclaredPackages declared(file.path(), limits, analysis);
  for (const MavenDependency& dependency : project.dependencies) {
    if (dependency.id.version.empty()) continue;
    model::Package package{.type = "maven",
                           .ns = dependency.id.group,
                           .name = dependency.id.artifact,
                           .version = dependency.id.version,
                           .scope = dependency.scope};
    if (!declared.add(std::move(package))) break;
  }
  declared.finish();
  return {};
}

} // namespace

Analysis analyze_pom_xml(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  if (const auto read = read_dependencies(file, limits, analysis); !read)
    add_issue(analysis, read.error());
  return analysis;
}

} // namespace portique::inventory
