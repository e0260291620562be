#include <array>

#include <sys/mman.h>

#include "portique/archive/zip_reader.h"
#include "portique/base/file.h"

namespace {

using portique::archive::ByteSource;
using portique::archive::ZipReader;

constexpr std::uint64_t kMost = 1U << 20U;

/// What all entries unpack to, in their order; errors as they are.
std::string everything(const ByteSource& source) {
  const auto zip = ZipReader::open(source, {1000, kMost, UINT64_MAX});
  if (!zip) return zip.error().text();
  std::string all;
  std::string content;
  for (const auto& entry : zip->entries()) {
    const auto read = zip->read(entry, kMost, content);
    if (!read && !content.empty()) __builtin_trap();
    all += read ? content : read.error().text();
    if (const auto range = zip->stored_range(entry); range && range->size() != entry.size)
      __builtin_trap();
  }
  return all;
}

} // namespace

// From memory and from a file an archive gives the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const portique::base::Fd kFile(::memfd_create("zip", 0));
  const auto bytes = std::as_bytes(std::span(data, size));
  if (::ftruncate(kFile.get(), 0) != 0 || ::lseek(kFile.get(), 0, SEEK_SET) != 0) return 0;
  if (!portique::base::write_all(kFile, bytes)) return 0;
  if (everything(ByteSource(bytes)) != everything(ByteSource(kFile, 0, size))) __builtin_trap();
  return 0;
}
