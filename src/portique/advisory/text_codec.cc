#include "portique/advisory/text_codec.h"

#include <zdict.h>
#include <zstd.h>

#include "portique/advisory/affected_record.h"

namespace portique::advisory {

namespace {

constexpr std::size_t kDictionaryBytes = 64UL * 1024;
constexpr std::size_t kLongestText = 1UL << 20U;
constexpr int kLevel = 6;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }

  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }

  void operator()(ZSTD_CDict* dictionary) const { ZSTD_freeCDict(dictionary); }

  void operator()(ZSTD_DDict* dictionary) const { ZSTD_freeDDict(dictionary); }
};

} // namespace

struct TextCompressor::State {
  std::size_t training;
  std::vector<std::string> texts; ///< plain until the dictionary is there
  bool trained = false;
  std::string dictionary;
  std::unique_ptr<ZSTD_CCtx, FreeContext> context{ZSTD_createCCtx()};
  std::unique_ptr<ZSTD_CDict, FreeContext> prepared;

  void train() {
    std::string samples;
    std::vector<std::size_t> sizes;
    for (const std::string& text : texts) {
      samples += text;
      sizes.push_back(text.size());
    }
    dictionary.resize(kDictionaryBytes);
    const std::size_t size = ZDICT_trainFromBuffer(dictionary.data(),
                                                   dictionary.size(),
                                                   samples.data(),
                                                   sizes.data(),
                                                   static_cast<unsigned>(sizes.size()));
    // Too few or too uniform texts to learn from: then none is used.
    dictionary.resize(ZDICT_isError(size) != 0U ? 0 : size);
    prepared.reset(ZSTD_createCDict(dictionary.data(), dictionary.size(), kLevel));
    trained = true;
    for (std::string& text : texts)
      text = compress(text);
  }

  std::string compress(std::string_view text) const {
    std::string out(ZSTD_compressBound(text.size()), '\0');
    const std::size_t size = ZSTD_compress_usingCDict(
        context.get(), out.data(), out.size(), text.data(), text.size(), prepared.get());
    out.resize(ZSTD_isError(size) != 0U ? 0 : size);
    out.shrink_to_fit();
    return out;
  }
};

TextCompressor::TextCompressor(std::size_t training)
    : state_(std::make_unique<State>(State{.training = training})) {}

TextCompressor::~TextCompressor() = default;

void TextCompressor::add(std::string text) {
  state_->texts.push_back(state_->trained ? state_->compress(text) : std::move(text));
  if (!state_->trained && state_->texts.size() >= state_->training) state_->train();
}

std::vector<std::string> TextCompressor::finish() {
  if (!state_->trained) state_->train();
  return std::move(state_->texts);
}

const std::string& TextCompressor::dictionary() const {
  return state_->dictionary;
}

struct TextDecompressor::State {
  std::unique_ptr<ZSTD_DDict, FreeContext> dictionary;
};

TextDecompressor::TextDecompressor(base::Bytes dictionary) : state_(std::make_unique<State>()) {
  state_->dictionary.reset(ZSTD_createDDict(dictionary.data(), dictionary.size()));
}

TextDecompressor::~TextDecompressor() = default;
TextDecompressor::TextDecompressor(TextDecompressor&&) noexcept = default;
TextDecompressor& TextDecompressor::operator=(TextDecompressor&&) noexcept = default;

base::Result<std::string> TextDecompressor::decompress(base::Bytes compressed) const {
  const unsigned long long size = ZSTD_getFrameContentSize(compressed.data(), compressed.size());
  if (size > kLongestText) return damaged_database(); // also unknown and error
  std::string text(size, '\0');
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> kContext(ZSTD_createDCtx());
  const std::size_t unpacked = ZSTD_decompress_usingDDict(kContext.get(),
                                                          text.data(),
                                                          text.size(),
                                                          compressed.data(),
                                                          compressed.size(),
                                                          state_->dictionary.get());
  if (ZSTD_isError(unpacked) != 0U || unpacked != size) return damaged_database();
  return text;
}

} // namespace portique::advisory
