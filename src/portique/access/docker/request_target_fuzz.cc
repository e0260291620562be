// A target is refused, or cleaned: written out again it means the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "portique/access/docker/request_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using portique::access::parse_request_target;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto target = parse_request_target(text);
  if (!target) return 0;
  const auto segments = target->engine_segments();
  for (const std::string& segment : segments)
    if (segment.empty() || segment == "." || segment == ".." ||
        segment.find('\0') != std::string::npos)
      std::abort();
  // What was decoded is encoded again, byte by byte.
  std::string again = target->version.empty() ? "" : "/v" + target->version;
  const std::string path = target->path();
  for (const char c : path) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '/')
      again += c;
    else
      again.append("%").append(1, kDigits[byte >> 4U]).append(1, kDigits[byte & 15U]);
  }
  const auto second = parse_request_target(again);
  // A version that was no version the first time may become one: "/v1.41/v1.41".
  if (!second) {
    if (again.size() < 200'000 && target->version.empty() && !segments.empty() &&
        segments.front().starts_with('v'))
      return 0;
    if (again.size() < 200'000) std::abort();
    return 0;
  }
  if (second->path() != path || second->version != target->version) std::abort();
  return 0;
}
