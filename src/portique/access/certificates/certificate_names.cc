#include "portique/access/certificates/certificate_names.h"

#include <algorithm>
#include <array>

#include <arpa/inet.h>

#include "portique/base/text.h"

namespace portique::access {

namespace {

constexpr std::size_t kNameBytes = 64;  // X.520, ub-common-name
constexpr std::size_t kDnsBytes = 253;  // RFC 1035
constexpr std::size_t kLabelBytes = 63; // RFC 1035

std::unexpected<base::Error> refuse(std::string_view what, std::string_view name) {
  return base::fail(base::Code::InvalidArgument,
                    "'" + base::printable(name.substr(0, 80)) + "' " + std::string(what));
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kLabelBytes && label.front() != '-' &&
         label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return base::is_alnum(c) || c == '-'; });
}

} // namespace

base::Result<void> check_subject_name(std::string_view name) {
  if (name.empty() || name.size() > kNameBytes)
    return refuse("is no name: it must have 1 to 64 characters", name);
  const auto is_taken = [](char c) {
    return base::is_alnum(c) || std::string_view(" ._@+-").find(c) != std::string_view::npos;
  };
  if (!std::ranges::all_of(name, is_taken) || !(base::is_alnum(name.front())) || name.back() == ' ')
    return refuse("is no name for a certificate; letters, digits, and inside it \" ._@+-\" may "
                  "stand in one",
                  name);
  return {};
}

base::Result<ServerName> parse_server_name(std::string_view text) {
  // inet_pton() ends at a NUL, whatever stands behind it.
  if (text.size() > kDnsBytes || text.find('\0') != std::string_view::npos)
    return refuse("is neither an IP address nor a DNS name", text);
  const std::string address(text);
  std::array<char, 16> octets{};
  if (::inet_pton(AF_INET, address.c_str(), octets.data()) == 1)
    return ServerName{.octets = std::string(octets.data(), 4), .dns = {}};
  if (::inet_pton(AF_INET6, address.c_str(), octets.data()) == 1)
    return ServerName{.octets = std::string(octets.data(), 16), .dns = {}};
  std::string_view rest = text;
  if (rest.starts_with("*.")) rest.remove_prefix(2);
  const auto labels = base::split(rest, '.');
  // 300.1.2.3 is a slip and no name: there is no top-level domain of digits.
  const bool is_numeric = std::ranges::all_of(labels.back(), &base::is_digit);
  if (is_numeric || !std::ranges::all_of(labels, &is_label))
    return refuse("is neither an IP address nor a DNS name", text);
  return ServerName{.octets = {}, .dns = base::to_lower(text)};
}

} // namespace portique::access
