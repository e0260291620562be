#pragma once

// Whether a trail is as it was written, and whose signature says so.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "portique/access/audit/chain_check.h"
#include "portique/access/audit/signing_key.h"
#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::access {

struct VerifyOptions {
  /// public-key.pem beside the trail if there is none; Code::NotFound if that is not there.
  std::optional<std::filesystem::path> public_key;
  /// A head that was kept somewhere else; head.json of the folder if there is none.
  std::optional<std::filesystem::path> head;
};

struct TrailVerification {
  std::uint64_t files = 0;
  std::uint64_t lines = 0;
  std::uint64_t bytes = 0;
  std::uint64_t first = 0; ///< number of the first line
  std::uint64_t last = 0;
  std::uint64_t heads = 0;   ///< signatures that fit
  std::uint64_t vouched = 0; ///< the last line that signatures vouch for without a doubt; 0: none
  std::optional<base::Time> vouched_at;
  std::string key;         ///< fingerprint
  bool is_own_key = false; ///< the key came from the trail's own folder
  std::vector<TrailDefect> defects;
  bool has_more_defects = false;  ///< the rest was not looked at
  std::vector<std::string> notes; ///< what is no defect, but worth knowing

  [[nodiscard]] bool is_whole() const { return defects.empty(); }
};

/// A folder, or one file of one.
base::Result<TrailVerification> verify_trail(const std::filesystem::path& path,
                                             const VerifyOptions& options);

} // namespace portique::access
