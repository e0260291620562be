#include "portique/policy/value.h"

#include <algorithm>

#include <arpa/inet.h>

#include "portique/base/text.h"

namespace portique::policy {

namespace {

/// Longer texts are no addresses.
constexpr std::size_t kLongestAddress = INET6_ADDRSTRLEN;
constexpr unsigned kIpv4Offset = 96;

} // namespace

std::optional<Address> parse_address(std::string_view text) {
  if (text.size() >= kLongestAddress) return std::nullopt;
  std::array<char, kLongestAddress> terminated{};
  std::ranges::copy(text, terminated.begin());
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  Address address;
  if (text.find(':') != std::string_view::npos) {
    if (::inet_pton(AF_INET6, terminated.data(), address.bytes.data()) != 1) return std::nullopt;
    return address;
  }
  if (::inet_pton(AF_INET, terminated.data(), address.bytes.data() + 12) != 1) return std::nullopt;
  address.bytes[10] = address.bytes[11] = 0xFF;
  return address;
}

bool Network::contains(const Address& other) const {
  const std::size_t whole = bits / 8;
  if (!std::equal(address.bytes.begin(), address.bytes.begin() + whole, other.bytes.begin()))
    return false;
  if (bits % 8 == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFFU << (8 - bits % 8));
  return (address.bytes[whole] & mask) == (other.bytes[whole] & mask);
}

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return Network{*address, 128};
  const bool is_v6 = text.substr(0, slash).find(':') != std::string_view::npos;
  const auto bits = base::parse_int<unsigned>(text.substr(slash + 1));
  if (!bits || *bits > (is_v6 ? 128U : 32U)) return std::nullopt;
  return Network{*address, is_v6 ? *bits : *bits + kIpv4Offset};
}

} // namespace portique::policy
