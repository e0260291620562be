#pragma once

// Where a policy's text is read from: a file, a Git checkout, a web server.

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/http_client.h"
#include "portique/base/result.h"

namespace portique::access {

/// The largest policy that is taken. One with ten thousand rules has some 3 MB.
inline constexpr std::uint64_t kPolicyBytes = 16ULL << 20U;

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
  std::string text;
  std::string signature; ///< "" if none was asked for
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

std::unique_ptr<PolicyOrigin> file_origin(const OriginOptions& options);
base::Result<std::unique_ptr<PolicyOrigin>> git_origin(const OriginOptions& options);
base::Result<std::unique_ptr<PolicyOrigin>> url_origin(const OriginOptions& options);

} // namespace portique::access
