#include "portique/inspect/config_files/check_files.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <ranges>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/base/yaml.h"
#include "portique/inspect/compose/check_compose.h"
#include "portique/inspect/compose/includes.h"
#include "portique/inspect/config_files/inline_ignores.h"
#include "portique/inspect/config_files/resources.h"
#include "portique/inspect/daemon/check_daemon.h"
#include "portique/inspect/dockerfile/check_dockerfile.h"
#include "portique/inspect/kubernetes/check_kubernetes.h"

namespace portique::inspect {

using base::Code;

namespace {

std::string_view name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

bool is_dockerfile_name(std::string_view path) {
  const std::string name = base::to_lower(name_of(path));
  // Files about Dockerfiles, and what a template engine makes one of.
  constexpr std::array<std::string_view, 12> kOthers{".dockerignore",
                                                     ".md",
                                                     ".html",
                                                     ".sh",
                                                     ".go",
                                                     ".py",
                                                     ".j2",
                                                     ".tmpl",
                                                     ".tpl",
                                                     ".erb",
                                                     ".in",
                                                     ".rego"};
  if (std::ranges::any_of(kOthers, [&](auto ending) { return name.ends_with(ending); }))
    return false;
  for (const std::string_view kind : {"dockerfile", "containerfile"}) {
    if (name == kind || name.ends_with("." + std::string(kind))) return true;
    if (name.starts_with(kind) && name.size() > kind.size() &&
        (name[kind.size()] == '.' || name[kind.size()] == '-' || name[kind.size()] == '_'))
      return true;
  }
  return false;
}

/// Whether a file of no known name reads like a Dockerfile.
bool reads_like_dockerfile(std::string_view content) {
  while (!content.empty()) {
    const std::string_view line = base::trim(base::take_until(content, '\n'));
    if (line.empty() || line.starts_with('#')) continue;
    const std::string word = base::to_lower(line.substr(0, line.find_first_of(" \t")));
    return word == "from" || word == "arg";
  }
  return false;
}

bool has_ending(std::string_view path, std::initializer_list<std::string_view> endings) {
  const std::string name = base::to_lower(name_of(path));
  return std::ranges::any_of(endings, [&](std::string_view end) { return name.ends_with(end); });
}

/// Whether some line begins with a key, blanks and quotes aside: cheaper than reading the YAML.
bool has_key_line(std::string_view content, std::string_view key, bool indented) {
  while (!content.empty()) {
    std::string_view line = base::take_until(content, '\n');
    if (indented)
      while (line.starts_with(' ') || line.starts_with('\t') || line.starts_with('{') ||
             line.starts_with('-'))
        line.remove_prefix(1);
    if (line.starts_with('"')) line.remove_prefix(1);
    if (!line.starts_with(key)) continue;
    line.remove_prefix(key.size());
    if (line.starts_with('"')) line.remove_prefix(1);
    if (base::trim(line).starts_with(':')) return true;
  }
  return false;
}

bool is_manifest(std::string_view content) {
  const bool keys =
      has_key_line(content, "apiVersion", true) && has_key_line(content, "kind", true);
  // JSON on one line.
  const bool flow = content.contains("\"apiVersion\"") && content.contains("\"kind\"");
  return keys || flow;
}

/// Charts hold what becomes a manifest only after Helm has filled it in.
bool is_helm_template(std::string_view content) {
  for (const std::string_view mark : {"{{- ",
                                      "{{ .Values",
                                      "{{.Values",
                                      "{{ .Release",
                                      "{{ include",
                                      "{{ template",
                                      "{{ .Chart",
                                      "{{ if",
                                      "{{ range"})
    if (content.contains(mark)) return true;
  return false;
}

class FileSet {
public:
  FileSet(std::span<const ConfigFile> files, const CheckOptions& options)
      : files_(files), options_(&options), hits_(findings_.hits, options.limits.config_findings),
        resources_(options.resource_bytes) {}

