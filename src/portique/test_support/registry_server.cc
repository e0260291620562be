#include "portique/test_support/registry_server.h"

#include "portique/base/http_client.h"
#include "portique/base/text.h"
#include "portique/test_support/certificates.h"

namespace portique::test_support {

namespace fs = std::filesystem;

namespace {

/// A folder of keys and certificates; nothing if openssl is absent.
std::optional<fs::path> make_keys(const fs::path& parent) {
  const fs::path keys = parent / "keys";
  fs::create_directories(keys);
  if (!make_certificates(keys)) return std::nullopt;
  return keys;
}

/// certs.d/HOST:PORT/ for a server with these keys.
void fill_certs(const fs::path& keys, const fs::path& place, bool client) {
  fs::create_directories(place);
  fs::copy_file(keys / "ca.pem", place / "ca.crt");
  if (!client) return;
  fs::copy_file(keys / "cert.pem", place / "client.cert");
  fs::copy_file(keys / "key.pem", place / "client.key");
}

} // namespace

std::optional<RegistryServer> RegistryServer::start(const fs::path& layout, const fs::path& certs) {
  std::vector<std::string> arguments{layout.string()};
  std::optional<fs::path> keys;
  if (!certs.empty()) {
    keys = make_keys(certs);
    if (!keys) return std::nullopt;
    arguments.push_back(keys->string());
  }
  auto server = ScriptServer::start("registry_server.py", arguments);
  if (!server) return std::nullopt;
  const auto hosts = base::split(server->first_line(), ' ');
  if (hosts.size() != 2) return std::nullopt;
  std::string host(hosts[0]);
  std::string other(hosts[1]);
  if (keys) fill_certs(*keys, certs / host, false);
  return RegistryServer(std::move(*server), std::move(host), std::move(other));
}

std::vector<std::string> RegistryServer::log() const {
  std::vector<std::string> lines;
  const auto text = base::HttpClient().get_text("http://" + other_host_ + "/log", 16 << 20);
  if (!text) return {"no log: " + text.error().text()};
  for (const std::string_view line : base::split(*text, '\n'))
    if (!line.empty()) lines.emplace_back(line);
  return lines;
}

std::optional<DockerRegistry> DockerRegistry::start(const fs::path& folder,
                                                    const Options& options) {
  std::vector<std::string> arguments{folder.string()};
  std::optional<fs::path> keys;
  if (options.tls) {
    keys = make_keys(folder);
    if (!keys) return std::nullopt;
    arguments.push_back("--keys=" + keys->string());
    if (options.client_certs) arguments.emplace_back("--client-certs");
  }
  if (!options.user.empty())
    arguments.push_back("--login=" + options.user + ":" + options.password);
  auto server = ScriptServer::start("docker_registry.py", arguments);
  if (!server) return std::nullopt;
  std::string host = server->first_line();
  const fs::path certs = folder / "certs.d";
  if (keys) fill_certs(*keys, certs / host, options.client_certs);
  return DockerRegistry(std::move(*server), std::move(host), certs);
}

} // namespace portique::test_support
