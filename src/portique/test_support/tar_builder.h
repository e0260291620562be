#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace portique::test_support {

/// Writes small ustar archives for tests, entry by entry.
class TarBuilder {
public:
  TarBuilder& file(std::string_view path, std::string_view content, std::uint32_t mode = 0644);
  TarBuilder& folder(std::string_view path);
  TarBuilder& symlink(std::string_view path, std::string_view target);
  TarBuilder& hard_link(std::string_view path, std::string_view target);
  TarBuilder& fifo(std::string_view path);

  /// The archive with its two closing blocks.
  [[nodiscard]] std::string finish() const;

private:
  void header(std::string_view path,
              char type,
              std::string_view link,
              std::size_t size,
              std::uint32_t mode = 0644);
  std::string bytes_;
};

} // namespace portique::test_support
