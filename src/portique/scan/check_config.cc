#include "portique/scan/check_config.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "portique/base/codec.h"
#include "portique/base/file.h"
#include "portique/base/sandbox.h"
#include "portique/base/text.h"
#include "portique/image/folder_walk.h"
#include "portique/image/open_below.h"
#include "portique/inspect/config_files/check_files.h"
#include "portique/inspect/config_files/rules.h"
#include "portique/scan/model_codec.h"

namespace portique::model {

template <typename Codec, base::CodedAs<LineRange> T> void fields(Codec& codec, T& lines) {
  codec(lines.first, lines.last);
}

template <typename Codec, base::CodedAs<ConfigResource> T> void fields(Codec& codec, T& resource) {
  codec(resource.kind, resource.name, resource.space, resource.lines, resource.body);
}

template <typename Codec, base::CodedAs<Suppression> T> void fields(Codec& codec, T& suppression) {
  codec(suppression.by, suppression.reason, suppression.until);
}

} // namespace portique::model

namespace portique::inspect {

template <typename Codec, base::CodedAs<Hit> T> void fields(Codec& codec, T& hit) {
  codec(hit.rule, hit.path, hit.lines, hit.evidence, hit.secrets, hit.suppression);
}

template <typename Codec, base::CodedAs<CheckedFile> T> void fields(Codec& codec, T& file) {
  codec(file.path, file.kind, file.resources);
}

template <typename Codec, base::CodedAs<ConfigFindings> T> void fields(Codec& codec, T& findings) {
  codec(findings.hits, findings.files, findings.issues, findings.notes, findings.wanted);
}

} // namespace portique::inspect

namespace portique::scan {

namespace fs = std::filesystem;
using base::Code;
using base::fail;

namespace {

/// Messages to the child (a file; check what was sent; the end) and back (what was found, and which
/// files it would have liked to see).
enum class Step : std::uint32_t { File = 1, Check = 2, Findings = 3, End = 4 };

/// What is included can include more: real projects do so twice or three times.
constexpr int kMostRounds = 16;

/// Of what is sent to the child: a file, with what stands around it.
constexpr std::uint64_t kFrameBytes = 64ULL << 10U;

base::Result<void> run_child(base::WorkerContext& context, const ConfigCheckOptions& options) {
  std::vector<inspect::ConfigFile> files;
  while (true) {
    const base::Message message =
        PQ_TRY(context.channel.receive(options.limits.yaml_bytes + kFrameBytes));
    if (message.type == static_cast<std::uint32_t>(Step::File)) {
      inspect::ConfigFile& file = files.emplace_back();
      PQ_TRY(base::decode(base::as_bytes(message.payload), file.path, file.content));
      continue;
    }
    if (message.type == static_cast<std::uint32_t>(Step::End)) return {};
    inspect::CheckOptions check{
        .now = options.now, .limits = options.limits, .resources = options.resources};
    PQ_TRY(base::decode(base::as_bytes(message.payload), check.named));
    const inspect::ConfigFindings findings = inspect::check_config_files(files, check);
    PQ_TRY(context.channel.send(static_cast<std::uint32_t>(Step::Findings),
                                base::as_bytes(base::encode(findings))));
  }
}

base::Result<std::string> read_up_to(const base::Fd& file, std::uint64_t limit) {
  std::string content;
  std::array<std::byte, 16384> buffer{};
  while (true) {
    const std::size_t count = PQ_TRY(base::read_some(file, buffer));
    if (count == 0) return content;
    content += base::as_text(std::span<const std::byte>(buffer).first(count));
    if (content.size() > limit)
      return fail(Code::LimitExceeded, fmt::format("larger than {} bytes", limit));
  }
}

/// Where the files that others refer to may lie.
struct ProjectFolder {
  base::Fd folder;
  std::string prefix; ///< of the paths of its files

  /// Nothing if there is no such file in it. Symbolic links lead nowhere outside.
  [[nodiscard]] base::Result<std::optional<std::string>> read(std::string_view path,
                                                              std::uint64_t limit) const {
    if (!path.starts_with(prefix)) return std::nullopt;
    path.remove_prefix(prefix.size());
    const base::Fd file =
        PQ_TRY(image::open_below(folder, std::string(path), O_RDONLY | O_NONBLOCK));
    if (!file.valid() || !base::is_regular_file(file)) return std::nullopt;
    return PQ_TRY(read_up_to(file, limit));
  }
};

/// The files of one run and the child that checks them.
class ConfigChecker {
public:
  static base::Result<ConfigChecker> start(const ConfigCheckOptions& options) {
    base::WorkerOptions worker;
    worker.memory_bytes = options.limits.worker_memory_bytes;
    worker.name = "portique-check";
    return ConfigChecker(PQ_TRY(base::Worker::start({.prepare = [] { inspect::rules(); },
                                                     .run =
                                                         [options](base::WorkerContext& context) {
                                                           return run_child(context, options);
                                                         }},
                                                    std::move(worker))),
                         options);
  }

