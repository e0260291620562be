// https://docs.github.com/en/actions/reference/workflow-syntax-for-github-actions and, for
// action.yml, https://docs.github.com/en/actions/reference/metadata-syntax-for-github-actions
#include "portique/inventory/github_actions/github_workflow.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/base/yaml.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::YamlNode;

bool is_commit(std::string_view text) {
  return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// "v1.2.3" of "# v1.2.3", "# tag=v1.2.3", "#v1 (2024)"; "" if no word of the comment begins like a
/// version.
std::string_view version_in_comment(std::string_view line) {
  const std::size_t comment = line.find(" #");
  if (comment == std::string_view::npos) return {};
  for (std::string_view word : base::split(line.substr(comment + 2), ' ')) {
    word = base::trim(word);
    if (word.starts_with("tag=")) word.remove_prefix(4);
    const std::string_view digits = word.substr(word.starts_with('v') ? 1 : 0);
    if (!digits.empty() && base::is_digit(digits.front()) && base::is_word(word) &&
        !is_commit(word)) {
      return word;
    }
  }
  return {};
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 256 && std::ranges::all_of(text, [](char c) {
    return base::is_alnum(c) || c == '-' || c == '_' || c == '.';
  });
}

class WorkflowReader {
public:
  WorkflowReader(std::string_view text, DeclaredPackages& declared, Analysis& analysis)
      : lines_(base::split(text, '\n')), declared_(&declared), analysis_(&analysis) {}

  void read(const YamlNode& root) {
    if (const YamlNode* runs = root.find("runs")) steps(*runs);
    if (const YamlNode* jobs = root.find("jobs")) {
      for (const auto& job : jobs->members) {
        use_of(job.value);
        steps(job.value);
      }
    }
  }

private:
  void steps(const YamlNode& job) {
    const YamlNode* steps = job.find("steps");
    if (steps == nullptr) return;
    for (const YamlNode& step : steps->items)
      use_of(step);
  }

  void use_of(const YamlNode& node) {
    const YamlNode* uses = node.find("uses");
    if (uses == nullptr || !uses->is_scalar()) return;
    const std::string_view text = base::trim(uses->text);
    if (text.starts_with("./") || text.starts_with("docker://")) return;
    const std::size_t at = std::min(text.find('@'), text.size());
    const auto path = base::split(text.substr(0, at), '/');
    const std::string_view reference = text.substr(std::min(at + 1, text.size()));
    if (path.size() < 2 || !is_name(path[0]) || !is_name(path[1]) || !base::is_word(reference)) {
      if (!issues_are_full(*analysis_))
        add_issue(*analysis_,
                  Code::Malformed,
                  fmt::format(
                      "line {}: {} is no action with a version", uses->place.line, excerpt(text)));
      return;
    }
    std::string_view version = reference;
    if (is_commit(reference) && uses->place.line <= lines_.size()) {
      const std::string_view named = version_in_comment(lines_[uses->place.line - 1]);
      if (!named.empty()) version = named;
    }
    declared_->add({.type = "github",
                    .ns = std::string(path[0]),
                    .name = std::string(path[1]),
                    .version = std::string(version)});
  }

  std::vector<std::string_view> lines_;
  DeclaredPackages* declared_;
  Analysis* analysis_;
};

} // namespace

Analysis analyze_github_workflow(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  const auto document = base::parse_single_yaml(*text, limits, base::DuplicateKeys::KeepLast);
  if (!document) {
    add_issue(analysis, document.error());
    return analysis;
  }
  DeclaredPackages declared(file.path(), limits, analysis);
  WorkflowReader(*text, declared, analysis).read(document->root);
  declared.finish();
  return analysis;
}

} // namespace portique::inventory
