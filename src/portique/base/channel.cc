#include "portique/base/channel.h"

// Frame: u32 type, u32 count of descriptors (0 or 1), u64 bytes of payload, all little-endian, then
// the payload. The descriptor travels as SCM_RIGHTS with the first byte of the frame. Descriptors
// that come at any other place are closed: the kernel does so where no control buffer is given.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "portique/base/text.h"

namespace portique::base {

namespace {

constexpr std::size_t kHeaderBytes = 16;
/// Payload memory is taken in steps, so that a length without data behind it costs nothing.
constexpr std::uint64_t kPayloadStep = 1ULL << 20U;
/// More than one descriptor is never sent; room for a few shows the surplus instead of hiding it.
constexpr std::size_t kMostDescriptors = 4;

constexpr std::size_t kMostPlaces = 32;
constexpr std::size_t kTextBytes = 4096;

template <typename T> void append_le(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    out += static_cast<char>(static_cast<unsigned char>(value & 0xFFU));
    value = static_cast<T>(value >> 8U);
  }
}

std::unexpected<Error> peer_closed() {
  return fail(Code::WorkerDied, "the other side of the channel has closed it");
}

std::optional<Deadline> earlier(std::optional<Deadline> a, std::optional<Deadline> b) {
  if (a && b) return std::min(*a, *b);
  return a ? a : b;
}

/// Waits until the socket is ready for `events`.
Result<void> wait_for(const Fd& socket, short events, std::optional<Deadline> deadline) {
  while (true) {
    int timeout = -1;
    if (deadline) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(
          *deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0) return fail(Code::Timeout, "the other side did not answer in time");
      // Longer waits are done in several turns.
      timeout = static_cast<int>(std::min<std::int64_t>(left.count(), 60'000));
    }
    pollfd waiting{socket.get(), events, 0};
    const int ready = ::poll(&waiting, 1, timeout);
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return fail_errno("cannot wait for a message", errno);
  }
}

/// Takes the first descriptor of the control data and closes the others.
void collect_descriptors(msghdr& message, std::optional<Fd>& fd) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(part) + i * sizeof(int), sizeof(int));
      Fd received(number);
      if (!fd) fd = std::move(received);
    }
  }
}

/// Some bytes into `into`, at least one. Descriptors are taken only where `fd` is given.
Result<std::size_t> receive_some(const Fd& socket,
                                 std::span<std::byte> into,
                                 std::optional<Deadline> deadline,
                                 std::optional<Fd>* fd) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kMostDescriptors * sizeof(int))> control{};
  while (true) {
    iovec part{into.data(), into.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (fd != nullptr) {
      message.msg_control = control.data();
      message.msg_controllen = control.size();
    }
    const int flags = MSG_CMSG_CLOEXEC | (deadline ? MSG_DONTWAIT : 0);
    const ssize_t count = ::recvmsg(socket.get(), &message, flags);
    if (count > 0) {
      if (fd != nullptr) collect_descriptors(message, *fd);
      return static_cast<std::size_t>(count);
    }
    if (count == 0 || errno == ECONNRESET) return peer_closed();
    if (errno == EAGAIN)
      PQ_TRY(wait_for(socket, POLLIN, deadline));
    else if (errno != EINTR)
      return fail_errno("cannot receive a message", errno);
  }
}

/// One sendmsg of what is left of header and payload; the descriptor goes with it.
ssize_t send_some(const Fd& socket, Bytes header, Bytes payload, const Fd* fd) {
  // sendmsg does not write through the pointers of an iovec, which are not const all the same.
  std::array<iovec, 2> parts{
      iovec{const_cast<std::byte*>(header.data()), header.size()},
      iovec{const_cast<std::byte*>(payload.data()), payload.size()},
  };
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  if (fd != nullptr) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    const int number = fd->get();
    std::memcpy(CMSG_DATA(rights), &number, sizeof(int));
  }
  return ::sendmsg(socket.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

} // namespace

Result<std::pair<Fd, Fd>> Channel::socket_pair() {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return fail_errno("cannot make a socket pair", errno);
  return std::pair(Fd(ends[0]), Fd(ends[1]));
}

Result<void> Channel::send(std::uint32_t type, Bytes payload, const Fd* fd) {
  std::string header;
  append_le<std::uint32_t>(header, type);
  append_le<std::uint32_t>(header, fd != nullptr ? 1 : 0);
  append_le<std::uint64_t>(header, payload.size());
  const std::scoped_lock lock(sending_);
  if (send_broken_) return peer_closed();
  auto sent = send_frame(header, payload, fd);
  if (!sent) send_broken_ = true;
  return sent;
}

