#pragma once

// The last policy that served, on disk: a restart finds it where its source cannot be reached, or
// holds something that does not load. It also remembers which serial number was seen.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "portique/base/result.h"
#include "portique/policy/included_files.h"

namespace portique::access {

struct LastGoodPolicy {
  std::string name; ///< of its own file; "": the source's location
  std::string text;
  policy::IncludedFiles included;
  std::string signature;
  std::string revision;
  std::string approvals;
  std::uint64_t serial = 0; ///< highest that was taken, 0 without signatures

  friend bool operator==(const LastGoodPolicy&, const LastGoodPolicy&) = default;
};

/// One file a source in `folder`, readable by its owner only.
class LastGoodStore {
public:
  /// A store that keeps nothing if `folder` is empty.
  LastGoodStore(const std::filesystem::path& folder, std::string_view location);

  /// Nothing if there is none. A damaged one is an error: it held the serial number.
  [[nodiscard]] base::Result<std::optional<LastGoodPolicy>> load() const;
  [[nodiscard]] base::Result<void> store(const LastGoodPolicy& policy) const;

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

private:
  std::filesystem::path file_; ///< empty: keeps nothing
  std::string location_;
};

} // namespace portique::access
