// A client that measures: how long one request to an engine takes on a connection that stays open.
//
//   portique_request_bench SOCKET PATH REQUESTS CLIENTS [PAUSE]
//
// Each client rests for PAUSE microseconds behind an answer (default: 0). It prints
// {"median_us":..,"p99_us":..,"per_second":..,"failed":..} over all clients.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/socket.h>
#include <sys/un.h>

#include "portique/base/fd.h"
#include "portique/base/text.h"
#include "portique/http/body_reader.h"
#include "portique/http/message_head.h"

namespace {

namespace base = portique::base;
namespace http = portique::http;

using Clock = std::chrono::steady_clock;

struct Plan {
  std::string socket;
  std::string path;
  std::size_t requests = 0; ///< of one client
  std::chrono::microseconds pause{};
};

class Client {
public:
  explicit Client(const Plan& plan)
      : request_("GET " + plan.path + " HTTP/1.1\r\nHost: docker\r\n\r\n"),
        socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    plan.socket.copy(address.sun_path, sizeof(address.sun_path) - 1);
    connected_ =
        ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }

  /// Whether the answer came whole and was no refusal.
  bool ask() {
    if (!connected_ || ::send(socket_.get(), request_.data(), request_.size(), MSG_NOSIGNAL) !=
                           static_cast<ssize_t>(request_.size()))
      return false;
    http::HeadScanner scanner(http::HeadLimits{}.bytes);
    while (true) {
      const auto end = scanner.find(got_);
      if (!end) return false;
      if (*end) return finish(**end);
      if (!more()) return false;
    }
  }

private:
  bool finish(std::size_t end) {
    const auto head = http::parse_response_head(std::string_view(got_).substr(0, end), "GET");
    if (!head) return false;
    got_.erase(0, end);
    http::BodyReader body(head->framing, head->length, http::ChunkedBody::Trailers::Pass);
    while (true) {
      const auto used = body.take(got_, nullptr);
      if (!used) return false;
      got_.erase(0, *used);
      if (body.done()) return head->status == 200;
      if (!more()) return false;
    }
  }

  bool more() {
    const ssize_t size = ::recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
    if (size <= 0) return false;
    got_.append(buffer_, 0, static_cast<std::size_t>(size));
    return true;
  }

  std::string request_;
  base::Fd socket_;
  bool connected_ = false;
  std::string got_;
  std::string buffer_ = std::string(64U << 10U, '\0');
};

/// Microseconds of each request; a negative one failed.
std::vector<double> measure(const Plan& plan) {
  Client client(plan);
  std::vector<double> times;
  for (std::size_t i = 0; i < plan.requests; ++i) {
    const auto begin = Clock::now();
    const bool good = client.ask();
    const std::chrono::duration<double, std::micro> time = Clock::now() - begin;
    times.push_back(good ? time.count() : -1);
    if (!good) break;
    if (plan.pause.count() > 0) std::this_thread::sleep_for(plan.pause);
  }
  return times;
}

} // namespace

int main(int argc, char** argv) {
  const std::span<char*> arguments(argv, static_cast<std::size_t>(argc));
  const auto number = [&](std::size_t at) -> std::optional<std::size_t> {
    if (at >= arguments.size()) return std::nullopt;
    return base::parse_int<std::size_t>(std::string_view(arguments[at]));
  };
  const auto requests = number(3);
  const auto clients = number(4);
  const auto pause = argc == 5 ? 0 : number(5);
  if (argc < 5 || argc > 6 || !requests || !clients || !pause || *clients == 0) {
    std::fputs("usage: portique_request_bench SOCKET PATH REQUESTS CLIENTS [PAUSE]\n", stderr);
    return 2;
  }
  const Plan plan{.socket = arguments[1],
                  .path = arguments[2],
                  .requests = *requests / *clients,
                  .pause = std::chrono::microseconds(*pause)};
  std::vector<std::vector<double>> all(*clients);
  const auto begin = Clock::now();
  {
    std::vector<std::jthread> threads;
    for (auto& times : all)
      threads.emplace_back([&plan, &times] { times = measure(plan); });
  }
  const std::chrono::duration<double> took = Clock::now() - begin;
  std::vector<double> times;
  for (const auto& some : all)
    times.insert(times.end(), some.begin(), some.end());
  const auto failed = std::erase_if(times, [](double time) { return time < 0; });
  std::ranges::sort(times);
  const auto at = [&](double share) {
    return times.empty() ? -1
                         : times[std::min(times.size() - 1,
                                          static_cast<std::size_t>(
                                              share * static_cast<double>(times.size())))];
  };
  std::printf("{\"median_us\":%.1f,\"p99_us\":%.1f,\"per_second\":%.0f,\"failed\":%zu}\n",
              at(0.5),
              at(0.99),
              static_cast<double>(times.size()) / took.count(),
              failed);
  return failed == 0 ? 0 : 1;
}
