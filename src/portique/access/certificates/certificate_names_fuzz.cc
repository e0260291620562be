// Any text is refused, or is a name that is one folder below its parent, or an address.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "portique/access/certificates/certificate_names.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (portique::access::check_subject_name(text)) {
    const auto path = std::filesystem::path("users") / text;
    if (path.lexically_normal() != path || path.parent_path() != "users") std::abort();
  }
  if (const auto name = portique::access::parse_server_name(text)) {
    const std::size_t octets = name->octets.size();
    if (octets != 0 && octets != 4 && octets != 16) std::abort();
    if ((octets == 0) == name->dns.empty()) std::abort();
    if (text.find('/') != std::string_view::npos) std::abort();
  }
  return 0;
}
