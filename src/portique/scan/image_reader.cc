#include "portique/scan/image_reader.h"

#include <set>

#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/image/layout_folder.h"
#include "portique/inventory/catalogers.h"
#include "portique/scan/model_codec.h"
#include "portique/scan/reader.h"
#include "portique/scan/worker_protocol.h"

namespace portique::scan {

using base::Code;
using base::fail;

namespace {

std::uint32_t number(MessageType type) {
  return static_cast<std::uint32_t>(type);
}

} // namespace

base::Result<ImageReader> ImageReader::start(const base::Limits& limits,
                                             unsigned threads,
                                             ContentSearch search,
                                             std::optional<std::chrono::seconds> wall_time) {
  base::WorkerOptions options;
  options.memory_bytes = limits.worker_memory_bytes;
  options.cpu_time = std::chrono::seconds(limits.worker_seconds);
  options.wall_time = wall_time.value_or(std::chrono::seconds(limits.worker_seconds));
  options.spool_bytes = limits.binary_database_bytes * threads;
  const bool inspects_files = search.inspects_files();
  std::optional<ClamdRelay> clamd;
  if (search.malware && !search.malware->clamd_socket.empty()) {
    clamd.emplace(PQ_TRY(ClamdRelay::prepare(search.malware->clamd_socket, threads)));
    options.keep = clamd->reader_ends();
  }
  base::WorkerTask task = reader_task(limits, threads, std::move(search), options.keep);
  ImageReader reader(PQ_TRY(base::Worker::start(std::move(task), std::move(options))), limits);
  if (clamd) clamd->start();
  reader.clamd_ = std::move(clamd);
  reader.inspects_files_ = inspects_files;
  return reader;
}

/// The next message that is not a request for a blob.
base::Result<base::Message> ImageReader::next_message() {
  while (true) {
    base::Message message = PQ_TRY(worker_.receive(limits_.worker_answer_bytes));
    if (message.type != number(MessageType::NeedBlob)) return message;
    PQ_TRY(answer_blob(message));
  }
}

base::Result<void> ImageReader::answer_blob(const base::Message& request) {
  std::string name;
  PQ_TRY(base::decode(base::as_bytes(request.payload), name));
  base::Result<base::Fd> file = provider_ ? provider_->open_blob(name)
                                          : fail(Code::InvalidArgument, "there is no layout open");
  last_blob_ = std::move(name);
  return worker_.send(number(MessageType::Blob),
                      base::as_bytes(base::encode(wire_error(file))),
                      file ? &*file : nullptr);
}

base::Result<ImageDescription> ImageReader::open(const image::Target& target,
                                                 const image::Selection& selection) {
  if (target.kind == image::SourceKind::OciDirectory)
    return open(PQ_TRY(image::LayoutFolder::open(target.path)), selection);
  const base::Fd archive = PQ_TRY(base::open_file(target.path));
  PQ_TRY(worker_.send(
      number(MessageType::OpenArchive), base::as_bytes(base::encode(selection)), &archive));
  return receive_description();
}

base::Result<ImageDescription> ImageReader::open(std::unique_ptr<image::BlobProvider> provider,
                                                 const image::Selection& selection) {
  provider_ = std::move(provider);
  PQ_TRY(worker_.send(number(MessageType::OpenLayout), base::as_bytes(base::encode(selection))));
  return receive_description();
}

/// What the reader met may be only the trace of what befell the blob on its way: a transfer that
/// broke looks like a truncated blob.
base::Error ImageReader::reason_of(base::Error seen, const std::string& blob) const {
  if (!provider_) return seen;
  auto failure = provider_->failure_of(blob);
  return failure ? std::move(*failure) : std::move(seen);
}

base::Result<ImageDescription> ImageReader::receive_description() {
  const base::Message answer = PQ_TRY(next_message());
  WireError error;
  ImageDescription described;
  image::DescribedImage& image = described;
  PQ_TRY(base::decode(
      base::as_bytes(answer.payload), error, image, described.secrets, described.malware));
  if (error) return std::unexpected(reason_of(error_of(error), last_blob_));
  if (described.image.layers.size() != described.layers.size())
    return fail(Code::Malformed, "the reader described an image wrongly");
  layers_ = described.layers;
  return described;
}

base::Result<ImageDescription> ImageReader::open(image::Feed archive,
                                                 const image::Selection& selection) {
  feed_ = std::move(archive);
  const auto feed = PQ_TRY(image::PipeFeed::start(feed_));
  {
    const base::Fd reading = feed->take_reading_end();
    PQ_TRY(worker_.send(
        number(MessageType::OpenArchive), base::as_bytes(base::encode(selection)), &reading));
  }
  auto described = receive_description();
  // If the feed broke off, the reader saw only a trace of it.
  PQ_TRY(feed->finish());
  return described;
}

base::Result<LayerEvidence> ImageReader::read_tar(image::Feed tar, const OnlyPaths* only) {
  TarRequest request;
  request.all = only == nullptr;
  if (only != nullptr) request.only.assign(only->begin(), only->end());
  const auto feed = PQ_TRY(image::PipeFeed::start(std::move(tar)));
  {
    const base::Fd reading = feed->take_reading_end();
    PQ_TRY(worker_.send(
        number(MessageType::ReadTar), base::as_bytes(base::encode(request)), &reading));
  }
  auto received = next_message();
  PQ_TRY(feed->finish());
  const base::Message answer = PQ_TRY(std::move(received));
  WireError error;
  std::string bytes;
  PQ_TRY(base::decode(base::as_bytes(answer.payload), error, bytes));
  if (error) return std::unexpected(error_of(error));
  return decode_evidence(base::as_bytes(bytes));
}

base::Result<void> ImageReader::read_layers(std::span<const std::uint32_t> layers,
                                            const ExtraPaths& extra,
                                            const OnLayer& on_layer) {
  LayerRequest request;
  request.layers.assign(layers.begin(), layers.end());
  for (const auto& [path, cataloger] : extra)
    request.extra.push_back({path, static_cast<std::uint32_t>(cataloger)});
  std::unique_ptr<image::PipeFeed> feed;
  base::Fd reading;
  if (feed_ && !extra.empty()) {
    feed = PQ_TRY(image::PipeFeed::start(feed_));
    reading = feed->take_reading_end();
  }
  PQ_TRY(worker_.send(number(MessageType::ReadLayers),
                      base::as_bytes(base::encode(request)),
                      feed ? &reading : nullptr));
  reading.reset();
  const auto received = receive_layers({layers.begin(), layers.end()}, on_layer);
  if (feed) PQ_TRY(feed->finish());
  return received;
}

base::Result<void> ImageReader::receive_layers(std::set<std::uint32_t> awaited,
                                               const OnLayer& on_layer) {
  while (true) {
    const base::Message message = PQ_TRY(next_message());
    if (message.type == number(MessageType::LayersDone)) break;
    std::uint32_t layer = 0;
    WireError error;
    bool verified = false;
    std::string bytes;
    PQ_TRY(base::decode(base::as_bytes(message.payload), layer, error, verified, bytes));
    const std::string place = "layer " + std::to_string(layer + 1);
    if (awaited.erase(layer) == 0 || layer >= layers_.size())
      return fail(Code::Malformed, "the reader spoke of a layer that nobody asked for");
    if (error) {
      on_layer(layer, PQ_TRY(base::at(place, without_layer(layer, error_of(error)))), false);
      continue;
    }
    on_layer(layer, PQ_TRY(base::at(place, decode_evidence(base::as_bytes(bytes)))), verified);
  }
  if (!awaited.empty()) return fail(Code::Malformed, "the reader left out a layer");
  return {};
}

/// A foreign layer that is not there is an issue of the image; any other failure is one of the
/// scan.
base::Result<LayerEvidence> ImageReader::without_layer(std::uint32_t layer,
                                                       base::Error seen) const {
  base::Error reason = reason_of(std::move(seen), layers_[layer].blob);
  if (!layers_[layer].foreign || reason.code() != Code::NotFound)
    return std::unexpected(std::move(reason));
  LayerEvidence evidence;
  evidence.issues.push_back({Code::NotFound,
                             "a foreign layer, which is not kept beside the image, was not read",
                             "",
                             model::kNoLayer});
  return evidence;
}

base::Result<FileEvidence> ImageReader::analyze(const base::Fd& file,
                                                std::string_view path,
                                                std::size_t cataloger,
                                                std::uint64_t size) {
  const FileRequest request{std::string(path), static_cast<std::uint32_t>(cataloger), size};
  PQ_TRY(
      worker_.send(number(MessageType::AnalyzeFile), base::as_bytes(base::encode(request)), &file));
  const base::Message answer = PQ_TRY(next_message());
  FileEvidence evidence;
  PQ_TRY(base::decode(base::as_bytes(answer.payload), evidence));
  return evidence;
}

base::Result<ContentEvidence> ImageReader::inspect(const base::Fd& file,
                                                   const InspectedFile& about) {
  const InspectRequest request{about.path, about.mode, about.uid, about.gid, about.size};
  PQ_TRY(
      worker_.send(number(MessageType::InspectFile), base::as_bytes(base::encode(request)), &file));
  const base::Message answer = PQ_TRY(next_message());
  WireError error;
  ContentEvidence found;
  PQ_TRY(base::decode(base::as_bytes(answer.payload), error, found));
  if (error) {
    const base::Error reason = error_of(error);
    found.issues.push_back({reason.code(), reason.text(), request.path, model::kNoLayer});
  }
  return found;
}

base::Result<inventory::SbomDocument> ImageReader::read_sbom(const base::Fd& file) {
  const std::uint64_t size = PQ_TRY(base::file_size(file));
  PQ_TRY(worker_.send(number(MessageType::ReadSbom), base::as_bytes(base::encode(size)), &file));
  const base::Message answer = PQ_TRY(next_message());
  inventory::SbomDocument document;
  PQ_TRY(base::decode(base::as_bytes(answer.payload), document));
  return document;
}

} // namespace portique::scan
