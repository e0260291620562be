#pragma once

// Rights for an emergency: one role, for one person, for a while, with a reason. A grant is a file
// in a folder that only root (or whoever runs the gate) can write; when its time is over it means
// nothing, whether or not anybody removes it.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::access {

class AccessPolicy;
struct RequestView;

struct Grant {
  std::string id;   ///< name of its file
  std::string user; ///< who has it
  std::string role;
  std::string reason;
  std::string taken_by; ///< who took it: the login name on the host, or the user
  base::Time from;
  base::Time until;

  friend bool operator==(const Grant&, const Grant&) = default;
};

/// Writes a grant for the caller if the policy lets them take the role for that long. The error
/// says why not.
base::Result<Grant> take_break_glass(const AccessPolicy& policy,
                                     const RequestView& caller,
                                     const std::filesystem::path& folder,
                                     std::string_view role,
                                     std::string_view reason,
                                     std::chrono::seconds length);

/// Takes a grant back before its time.
base::Result<void> end_break_glass(const std::filesystem::path& folder, std::string_view id);

struct Grants {
  std::vector<Grant> grants;       ///< whose time has not passed
  std::vector<std::string> issues; ///< files that do not count, and why
};

/// The grants of a folder. A file that someone else could have written does not count. A folder
/// that does not exist holds none.
base::Result<Grants> read_grants(const std::filesystem::path& folder, base::Time now);

} // namespace portique::access