  base::Result<void> add(std::string path, std::string content) {
    bytes_ += content.size();
    if (files_.size() >= options_.limits.config_files ||
        bytes_ > options_.limits.config_files_bytes)
      return fail(Code::LimitExceeded,
                  "there are too many configuration files; check parts of them");
    PQ_TRY(worker_.send(static_cast<std::uint32_t>(Step::File),
                        base::as_bytes(base::encode(path, content))));
    files_.insert_or_assign(std::move(path), std::move(content));
    return {};
  }

  void add_issue(const base::Error& error, std::string path) {
    check_.report.issues.push_back({error.code(), error.text(), std::move(path), model::kNoLayer});
  }

  /// `folder`: what files refer to is read from there, if it is in there.
  base::Result<ConfigCheck> finish(bool named, const ProjectFolder* folder) {
    inspect::ConfigFindings found;
    for (int round = 0;; ++round) {
      PQ_TRY(worker_.send(static_cast<std::uint32_t>(Step::Check),
                          base::as_bytes(base::encode(named))));
      const base::Message answer = PQ_TRY(worker_.receive(options_.limits.worker_answer_bytes));
      found = {};
      PQ_TRY(base::decode(base::as_bytes(answer.payload), found));
      if (folder == nullptr || round == kMostRounds || !PQ_TRY(add_wanted(found.wanted, *folder)))
        break;
    }
    PQ_TRY(worker_.send(static_cast<std::uint32_t>(Step::End), {}));
    PQ_TRY(worker_.finish());
    take(std::move(found));
    return std::move(check_);
  }

private:
  ConfigChecker(base::Worker worker, const ConfigCheckOptions& options)
      : worker_(std::move(worker)), options_(options) {}

  /// Whether one of them is there.
  base::Result<bool> add_wanted(const std::vector<std::string>& wanted,
                                const ProjectFolder& folder) {
    bool added = false;
    for (const std::string& path : wanted) {
      if (tried_.size() >= options_.limits.config_files) break;
      if (files_.contains(path) || !tried_.insert(path).second) continue;
      auto content = folder.read(path, options_.limits.yaml_bytes);
      if (!content) {
        add_issue(content.error(), path);
      } else if (*content) {
        PQ_TRY(add(path, std::move(**content)));
        added = true;
      }
    }
    return added;
  }

  using SecretHits = std::map<std::string_view, std::vector<const inspect::Hit*>>;

  /// The hits that hold secrets, by file and first line.
  static SecretHits hits_with_secrets(std::span<const inspect::Hit> hits) {
    SecretHits by_path;
    for (const inspect::Hit& hit : hits)
      if (!hit.secrets.empty()) by_path[hit.path].push_back(&hit);
    for (auto& [path, list] : by_path)
      std::ranges::stable_sort(list, {}, [](const inspect::Hit* hit) { return hit->lines.first; });
    return by_path;
  }

  /// What must not be shown of the lines of a hit: the secrets of every hit that shares lines with
  /// it. Nothing if there are too many to mask.
  static std::optional<std::vector<std::string>> secrets_near(const SecretHits& by_path,
                                                              const inspect::Hit& hit) {
    constexpr std::uint32_t kShownLines = 12; // an excerpt has fewer
    constexpr std::size_t kMost = 100;
    std::vector<std::string> secrets;
    const auto list = by_path.find(hit.path);
    if (list == by_path.end()) return secrets;
    for (const inspect::Hit* other : list->second) {
      if (other->lines.first > std::uint64_t{hit.lines.first} + kShownLines) break;
      if (other->lines.last < hit.lines.first) continue;
      std::ranges::copy(other->secrets, std::back_inserter(secrets));
      if (secrets.size() > kMost) return std::nullopt;
    }
    return secrets;
  }

