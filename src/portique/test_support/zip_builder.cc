// APPNOTE 6.3.9, sections 4.3.7, 4.3.12 and 4.3.16.
#include "portique/test_support/zip_builder.h"

#include <cstdint>
#include <vector>

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

namespace portique::test_support {

namespace {

std::string le(std::uint64_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i)
    text += static_cast<char>((value >> (8 * i)) & 0xFFU);
  return text;
}

std::string deflate(std::vector<std::uint8_t>& in) {
  std::vector<std::uint8_t> out(in.size() + in.size() / 2 + 4096);
  isal_zstream stream;
  isal_deflate_stateless_init(&stream);
  stream.next_in = in.data();
  stream.avail_in = static_cast<std::uint32_t>(in.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<std::uint32_t>(out.size());
  stream.end_of_stream = 1;
  isal_deflate_stateless(&stream);
  return {out.begin(), out.begin() + stream.total_out};
}

} // namespace

ZipBuilder& ZipBuilder::add(std::string_view name, std::string_view content, Method method) {
  std::vector<std::uint8_t> in(content.begin(), content.end());
  const std::uint32_t crc = crc32_gzip_refl(0, in.data(), in.size());
  const bool deflated = method == Method::Deflated;
  const std::string data = deflated ? deflate(in) : std::string(content);
  const std::string described = le(0, 2) + le(deflated ? 8 : 0, 2) + le(0, 4) + le(crc, 4) +
                                le(data.size(), 4) + le(content.size(), 4) + le(name.size(), 2) +
                                le(0, 2);
  directory_ += "PK\x01\x02" + le(20, 2) + le(20, 2) + described + le(0, 10) +
                le(entries_.size(), 4) + std::string(name);
  entries_ += "PK\x03\x04" + le(20, 2) + described + std::string(name) + data;
  ++count_;
  return *this;
}

std::string ZipBuilder::bytes() const {
  return entries_ + directory_ + "PK\x05\x06" + le(0, 4) + le(count_, 2) + le(count_, 2) +
         le(directory_.size(), 4) + le(entries_.size(), 4) + le(0, 2);
}

} // namespace portique::test_support