  ConfigFindings check() {
    follow_includes();
    for (const ConfigFile& file : files_)
      check_file(file);
    // Objects of all files are looked at together.
    kubernetes::run_checks(objects_, hits_);
    for (const ConfigFile* file : manifests_)
      apply_yaml_ignores(*file);
    add_objects();
    if (resources_.is_incomplete())
      add_issue(Code::LimitExceeded,
                "",
                "the files declare too much, or it nests too deep, for all of it to be judged by "
                "the policy");
    if (hits_.is_full())
      add_issue(Code::LimitExceeded,
                "",
                fmt::format("more than {} findings; the rest is left out",
                            options_->limits.config_findings));
    std::ranges::stable_sort(findings_.hits, {}, [](const Hit& hit) {
      return std::tie(hit.path, hit.lines.first, hit.rule);
    });
    return std::move(findings_);
  }

private:
  void add_issue(Code code, std::string_view path, std::string message) {
    findings_.issues.push_back({code, std::move(message), std::string(path), model::kNoLayer});
  }

  void check_file(const ConfigFile& file) {
    const ConfigKind kind = kind_of(file);
    if (kind == ConfigKind::None) {
      if (options_->named && &file == files_.data())
        add_issue(Code::Unsupported,
                  file.path,
                  "this is no Dockerfile, Compose file, Kubernetes manifest or daemon.json");
      return;
    }
    hits_.set_path(file.path);
    declared_.clear();
    const std::size_t before = findings_.hits.size();
    if (kind == ConfigKind::Dockerfile) check_dockerfile(file, before);
    if (kind == ConfigKind::Kubernetes) read_manifest(file);
    if (kind == ConfigKind::Compose) check_compose(file);
    if (kind == ConfigKind::DaemonJson) check_daemon(file);
    findings_.files.push_back({file.path, kind, std::move(declared_)});
  }

  void check_dockerfile(const ConfigFile& file, std::size_t before) {
    const auto parsed = dockerfile::parse_dockerfile(file.content, options_->limits);
    if (!parsed) {
      add_issue(parsed.error().code(), file.path, parsed.error().text());
      return;
    }
    for (const dockerfile::Problem& problem : parsed->problems)
      add_issue(
          Code::Malformed, file.path, fmt::format("line {}: {}", problem.line, problem.message));
    dockerfile::run_checks(*parsed, hits_);
    if (options_->resources) declared_ = resources_.stages(*parsed);
    apply_ignores(file, before, [&](std::uint32_t line) {
      return dockerfile::instruction_lines(*parsed, line);
    });
  }

  std::vector<base::YamlDocument> read_yaml(const ConfigFile& file) {
    auto documents =
        base::parse_yaml(file.content, options_->limits, base::DuplicateKeys::KeepLast);
    if (!documents) {
      add_issue(documents.error().code(), file.path, documents.error().text());
      return {};
    }
    for (const base::YamlDocument& document : *documents)
      for (const base::YamlDuplicate& twice : document.duplicates)
        findings_.notes.push_back(
            fmt::format("{}: line {}: '{}' stands in line {} too; this one counts",
                        file.path,
                        twice.second.line,
                        base::printable(twice.key.substr(0, 80)),
                        twice.first.line));
    return std::move(*documents);
  }

  void read_manifest(const ConfigFile& file) {
    if (is_helm_template(file.content)) {
      add_issue(Code::Unsupported,
                file.path,
                "a template of Helm; check what `helm template` makes of it");
      return;
    }
    documents_.push_back(read_yaml(file));
    for (const base::YamlDocument& document : documents_.back())
      kubernetes::add_objects(document.root, file.path, objects_);
    manifests_.push_back(&file);
  }

  /// What a file is; one that a Compose file includes is one, too.
  ConfigKind kind_of(const ConfigFile& file) const {
    const ConfigKind kind = config_kind(file.path, file.content);
    return kind == ConfigKind::None && included_.contains(file.path) ? ConfigKind::Compose : kind;
  }

  /// A file that another one refers to, or nullptr.
  const ConfigFile* other_file(std::string_view path) {
    const auto found = by_path_.find(path);
    if (found != by_path_.end()) return found->second;
    findings_.wanted.emplace_back(path);
    return nullptr;
  }

  /// The tree of another Compose file of this run, read once.
  const base::YamlNode* compose_root(std::string_view path) {
    const auto known = compose_.find(path);
    if (known != compose_.end()) return known->second;
    const ConfigFile* file = other_file(path);
    const base::YamlNode* root = nullptr;
    if (file != nullptr) {
      documents_.push_back(read_yaml(*file));
      if (!documents_.back().empty()) root = &documents_.back().front().root;
    }
    compose_.emplace(path, root);
    return root;
  }

