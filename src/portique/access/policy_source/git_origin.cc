// A policy in a Git checkout: the version is the commit that is checked out. The checkout may be
// written by others and is hostile: no command is used that runs filters, hooks, fetches or reads
// the working tree (git status would); what is committed comes from the object store, and whether
// the file differs from it is found by comparing bytes.
// https://git-scm.com/docs/git-cat-file, https://git-scm.com/docs/git-rev-parse

#include "portique/access/policy_source/policy_origin.h"
#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDefaultFile = "access.yaml";

class GitOrigin final : public PolicyOrigin {
public:
  GitOrigin(fs::path folder, std::string file, const OriginOptions& options)
      : folder_(std::move(folder)), file_(std::move(file)), options_(options) {}

  base::Result<std::optional<OriginText>> read(std::string_view known) override {
    const std::string commit = PQ_TRY(head());
    OriginText read;
    read.name = file_;
    read.revision = commit;
    if (options_.allow_uncommitted) {
      // The working tree may change without a new commit, so that it is read each time.
      read.text = PQ_TRY(base::read_file(folder_ / file_, kPolicyBytes));
      if (const auto committed = blob(commit, file_); !committed || *committed != read.text)
        read.revision += "+uncommitted";
    } else {
      if (known == commit && !PQ_TRY(differs(commit))) return std::nullopt;
      read.text = PQ_TRY(blob(commit, file_));
      if (PQ_TRY(differs(commit)))
        return fail(Code::InvalidArgument,
                    file_ + " in " + folder_.string() +
                        " has changes that are in no commit; commit them or take them back");
    }
    // Whatever the working tree says: what counts is one state of all files.
    read.included = PQ_TRY(read_includes(
        file_, read.text, [&](const std::string& name) { return included(commit, name); }));
    if (auto approvals = blob(commit, file_ + ".approvals")) read.approvals = *std::move(approvals);
    if (options_.wants_signature) read.signature = PQ_TRY(blob(commit, file_ + ".sig"));
    return read;
  }

  [[nodiscard]] std::vector<fs::path> watched() const override {
    // A commit, a checkout and a pull all write the log of HEAD, where there is one.
    return {folder_ / file_, folder_ / ".git" / "HEAD", folder_ / ".git" / "logs" / "HEAD"};
  }

private:
  base::Result<base::ProgramOutput> git(const std::vector<std::string>& arguments) const {
    const char* path = std::getenv("PATH");
    // Nothing of the environment gets through (GIT_DIR, GIT_CONFIG_*, ...), no configuration but
    // the checkout's own is read, and what in that one names programs is overruled.
    std::vector<std::string> all = {"env",
                                    "-i",
                                    std::string("PATH=") +
                                        (path == nullptr ? "/usr/bin:/bin" : path),
                                    "LC_ALL=C",
                                    "HOME=/nonexistent",
                                    "GIT_CONFIG_NOSYSTEM=1",
                                    "GIT_CONFIG_GLOBAL=/dev/null",
                                    "GIT_TERMINAL_PROMPT=0",
                                    "GIT_NO_LAZY_FETCH=1",
                                    "git",
                                    "--no-pager",
                                    "--no-replace-objects",
                                    "-c",
                                    "safe.directory=" + folder_.string(),
                                    "-c",
                                    "core.hooksPath=/dev/null",
                                    "-c",
                                    "core.fsmonitor=false",
                                    "-c",
                                    "core.sshCommand=false",
                                    "-c",
                                    "core.askPass=false",
                                    "-c",
                                    "credential.helper=",
                                    "-c",
                                    "protocol.allow=never",
                                    "-C",
                                    folder_.string()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return base::run_program(all,
                             {.time = std::chrono::seconds(20), .output_bytes = kPolicyBytes + 1});
  }

  base::Result<std::string> head() const {
    const auto output = PQ_TRY(git({"rev-parse", "--verify", "--end-of-options", "HEAD^{commit}"}));
    const std::string commit(base::trim(output.out));
    if (output.exit_status == 127) return fail(Code::NotFound, "git is not installed");
    if (output.exit_status != 0 || (commit.size() != 40 && commit.size() != 64))
      return fail(Code::NotFound,
                  folder_.string() + " is no Git checkout with a commit: " +
                      base::printable(base::trim(output.err).substr(0, 300)));
    return commit;
  }

  base::Result<std::string> blob(const std::string& commit, const std::string& file) const {
    auto output = PQ_TRY(git({"cat-file", "blob", commit + ":" + file}));
    if (output.exit_status != 0)
      return fail(Code::NotFound,
                  "the commit " + commit.substr(0, 12) + " of " + folder_.string() +
                      " has no file " + file);
    if (output.out.size() > kPolicyBytes)
      return fail(Code::LimitExceeded, "the policy is larger than 16 MiB");
    return std::move(output.out);
  }

  /// A link is no way out: its text is taken for what it points to.
  base::Result<std::string> included(const std::string& commit, const std::string& name) const {
    if (name.starts_with('/') || name == ".." || name.starts_with("../") || name.contains(':'))
      return fail(Code::InvalidArgument, "it lies outside of the checkout " + folder_.string());
    return blob(commit, name);
  }

  base::Result<bool> differs(const std::string& commit) const {
    const std::string committed = PQ_TRY(blob(commit, file_));
    return PQ_TRY(base::read_file(folder_ / file_, kPolicyBytes)) != committed;
  }

  fs::path folder_;
  std::string file_;
  OriginOptions options_;
};

} // namespace

base::Result<std::unique_ptr<PolicyOrigin>> git_origin(const OriginOptions& options) {
  std::string folder = options.location;
  std::string file(kDefaultFile);
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    const std::size_t mark = folder.rfind('#');
    file = folder.substr(mark + 1);
    folder.resize(mark);
  }
  const fs::path inside = fs::path(file).lexically_normal();
  if (file.empty() || inside.is_absolute() || *inside.begin() == ".." || file.contains(':'))
    return fail(Code::InvalidArgument, "'" + file + "' is no path within a checkout");
  const fs::path real = fs::canonical(folder, error);
  if (error)
    return fail(Code::NotFound, "cannot find the folder " + folder + ": " + error.message());
  return std::make_unique<GitOrigin>(real, inside.string(), options);
}

} // namespace portique::access
