#include "portique/access/command_line/port_flags.h"

#include <optional>

#include "portique/access/command_line/command_values.h"
#include "portique/base/text.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

struct Range {
  std::uint32_t first = 0;
  std::uint32_t last = 0;

  [[nodiscard]] std::uint32_t size() const { return last - first + 1; }
};

/// One --publish.
struct Publication {
  std::string address;
  std::optional<Range> host;
  Range container;
  std::string protocol = "tcp";
  std::string mode = "ingress"; ///< of services
};

std::unexpected<base::Error> invalid(std::string_view text) {
  return fail(Code::InvalidArgument, "'" + base::printable(text) + "' publishes no port");
}

base::Result<Range> parse_range(std::string_view text, std::string_view whole) {
  const std::size_t dash = text.find('-');
  const auto first = base::parse_int<std::uint16_t>(text.substr(0, dash));
  const auto last = dash == std::string_view::npos
                        ? first
                        : base::parse_int<std::uint16_t>(text.substr(dash + 1));
  if (!first || !last || *last < *first) return invalid(whole);
  return Range{*first, *last};
}

/// "target=80,published=8080,protocol=udp,mode=host"
base::Result<Publication> parse_long(std::string_view text) {
  Publication parsed;
  bool target = false;
  for (const std::string& field : PQ_TRY(parse_csv(text))) {
    const auto [key, value] = key_and_value(field);
    if (key == "target") {
      parsed.container = PQ_TRY(parse_range(value, text));
      target = true;
    } else if (key == "published") {
      parsed.host = PQ_TRY(parse_range(value, text));
    } else if (key == "protocol") {
      parsed.protocol = base::to_lower(value);
    } else if (key == "mode") {
      parsed.mode = value;
    } else {
      return invalid(text);
    }
  }
  if (!target) return invalid(text);
  return parsed;
}

/// "127.0.0.1:8000-8002:9000-9002/tcp", "[::1]:70:70", "80"
base::Result<Publication> parse_publication(std::string_view text) {
  if (text.contains('=')) return parse_long(text);
  Publication parsed;
  std::string_view rest = text;
  if (const std::size_t slash = rest.rfind('/'); slash != std::string_view::npos) {
    parsed.protocol = base::to_lower(rest.substr(slash + 1));
    rest = rest.substr(0, slash);
  }
  const std::size_t container = rest.rfind(':');
  parsed.container = PQ_TRY(
      parse_range(container == std::string_view::npos ? rest : rest.substr(container + 1), text));
  if (container == std::string_view::npos) return parsed;
  rest = rest.substr(0, container);
  const std::size_t bracket = rest.rfind(']');
  const std::size_t host = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::string_view ports = rest;
  if (host != std::string_view::npos || bracket != std::string_view::npos ||
      rest.find('.') != std::string_view::npos) {
    const std::size_t colon = rest.rfind(':');
    if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket))
      return invalid(text);
    std::string_view address = rest.substr(0, colon);
    if (address.starts_with('[') && address.ends_with(']'))
      address = address.substr(1, address.size() - 2);
    parsed.address = std::string(address);
    ports = rest.substr(colon + 1);
  }
  if (!ports.empty()) parsed.host = PQ_TRY(parse_range(ports, text));
  if (parsed.host && parsed.host->size() != parsed.container.size() && parsed.container.size() != 1)
    return fail(Code::InvalidArgument,
                "'" + base::printable(text) + "': ranges of different length");
  return parsed;
}

std::string host_port(const Publication& publication, std::uint32_t index) {
  if (!publication.host) return "";
  const Range& host = *publication.host;
  // One port of the container on any of several of the host.
  if (publication.container.size() == 1 && host.size() > 1)
    return std::to_string(host.first) + "-" + std::to_string(host.last);
  return std::to_string(host.first + index);
}

} // namespace

base::Result<PortFlags> parse_port_flags(const std::vector<std::string>& published,
                                         const std::vector<std::string>& exposed) {
  PortFlags flags;
  for (const std::string& text : published) {
    const Publication publication = PQ_TRY(parse_publication(text));
    for (std::uint32_t i = 0; i < publication.container.size(); ++i) {
      const std::string port =
          std::to_string(publication.container.first + i) + "/" + publication.protocol;
      flags.exposed[port] = boost::json::object();
      auto& bindings = flags.bindings[port];
      if (!bindings.is_array()) bindings = boost::json::array();
      bindings.get_array().push_back(
          {{"HostIp", publication.address}, {"HostPort", host_port(publication, i)}});
    }
  }
  for (const std::string& text : exposed) {
    const Publication port = PQ_TRY(parse_publication(text));
    for (std::uint32_t i = 0; i < port.container.size(); ++i)
      flags.exposed[std::to_string(port.container.first + i) + "/" + port.protocol] =
          boost::json::object();
  }
  return flags;
}

base::Result<boost::json::array> parse_service_ports(const std::vector<std::string>& published) {
  boost::json::array ports;
  for (const std::string& text : published) {
    const Publication publication = PQ_TRY(parse_publication(text));
    for (std::uint32_t i = 0; i < publication.container.size(); ++i) {
      boost::json::object port{{"Protocol", publication.protocol},
                               {"TargetPort", publication.container.first + i}};
      if (publication.host) port["PublishedPort"] = publication.host->first + i;
      port["PublishMode"] = publication.mode;
      ports.push_back(std::move(port));
    }
  }
  return ports;
}

} // namespace portique::access
