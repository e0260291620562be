#pragma once

// Plain data to bytes and back, for the layer cache and for messages of the sandboxed child. The
// bytes may come from a child that was taken over: decoding is bounded by the input's own size and
// never trusts a length.
//
// A type takes part by a function beside it that lists its members once for both directions:
//
//   template <typename Codec, base::CodedAs<Link> T>
//   void fields(Codec& codec, T& link) { codec(link.path, link.target, link.hard); }

#include <bit>
#include <chrono>
#include <concepts>
#include <cstring>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "portique/base/byte_reader.h"
#include "portique/base/digest.h"
#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::base {

/// T is Plain or const Plain.
template <typename T, typename Plain>
concept CodedAs = std::same_as<std::remove_const_t<T>, Plain>;

/// Appends values to a string: integers little-endian, lengths as 32 bits.
class Encoder {
public:
  explicit Encoder(std::string& out) : out_(&out) {}

  template <typename... Values> void operator()(const Values&... values) { (put(values), ...); }

private:
  template <std::integral T> void put(const T& value) {
    auto rest = static_cast<std::uint64_t>(value);
    for (std::size_t i = 0; i < sizeof(T); ++i, rest >>= 8U)
      out_->push_back(static_cast<char>(rest & 0xFFU));
  }

  template <typename T>
    requires std::is_enum_v<T>
  void put(const T& value) {
    put(static_cast<std::underlying_type_t<T>>(value));
  }

  void put(const std::string& value) {
    put(static_cast<std::uint32_t>(value.size()));
    out_->append(value);
  }

  void put(const double& value) { put(std::bit_cast<std::uint64_t>(value)); }

  void put(const Digest& value) { put(value.text()); }

  void put(const Time& value) { put(std::int64_t{value.time_since_epoch().count()}); }

  template <typename T> void put(const std::vector<T>& values) {
    put(static_cast<std::uint32_t>(values.size()));
    for (const T& value : values)
      put(value);
  }

  template <typename T> void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }

  template <typename T>
    requires std::is_class_v<T>
  void put(const T& value) {
    fields(*this, value);
  }

  std::string* out_;
};

/// Reads what Encoder wrote. After the first thing that does not fit every further value is left as
/// it is, and finish() gives the error.
class Decoder {
public:
  explicit Decoder(Bytes bytes) : reader_(bytes) {}

  template <typename... Values> void operator()(Values&... values) { (get(values), ...); }

  /// Everything was read, nothing is left over.
  Result<void> finish() {
    if (error_) return std::unexpected(*error_);
    if (!reader_.at_end()) return fail(Code::Malformed, "encoded data has a surplus");
    return {};
  }

private:
  template <std::integral T> void get(T& value) {
    using Raw = std::conditional_t<std::same_as<T, bool>, std::uint8_t, std::make_unsigned_t<T>>;
    if (error_) return;
    const auto raw = reader_.le<Raw>();
    if (!raw)
      error_ = raw.error();
    else
      value = static_cast<T>(*raw);
  }

  void get(bool& value) {
    std::uint8_t raw = 0;
    get(raw);
    value = raw != 0;
  }

  void get(double& value) {
    std::uint64_t bits = 0;
    get(bits);
    value = std::bit_cast<double>(bits);
  }

  template <typename T>
    requires std::is_enum_v<T>
  void get(T& value) {
    std::underlying_type_t<T> raw{};
    get(raw);
    value = static_cast<T>(raw);
  }

  void get(std::string& value) {
    std::uint32_t size = 0;
    get(size);
    if (error_) return;
    const auto bytes = reader_.take(size);
    if (!bytes)
      error_ = bytes.error();
    else
      value = as_text(*bytes);
  }

  void get(Digest& value) {
    std::string text;
    get(text);
    if (error_ || text.empty()) return;
    auto digest = Digest::parse(text);
    if (!digest)
      error_ = digest.error();
    else
      value = std::move(*digest);
  }

  void get(Time& value) {
    std::int64_t seconds = 0;
    get(seconds);
    value = Time{std::chrono::seconds{seconds}};
  }

  template <typename T> void get(std::vector<T>& values) {
    std::uint32_t count = 0;
    get(count);
    // An element takes at least one byte, so a count beyond what is left is a lie.
    if (!error_ && count > reader_.remaining())
      error_ = Error(Code::Truncated, "encoded list is longer than the data");
    for (std::uint32_t i = 0; i < count && !error_; ++i)
      get(values.emplace_back());
  }

  template <typename T> void get(std::optional<T>& value) {
    bool present = false;
    get(present);
    if (present && !error_) get(value.emplace());
  }

  template <typename T>
    requires std::is_class_v<T>
  void get(T& value) {
    fields(*this, value);
  }

  ByteReader reader_;
  std::optional<Error> error_;
};

/// A value as bytes.
template <typename... Values> std::string encode(const Values&... values) {
  std::string out;
  Encoder encoder(out);
  encoder(values...);
  return out;
}

/// Reads values from bytes that hold nothing else.
template <typename... Values> Result<void> decode(Bytes bytes, Values&... values) {
  Decoder decoder(bytes);
  decoder(values...);
  return decoder.finish();
}

} // namespace portique::base
