#pragma once

// One side of an HTTP/2 connection that carries gRPC, for tests: what a real peer would write.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nghttp2/nghttp2.h>

namespace portique::access {

inline void append_be(std::string& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i)
    out += static_cast<char>((value >> (8U * static_cast<unsigned>(i))) & 0xFFU);
}

inline std::string
http2_frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, std::string_view payload) {
  std::string out;
  append_be(out, payload.size(), 3);
  out += static_cast<char>(type);
  out += static_cast<char>(flags);
  append_be(out, stream, 4);
  out += payload;
  return out;
}

inline std::string grpc_message(std::string_view message) {
  std::string out(1, '\0');
  append_be(out, message.size(), 4);
  out += message;
  return out;
}

/// Writes header blocks as a peer with a compression table of its own does.
class Http2Writer {
public:
  Http2Writer() { nghttp2_hd_deflate_new(&deflater_, 4096); }

  ~Http2Writer() { nghttp2_hd_deflate_del(deflater_); }

  Http2Writer(const Http2Writer&) = delete;
  Http2Writer& operator=(const Http2Writer&) = delete;

  static std::string preface() {
    return std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") + http2_frame(4, 0, 0, "");
  }

  std::string block(const std::vector<std::pair<std::string, std::string>>& headers) {
    std::vector<nghttp2_nv> fields;
    for (const auto& [name, value] : headers)
      fields.push_back({reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
                        reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())),
                        name.size(),
                        value.size(),
                        NGHTTP2_NV_FLAG_NONE});
    std::string out(nghttp2_hd_deflate_bound(deflater_, fields.data(), fields.size()), '\0');
    const auto size = nghttp2_hd_deflate_hd(deflater_,
                                            reinterpret_cast<std::uint8_t*>(out.data()),
                                            out.size(),
                                            fields.data(),
                                            fields.size());
    out.resize(static_cast<std::size_t>(size));
    return out;
  }

  /// HEADERS of a call.
  std::string open(std::uint32_t stream,
                   std::string_view path,
                   std::vector<std::pair<std::string, std::string>> further = {}) {
    std::vector<std::pair<std::string, std::string>> headers{
        {":method", "POST"},
        {":scheme", "http"},
        {":path", std::string(path)},
        {"content-type", "application/grpc"},
    };
    headers.insert(headers.end(), further.begin(), further.end());
    return http2_frame(1, 0x4, stream, block(headers));
  }

  static std::string message(std::uint32_t stream, std::string_view message, bool last = false) {
    return http2_frame(0, last ? 0x1 : 0, stream, grpc_message(message));
  }

private:
  nghttp2_hd_deflater* deflater_ = nullptr;
};

/// Messages in protobuf's wire format.
class ProtobufWriter {
public:
  ProtobufWriter& number(std::uint32_t field, std::uint64_t value) {
    varint(static_cast<std::uint64_t>(field) << 3U);
    varint(value);
    return *this;
  }

  ProtobufWriter& bytes(std::uint32_t field, std::string_view value) {
    varint((static_cast<std::uint64_t>(field) << 3U) | 2U);
    varint(value.size());
    out_ += value;
    return *this;
  }

  ProtobufWriter& entry(std::uint32_t field, std::string_view key, std::string_view value) {
    return bytes(field, ProtobufWriter().bytes(1, key).bytes(2, value).text());
  }

  [[nodiscard]] const std::string& text() const { return out_; }

private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U)
      out_ += static_cast<char>((value & 0x7FU) | 0x80U);
    out_ += static_cast<char>(value);
  }

  std::string out_;
};

} // namespace portique::access
