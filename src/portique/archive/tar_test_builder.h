#pragma once

// Tar archives made by hand, for what no archiver would write.

#include <cstdio>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace portique::archive {

/// A header block whose fields can be set before it is sealed with its checksum.
class TarBlockBuilder {
public:
  TarBlockBuilder(std::string_view name, std::uint64_t size, char type) : block_(512, '\0') {
    put(0, name);
    put(100, "0000644");
    put(108, "0001750");
    put(116, "0001751");
    put(124, fmt::format("{:011o}", size));
    put(136, "14000000000");
    block_[156] = type;
    put(257, std::string_view("ustar\00000", 8));
  }

  TarBlockBuilder& put(std::size_t offset, std::string_view bytes) {
    block_.replace(offset, bytes.size(), bytes);
    return *this;
  }

  TarBlockBuilder& gnu() { return put(257, std::string_view("ustar  \0", 8)); }

  [[nodiscard]] std::string seal() const {
    unsigned int sum = 8 * ' ';
    for (std::size_t i = 0; i < block_.size(); ++i)
      if (i < 148 || i >= 156) sum += static_cast<unsigned char>(block_[i]);
    std::string sealed = block_;
    sealed.replace(148, 8, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
    return sealed;
  }

private:
  std::string block_;
};

inline std::string tar_padded(std::string_view content) {
  std::string padded(content);
  padded.resize((padded.size() + 511) / 512 * 512, '\0');
  return padded;
}

inline std::string tar_member(std::string_view name, std::string_view content, char type = '0') {
  return TarBlockBuilder(name, content.size(), type).seal() + tar_padded(content);
}

/// A record of a PAX header, its length first.
inline std::string pax_record(std::string_view key, std::string_view value) {
  std::size_t length = key.size() + value.size() + 3;
  while (std::to_string(length).size() + key.size() + value.size() + 3 != length)
    length = std::to_string(length).size() + key.size() + value.size() + 3;
  return fmt::format("{} {}={}\n", length, key, value);
}

inline std::string tar_end() {
  return std::string(1024, '\0');
}

} // namespace portique::archive