  /// The child may have been taken over: what it says is used only where it fits what we know.
  void take(inspect::ConfigFindings found) {
    const SecretHits by_path = hits_with_secrets(found.hits);
    std::optional<inspect::SourceTextView> source; // of the file of the hit before
    std::string_view path;
    for (const inspect::Hit& hit : found.hits) {
      const inspect::Rule* rule = inspect::find_rule(hit.rule);
      const auto file = files_.find(hit.path);
      if (rule == nullptr || file == files_.end()) continue;
      if (!source || path != file->first) source.emplace(file->second);
      path = file->first;
      const auto secrets = secrets_near(by_path, hit);
      model::Finding& finding = check_.report.findings.emplace_back(
          inspect::make_finding(*rule, hit, *source, secrets.value_or(std::vector<std::string>{})));
      if (!secrets) finding.excerpt = "(not shown: it holds many secrets)";
    }
    std::ranges::move(found.issues, std::back_inserter(check_.report.issues));
    std::map<std::string_view, std::size_t> kinds;
    for (const inspect::CheckedFile& file : found.files)
      ++kinds[inspect::config_kind_name(file.kind)];
    std::string checked;
    for (const auto& [kind, count] : kinds)
      checked += fmt::format("{}{} {}{}",
                             checked.empty() ? "" : ", ",
                             count,
                             kind,
                             count == 1 || kind == "daemon.json" ? "" : "s");
    check_.report.notes.push_back(checked.empty() ? "there was no configuration file to check"
                                                  : "checked " + checked);
    std::ranges::move(found.notes, std::back_inserter(check_.report.notes));
    for (inspect::CheckedFile& file : found.files)
      if (files_.contains(file.path))
        check_.files.push_back({std::move(file.path),
                                std::string(inspect::config_type(file.kind)),
                                std::move(file.resources)});
    std::ranges::sort(check_.files, {}, &model::ConfigFile::path);
  }

  base::Worker worker_;
  ConfigCheckOptions options_;
  std::map<std::string, std::string> files_;
  std::set<std::string> tried_; ///< files that others refer to
  std::uint64_t bytes_ = 0;
  ConfigCheck check_;
};

/// Folders that hold other people's files.
bool is_passed_over(std::string_view path, bool is_folder) {
  constexpr std::array<std::string_view, 6> kFolders{
      ".git", "node_modules", ".terraform", ".venv", "__pycache__", ".tox"};
  return is_folder &&
         std::ranges::find(kFolders, path.substr(path.rfind('/') + 1)) != kFolders.end();
}

base::Result<void>
add_folder(ConfigChecker& checker, const fs::path& folder, const base::Limits& limits) {
  const auto read = [&](const image::WalkedFile& file) -> base::Result<void> {
    if (!inspect::may_be_config(file.path)) return {};
    auto open = file.open();
    if (open && !open->valid()) return {}; // gone meanwhile
    auto content = open ? read_up_to(*open, limits.yaml_bytes) : std::unexpected(open.error());
    if (content) return checker.add(std::string(file.path), std::move(*content));
    checker.add_issue(content.error(), std::string(file.path));
    return {};
  };
  return image::walk_folder(folder,
                            {.one_file_system = false, .passes_over = is_passed_over},
                            limits,
                            read,
                            [&](std::string_view path, const base::Error& error) {
                              checker.add_issue(error, std::string(path));
                            });
}

} // namespace

base::Result<ConfigCheck> check_config(const std::string& target,
                                       const ConfigCheckOptions& options) {
  std::error_code none;
  const bool is_input = target == "-";
  const bool is_folder = !is_input && fs::is_directory(target, none);
  std::string content;
  if (is_input) {
    const base::Fd input(::dup(STDIN_FILENO));
    content = PQ_TRY(base::at("standard input", read_up_to(input, options.limits.yaml_bytes)));
  } else if (!is_folder) {
    content = PQ_TRY(base::read_file(target, options.limits.yaml_bytes));
  }
  ConfigChecker checker = PQ_TRY(ConfigChecker::start(options));
  const std::string path = fs::path(target).lexically_normal().string();
  if (is_folder)
    PQ_TRY(add_folder(checker, target, options.limits));
  else
    PQ_TRY(checker.add(is_input ? "stdin" : path, std::move(content)));
  std::optional<ProjectFolder> folder;
  if (!is_input) {
    const std::string prefix = is_folder ? "" : path.substr(0, path.rfind('/') + 1);
    const std::string opened = is_folder ? target : prefix;
    folder.emplace(PQ_TRY(image::open_folder(opened.empty() ? "." : opened)), prefix);
  }
  ConfigCheck check = PQ_TRY(checker.finish(!is_folder, folder ? &*folder : nullptr));
  check.report.subject.name = is_input ? "standard input" : target;
  check.report.subject.kind = "config";
  check.report.scanners = {model::Scanner::Misconfigurations};
  check.report.created = options.now;
  return check;
}

} // namespace portique::scan
