#pragma once

// Writes tar archives (GNU format, for its long names and sparse files): what has to go through a
// reader of layers and does not come as one.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "portique/archive/tar_reader.h"
#include "portique/base/byte_reader.h"
#include "portique/base/result.h"

namespace portique::archive {

class TarWriter {
public:
  using Sink = std::function<base::Result<void>(base::Bytes)>;

  explicit TarWriter(Sink sink) : sink_(std::move(sink)) {}

  /// The member's header. `size` bytes of content() follow if it is a file.
  base::Result<void> begin(const TarEntry& entry);

  /// A piece of the content; what is more than begin() announced is left out.
  base::Result<void> content(base::Bytes piece);

  /// Fills up with zeros what is missing of the content.
  base::Result<void> end();

  /// A file of `size` zeros, none of which are stored.
  base::Result<void> hole(const TarEntry& entry);

  /// The blocks that end the archive.
  base::Result<void> finish();

private:
  base::Result<void> long_name(char type, std::string_view name);
  base::Result<void> header(const TarEntry& entry, char type, std::uint64_t stored);
  base::Result<void> zeros(std::uint64_t count);

  Sink sink_;
  std::uint64_t left_ = 0;    ///< content that is still to come
  std::uint64_t padding_ = 0; ///< behind it, up to the next block
};

} // namespace portique::archive
