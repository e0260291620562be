#include "portique/test_support/http_server.h"

namespace portique::test_support {

std::optional<HttpServer> HttpServer::start(const std::filesystem::path& folder,
                                            const std::string& how) {
  auto server = ScriptServer::start("http_server.py", {folder.string(), how});
  if (!server) return std::nullopt;
  const std::string scheme = how.starts_with("tls:") ? "https" : "http";
  const std::string origin = scheme + "://127.0.0.1:" + server->first_line(); // its port
  return HttpServer(*std::move(server), origin);
}

} // namespace portique::test_support
