#include "portique/access/plugin/plugin.h"

#include <utility>

#include "portique/access/plugin/plugin_protocol.h"
#include "portique/http/server.h"

namespace portique::access {

namespace {

/// The daemon forwards bodies below 1 MiB, and answers up to 64 KiB, in base64.
constexpr std::uint64_t kQuestionBytes = 8ULL << 20U;
/// The daemon keeps its connections and would take one that was closed for a plugin that failed.
constexpr std::chrono::hours kIdle{24 * 30};
/// The judge says no by itself when its time is over; this is for one that says nothing.
constexpr std::chrono::milliseconds kMargin{250};

class ServedPlugin final : public Plugin {
public:
  ServedPlugin(const PluginOptions& options, Judge& judge)
      : judge_(judge), protocol_(judge, options.view_token, options.passes) {}

  base::Result<void> start(const PluginOptions& options) {
    const http::ServerOptions server{
        .endpoint = http::UnixEndpoint{.path = options.socket, .mode = 0600},
        .threads = options.threads,
        .body_bytes = kQuestionBytes,
        .idle_timeout = kIdle,
        .handler_limit = [this] { return judge_.deadline() + kMargin; },
        .late_answer = PluginProtocol::late_answer(),
        .at_once =
            [this](const http::Request& request) { return protocol_.answer_at_once(request); },
        .without_thought =
            [this](const http::Request& request) { return protocol_.answer_blindly(request); }};
    server_ = PQ_TRY(http::Server::listen(
        server, [this](const http::Request& request) { return protocol_.answer(request); }));
    return {};
  }

  base::Result<void> run() override { return server_->run(); }

  void stop() override { server_->stop(); }

private:
  Judge& judge_;
  PluginProtocol protocol_;
  std::unique_ptr<http::Server> server_;
};

} // namespace

base::Result<std::unique_ptr<Plugin>> Plugin::listen(const PluginOptions& options, Judge& judge) {
  auto plugin = std::make_unique<ServedPlugin>(options, judge);
  PQ_TRY(plugin->start(options));
  return plugin;
}

} // namespace portique::access
