// A policy is as good as those who may write it: a file that everybody may write, or that belongs
// to somebody else than root and this process, is refused.

#include <cerrno>

#include <sys/stat.h>
#include <unistd.h>

#include "portique/access/policy_source/policy_origin.h"
#include "portique/base/file.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

namespace fs = std::filesystem;

base::Result<void> check_owner(const fs::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0)
    return base::fail_errno("cannot look at the policy " + path.string(), errno);
  if (!S_ISREG(status.st_mode))
    return fail(Code::InvalidArgument, "the policy " + path.string() + " is no regular file");
  if ((status.st_mode & S_IWOTH) != 0)
    return fail(Code::InvalidArgument,
                "everybody may write the policy " + path.string() + "; take that right away first");
  if (status.st_uid != 0 && status.st_uid != ::geteuid())
    return fail(Code::InvalidArgument,
                "the policy " + path.string() + " belongs to user " +
                    std::to_string(status.st_uid) + ", who could change it at any time");
  return {};
}

class FileOrigin final : public PolicyOrigin {
public:
  explicit FileOrigin(const OriginOptions& options)
      : path_(options.location), wants_signature_(options.wants_signature) {}

  base::Result<std::optional<OriginText>> read(std::string_view /*known*/) override {
    PQ_TRY(check_owner(path_));
    OriginText read;
    read.name = path_.string();
    read.text = PQ_TRY(base::read_file(path_, kPolicyBytes));
    included_.clear();
    auto included = read_includes(
        read.name, read.text, [this](const std::string& name) -> base::Result<std::string> {
          included_.emplace_back(name); // watched even if it is not there yet
          PQ_TRY(check_owner(name));
          return base::read_file(name, kPolicyBytes);
        });
    read.included = PQ_TRY(std::move(included));
    if (wants_signature_) read.signature = PQ_TRY(base::read_file(signature_path(), kPolicyBytes));
    std::error_code error;
    if (fs::exists(approvals_path(), error))
      read.approvals = PQ_TRY(base::read_file(approvals_path(), kPolicyBytes));
    return read;
  }

  [[nodiscard]] std::vector<fs::path> watched() const override {
    std::vector<fs::path> paths{path_, approvals_path()};
    if (wants_signature_) paths.push_back(signature_path());
    paths.insert(paths.end(), included_.begin(), included_.end());
    return paths;
  }

private:
  [[nodiscard]] fs::path signature_path() const { return path_.string() + ".sig"; }

  [[nodiscard]] fs::path approvals_path() const { return path_.string() + ".approvals"; }

  fs::path path_;
  bool wants_signature_;
  std::vector<fs::path> included_;
};

} // namespace

std::unique_ptr<PolicyOrigin> file_origin(const OriginOptions& options) {
  return std::make_unique<FileOrigin>(options);
}

base::Result<std::unique_ptr<PolicyOrigin>> open_origin(const OriginOptions& options) {
  const std::string& location = options.location;
  if (location.empty()) return fail(Code::InvalidArgument, "no policy is named");
  if (location.find("://") != std::string::npos) return url_origin(options);
  std::error_code ignored;
  if (fs::is_directory(location.substr(0, location.rfind('#')), ignored) ||
      fs::is_directory(location, ignored))
    return git_origin(options);
  return file_origin(options);
}

} // namespace portique::access
