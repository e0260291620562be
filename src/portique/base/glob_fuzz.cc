// Any pattern is refused or answers for any path; what it is made of matches itself.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "portique/base/glob.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using portique::base::Glob;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = text.find('\n');
  const std::string_view pattern = text.substr(0, line);
  const std::string_view path =
      line == std::string_view::npos ? std::string_view("usr/lib/x") : text.substr(line + 1);
  if (const auto glob = Glob::parse(pattern)) (void)glob->matches(path);
  std::string escaped;
  for (const char c : path) {
    if (c != '/') escaped += '\\';
    escaped += c;
  }
  const auto exact = Glob::parse(escaped);
  if (exact && !exact->matches(path)) std::abort();
  return 0;
}
