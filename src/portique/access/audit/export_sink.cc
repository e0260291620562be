#include "portique/access/audit/export_sink.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "portique/access/audit/entry_line.h"
#include "portique/base/fd.h"
#include "portique/base/text.h"
#include "portique/base/time.h"

namespace portique::access {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds kPatience{5000};     ///< for one line, and for a connection
constexpr milliseconds kLastPatience{2000}; ///< for all that is queued at the end
constexpr milliseconds kPause{1000};        ///< before a connection is tried again
/// What a pipe takes without blocking once it is writable (POSIX).
constexpr std::size_t kPipeBytes = 4096;

std::string own_host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "-";
  return name.data();
}

/// Names without what RFC 5424 does not allow in a header.
std::string header_word(std::string_view text, std::size_t most) {
  std::string word;
  for (const char c : text.substr(0, most))
    if (c > ' ' && c <= '~') word += c;
  return word.empty() ? "-" : word;
}

class Export : public LineSink {
public:
  Export(const ExportAddress& address, const ExportOptions& options)
      : address_(address), options_(options) {
    if (options_.host_name.empty()) options_.host_name = own_host_name();
    thread_ = std::thread([this] { run(); });
  }

  ~Export() override {
    {
      const std::scoped_lock lock(mutex_);
      is_stopping_ = true;
      last_moment_ = steady_clock::now() + kLastPatience;
    }
    wake_.notify_all();
    thread_.join();
  }

  void offer(std::string_view line) override {
    const std::scoped_lock lock(mutex_);
    if (queue_.size() >= options_.queue_lines || bytes_ + line.size() > options_.queue_bytes) {
      ++dropped_;
      return;
    }
    bytes_ += line.size();
    queue_.emplace_back(line);
    if (queue_.size() == 1) wake_.notify_one();
  }

  [[nodiscard]] std::string name() const override { return address_.text(); }

  [[nodiscard]] std::uint64_t dropped() const override {
    const std::scoped_lock lock(mutex_);
    return dropped_;
  }

private:
  enum class Sent : std::uint8_t { Yes, Never, NotNow };

  void run();
  [[nodiscard]] bool is_given_up() const;
  Sent send(std::string_view line);
  Sent send_datagram(std::string_view message);
  Sent send_bytes(std::string_view bytes, bool is_socket);
  [[nodiscard]] bool wait_for(short what, steady_clock::time_point until) const;
  bool connect();
  bool connect_unix();
  bool connect_to(const addrinfo& where);

  ExportAddress address_;
  ExportOptions options_;
  base::Fd socket_; ///< of the thread
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::string> queue_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
  bool is_stopping_ = false;
  steady_clock::time_point last_moment_;
  std::thread thread_;
};

void Export::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return is_stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    if (is_stopping_ && steady_clock::now() >= last_moment_) {
      dropped_ += queue_.size();
      return;
    }
    const std::string line = queue_.front();
    lock.unlock();
    const Sent sent = send(line);
    lock.lock();
    if (sent == Sent::NotNow) {
      socket_.reset();
      wake_.wait_for(lock, is_stopping_ ? milliseconds(50) : kPause, [&] { return is_stopping_; });
      continue;
    }
    dropped_ += sent == Sent::Never ? 1 : 0;
    bytes_ -= line.size();
    queue_.pop_front();
  }
}

bool Export::is_given_up() const {
  const std::scoped_lock lock(mutex_);
  return is_stopping_ && steady_clock::now() >= last_moment_;
}

Export::Sent Export::send(std::string_view line) {
  using Way = ExportAddress::Way;
  if (address_.way == Way::StandardOutput) return send_bytes(std::string(line) + '\n', false);
  if (!socket_.valid() && !connect()) return Sent::NotNow;
  const std::string message = syslog_message(line, options_.host_name);
  if (address_.way == Way::Tcp)
    return send_bytes(fmt::format("{} {}", message.size(), message), true);
  return send_datagram(message);
}

Export::Sent Export::send_datagram(std::string_view message) {
  const auto until = steady_clock::now() + kPatience;
  while (true) {
    if (::send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
      return Sent::Yes;
    if (errno == EMSGSIZE) return Sent::Never;
    if (errno == EINTR) continue;
    if (errno != EAGAIN || !wait_for(POLLOUT, until)) return Sent::NotNow;
  }
}

Export::Sent Export::send_bytes(std::string_view bytes, bool is_socket) {
  const int file = is_socket ? socket_.get() : STDOUT_FILENO;
  const auto until = steady_clock::now() + kPatience;
  while (!bytes.empty()) {
    const ssize_t count =
        is_socket ? ::send(file, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT)
                  : (wait_for(POLLOUT, until)
                         ? ::write(file, bytes.data(), std::min(bytes.size(), kPipeBytes))
                         : -1);
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    if (count < 0 && errno == EINTR) continue;
    // A line that was begun on standard output is ended there, or not at all.
    if (!is_socket) {
      if (is_given_up() || errno != EAGAIN) return Sent::Never;
      continue;
    }
    if (errno != EAGAIN || !wait_for(POLLOUT, until)) return Sent::NotNow;
  }
  return Sent::Yes;
}

bool Export::wait_for(short what, steady_clock::time_point until) const {
  const bool is_output = address_.way == ExportAddress::Way::StandardOutput;
  pollfd waiting{is_output ? STDOUT_FILENO : socket_.get(), what, 0};
  while (steady_clock::now() < until && !is_given_up()) {
    const int ready = ::poll(&waiting, 1, 100);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
  errno = EAGAIN;
  return false;
}

bool Export::connect() {
  if (address_.way == ExportAddress::Way::UnixDatagram) return connect_unix();
  addrinfo wanted{};
  wanted.ai_socktype = address_.way == ExportAddress::Way::Tcp ? SOCK_STREAM : SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(address_.place.c_str(), address_.port.c_str(), &wanted, &found) != 0)
    return false;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, &::freeaddrinfo);
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next)
    if (connect_to(*one)) return true;
  return false;
}

