#include "portique/scan/reader.h"

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "portique/archive/decompress.h"
#include "portique/base/file.h"
#include "portique/base/parallel.h"
#include "portique/base/text.h"
#include "portique/image/archive_blobs.h"
#include "portique/scan/layer_walk.h"
#include "portique/scan/model_codec.h"
#include "portique/scan/worker_protocol.h"

namespace portique::scan {

using base::Code;
using base::fail;

namespace {

template <typename... Values>
base::Result<void> send(base::Channel& channel, MessageType type, const Values&... values) {
  return channel.send(static_cast<std::uint32_t>(type), base::as_bytes(base::encode(values...)));
}

MessageType type_of(const base::Message& message) {
  return static_cast<MessageType>(message.type);
}

/// Bytes of an open file that the stream owns.
class OwnedFileStream : public archive::ByteStream {
public:
  OwnedFileStream(base::Fd file, std::uint64_t size)
      : file_(std::move(file)), stream_(archive::file_stream(file_, 0, size)) {}

  [[nodiscard]] std::optional<FileRange> file_range() const override {
    return stream_->file_range();
  }

private:
  base::Result<base::Bytes> read_piece() override { return stream_->next(); }

  base::Result<std::uint64_t> seek_over(std::uint64_t count) override {
    PQ_TRY(stream_->skip(count));
    return count;
  }

  base::Fd file_;
  std::unique_ptr<archive::ByteStream> stream_;
};

/// Blobs of an OCI layout folder, which the process outside opens one by one.
class RemoteBlobs : public image::BlobStore {
public:
  RemoteBlobs(base::Channel& channel, std::mutex& conversation, const base::Limits& limits)
      : channel_(&channel), conversation_(&conversation), limits_(&limits) {}

  base::Result<std::unique_ptr<archive::ByteStream>> open(std::string_view name) override {
    const std::lock_guard lock(*conversation_);
    PQ_TRY(send(*channel_, MessageType::NeedBlob, std::string(name)));
    base::Message answer = PQ_TRY(channel_->receive(limits_->manifest_bytes));
    WireError error;
    PQ_TRY(base::decode(base::as_bytes(answer.payload), error));
    if (error) return std::unexpected(error_of(error));
    if (!answer.fd) return fail(Code::Io, "no descriptor came with the blob");
    const std::uint64_t size = PQ_TRY(base::file_size(*answer.fd));
    return std::make_unique<OwnedFileStream>(std::move(*answer.fd), size);
  }

private:
  base::Channel* channel_;
  std::mutex* conversation_;
  const base::Limits* limits_;
};

/// Divides the scratch file among the walks that run at the same time.
class SpoolRanges {
public:
  SpoolRanges(const base::Fd& file, std::uint64_t bytes_each, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      free_.push_back({.file = &file, .offset = bytes_each * i, .size = bytes_each});
  }

  /// One range, for as long as the lease lives. There are as many ranges as there are threads.
  class Lease {
  public:
    explicit Lease(SpoolRanges& ranges) : ranges_(&ranges) {
      const std::lock_guard lock(ranges.mutex_);
      spool_ = ranges.free_.back();
      ranges.free_.pop_back();
    }

    ~Lease() {
      const std::lock_guard lock(ranges_->mutex_);
      ranges_->free_.push_back(spool_);
    }

    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    [[nodiscard]] const Spool& spool() const { return spool_; }

  private:
    SpoolRanges* ranges_;
    Spool spool_;
  };

private:
  std::mutex mutex_;
  std::vector<Spool> free_;
};

class Reader {
public:
  Reader(base::WorkerContext& context, base::ThreadPool& pool, const base::Limits& limits)
      : channel_(&context.channel), pool_(&pool), limits_(&limits),
        spools_(context.spool, limits.binary_database_bytes, pool.threads() + 1) {}

  base::Result<void> run() {
    while (true) {
      base::Message message = PQ_TRY(channel_->receive(limits_->worker_answer_bytes));
      if (type_of(message) == MessageType::Quit) return {};
      PQ_TRY(handle(std::move(message)));
    }
  }

private:
  base::Result<void> handle(base::Message message) {
    switch (type_of(message)) {
    case MessageType::OpenArchive:
      return open_archive(std::move(message));
    case MessageType::OpenLayout:
      store_ = std::make_unique<RemoteBlobs>(*channel_, conversation_, *limits_);
      return describe(message);
    case MessageType::ReadLayers:
      return read_layers(message);
    case MessageType::AnalyzeFile:
      return analyze(message);
    default:
      return fail(Code::Malformed, "the reader got a message that it does not know");
    }
  }

  base::Result<void> open_archive(base::Message message) {
    if (!message.fd) return fail(Code::Io, "no descriptor came with the archive");
    archive_ = std::move(*message.fd);
    auto store = index_archive();
    if (!store) return answer_described(std::unexpected(store.error()));
    store_ = std::move(*store);
    return describe(message);
  }

  /// A plain archive is walked by seeking; a compressed one is read through once, and its layers
  /// are read on the way, before it is known which of them belong to the image.
  base::Result<std::unique_ptr<image::BlobStore>> index_archive() {
    const std::uint64_t size = PQ_TRY(base::file_size(archive_));
    auto stream = archive::file_stream(archive_, 0, size);
    const auto compression = archive::detect_compression(PQ_TRY(stream->peek(6)));
    if (compression == archive::Compression::None)
      return PQ_TRY(image::SeekableArchive::index(archive_, *limits_));
    const auto plain = PQ_TRY(archive::decompress(std::move(stream), compression, *limits_));
    auto store = PQ_TRY(image::StreamedArchive::read(
        *plain, *limits_, [&](const std::string& member, archive::ByteStream& stored) {
          return read_passing_layer(member, stored);
        }));
    streamed_ = true;
    return store;
  }

