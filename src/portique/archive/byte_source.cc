#include "portique/archive/byte_source.h"

#include <algorithm>

#include "portique/base/file.h"

namespace portique::archive {

using base::Bytes;
using base::Code;
using base::fail;
using base::Result;

Result<void> ByteSource::check(std::uint64_t offset, std::uint64_t size) const {
  if (offset > size_ || size > size_ - offset) return fail(Code::Truncated, "the file ends early");
  return {};
}

Result<void> ByteSource::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  PQ_TRY(check(offset, into.size()));
  if (file_ != nullptr) return base::read_exact_at(*file_, offset_ + offset, into);
  std::ranges::copy(bytes_.subspan(offset, into.size()), into.begin());
  return {};
}

Result<Bytes>
ByteSource::view(std::uint64_t offset, std::uint64_t size, std::string& buffer) const {
  PQ_TRY(check(offset, size));
  if (file_ == nullptr) return bytes_.subspan(offset, size);
  buffer.resize(size);
  PQ_TRY(base::read_exact_at(*file_, offset_ + offset, std::as_writable_bytes(std::span(buffer))));
  return base::as_bytes(buffer);
}

Result<ByteSource> ByteSource::range(std::uint64_t offset, std::uint64_t size) const {
  PQ_TRY(check(offset, size));
  if (file_ != nullptr) return ByteSource(*file_, offset_ + offset, size);
  return ByteSource(bytes_.subspan(offset, size));
}

} // namespace portique::archive
