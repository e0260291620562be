#include "portique/test_support/tar_builder.h"

#include <array>
#include <cstring>

#include <fmt/format.h>

namespace portique::test_support {

namespace {

constexpr std::size_t kBlock = 512;

} // namespace

void TarBuilder::header(
    std::string_view path, char type, std::string_view link, std::size_t size, std::uint32_t mode) {
  std::array<char, kBlock> block{};
  const auto put = [&](std::size_t offset, std::size_t room, std::string_view text) {
    std::memcpy(block.data() + offset, text.data(), std::min(room, text.size()));
  };
  const auto octal = [&](std::size_t offset, std::size_t digits, std::uint64_t value) {
    put(offset, digits, fmt::format("{:0{}o}", value, digits));
  };
  put(0, 100, path);
  octal(100, 7, mode);
  octal(108, 7, 0);
  octal(116, 7, 0);
  octal(124, 11, size);
  octal(136, 11, 1700000000);
  block[156] = type;
  put(157, 100, link);
  put(257, 5, "ustar");
  put(263, 2, "00");
  put(148, 8, "        ");
  unsigned sum = 0;
  for (const char c : block)
    sum += static_cast<unsigned char>(c);
  octal(148, 6, sum);
  block[154] = '\0';
  block[155] = ' ';
  bytes_.append(block.data(), block.size());
}

TarBuilder& TarBuilder::file(std::string_view path, std::string_view content, std::uint32_t mode) {
  header(path, '0', {}, content.size(), mode);
  bytes_ += content;
  bytes_.append((kBlock - content.size() % kBlock) % kBlock, '\0');
  return *this;
}

TarBuilder& TarBuilder::folder(std::string_view path) {
  header(path, '5', {}, 0, 0755);
  return *this;
}

TarBuilder& TarBuilder::symlink(std::string_view path, std::string_view target) {
  header(path, '2', target, 0);
  return *this;
}

TarBuilder& TarBuilder::hard_link(std::string_view path, std::string_view target) {
  header(path, '1', target, 0);
  return *this;
}

TarBuilder& TarBuilder::fifo(std::string_view path) {
  header(path, '6', {}, 0);
  return *this;
}

std::string TarBuilder::finish() const {
  return bytes_ + std::string(2 * kBlock, '\0');
}

} // namespace portique::test_support
