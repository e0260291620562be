#include "portique/inventory/file_content.h"

#include <algorithm>

#include "portique/base/file.h"

namespace portique::inventory {

using base::Code;
using base::fail;
using base::Result;

Result<void> FileContent::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  if (offset > size_ || into.size() > size_ - offset) {
    return fail(Code::Truncated, "the file ends early");
  }
  if (file_ != nullptr) return base::read_exact_at(*file_, offset_ + offset, into);
  std::ranges::copy(bytes_.subspan(offset, into.size()), into.begin());
  return {};
}

Result<std::string_view> FileContent::text(std::string& buffer) const {
  if (file_ == nullptr) return base::as_text(bytes_);
  buffer.resize(size_);
  PQ_TRY(read_at(0, std::as_writable_bytes(std::span(buffer))));
  return std::string_view(buffer);
}

} // namespace portique::inventory