  /// The variables of a Compose file: of the .env file beside it, or of those that it is included
  /// with; those of the file that includes it go before them.
  compose::Environment environment_of(std::string_view path, int depth = 0) {
    constexpr int kDeepest = 16; // includes of includes; what goes in circles ends here, too
    std::vector<std::string> files{std::string(path.substr(0, path.rfind('/') + 1)) + ".env"};
    compose::Environment environment;
    const auto included = included_.find(path);
    if (included != included_.end()) {
      files = included->second.environment_files;
      if (depth < kDeepest) environment = environment_of(included->second.by, depth + 1);
    }
    // The first that has a variable counts, and of several files the last one.
    for (const std::string& name : std::views::reverse(files))
      if (const ConfigFile* file = other_file(name))
        environment.merge(compose::read_environment(file->content));
    return environment;
  }

  /// Finds out which Compose files are parts of others, before any is checked.
  void follow_includes() {
    for (const ConfigFile& file : files_)
      by_path_.emplace(file.path, &file);
    std::deque<std::string> queue;
    for (const ConfigFile& file : files_)
      if (config_kind(file.path, file.content) == ConfigKind::Compose) queue.push_back(file.path);
    std::set<std::string> seen(queue.begin(), queue.end());
    compose::IncludeGraph graph;
    for (; !queue.empty(); queue.pop_front()) {
      const std::string& path = queue.front();
      const base::YamlNode* root = compose_root(path);
      if (root == nullptr || root->find("include") == nullptr) continue;
      compose::Includes includes = compose::read_includes(*root, path, environment_of(path));
      for (std::string& problem : includes.problems)
        add_issue(Code::Unsupported, path, std::move(problem));
      for (const compose::Include& include : includes.entries)
        for (const std::string& part : include.files) {
          if (other_file(part) == nullptr) {
            add_issue(Code::NotFound,
                      path,
                      fmt::format("line {}: the file that is included is not among those that are "
                                  "checked: {}",
                                  include.line,
                                  base::printable(part.substr(0, 200))));
            continue;
          }
          graph[path].insert(part);
          included_.try_emplace(part, path, include.environment_files);
          if (seen.insert(part).second) queue.push_back(part);
        }
    }
    for (const std::string& path : compose::files_in_cycles(graph))
      add_issue(Code::Malformed, path, "the files include each other without end");
  }

  void check_compose(const ConfigFile& file) {
    const base::YamlNode* root = compose_root(file.path);
    if (root == nullptr) return;
    const compose::Project project = compose::read_project(
        *root,
        file.path,
        environment_of(file.path),
        [this](std::string_view path) { return compose_root(path); },
        options_->limits);
    for (const std::string& problem : project.problems)
      add_issue(Code::Malformed, file.path, problem);
    compose::run_checks(project, hits_);
    if (options_->resources) declared_ = resources_.parts(project);
    apply_yaml_ignores(file);
  }

  void check_daemon(const ConfigFile& file) {
    // What the daemon reads is JSON; as YAML it is read once more for the lines.
    const auto json = base::parse_json(file.content);
    if (!json) {
      add_issue(json.error().code(), file.path, json.error().text());
      return;
    }
    std::string spaced = file.content;
    std::ranges::replace(spaced, '\t', ' ');
    const auto document = base::parse_single_yaml(spaced, options_->limits);
    if (!document || !document->root.is_mapping()) {
      add_issue(Code::Malformed,
                file.path,
                document ? "the outermost value is no object" : document.error().text());
      return;
    }
    daemon::run_checks(document->root, hits_);
    if (options_->resources) declared_ = resources_.daemon(document->root);
  }

  /// Of all manifests, and everything into its order.
  void add_objects() {
    if (!options_->resources) return;
    std::map<std::string_view, CheckedFile*> files;
    for (CheckedFile& file : findings_.files)
      files.emplace(file.path, &file);
    for (const kubernetes::Object& object : objects_)
      std::ranges::move(resources_.object(object),
                        std::back_inserter(files.at(object.path)->resources));
    for (CheckedFile& file : findings_.files)
      std::ranges::stable_sort(file.resources, {}, [](const model::ConfigResource& resource) {
        return resource.lines.first;
      });
  }

