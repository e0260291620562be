// Entries of yarn.lock (yarn_lines.h has the syntax): the requests that it answers, and the version
// that answers them. Yarn 2 and later say in "resolution" which package that is, and in "linkType"
// whether it is a folder of the project.
#include "portique/inventory/javascript/yarn_lock.h"

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/javascript/npm_name.h"
#include "portique/inventory/javascript/yarn_lines.h"

namespace portique::inventory {

namespace {

using base::Code;

// Requests and dependencies of an entry: some 6 on average.
constexpr std::size_t kItemsPerPackage = 8;

struct Dependency {
  std::string name;
  std::string range;
};

struct Entry {
  std::size_t line = 0;
  std::vector<std::string> requests;
  std::string version, resolved, integrity, resolution;
  bool soft = false; ///< a link, as workspaces are
  std::vector<Dependency> dependencies;
};

class LockReader {
public:
  LockReader(const base::Limits& limits, Analysis& analysis)
      : limits_(&limits), analysis_(&analysis) {}

  /// False if the text is no lock file at all.
  bool read(std::string_view text) {
    YarnLineReader lines(text);
    while (const auto line = lines.next()) {
      if (line->broken) {
        issue(Code::Malformed, line->number, excerpt(line->value) + " is no line of a lock file");
        continue;
      }
      items_ += line->keys.size();
      const bool is_entry = line->depth == 0;
      if (items_ > kItemsPerPackage * limits_->packages ||
          (is_entry && entries_.size() >= limits_->packages)) {
        issue(Code::LimitExceeded, line->number, "too many entries; the rest is not read");
        break;
      }
      if (is_entry) {
        section_.clear();
        // Details of the file itself are kept as an entry for now.
        entries_.push_back({.line = line->number, .requests = line->keys});
      } else if (!entries_.empty()) {
        member(*line, entries_.back());
      }
    }
    const std::size_t all = entries_.size();
    std::erase_if(entries_, [](const Entry& entry) {
      return entry.requests.size() == 1 && entry.requests.front() == "__metadata";
    });
    return all > 0 || text.contains("yarn lockfile v1");
  }

  void add_to(DeclaredPackages& declared) {
    std::vector<std::optional<model::Package>> packages;
    for (const Entry& entry : entries_) {
      packages.push_back(package_of(entry));
      for (const std::string& request : entry.requests)
        answers_.emplace(request, packages.size() - 1);
    }
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (!packages[i]) continue;
      model::Package package = *packages[i];
      for (const Dependency& dependency : entries_[i].dependencies) {
        const auto answer = find(dependency);
        const bool known = answer && packages[*answer];
        package.dependencies.push_back(known ? dependency_text(*packages[*answer])
                                             : dependency.name);
      }
      if (!declared.add(std::move(package))) return;
    }
  }

private:
  void issue(Code code, std::size_t line, std::string_view what) {
    if (issues_are_full(*analysis_)) return;
    add_issue(*analysis_, code, fmt::format("line {}: {}", line, what));
  }

  void member(const YarnLine& line, Entry& entry) {
    const std::string& key = line.keys.front();
    if (line.depth == 1) {
      section_ = line.value.empty() ? key : "";
      if (key == "version") entry.version = line.value;
      if (key == "resolved") entry.resolved = line.value;
      if (key == "integrity") entry.integrity = line.value;
      if (key == "resolution") entry.resolution = line.value;
      if (key == "linkType") entry.soft = line.value == "soft";
    } else if (line.depth == 2 &&
               (section_ == "dependencies" || section_ == "optionalDependencies")) {
      entry.dependencies.push_back({key, line.value});
    }
  }

  std::optional<model::Package> package_of(const Entry& entry) {
    if (entry.requests.empty() || entry.soft) return std::nullopt;
    const NpmRequest request =
        npm_request(entry.resolution.empty() ? entry.requests.front() : entry.resolution);
    if (is_own_folder(request.range)) return std::nullopt;
    auto package = npm_package(real_npm_name(request), entry.version);
    if (!package) {
      issue(Code::Malformed,
            entry.line,
            fmt::format("{} has no valid name and version", excerpt(entry.requests.front())));
      return std::nullopt;
    }
    package->hashes = npm_hashes(entry.integrity);
    const std::size_t fragment = entry.resolved.rfind('#');
    if (package->hashes.empty() && fragment != std::string::npos) {
      const std::string digest = entry.resolved.substr(fragment + 1);
      const bool is_sha1 =
          digest.size() == 40 && digest.find_first_not_of("0123456789abcdef") == std::string::npos;
      // Behind the address of a git repository stands the commit.
      if (is_sha1 && entry.resolved.substr(0, fragment).ends_with(".tgz"))
        package->hashes.push_back("sha1:" + digest);
    }
    return package;
  }

  /// Yarn 4 writes the protocol with the range, 2 and 3 leave "npm:" out, yarn 1 has none.
  [[nodiscard]] std::optional<std::size_t> find(const Dependency& dependency) const {
    for (const std::string_view protocol : {"", "npm:"}) {
      const auto found =
          answers_.find(dependency.name + "@" + std::string(protocol) + dependency.range);
      if (found != answers_.end()) return found->second;
    }
    return std::nullopt;
  }

  const base::Limits* limits_;
  Analysis* analysis_;
  std::size_t items_ = 0; ///< requests and members so far
  std::vector<Entry> entries_;
  std::string section_; ///< of the present entry: "dependencies", ...
  std::unordered_map<std::string, std::size_t> answers_;
};

} // namespace

Analysis analyze_yarn_lock(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  if (is_below_node_modules(file.path())) return analysis;
  if (text->contains('\0')) {
    add_issue(analysis, Code::Malformed, "the lock file is no text");
    return analysis;
  }
  LockReader reader(limits, analysis);
  if (!reader.read(*text)) {
    add_issue(analysis, Code::Malformed, "this is no lock file of yarn");
    return analysis;
  }
  DeclaredPackages declared(file.path(), limits, analysis);
  reader.add_to(declared);
  declared.finish();
  return analysis;
}

} // namespace portique::inventory