  base::Result<void> read_passing_layer(const std::string& member, archive::ByteStream& stored) {
    const auto compression = archive::detect_compression(PQ_TRY(stored.peek(6)));
    LayerOutcome outcome;
    if (compression == archive::Compression::None) {
      outcome.evidence = walk(stored);
    } else {
      const auto tar = PQ_TRY(
          archive::decompress(std::make_unique<BorrowedStream>(stored), compression, *limits_));
      outcome.evidence = walk(*tar);
    }
    passed_.insert_or_assign(member, std::move(outcome));
    return {};
  }

  base::Result<void> describe(const base::Message& message) {
    image::Selection selection;
    PQ_TRY(base::decode(base::as_bytes(message.payload), selection));
    return answer_described(image::describe_image(*store_, selection, *limits_));
  }

  base::Result<void> answer_described(base::Result<image::DescribedImage> described) {
    const WireError error = wire_error(described);
    if (described) image_ = std::move(*described);
    return send(*channel_, MessageType::Described, error, image_);
  }

  struct LayerOutcome {
    base::Result<LayerEvidence> evidence = LayerEvidence{};
    bool verified = false;
  };

  base::Result<void> read_layers(const base::Message& message) {
    LayerRequest request;
    PQ_TRY(base::decode(base::as_bytes(message.payload), request));
    extra_.clear();
    for (const LayerRequest::Extra& extra : request.extra)
      if (extra.cataloger < inventory::catalogers().size())
        extra_.emplace(extra.path, extra.cataloger);
    PQ_TRY(pool_->run(request.layers.size(),
                      [&](std::size_t slot) { return read_layer(request.layers[slot]); }));
    return send(*channel_, MessageType::LayersDone);
  }

  base::Result<void> read_layer(std::uint32_t index) {
    LayerOutcome outcome;
    if (index >= image_.layers.size())
      outcome.evidence = fail(Code::InvalidArgument, "there is no such layer");
    else if (streamed_)
      outcome = passing_outcome(image_.layers[index].blob);
    else
      outcome = read_stored(image_.layers[index]);
    const std::string evidence = outcome.evidence ? encode_evidence(*outcome.evidence) : "";
    return send(*channel_,
                MessageType::LayerRead,
                index,
                wire_error(outcome.evidence),
                outcome.verified,
                evidence);
  }

  LayerOutcome passing_outcome(const std::string& blob) const {
    const auto passed = passed_.find(blob);
    if (passed != passed_.end()) return passed->second;
    return {fail(Code::NotFound, "the archive has no layer " + base::printable(blob)), false};
  }

  LayerOutcome read_stored(const image::StoredLayer& layer) {
    auto open = image::open_layer(*store_, layer, *limits_);
    if (!open) return {std::unexpected(open.error()), false};
    LayerOutcome outcome{walk(*open->tar), open->verified};
    // A digest is verified at the end of the stream, which may lie behind the end of the archive.
    while (outcome.evidence && open->verified) {
      const auto rest = open->tar->next();
      if (!rest) outcome.evidence = std::unexpected(rest.error());
      if (!rest || rest->empty()) break;
    }
    return outcome;
  }

  base::Result<LayerEvidence> walk(archive::ByteStream& tar) {
    const SpoolRanges::Lease lease(spools_);
    return walk_layer(tar, matcher_, extra_, lease.spool(), *limits_);
  }

  base::Result<void> analyze(const base::Message& message) {
    FileRequest request;
    PQ_TRY(base::decode(base::as_bytes(message.payload), request));
    if (!message.fd || request.cataloger >= inventory::catalogers().size())
      return fail(Code::Malformed, "a file came without descriptor or cataloger");
    const FileEvidence evidence =
        analyze_file({request.path, *message.fd, 0, request.size}, request.cataloger, *limits_);
    return send(*channel_, MessageType::FileAnalyzed, evidence);
  }

  /// Hands a borrowed stream to someone who wants to own one.
  class BorrowedStream : public archive::ByteStream {
  public:
    explicit BorrowedStream(archive::ByteStream& stream) : stream_(&stream) {}

  private:
    base::Result<base::Bytes> read_piece() override { return stream_->next(); }

    archive::ByteStream* stream_;
  };

  base::Channel* channel_;
  base::ThreadPool* pool_;
  const base::Limits* limits_;
  SpoolRanges spools_;
  std::mutex conversation_;
  base::Fd archive_;
  std::unique_ptr<image::BlobStore> store_;
  bool streamed_ = false;
  std::map<std::string, LayerOutcome, std::less<>> passed_;
  image::DescribedImage image_;
  inventory::PathMatcher matcher_;
  ExtraPaths extra_;
};

} // namespace

base::WorkerTask reader_task(const base::Limits& limits, unsigned threads) {
  // Shared by the two steps of one task: the first makes it, the second uses it.
  const auto pool = std::make_shared<std::unique_ptr<base::ThreadPool>>();
  return {.prepare = [pool, threads] { *pool = std::make_unique<base::ThreadPool>(threads - 1); },
          .run =
              [pool, limits](base::WorkerContext& context) {
                return Reader(context, **pool, limits).run();
              }};
}

} // namespace portique::scan
