#include "portique/cli/image_keys.h"

#include "portique/base/file.h"

namespace portique::cli {

base::Result<std::vector<access::TrustedKey>>
read_image_keys(const std::vector<std::string>& words) {
  constexpr std::uint64_t kMostBytes = 64ULL << 10U; // a key has 200 bytes
  std::vector<access::TrustedKey> keys;
  for (const std::string& word : words) {
    const std::size_t sign = word.find('=');
    if (sign == std::string::npos || sign == 0)
      return base::fail(base::Code::InvalidArgument, "--image-key is NAME=FILE");
    const std::string pem = PQ_TRY(base::read_file(word.substr(sign + 1), kMostBytes));
    keys.push_back({word.substr(0, sign), PQ_TRY(access::PublicKey::parse(pem))});
  }
  return keys;
}

} // namespace portique::cli