Result<void> Channel::send_frame(std::string_view header, Bytes payload, const Fd* fd) {
  Bytes head = as_bytes(header);
  while (!head.empty() || !payload.empty()) {
    const ssize_t count = send_some(socket_, head, payload, fd);
    if (count >= 0) {
      fd = nullptr; // it has gone with the first byte
      const auto sent = static_cast<std::size_t>(count);
      const std::size_t of_head = std::min(sent, head.size());
      head = head.subspan(of_head);
      payload = payload.subspan(sent - of_head);
    } else if (errno == EAGAIN) {
      PQ_TRY(wait_for(socket_, POLLOUT, deadline_));
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return peer_closed();
    } else if (errno != EINTR) {
      return fail_errno("cannot send a message", errno);
    }
  }
  return {};
}

Result<Message> Channel::receive(std::uint64_t payload_limit, std::optional<Deadline> deadline) {
  if (receive_broken_) return peer_closed();
  auto message = receive_message(payload_limit, earlier(deadline, deadline_));
  if (!message) receive_broken_ = true;
  return message;
}

Result<Message> Channel::receive_message(std::uint64_t payload_limit,
                                         std::optional<Deadline> deadline) {
  Message message;
  const Header header = PQ_TRY(receive_header(deadline, message.fd));
  if (header.payload_bytes > payload_limit)
    return fail(Code::LimitExceeded,
                "a message of the other side has " + std::to_string(header.payload_bytes) +
                    " bytes; the limit is " + std::to_string(payload_limit));
  message.type = header.type;
  std::uint64_t have = 0;
  while (have < header.payload_bytes) {
    if (have == message.payload.size())
      message.payload.resize(std::min(header.payload_bytes, std::max(have * 2, kPayloadStep)));
    const auto room = std::as_writable_bytes(std::span(message.payload)).subspan(have);
    have += PQ_TRY(receive_some(socket_, room, deadline, nullptr));
  }
  return message;
}

Result<Channel::Header> Channel::receive_header(std::optional<Deadline> deadline,
                                                std::optional<Fd>& fd) {
  std::array<std::byte, kHeaderBytes> raw{};
  std::size_t have = 0;
  while (have < raw.size())
    have += PQ_TRY(receive_some(socket_, std::span(raw).subspan(have), deadline, &fd));
  ByteReader reader{Bytes(raw)};
  Header header;
  header.type = PQ_TRY(reader.le<std::uint32_t>());
  const auto descriptors = PQ_TRY(reader.le<std::uint32_t>());
  header.payload_bytes = PQ_TRY(reader.le<std::uint64_t>());
  if (descriptors != (fd.has_value() ? 1U : 0U))
    return fail(Code::Malformed, "the other side sent something that is no message");
  return header;
}

std::string encode_error(const Error& error) {
  std::string payload;
  const auto append_text = [&](std::string_view text) {
    text = text.substr(0, kTextBytes);
    append_le<std::uint32_t>(payload, static_cast<std::uint32_t>(text.size()));
    payload += text;
  };
  append_le<std::uint32_t>(payload, static_cast<std::uint32_t>(error.code()));
  append_text(error.message());
  for (std::size_t i = 0; i < std::min(error.places().size(), kMostPlaces); ++i) {
    if (payload.size() + sizeof(std::uint32_t) + kTextBytes > kErrorPayloadBytes) break;
    append_text(error.places()[i]);
  }
  return payload;
}

Result<Error> decode_error(Bytes payload) {
  ByteReader reader(payload);
  const auto text = [&]() -> Result<std::string> {
    const auto length = PQ_TRY(reader.le<std::uint32_t>());
    if (length > kTextBytes) return fail(Code::Malformed, "an error text is too long");
    return printable(as_text(PQ_TRY(reader.take(length))));
  };
  const auto code = PQ_TRY(reader.le<std::uint32_t>());
  if (code > static_cast<std::uint32_t>(Code::WorkerDied))
    return fail(Code::Malformed, "an unknown error code");
  Error error(static_cast<Code>(code), PQ_TRY(text()));
  for (std::size_t places = 0; !reader.at_end(); ++places) {
    if (places == kMostPlaces) return fail(Code::Malformed, "an error has too many places");
    error = std::move(error).at(PQ_TRY(text()));
  }
  return error;
}

} // namespace portique::base