bool Export::connect_unix() {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  if (address_.place.size() >= sizeof where.sun_path) return false;
  std::memcpy(where.sun_path, address_.place.data(), address_.place.size());
  base::Fd made(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!made.valid() ||
      ::connect(made.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0)
    return false;
  socket_ = std::move(made);
  return true;
}

bool Export::connect_to(const addrinfo& where) {
  socket_ =
      base::Fd(::socket(where.ai_family, where.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket_.valid()) return false;
  if (::connect(socket_.get(), where.ai_addr, where.ai_addrlen) == 0) return true;
  int error = errno;
  socklen_t size = sizeof error;
  if (error == EINPROGRESS && wait_for(POLLOUT, steady_clock::now() + kPatience) &&
      ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0)
    return true;
  socket_.reset();
  return false;
}

/// "HOST", "HOST:PORT", "[ADDRESS]:PORT".
base::Result<ExportAddress>
with_port(ExportAddress::Way way, std::string_view rest, std::string_view otherwise) {
  ExportAddress address{.way = way, .port = std::string(otherwise)};
  const std::size_t bracket = rest.starts_with('[') ? rest.find(']') : std::string_view::npos;
  const std::size_t colon =
      bracket == std::string_view::npos ? rest.rfind(':') : rest.find(':', bracket);
  if (colon != std::string_view::npos) {
    address.port = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
  }
  if (bracket != std::string_view::npos) rest = rest.substr(1, bracket - 1);
  address.place = rest;
  const auto port = base::parse_int<std::uint16_t>(address.port);
  if (!base::is_word(rest) || !port || *port == 0 ||
      (bracket == std::string_view::npos && rest.find(':') != std::string_view::npos))
    return base::fail(base::Code::InvalidArgument, "no host and port of a syslog server");
  return address;
}

} // namespace

std::string ExportAddress::text() const {
  const std::string host = place.find(':') == std::string::npos ? place : "[" + place + "]";
  switch (way) {
  case Way::StandardOutput:
    return "stdout";
  case Way::UnixDatagram:
    return "syslog+unix://" + place;
  case Way::Udp:
    return "syslog+udp://" + host + ":" + port;
  case Way::Tcp:
    return "syslog+tcp://" + host + ":" + port;
  }
  return {};
}

base::Result<ExportAddress> parse_export_address(std::string_view text) {
  using Way = ExportAddress::Way;
  constexpr std::string_view kUnix = "syslog+unix://";
  constexpr std::string_view kUdp = "syslog+udp://";
  constexpr std::string_view kTcp = "syslog+tcp://";
  if (text == "stdout") return ExportAddress{};
  if (text.starts_with(kUdp)) return with_port(Way::Udp, text.substr(kUdp.size()), "514");
  if (text.starts_with(kTcp)) return with_port(Way::Tcp, text.substr(kTcp.size()), "601");
  if (text.starts_with(kUnix) && text.size() < kUnix.size() + sizeof(sockaddr_un::sun_path) &&
      text.substr(kUnix.size()).starts_with('/'))
    return ExportAddress{.way = Way::UnixDatagram, .place = std::string(text.substr(kUnix.size()))};
  return base::fail(base::Code::InvalidArgument,
                    "'" + base::printable(text.substr(0, 200)) +
                        "' is no place to export to; there are: stdout, syslog+unix:///dev/log, "
                        "syslog+udp://HOST:514, syslog+tcp://HOST:601");
}

std::string syslog_message(std::string_view line, std::string_view host_name) {
  constexpr int kAudit = 13 * 8;
  const auto start = read_line_start(line);
  const std::string_view kind = start ? start->kind : std::string_view();
  int severity = 6;
  if (kind == "recovered" || kind == "refused" || kind == "late" || kind == "export") severity = 4;
  if (kind == "decision" && line.find("\",\"decision\":\"deny\"") != std::string_view::npos)
    severity = 5;
  return fmt::format("<{}>1 {} {} portique {} {} - {}",
                     kAudit + severity,
                     base::format_time(base::now()),
                     header_word(host_name, 255),
                     ::getpid(),
                     header_word(kind, 32),
                     line);
}

std::shared_ptr<LineSink> make_export_sink(const ExportAddress& address,
                                           const ExportOptions& options) {
  return std::make_shared<Export>(address, options);
}

} // namespace portique::access
