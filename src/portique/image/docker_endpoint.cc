// Docker's rules: docs.docker.com/reference/cli/docker (environment variables) and
// docs.docker.com/engine/manage-resources/contexts. A context is a folder of the client's
// configuration: contexts/meta/ID/meta.json and contexts/tls/ID/docker/*.pem, where ID is the
// SHA-256 of its name.

#include "portique/image/docker_endpoint.h"

#include <array>
#include <cstdlib>
#include <optional>

#include <sys/un.h>
#include <unistd.h>

#include "portique/base/digest.h"
#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::image {

namespace fs = std::filesystem;
namespace json = boost::json;
using base::Code;
using base::fail;

namespace {

constexpr std::string_view kDockerSocket = "/var/run/docker.sock";
constexpr std::string_view kPodmanSocket = "/run/podman/podman.sock";
constexpr std::string_view kPlainPort = "2375";
constexpr std::string_view kTlsPort = "2376";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

/// The file if it is there: a folder of certificates need not have all three.
fs::path existing(const fs::path& file) {
  return is_there(file) ? file : fs::path{};
}

base::HttpTls tls_files(const fs::path& folder) {
  return {.authorities = existing(folder / "ca.pem"),
          .certificate = existing(folder / "cert.pem"),
          .key = existing(folder / "key.pem")};
}

bool wants_tls(const base::HttpTls& tls) {
  return !tls.authorities.empty() || !tls.certificate.empty() || !tls.verify;
}

fs::path docker_config_folder() {
  if (const std::string folder = environment("DOCKER_CONFIG"); !folder.empty()) return folder;
  return fs::path(environment("HOME")) / ".docker";
}

base::Result<EngineEndpoint> socket_endpoint(std::string_view path) {
  EngineEndpoint endpoint;
  endpoint.address = "unix://" + std::string(path);
  endpoint.unix_socket = path;
  endpoint.origin = "http://engine";
  if (path.empty() || !path.starts_with('/'))
    return fail(Code::InvalidArgument,
                "'" + base::printable(endpoint.address) +
                    "' names no socket; it takes the form unix:///run/docker.sock");
  if (path.size() >= sizeof(sockaddr_un{}.sun_path))
    return fail(Code::InvalidArgument,
                "the path of the socket " + base::printable(path) + " is longer than the " +
                    std::to_string(sizeof(sockaddr_un{}.sun_path) - 1) +
                    " bytes that the system takes");
  return endpoint;
}

base::Result<EngineEndpoint>
network_endpoint(std::string_view address, std::string_view scheme, const base::HttpTls& tls) {
  std::string_view host = address.substr(scheme.size() + 3);
  while (host.ends_with('/'))
    host.remove_suffix(1);
  const bool secure = scheme == "https" || (scheme != "http" && wants_tls(tls));
  // A colon inside the brackets of IPv6 is not a port's.
  const std::size_t colon = host.rfind(':');
  const std::size_t bracket = host.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  EngineEndpoint endpoint;
  endpoint.address = address;
  endpoint.origin = (secure ? "https://" : "http://") + std::string(host) +
                    (has_port ? "" : ":" + std::string(secure ? kTlsPort : kPlainPort));
  if (secure) endpoint.tls = tls;
  if (host.empty() || host.find_first_of("/?#@") != std::string_view::npos)
    return fail(Code::InvalidArgument,
                "'" + base::printable(address) +
                    "' is no address of an engine; it takes the form tcp://HOST:PORT");
  return endpoint;
}

/// Files of the client's configuration are the user's own; a wrong one is the user's mistake.
base::Result<json::value> read_json(const fs::path& file, const base::Limits& limits) {
  return base::at(file.string(),
                  base::parse_json(PQ_TRY(base::read_file(file, limits.config_bytes))));
}

/// The name of the context in use; "" for the default one.
base::Result<std::string> chosen_context(const base::Limits& limits) {
  std::string name = environment("DOCKER_CONTEXT");
  const fs::path file = docker_config_folder() / "config.json";
  if (name.empty() && is_there(file)) {
    const json::value config = PQ_TRY(read_json(file, limits));
    name = base::json_string(base::json_object(&config), "currentContext");
  }
  return name == "default" ? std::string() : name;
}

base::Result<EngineEndpoint> context_endpoint(const std::string& name, const base::Limits& limits) {
  const fs::path contexts = docker_config_folder() / "contexts";
  const std::string id(base::digest_of(base::as_bytes(name)).hex());
  const fs::path file = contexts / "meta" / id / "meta.json";
  const std::string place = "the context '" + base::printable(name) + "'";
  if (!is_there(file))
    return fail(Code::NotFound,
                "there is no Docker context '" + base::printable(name) + "' in " +
                    contexts.string() + "; `docker context ls` lists them");
  const json::value meta = PQ_TRY(read_json(file, limits));
  const json::object& docker =
      base::json_fields(&base::json_fields(base::json_object(&meta), "Endpoints"), "docker");
  base::HttpTls tls = tls_files(contexts / "tls" / id / "docker");
  const json::value* skip = base::json_member(&docker, "SkipTLSVerify");
  tls.verify = skip == nullptr || !skip->is_bool() || !skip->get_bool();
  const std::string_view host = base::json_string(&docker, "Host");
  if (host.empty()) return fail(Code::InvalidArgument, place + " names no host");
  EngineEndpoint endpoint = PQ_TRY(base::at(place, parse_engine_address(host, tls)));
  endpoint.chosen_by = place;
  return endpoint;
}

base::Result<EngineEndpoint> environment_endpoint(const std::string& host) {
  const bool verify = !environment("DOCKER_TLS_VERIFY").empty();
  const bool tls_wanted = verify || !environment("DOCKER_TLS").empty();
  base::HttpTls tls;
  if (tls_wanted) {
    const std::string folder = environment("DOCKER_CERT_PATH");
    tls = tls_files(folder.empty() ? docker_config_folder() : fs::path(folder));
    tls.verify = verify;
  }
  EngineEndpoint endpoint = PQ_TRY(base::at("DOCKER_HOST", parse_engine_address(host, tls)));
  // Verified against the system's authorities if there are no files.
  if (verify && endpoint.origin.starts_with("http://") && endpoint.unix_socket.empty())
    return base::at("DOCKER_HOST", network_endpoint("https" + host.substr(3), "https", tls));
  endpoint.chosen_by = "DOCKER_HOST";
  return endpoint;
}

} // namespace

