#pragma once

// Looks into the two connections that BuildKit is driven by, `/session` and `/grpc`, and asks what
// may be built before the last byte that would start it has been passed on.

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "portique/access/builds/build_facts.h"
#include "portique/access/builds/build_sessions.h"
#include "portique/access/builds/file_sync.h"
#include "portique/access/builds/http2_observer.h"

namespace portique::access {

/// Asks about a build: `action` is one of the table of actions. An error, whose message says why,
/// if it may not be.
using AskAboutBuild =
    std::function<base::Result<void>(std::string_view action, const WorkloadFacts& facts)>;

enum class BuildConnection : std::uint8_t {
  Session, ///< the engine asks, the client answers with files and secrets
  Grpc,    ///< the client asks
};

class BuildInspector final : private Http2Watcher {
public:
  /// `session`: the id of the session that the connection itself is, "" for Grpc. The sessions
  /// must outlive this.
  BuildInspector(BuildConnection kind,
                 std::string session,
                 BuildSessions& sessions,
                 AskAboutBuild ask);

  /// Bytes before they are passed on. After an error the connection has to be cut.
  base::Result<void> from_client(std::string_view bytes);
  base::Result<void> from_engine(std::string_view bytes);

private:
  enum class Service : std::uint8_t {
    ControlSolve,
    BridgeSolve,
    NewContainer,
    Prune,
    Files,
    Upload
  };

  struct Stream {
    Service service = Service::ControlSolve;
    std::unique_ptr<FileSync> files;
    std::string upload;
    bool judged = false;
  };

  base::Result<bool> on_open(std::uint32_t stream, const Http2Headers& headers) override;
  base::Result<void> on_message(std::uint32_t stream, Side side, std::string_view message) override;
  base::Result<void> on_side_end(std::uint32_t stream, Side side) override;
  void on_close(std::uint32_t stream) override;

  base::Result<bool> open_for_client(std::uint32_t stream, std::string_view path);
  base::Result<bool> open_for_engine(std::uint32_t stream, const Http2Headers& headers);
  base::Result<void> ask_build(base::Result<BuildRequest> request);
  base::Result<void> ask_dockerfile(std::string_view text);
  base::Result<void> on_file(const FileSync& files, const FileSync::File& file);
  base::Result<void> on_files_end(const Stream& stream);
  base::Result<void> on_upload(Stream& stream, std::string_view message);

  BuildConnection kind_;
  std::string session_;
  BuildSessions* sessions_;
  AskAboutBuild ask_;
  std::set<std::string> begun_; ///< sessions whose builds this connection began
  Http2Observer observer_;
  std::unordered_map<std::uint32_t, Stream> streams_;
};

} // namespace portique::access
