#pragma once

// The texts of advisories are short and alike: each is compressed by itself (zstd), with a
// dictionary that is trained on some of them, so that any one can be read alone.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/byte_reader.h"
#include "portique/base/result.h"

namespace portique::advisory {

class TextCompressor {
public:
  /// Trains on the first `training` texts.
  explicit TextCompressor(std::size_t training);
  ~TextCompressor();
  TextCompressor(const TextCompressor&) = delete;
  TextCompressor& operator=(const TextCompressor&) = delete;

  void add(std::string text);

  /// Every text compressed, in the order they were added.
  std::vector<std::string> finish();

  /// After finish(); "" if there were too few texts to train on.
  [[nodiscard]] const std::string& dictionary() const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

class TextDecompressor {
public:
  explicit TextDecompressor(base::Bytes dictionary);
  ~TextDecompressor();
  TextDecompressor(TextDecompressor&&) noexcept;
  TextDecompressor& operator=(TextDecompressor&&) noexcept;

  /// Code::Malformed if the bytes are damaged or unpack to more than 1 MiB. Thread-safe.
  [[nodiscard]] base::Result<std::string> decompress(base::Bytes compressed) const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace portique::advisory
