#include "portique/access/builds/file_sync.h"

#include <optional>
#include <utility>

#include "portique/access/builds/protobuf_reader.h"
#include "portique/base/digest.h"

namespace portique::access {

namespace {

enum PacketType : std::uint8_t { kState = 0, kRequest = 1, kData = 2, kFinish = 3, kFailure = 4 };

/// A folder of Dockerfiles has a handful of files; only those that the engine names are told.
constexpr std::size_t kMostFiles = 10'000;

/// Go's os.FileMode: a folder, a link, a device, a pipe, a socket, something irregular.
constexpr std::uint64_t kNoRegularFile =
    0x80000000U | 0x08000000U | 0x04000000U | 0x02000000U | 0x01000000U | 0x00200000U | 0x00080000U;

struct Packet {
  std::uint64_t type = kState;
  std::optional<std::string_view> state;
  std::uint64_t id = 0;
  std::string_view data;
};

base::Result<Packet> read_packet(std::string_view message) {
  Packet packet;
  ProtobufReader reader(message);
  while (const auto field = PQ_TRY(reader.next())) {
    if (field->number == 1) packet.type = field->value;
    // Two states in one packet would be merged by the engine: no client sends them.
    if (field->number == 2 && field->bytes) {
      if (packet.state) return base::fail(base::Code::Malformed, "a packet tells of two files");
      packet.state = *field->bytes;
    }
    if (field->number == 3) packet.id = field->value;
    if (field->number == 4 && field->bytes) packet.data = *field->bytes;
  }
  return packet;
}

} // namespace

base::Result<bool> FileSync::is_finish(std::string_view packet) {
  return PQ_TRY(read_packet(packet)).type == kFinish;
}

FileSync::FileSync(std::size_t most_bytes, OnFile on_file)
    : most_bytes_(most_bytes), on_file_(std::move(on_file)) {}

base::Result<void> FileSync::state(std::string_view message) {
  if (files_.size() >= kMostFiles)
    return base::fail(base::Code::LimitExceeded, "too many files beside the Dockerfile");
  File file;
  file.state = base::digest_of(base::as_bytes(message)).text();
  std::uint64_t mode = 0;
  ProtobufReader reader(message);
  while (const auto field = PQ_TRY(reader.next())) {
    if (field->number == 1 && field->bytes) file.path = *field->bytes;
    if (field->number == 2) mode = field->value;
    if (field->number == 7 && field->bytes) file.link = *field->bytes;
  }
  file.regular = (mode & kNoRegularFile) == 0;
  files_.push_back(std::move(file));
  return {};
}

base::Result<void> FileSync::sent(std::string_view message) {
  const Packet packet = PQ_TRY(read_packet(message));
  if (packet.type == kState) {
    if (packet.state) PQ_TRY(state(*packet.state));
    return {}; // without one: all have been told
  }
  if (packet.type != kData) return {};
  if (packet.id >= files_.size())
    return base::fail(base::Code::Malformed, "content belongs to no file");
  File& file = files_[packet.id];
  if (file.complete) return base::fail(base::Code::Malformed, "a file goes on behind its end");
  if (packet.data.empty()) {
    file.complete = true;
    return on_file_(file);
  }
  bytes_ += packet.data.size();
  if (bytes_ > most_bytes_)
    return base::fail(base::Code::LimitExceeded, "the Dockerfile is too long");
  file.content += packet.data;
  return {};
}

} // namespace portique::access
