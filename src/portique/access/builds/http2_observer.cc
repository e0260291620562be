#include "portique/access/builds/http2_observer.h"

#include <algorithm>
#include <optional>

#include <nghttp2/nghttp2.h>

#include "portique/base/byte_reader.h"

namespace portique::access {

namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

enum FrameType : std::uint8_t {
  kData = 0,
  kHeaders = 1,
  kPriority = 2,
  kReset = 3,
  kSettings = 4,
  kPushPromise = 5,
  kContinuation = 9,
};

constexpr std::uint8_t kEndStream = 0x1; // of DATA and HEADERS
constexpr std::uint8_t kAck = 0x1;       // of SETTINGS
constexpr std::uint8_t kEndHeaders = 0x4;
constexpr std::uint8_t kPadded = 0x8;
constexpr std::uint8_t kHasPriority = 0x20;

constexpr std::size_t kFrameHeader = 9;
/// gRPC's implementations send 16 KiB; only a peer that asks for it gets more.
constexpr std::uint32_t kMostControlBytes = 1U << 20U;
/// The headers of one request: gRPC's own limit is 16 MiB, BuildKit's metadata stay under 64 KiB.
constexpr std::size_t kMostHeaderBytes = 256U << 10U;
constexpr std::size_t kMostHeaders = 2000;
/// gRPC takes messages of 4 MiB, BuildKit raises it to 16 MiB.
constexpr std::size_t kMostMessageBytes = 16U << 20U;
constexpr std::size_t kMostStreams = 4096;
/// A compression table that a peer may ask for; the default is 4 KiB.
constexpr std::uint32_t kMostTableBytes = 1U << 20U;
constexpr std::uint16_t kSettingHeaderTableSize = 1;

std::uint32_t be32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes.substr(0, 4))
    value = (value << 8U) | static_cast<std::uint8_t>(byte);
  return value;
}

std::unexpected<base::Error> malformed(std::string message) {
  return base::fail(base::Code::Malformed, std::move(message));
}

std::size_t index_of(Side side) {
  return side == Side::Requester ? 0 : 1;
}

Side other(Side side) {
  return side == Side::Requester ? Side::Responder : Side::Requester;
}

/// A header block, decompressed.
class HeaderDecoder {
public:
  HeaderDecoder() { nghttp2_hd_inflate_new(&inflater_); }

  ~HeaderDecoder() { nghttp2_hd_inflate_del(inflater_); }

  HeaderDecoder(const HeaderDecoder&) = delete;
  HeaderDecoder& operator=(const HeaderDecoder&) = delete;

  void allow_table(std::uint32_t size) {
    nghttp2_hd_inflate_change_table_size(inflater_, std::min(size, kMostTableBytes));
  }

  base::Result<Http2Headers> decode(std::string_view block) {
    if (inflater_ == nullptr)
      return base::fail(base::Code::LimitExceeded, "no memory for a header decoder");
    Http2Headers headers;
    const auto* data = reinterpret_cast<const std::uint8_t*>(block.data());
    std::size_t left = block.size();
    std::size_t bytes = 0;
    for (;;) {
      nghttp2_nv field;
      int flags = 0;
      const auto used = nghttp2_hd_inflate_hd2(inflater_, &field, &flags, data, left, 1);
      if (used < 0) return malformed("its headers cannot be decompressed");
      data += used;
      left -= static_cast<std::size_t>(used);
      if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
        bytes += field.namelen + field.valuelen;
        if (bytes > kMostHeaderBytes || headers.size() >= kMostHeaders)
          return base::fail(base::Code::LimitExceeded, "its headers are too long");
        headers.emplace_back(
            std::string(reinterpret_cast<const char*>(field.name), field.namelen),
            std::string(reinterpret_cast<const char*>(field.value), field.valuelen));
      }
      if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) break;
      if (used == 0 && (flags & NGHTTP2_HD_INFLATE_EMIT) == 0)
        return malformed("its headers end early");
    }
    nghttp2_hd_inflate_end_headers(inflater_);
    return headers;
  }

private:
  nghttp2_hd_inflater* inflater_ = nullptr;
};

} // namespace