base::Result<EngineEndpoint> parse_engine_address(std::string_view address,
                                                  const base::HttpTls& tls) {
  const std::size_t end = address.find("://");
  const std::string_view scheme =
      end == std::string_view::npos ? std::string_view{} : address.substr(0, end);
  if (scheme == "unix") return socket_endpoint(address.substr(end + 3));
  if (scheme == "tcp" || scheme == "http" || scheme == "https")
    return network_endpoint(address, scheme, tls);
  if (scheme == "ssh")
    return fail(Code::Unsupported,
                "an engine behind " + base::printable(address) +
                    " is not reached: forward its socket (ssh -L /tmp/docker.sock:"
                    "/var/run/docker.sock HOST) and set DOCKER_HOST=unix:///tmp/docker.sock");
  if (scheme == "npipe" || scheme == "fd")
    return fail(Code::Unsupported,
                "addresses as " + base::printable(address) +
                    " are not supported; there are unix:// and tcp://");
  return fail(Code::InvalidArgument,
              "'" + base::printable(address) +
                  "' is no address of an engine; there are unix:///PATH and tcp://HOST:PORT");
}

base::Result<EngineEndpoint> docker_endpoint(const base::Limits& limits) {
  if (const std::string host = environment("DOCKER_HOST"); !host.empty())
    return environment_endpoint(host);
  if (const std::string context = PQ_TRY(chosen_context(limits)); !context.empty())
    return context_endpoint(context, limits);
  const fs::path rootless = fs::path(environment("XDG_RUNTIME_DIR")) / "docker.sock";
  if (!is_there(kDockerSocket) && rootless.is_absolute() && is_there(rootless))
    return socket_endpoint(rootless.string());
  return socket_endpoint(kDockerSocket);
}

base::Result<EngineEndpoint> podman_endpoint() {
  if (const std::string host = environment("CONTAINER_HOST"); !host.empty()) {
    EngineEndpoint endpoint = PQ_TRY(base::at("CONTAINER_HOST", parse_engine_address(host, {})));
    endpoint.chosen_by = "CONTAINER_HOST";
    return endpoint;
  }
  const fs::path own = fs::path(environment("XDG_RUNTIME_DIR")) / "podman/podman.sock";
  const bool root_first = ::geteuid() == 0 || !own.is_absolute();
  if (root_first ? is_there(kPodmanSocket) || !is_there(own) : !is_there(own))
    return socket_endpoint(kPodmanSocket);
  return socket_endpoint(own.string());
}

} // namespace portique::image
