#pragma once

// What the tests of this module share: real archivers as oracles, and streams in awkward pieces.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "portique/archive/byte_stream.h"

namespace portique::archive {

/// Yields at most `piece` bytes at a time, each from memory of its own, so that a consumer that
/// keeps a piece too long is seen by the sanitizers.
class PiecewiseStream final : public ByteStream {
public:
  PiecewiseStream(std::string_view content, std::size_t piece) : content_(content), size_(piece) {}

private:
  base::Result<base::Bytes> read_piece() override {
    const std::size_t count = std::min(size_, content_.size());
    piece_ = std::make_unique<std::string>(content_.substr(0, count));
    content_.remove_prefix(count);
    return base::as_bytes(*piece_);
  }

  std::string_view content_;
  std::size_t size_;
  std::unique_ptr<std::string> piece_;
};

/// The same bytes again and again, for inputs larger than memory.
class RepeatingStream final : public ByteStream {
public:
  RepeatingStream(std::string_view content, std::uint64_t times)
      : content_(content), times_(times) {}

private:
  base::Result<base::Bytes> read_piece() override {
    if (times_ == 0) return base::Bytes{};
    --times_;
    return base::as_bytes(content_);
  }

  std::string_view content_;
  std::uint64_t times_;
};

inline bool have_tool(std::string_view name) {
  return std::system(("command -v " + std::string(name) + " >/dev/null 2>&1").c_str()) == 0;
}

/// Whether the shell command succeeded, in `folder`.
inline bool run_in(const std::filesystem::path& folder, const std::string& command) {
  return std::system(("cd '" + folder.string() + "' && { " + command + "; }").c_str()) == 0;
}

inline void write_bytes(const std::filesystem::path& path, std::string_view content) {
  std::ofstream file(path, std::ios::binary);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
}

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Text that compresses like text: words from a small generator, the same in every run.
inline std::string sample_text(std::size_t size) {
  std::string text;
  std::uint32_t state = 12345;
  while (text.size() < size) {
    state = state * 1664525U + 1013904223U;
    text += "package-" + std::to_string(state >> 20U) + (state % 7U == 0 ? "\n" : " ");
  }
  text.resize(size);
  return text;
}

} // namespace portique::archive

/// In a test body: skips the test, with the reason, where the tool is absent.
#define PQ_TOOL_OR_SKIP(name)                                                                      \
  if (!::portique::archive::have_tool(name)) GTEST_SKIP() << "tool not found: " << (name)
