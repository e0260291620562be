#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace portique::test_support {

/// Builds a zip archive in memory.
class ZipBuilder {
public:
  enum class Method : unsigned char { Stored, Deflated };

  ZipBuilder&
  add(std::string_view name, std::string_view content, Method method = Method::Deflated);

  /// The whole archive.
  [[nodiscard]] std::string bytes() const;

private:
  std::string entries_;
  std::string directory_;
  std::size_t count_ = 0;
};

} // namespace portique::test_support
