#pragma once

// Where a policy's text is read from: a file, a Git checkout, a web server.

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/http_client.h"
#include "portique/base/result.h"
#include "portique/policy/included_files.h"

namespace portique::access {

/// The largest policy that is taken. One with ten thousand rules has some 3 MB.
inline constexpr std::uint64_t kPolicyBytes = 16ULL << 20U;
/// Files that a policy may include, and they. One for each team of a large house is some dozen;
/// each costs a program or a request each time.
inline constexpr std::size_t kMostIncludes = 63;

struct OriginOptions {
  /// A file; a folder that is a Git checkout, or "FOLDER#PATH" for another file in it than
  /// access.yaml; an https URL (http only to this machine).
  std::string location;
  /// Git: what stands in the working tree but in no commit counts, too.
  bool allow_uncommitted = false;
  /// Whether a signature is needed.
  bool wants_signature = false;
  base::HttpTls tls;
};

/// What an origin holds at the moment. Not yet judged by anybody.
struct OriginText {
  std::string name; ///< of the policy's own file, as its includes are named
  std::string text;
  policy::IncludedFiles included; ///< what it includes, and they
  std::string signature;          ///< "" if none was asked for
  std::string approvals; ///< what other people say of it (NAME.approvals); "" if there is none
  std::string revision;  ///< commit, ETag; "" for files
};

/// Not thread-safe.
class PolicyOrigin {
public:
  PolicyOrigin() = default;
  PolicyOrigin(const PolicyOrigin&) = delete;
  PolicyOrigin& operator=(const PolicyOrigin&) = delete;
  virtual ~PolicyOrigin() = default;

  /// Nothing if it is still at the revision `known` ("" never is).
  virtual base::Result<std::optional<OriginText>> read(std::string_view known) = 0;
  /// Paths whose change means that it is worth while to read again; none for what must be polled.
  [[nodiscard]] virtual std::vector<std::filesystem::path> watched() const = 0;
};

base::Result<std::unique_ptr<PolicyOrigin>> open_origin(const OriginOptions& options);

/// Reads what a policy includes, and they, by what reads one of them. At most kMostIncludes, and
/// kPolicyBytes of them all; an error names the file.
base::Result<policy::IncludedFiles>
read_includes(const std::string& name,
              const std::string& text,
              const std::function<base::Result<std::string>(const std::string& name)>& read);

/// The one document that stands for a policy and all that it includes: its text if it includes
/// nothing, else a line "sha256:... NAME" for each file, its own first, the others by name, each
/// named as seen from its folder. This is what is signed, and whose digest is the revision's.
std::string policy_document(const std::string& name,
                            const std::string& text,
                            const policy::IncludedFiles& included);

std::unique_ptr<PolicyOrigin> file_origin(const OriginOptions& options);
base::Result<std::unique_ptr<PolicyOrigin>> git_origin(const OriginOptions& options);
base::Result<std::unique_ptr<PolicyOrigin>> url_origin(const OriginOptions& options);

} // namespace portique::access