std::string_view http2_header(const Http2Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

/// What one side has said so far.
class Http2Observer::Direction {
public:
  Direction(Http2Observer& owner, Side side)
      : owner_(&owner), side_(side),
        preface_left_(side == Side::Requester ? kPreface : std::string_view()) {}

  base::Result<void> feed(std::string_view bytes) {
    while (!bytes.empty() || frame_complete()) {
      if (!preface_left_.empty()) {
        PQ_TRY(take_preface(bytes));
      } else if (!frame_) {
        take(bytes, kFrameHeader);
        if (held_.size() < kFrameHeader) return {};
        PQ_TRY(begin());
      } else if (frame_->type == kData) {
        PQ_TRY(take_data(bytes));
      } else {
        take(bytes, frame_->size);
        if (!frame_complete()) return {};
        PQ_TRY(finish());
      }
    }
    return {};
  }

  void allow_table(std::uint32_t size) { decoder_.allow_table(size); }

private:
  /// Whether a frame waits to be finished although no byte is left: an empty one.
  [[nodiscard]] bool frame_complete() const {
    if (!frame_) return false;
    return frame_->type == kData ? frame_left_ == 0 : held_.size() == frame_->size;
  }

  base::Result<void> take_preface(std::string_view& bytes) {
    const std::size_t count = std::min(bytes.size(), preface_left_.size());
    if (bytes.substr(0, count) != preface_left_.substr(0, count))
      return malformed("it does not begin as HTTP/2 does");
    bytes.remove_prefix(count);
    preface_left_.remove_prefix(count);
    return {};
  }

  void take(std::string_view& bytes, std::size_t until) {
    const std::size_t count = std::min(bytes.size(), until - held_.size());
    held_ += bytes.substr(0, count);
    bytes.remove_prefix(count);
  }

  base::Result<void> begin() {
    Frame frame;
    frame.size = be32(held_) >> 8U;
    frame.type = static_cast<std::uint8_t>(held_[3]);
    frame.flags = static_cast<std::uint8_t>(held_[4]);
    frame.stream = be32(std::string_view(held_).substr(5)) & 0x7FFFFFFFU;
    held_.clear();
    if (block_stream_ != 0 && (frame.type != kContinuation || frame.stream != block_stream_))
      return malformed("a header block is broken off by another frame");
    if (frame.type != kData && frame.size > kMostControlBytes)
      return base::fail(base::Code::LimitExceeded, "a frame is too long");
    frame_left_ = frame.size;
    data_left_ = frame.size;
    awaits_padding_ = frame.type == kData && (frame.flags & kPadded) != 0;
    frame_ = frame;
    return {};
  }

  /// DATA is not collected: it is handed on as it comes.
  base::Result<void> take_data(std::string_view& bytes) {
    if (awaits_padding_) {
      if (frame_left_ == 0) return malformed("a padded frame is empty");
      if (bytes.empty()) return {};
      const auto padding = static_cast<std::uint8_t>(bytes.front());
      bytes.remove_prefix(1);
      awaits_padding_ = false;
      frame_left_ -= 1;
      if (padding > frame_left_) return malformed("a frame is nothing but padding");
      data_left_ = frame_left_ - padding;
    }
    const std::size_t count = std::min<std::size_t>(bytes.size(), frame_left_);
    const std::size_t data = std::min<std::size_t>(count, data_left_);
    if (data > 0) PQ_TRY(owner_->data(side_, frame_->stream, bytes.substr(0, data)));
    bytes.remove_prefix(count);
    frame_left_ -= static_cast<std::uint32_t>(count);
    data_left_ -= static_cast<std::uint32_t>(data);
    if (frame_left_ > 0) return {};
    const Frame frame = *frame_;
    frame_.reset();
    if ((frame.flags & kEndStream) != 0) PQ_TRY(owner_->side_end(side_, frame.stream));
    return {};
  }

  base::Result<void> finish() {
    const Frame frame = *frame_;
    frame_.reset();
    const std::string payload = std::move(held_);
    held_.clear();
    switch (frame.type) {
    case kHeaders:
      return begin_block(frame, payload);
    case kContinuation:
      if (block_stream_ == 0) return malformed("a header block goes on that was not begun");
      return add_to_block(payload, (frame.flags & kEndHeaders) != 0);
    case kPushPromise:
      return malformed("a side pushes, which gRPC never does");
    default:
      return owner_->control_frame(side_, frame, payload);
    }
  }

  base::Result<void> begin_block(const Frame& frame, std::string_view payload) {
    if (frame.stream == 0) return malformed("headers belong to no stream");
    if ((frame.flags & kPadded) != 0) {
      if (payload.empty()) return malformed("a padded frame is empty");
      const auto padding = static_cast<std::uint8_t>(payload.front());
      payload.remove_prefix(1);
      if (padding > payload.size()) return malformed("a frame is nothing but padding");
      payload.remove_suffix(padding);
    }
    if ((frame.flags & kHasPriority) != 0) {
      constexpr std::size_t kPriorityBytes = 5;
      if (payload.size() < kPriorityBytes) return malformed("a frame ends early");
      payload.remove_prefix(kPriorityBytes);
    }
    block_stream_ = frame.stream;
    block_ends_stream_ = (frame.flags & kEndStream) != 0;
    block_.clear();
    return add_to_block(payload, (frame.flags & kEndHeaders) != 0);
  }

  base::Result<void> add_to_block(std::string_view payload, bool last) {
    if (block_.size() + payload.size() > kMostHeaderBytes)
      return base::fail(base::Code::LimitExceeded, "its headers are too long");
    block_ += payload;
    if (!last) return {};
    Http2Headers headers = PQ_TRY(decoder_.decode(block_));
    const std::uint32_t stream = block_stream_;
    block_stream_ = 0;
    return owner_->headers_done(side_, stream, block_ends_stream_, std::move(headers));
  }

  Http2Observer* owner_;
  Side side_;
  HeaderDecoder decoder_;
  std::string_view preface_left_;
  std::string held_; ///< a frame's header, or its payload
  std::optional<Frame> frame_;
  std::uint32_t frame_left_ = 0;
  std::uint32_t data_left_ = 0; ///< without the padding
  bool awaits_padding_ = false;
  std::string block_;
  std::uint32_t block_stream_ = 0;
  bool block_ends_stream_ = false;
};

Http2Observer::Http2Observer(Http2Watcher& watcher) : watcher_(&watcher) {
  directions_[0] = std::make_unique<Direction>(*this, Side::Requester);
  directions_[1] = std::make_unique<Direction>(*this, Side::Responder);
}

Http2Observer::~Http2Observer() = default;

base::Result<void> Http2Observer::feed(Side side, std::string_view bytes) {
  return directions_[index_of(side)]->feed(bytes);
}

base::Result<void>
Http2Observer::control_frame(Side side, const Frame& frame, std::string_view payload) {
  if (frame.type == kReset) {
    close(frame.stream);
    return {};
  }
  if (frame.type != kSettings || (frame.flags & kAck) != 0) return {};
  constexpr std::size_t kSettingBytes = 6;
  if (payload.size() % kSettingBytes != 0) return malformed("settings end early");
  for (; !payload.empty(); payload.remove_prefix(kSettingBytes)) {
    const std::uint32_t identifier = be32(payload) >> 16U;
    // It binds the one who compresses: the other side.
    if (identifier == kSettingHeaderTableSize)
      directions_[index_of(other(side))]->allow_table(be32(payload.substr(2)));
  }
  return {};
}

base::Result<void>
Http2Observer::headers_done(Side side, std::uint32_t stream, bool end, Http2Headers headers) {
  const bool opens = side == Side::Requester && !streams_.contains(stream);
  if (opens) {
    if (stream % 2 == 0 || stream <= last_stream_)
      return malformed("a stream is opened that cannot be");
    if (streams_.size() >= kMostStreams)
      return base::fail(base::Code::LimitExceeded, "too many streams are open");
    last_stream_ = stream;
    streams_[stream].wanted = PQ_TRY(watcher_->on_open(stream, headers));
  } else if (!streams_.contains(stream)) {
    return {}; // an answer to what was reset
  }
  if (end) return side_end(side, stream);
  return {};
}

base::Result<void> Http2Observer::data(Side side, std::uint32_t stream, std::string_view bytes) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) {
    // Data that was on its way when the stream was reset; on one that never was it is an error.
    if (stream == 0 || stream > last_stream_) return malformed("data belongs to no stream");
    return {};
  }
  if (!found->second.wanted) return {};
  constexpr std::size_t kPrefix = 5;
  std::string& buffer = found->second.sides[index_of(side)].buffer;
  while (!bytes.empty()) {
    if (buffer.size() < kPrefix) {
      const std::size_t count = std::min(bytes.size(), kPrefix - buffer.size());
      buffer += bytes.substr(0, count);
      bytes.remove_prefix(count);
      if (buffer.size() < kPrefix) return {};
      if (buffer[0] != 0) return malformed("a message is compressed");
      if (be32(std::string_view(buffer).substr(1)) > kMostMessageBytes)
        return base::fail(base::Code::LimitExceeded, "a message is too long");
    }
    const std::size_t whole = kPrefix + be32(std::string_view(buffer).substr(1));
    const std::size_t count = std::min(bytes.size(), whole - buffer.size());
    buffer += bytes.substr(0, count);
    bytes.remove_prefix(count);
    if (buffer.size() < whole) return {};
    PQ_TRY(watcher_->on_message(stream, side, std::string_view(buffer).substr(kPrefix)));
    buffer.clear();
  }
  return {};
}

base::Result<void> Http2Observer::side_end(Side side, std::uint32_t stream) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return {};
  Messages& messages = found->second.sides[index_of(side)];
  if (!messages.buffer.empty()) return malformed("a message ends early");
  messages.ended = true;
  if (found->second.wanted) PQ_TRY(watcher_->on_side_end(stream, side));
  if (found->second.sides[index_of(other(side))].ended) close(stream);
  return {};
}

void Http2Observer::close(std::uint32_t stream) {
  if (streams_.erase(stream) > 0) watcher_->on_close(stream);
}

} // namespace portique::access
