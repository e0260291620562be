// Any bytes are refused or have one meaning: what was read, written out again, is read the same
// way, and whole reading agrees with reading byte by byte.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "portique/http/message_head.h"

namespace http = portique::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  constexpr std::size_t kLimit = 4096;
  http::HeadScanner whole(kLimit);
  http::HeadScanner pieces(kLimit);
  const auto end = whole.find(text);
  auto step = pieces.find({});
  for (std::size_t i = 1; i <= text.size() && step && !*step; ++i)
    step = pieces.find(text.substr(0, i));
  if (end && *end && (!step || !*step || **step != **end)) std::abort();
  if (!end || !*end) return 0;
  const std::string_view head = text.substr(0, **end);
  (void)http::parse_response_head(head, "GET");
  const auto request = http::parse_request_head(head);
  if (!request) return 0;
  std::string again = request->method + " " + request->target +
                      (request->minor == 1 ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n");
  for (const http::Header& header : request->headers)
    again += header.name + ": " + header.value + "\r\n";
  const auto same = http::parse_request_head(again + "\r\n");
  if (!same || same->framing != request->framing || same->length != request->length ||
      same->keep_alive != request->keep_alive || same->upgrade != request->upgrade)
    std::abort();
  return 0;
}
