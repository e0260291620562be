#include "portique/test_support/shared_data.h"

#include <cstdlib>

namespace portique::test_support {

std::optional<std::filesystem::path> shared_data(const std::filesystem::path& relative) {
  const char* named = std::getenv("PORTIQUE_TEST_DATA");
  const std::filesystem::path folder =
      named != nullptr ? std::filesystem::path(named)
                       : std::filesystem::path(PORTIQUE_SOURCE_DIR) / ".." / "shared" / "data";
  std::error_code error;
  auto path = folder / relative;
  if (!std::filesystem::exists(path, error)) return std::nullopt;
  return path;
}

} // namespace portique::test_support
