// RFC 9112, 7.1. Refused: sizes with a sign, "0x" or blanks, more than 15 digits, lines that end
// with LF alone, control bytes in extensions, a chunk that is longer or shorter than it says, and
// more than a page of extensions and trailers.

#include "portique/http/chunked_body.h"

#include <algorithm>

#include "portique/base/text.h"

namespace portique::http {

namespace {

using base::Code;
using base::fail;
using base::Result;

/// 15 digits are 2^60 bytes: no sum of such numbers overflows.
constexpr unsigned kSizeDigits = 15;
/// Nobody sends extensions; gRPC's trailers have some hundred bytes.
constexpr std::size_t kExtraBytes = 16U << 10U;

int digit_of(char c) {
  if (base::is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_text(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= ' ' && byte != 0x7f);
}

} // namespace

Result<void> ChunkedBody::expect_line_feed(char c, State next) {
  if (c != '\n') return fail(Code::Malformed, "CR without LF in a chunked body");
  state_ = next;
  return {};
}

Result<void> ChunkedBody::read_size(char c) {
  const int digit = digit_of(c);
  if (digit >= 0) {
    if (++digits_ > kSizeDigits) return fail(Code::Malformed, "chunk size is too long");
    left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
    return {};
  }
  if (digits_ == 0) return fail(Code::Malformed, "chunk without a size");
  if (c == '\r') {
    state_ = State::SizeLineFeed;
  } else if (c == ';') {
    state_ = State::Extension;
  } else {
    return fail(Code::Malformed, "chunk size is not a number");
  }
  return {};
}

Result<void> ChunkedBody::read_trailer(char c) {
  if (state_ == State::TrailerStart && c == '\r') {
    state_ = State::LastLineFeed;
    return {};
  }
  if (trailers_ == Trailers::Refuse) return fail(Code::Malformed, "trailer behind a chunked body");
  if (++extras_ > kExtraBytes) return fail(Code::LimitExceeded, "trailers are too long");
  if (c != '\r' && !is_text(c)) return fail(Code::Malformed, "control byte in a trailer");
  state_ = c == '\r' ? State::TrailerLineFeed : State::Trailer;
  return {};
}

Result<void> ChunkedBody::step(char c) {
  switch (state_) {
  case State::Size:
    return read_size(c);
  case State::Extension:
    if (c == '\r') {
      state_ = State::SizeLineFeed;
      return {};
    }
    if (!is_text(c)) return fail(Code::Malformed, "control byte in a chunk extension");
    if (++extras_ > kExtraBytes) return fail(Code::LimitExceeded, "chunk extensions are too long");
    return {};
  case State::SizeLineFeed:
    digits_ = 0;
    return expect_line_feed(c, left_ == 0 ? State::TrailerStart : State::Content);
  case State::ContentReturn:
    if (c != '\r') return fail(Code::Malformed, "chunk is longer than it says");
    state_ = State::ContentLineFeed;
    return {};
  case State::ContentLineFeed:
    return expect_line_feed(c, State::Size);
  case State::TrailerStart:
  case State::Trailer:
    return read_trailer(c);
  case State::TrailerLineFeed:
    return expect_line_feed(c, State::TrailerStart);
  case State::LastLineFeed:
    return expect_line_feed(c, State::Done);
  case State::Content:
  case State::Done:
    break;
  }
  return {};
}

Result<std::size_t> ChunkedBody::feed(std::string_view bytes, std::string* content) {
  std::size_t at = 0;
  while (at < bytes.size() && state_ != State::Done) {
    if (state_ != State::Content) {
      PQ_TRY(step(bytes[at]));
      ++at;
      continue;
    }
    const std::string_view piece =
        bytes.substr(at, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
    if (content != nullptr) content->append(piece);
    at += piece.size();
    left_ -= piece.size();
    size_ += piece.size();
    if (left_ == 0) state_ = State::ContentReturn;
  }
  return at;
}

} // namespace portique::http