  void apply_yaml_ignores(const ConfigFile& file) {
    const SourceTextView text(file.content);
    InlineIgnores ignores =
        find_inline_ignores(text, [&](std::uint32_t line) { return indented_block(text, line); });
    if (ignores.ignores.empty() && ignores.notes.empty()) return;
    std::vector<Hit*> own;
    for (Hit& hit : findings_.hits)
      if (hit.path == file.path) own.push_back(&hit);
    apply_inline_ignores(ignores, file.path, options_->now, own);
    for (const std::string& note : ignores.notes)
      findings_.notes.push_back(file.path + ": " + note);
  }

  /// `before`: how many hits there were before this file's.
  void apply_ignores(const ConfigFile& file, std::size_t before, const BlockOfLine& block_of) {
    const SourceTextView text(file.content);
    InlineIgnores ignores = find_inline_ignores(text, block_of);
    std::vector<Hit*> own;
    for (Hit& hit : std::span(findings_.hits).subspan(before))
      own.push_back(&hit);
    apply_inline_ignores(ignores, file.path, options_->now, own);
    for (const std::string& note : ignores.notes)
      findings_.notes.push_back(file.path + ": " + note);
  }

  std::span<const ConfigFile> files_;
  const CheckOptions* options_;
  ConfigFindings findings_;
  Hits hits_;
  ResourceMaker resources_;
  std::vector<model::ConfigResource> declared_; ///< by the file that is being checked
  /// The trees that the objects borrow from; a deque, so that they stay where they are.
  std::deque<std::vector<base::YamlDocument>> documents_;
  std::vector<kubernetes::Object> objects_;
  std::vector<const ConfigFile*> manifests_;
  std::map<std::string, const base::YamlNode*, std::less<>> compose_;
  std::map<std::string, const ConfigFile*, std::less<>> by_path_;

  struct IncludedBy {
    std::string by;
    std::vector<std::string> environment_files;
  };

  std::map<std::string, IncludedBy, std::less<>> included_; ///< by path; the first that includes it
};

} // namespace

std::string_view config_kind_name(ConfigKind kind) {
  switch (kind) {
  case ConfigKind::Dockerfile:
    return "Dockerfile";
  case ConfigKind::Compose:
    return "Compose file";
  case ConfigKind::Kubernetes:
    return "Kubernetes manifest";
  case ConfigKind::DaemonJson:
    return "daemon.json";
  case ConfigKind::None:
    break;
  }
  return "other file";
}

std::string_view config_type(ConfigKind kind) {
  switch (kind) {
  case ConfigKind::Dockerfile:
    return "dockerfile";
  case ConfigKind::Compose:
    return "compose";
  case ConfigKind::Kubernetes:
    return "kubernetes";
  case ConfigKind::DaemonJson:
    return "daemon";
  case ConfigKind::None:
    break;
  }
  return "";
}

bool may_be_config(std::string_view path) {
  return is_dockerfile_name(path) || has_ending(path, {".yaml", ".yml", ".json"}) ||
         name_of(path) == ".env"; // fills in the variables of a Compose file
}

ConfigKind config_kind(std::string_view path, std::string_view content) {
  if (is_dockerfile_name(path)) return ConfigKind::Dockerfile;
  if (name_of(path) == "daemon.json") return ConfigKind::DaemonJson;
  if (is_manifest(content)) return ConfigKind::Kubernetes;
  const bool yaml = has_ending(path, {".yaml", ".yml"});
  const bool compose_name =
      name_of(path).starts_with("compose.") || name_of(path).contains("docker-compose");
  if ((yaml || !path.contains('.')) &&
      (compose_name ||
       // Other programs have "services" too; those of Compose have an image.
       (has_key_line(content, "services", false) &&
        (has_key_line(content, "image", true) || has_key_line(content, "build", true)))))
    return ConfigKind::Compose;
  if (!has_ending(path, {".yaml", ".yml", ".json"}) && reads_like_dockerfile(content))
    return ConfigKind::Dockerfile;
  return ConfigKind::None;
}

ConfigFindings check_config_files(std::span<const ConfigFile> files, const CheckOptions& options) {
  return FileSet(files, options).check();
}

std::vector<std::string_view> check_ids() {
  std::vector<std::string_view> ids = dockerfile::check_ids();
  for (const auto& more : {compose::check_ids(), daemon::check_ids(), kubernetes::check_ids()})
    ids.insert(ids.end(), more.begin(), more.end());
  std::ranges::sort(ids);
  return ids;
}

} // namespace portique::inspect
