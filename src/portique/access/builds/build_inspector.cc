#include "portique/access/builds/build_inspector.h"

#include <algorithm>
#include <utility>

#include "portique/access/builds/protobuf_reader.h"
#include "portique/base/limits.h"

namespace portique::access {

namespace {

using base::Result;

constexpr std::string_view kBuild = "images.build";
constexpr std::string_view kPrune = "build.prune";

/// Sessions of one connection: a client has one a build.
constexpr std::size_t kMostBegun = 64;

/// Where a Dockerfile that is sent as it is begins with an archive's magic, it is a whole context.
bool is_archive(std::string_view bytes) {
  using namespace std::string_view_literals;
  constexpr std::size_t kTarMagic = 257;
  return bytes.starts_with("\x1F\x8B"sv) || bytes.starts_with("BZh") ||
         bytes.starts_with("\xFD\x37zXZ"sv) || bytes.starts_with("\x28\xB5\x2F\xFD"sv) ||
         (bytes.size() > kTarMagic + 5 && bytes.substr(kTarMagic, 5) == "ustar");
}

bool is_ignore_file(std::string_view path) {
  return path.ends_with(".dockerignore");
}

WorkloadFacts with(std::string_view entitlement) {
  WorkloadFacts facts;
  add_entitlement(facts, entitlement);
  return facts;
}

} // namespace

BuildInspector::BuildInspector(BuildConnection kind,
                               std::string session,
                               BuildSessions& sessions,
                               AskAboutBuild ask)
    : kind_(kind), session_(std::move(session)), sessions_(&sessions), ask_(std::move(ask)),
      observer_(*this) {}

Result<void> BuildInspector::from_client(std::string_view bytes) {
  return observer_.feed(kind_ == BuildConnection::Grpc ? Side::Requester : Side::Responder, bytes);
}

Result<void> BuildInspector::from_engine(std::string_view bytes) {
  return observer_.feed(kind_ == BuildConnection::Grpc ? Side::Responder : Side::Requester, bytes);
}

Result<bool> BuildInspector::on_open(std::uint32_t stream, const Http2Headers& headers) {
  return kind_ == BuildConnection::Grpc ? open_for_client(stream, http2_header(headers, ":path"))
                                        : open_for_engine(stream, headers);
}

Result<bool> BuildInspector::open_for_client(std::uint32_t stream, std::string_view path) {
  constexpr std::string_view kControl = "/moby.buildkit.v1.Control/";
  constexpr std::string_view kBridge = "/moby.buildkit.v1.frontend.LLBBridge/";
  Stream opened;
  if (path.starts_with(kControl)) {
    const std::string_view method = path.substr(kControl.size());
    if (method == "Solve") {
      opened.service = Service::ControlSolve;
    } else if (method == "Prune") {
      opened.service = Service::Prune;
    } else if (method == "Session") {
      PQ_TRY(ask_(kBuild, with(entitlement::kUnseen))); // a session inside of a stream
      return false;
    } else {
      return false; // Status, Info, DiskUsage, ListWorkers, history
    }
  } else if (path.starts_with(kBridge)) {
    const std::string_view method = path.substr(kBridge.size());
    if (method == "Solve")
      opened.service = Service::BridgeSolve;
    else if (method == "NewContainer")
      opened.service = Service::NewContainer;
    else
      return false; // works on what a Solve made
  } else {
    // Health and reflection aside, the engine offers content stores, traces and the like.
    if (!path.starts_with("/grpc.health.v1.Health/") &&
        !path.starts_with("/opentelemetry.proto.collector.trace.v1."))
      PQ_TRY(ask_(kBuild, with(entitlement::kUnseen)));
    return false;
  }
  streams_.emplace(stream, std::move(opened));
  return true;
}

Result<bool> BuildInspector::open_for_engine(std::uint32_t stream, const Http2Headers& headers) {
  const std::string_view path = http2_header(headers, ":path");
  if (path.starts_with("/moby.buildkit.secrets.v1.Secrets/")) {
    PQ_TRY(ask_(kBuild, with(entitlement::kSecret)));
    return false;
  }
  if (path.starts_with("/moby.sshforward.v1.SSH/")) {
    PQ_TRY(ask_(kBuild, with(entitlement::kSsh)));
    return false;
  }
  Stream opened;
  if (path == "/moby.filesync.v1.FileSync/DiffCopy") {
    // Frontends call the folder of Dockerfiles so, unless an option says otherwise, which makes
    // the build one that is not seen (build_facts.cc).
    if (http2_header(headers, "dir-name") != "dockerfile") return false;
    opened.service = Service::Files;
  } else if (path == "/moby.filesync.v1.FileSync/TarStream") {
    if (http2_header(headers, "dir-name") != "dockerfile") return false;
    PQ_TRY(ask_(kBuild, with(entitlement::kUnseen)));
    return false;
  } else if (path == "/moby.upload.v1.Upload/Pull") {
    opened.service = Service::Upload;
  } else {
    return false; // credentials of registries, exports, health
  }
  Stream& kept = streams_[stream];
  kept = std::move(opened);
  if (kept.service == Service::Files)
    kept.files = std::make_unique<FileSync>(
        base::Limits().dockerfile_bytes,
        [this, &kept](const FileSync::File& file) { return on_file(*kept.files, file); });
  return true;
}

Result<void> BuildInspector::on_message(std::uint32_t stream, Side side, std::string_view message) {
  Stream& known = streams_.at(stream);
  const bool of_client = (kind_ == BuildConnection::Grpc) == (side == Side::Requester);
  if (!of_client) {
    // The engine has all that it wants, and what it did not ask for it had before.
    if (known.service == Service::Files && PQ_TRY(FileSync::is_finish(message)))
      return on_files_end(known);
    return {};
  }
  switch (known.service) {
  case Service::ControlSolve:
    return ask_build(read_control_solve(message));
  case Service::BridgeSolve:
    return ask_build(read_bridge_solve(message));
  case Service::NewContainer:
    return ask_build(read_new_container(message));
  case Service::Prune:
    return ask_(kPrune, WorkloadFacts());
  case Service::Files:
    return known.files->sent(message);
  case Service::Upload:
    return on_upload(known, message);
  }
  return {};
}

Result<void> BuildInspector::on_side_end(std::uint32_t stream, Side side) {
  Stream& known = streams_.at(stream);
  const bool of_client = (kind_ == BuildConnection::Grpc) == (side == Side::Requester);
  if (!of_client || known.service != Service::Upload || known.judged) return {};
  known.judged = true;
  return ask_dockerfile(known.upload);
}

void BuildInspector::on_close(std::uint32_t stream) {
  streams_.erase(stream);
}

Result<void> BuildInspector::ask_build(Result<BuildRequest> request) {
  if (!request) return std::unexpected(std::move(request).error());
  PQ_TRY(ask_(kBuild, request->facts));
  // What a client asks of the bridge belongs to the builds that it began on this connection.
  if (!request->session.empty() && begun_.size() < kMostBegun) begun_.insert(request->session);
  for (const std::string& session : begun_)
    if (request->session.empty() || request->session == session)
      sessions_->began(session, request->arguments);
  return {};
}

Result<void> BuildInspector::ask_dockerfile(std::string_view text) {
  const auto builds = sessions_->arguments_of(session_);
  if (builds.empty()) return ask_(kBuild, with(entitlement::kUnseen));
  for (const BuildArguments& arguments : builds)
    PQ_TRY(ask_(kBuild, dockerfile_facts(text, arguments)));
  return {};
}

Result<void> BuildInspector::on_file(const FileSync& files, const FileSync::File& file) {
  if (is_ignore_file(file.path)) {
    const bool linked = std::ranges::any_of(
        files.files(), [](const FileSync::File& other) { return is_ignore_file(other.link); });
    if (!linked) return {};
  }
  PQ_TRY(ask_dockerfile(file.content));
  sessions_->remember_file(file.state, file.content);
  return {};
}

Result<void> BuildInspector::on_files_end(const Stream& stream) {
  for (const FileSync::File& file : stream.files->files()) {
    if (!file.regular || file.complete || is_ignore_file(file.path)) continue;
    const auto content = sessions_->file(file.state);
    if (content)
      PQ_TRY(ask_dockerfile(*content));
    else
      PQ_TRY(ask_(kBuild, with(entitlement::kUnseen)));
  }
  return {};
}

Result<void> BuildInspector::on_upload(Stream& stream, std::string_view message) {
  if (stream.judged) return {};
  std::string_view data;
  ProtobufReader reader(message);
  while (const auto field = PQ_TRY(reader.next()))
    if (field->number == 1 && field->bytes) data = *field->bytes;
  stream.upload += data;
  constexpr std::size_t kEnoughToTell = 512; // a block of tar
  if (stream.upload.size() >= kEnoughToTell &&
      (is_archive(stream.upload) || stream.upload.size() > base::Limits().dockerfile_bytes)) {
    stream.judged = true;
    stream.upload.clear();
    return ask_(kBuild, with(entitlement::kUnseen));
  }
  return {};
}

} // namespace portique::access
