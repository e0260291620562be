#include "portique/scan/reader.h"

#include <cerrno>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <sys/stat.h>

#include "portique/archive/decompress.h"
#include "portique/base/file.h"
#include "portique/base/parallel.h"
#include "portique/base/text.h"
#include "portique/image/archive_blobs.h"
#include "portique/inventory/sbom/sbom_reader.h"
#include "portique/scan/clamd_relay.h"
#include "portique/scan/content_queue.h"
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

/// Blobs of an OCI layout, which the process outside opens one by one: files, or pipes that it
/// fills from elsewhere.
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
    struct stat status{};
    if (::fstat(answer.fd->get(), &status) != 0)
      return base::fail_errno("cannot look at a blob", errno);
    if (!S_ISREG(status.st_mode)) return archive::pipe_stream(std::move(*answer.fd));
    return std::make_unique<OwnedFileStream>(std::move(*answer.fd),
                                             static_cast<std::uint64_t>(status.st_size));
  }

private:
  base::Channel* channel_;
  std::mutex* conversation_;
  const base::Limits* limits_;
};

/// Hands through what a borrowed stream yields and hashes it.
class HashedStream : public archive::ByteStream {
public:
  HashedStream(archive::ByteStream& stream, base::Hasher& hasher)
      : stream_(&stream), hasher_(&hasher) {}

private:
  base::Result<base::Bytes> read_piece() override {
    const base::Bytes piece = PQ_TRY(stream_->next());
    hasher_->update(piece);
    return piece;
  }

  archive::ByteStream* stream_;
  base::Hasher* hasher_;
};

/// The inspectors' threads, each of which serves one walk at a time.
class ContentQueues {
public:
  explicit ContentQueues(std::vector<std::unique_ptr<ContentQueue>> queues)
      : queues_(std::move(queues)) {
    for (const auto& queue : queues_)
      free_.push_back(queue.get());
  }

  /// One queue, for as long as the lease lives; none if contents are not inspected.
  class Lease {
  public:
    explicit Lease(ContentQueues& queues) : queues_(&queues) {
      const std::lock_guard lock(queues.mutex_);
      if (queues.free_.empty()) return;
      queue_ = queues.free_.back();
      queues.free_.pop_back();
    }

    ~Lease() {
      if (queue_ == nullptr) return;
      const std::lock_guard lock(queues_->mutex_);
      queues_->free_.push_back(queue_);
    }

    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    [[nodiscard]] ContentQueue* queue() const { return queue_; }

  private:
    ContentQueues* queues_;
    ContentQueue* queue_ = nullptr;
  };

private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<ContentQueue>> queues_;
  std::vector<ContentQueue*> free_;
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
  Reader(base::WorkerContext& context,
         base::ThreadPool& pool,
         ContentQueues& contents,
         const ContentSearch& search,
         const base::Limits& limits)
      : channel_(&context.channel), pool_(&pool), limits_(&limits), contents_(&contents),
        search_(&search), spools_(context.spool, limits.binary_database_bytes, pool.threads() + 1) {
  }

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
      return read_layers(std::move(message));
    case MessageType::AnalyzeFile:
      return analyze(message);
    case MessageType::ReadTar:
      return read_tar(std::move(message));
    case MessageType::ReadSbom:
      return read_sbom(message);
    case MessageType::InspectFile:
      return inspect(message);
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

  /// A plain archive in a file is walked by seeking. One that is compressed or comes through a pipe
  /// is read through once, and its layers are read on the way, before it is known which of them
  /// belong to the image.
  base::Result<std::unique_ptr<image::BlobStore>> index_archive() {
    piped_ = !base::is_regular_file(archive_);
    auto stream = piped_ ? archive::pipe_stream(std::move(archive_))
                         : archive::file_stream(archive_, 0, PQ_TRY(base::file_size(archive_)));
    const auto compression = archive::detect_compression(PQ_TRY(stream->peek(6)));
    if (compression != archive::Compression::None)
      stream = PQ_TRY(archive::decompress(std::move(stream), compression, *limits_));
    else if (!piped_)
      return PQ_TRY(image::SeekableArchive::index(archive_, *limits_));
    passed_.clear();
    auto store = PQ_TRY(image::StreamedArchive::read(
        *stream, *limits_, [&](const std::string& member, archive::ByteStream& stored) {
          return read_passing_layer(member, stored);
        }));
    streamed_ = true;
    return store;
  }

  base::Result<void> read_passing_layer(const std::string& member, archive::ByteStream& stored) {
    const auto compression = archive::detect_compression(PQ_TRY(stored.peek(6)));
    if (compression == archive::Compression::None) return keep_passing_layer(member, stored);
    const auto tar = PQ_TRY(
        archive::decompress(std::make_unique<BorrowedStream>(stored), compression, *limits_));
    return keep_passing_layer(member, *tar);
  }

  /// What an engine sends is hashed, so that its layers can be known again.
  base::Result<void> keep_passing_layer(const std::string& member, archive::ByteStream& tar) {
    LayerOutcome outcome;
    if (piped_) {
      base::Hasher hasher;
      HashedStream hashed(tar, hasher);
      outcome.evidence = walk(hashed);
      if (outcome.evidence) {
        PQ_TRY(read_to_end(hashed));
        outcome.diff_id = hasher.finish();
      }
    } else {
      outcome.evidence = walk(tar);
    }
    passed_.insert_or_assign(member, std::move(outcome));
    return {};
  }

  static base::Result<void> read_to_end(archive::ByteStream& stream) {
    while (!PQ_TRY(stream.next()).empty()) {
    }
    return {};
  }

  base::Result<void> describe(const base::Message& message) {
    image::Selection selection;
    PQ_TRY(base::decode(base::as_bytes(message.payload), selection));
    return answer_described(image::describe_image(*store_, selection, *limits_));
  }

  base::Result<void> answer_described(base::Result<image::DescribedImage> described) {
    std::vector<inspect::SecretHit> hits;
    std::vector<inspect::MalwareHit> malware;
    // Before what it reads is masked and dropped.
    if (described && search_->malware) {
      auto found = malware_in_config(*search_->malware, described->texts);
      if (found)
        malware = std::move(*found);
      else
        described = std::unexpected(found.error());
    }
    if (described && search_->secrets) {
      auto found = search_config(*search_->secrets, *described, *limits_);
      if (found)
        hits = std::move(*found);
      else
        described = std::unexpected(found.error());
    }
    const WireError error = wire_error(described);
    if (described) image_ = std::move(*described);
    // Layers that came through a pipe were hashed as they are unpacked, and are known by that.
    for (std::size_t i = 0; described && piped_ && i < image_.layers.size(); ++i)
      image_.layers[i].digest = image_.image.layers[i].diff_id;
    return send(*channel_, MessageType::Described, error, image_, hits, malware);
  }

  struct LayerOutcome {
    base::Result<LayerEvidence> evidence = LayerEvidence{};
    bool verified = false;
    base::Digest diff_id; ///< of what passed; empty if it was not hashed
  };

  base::Result<void> read_layers(base::Message message) {
    LayerRequest request;
    PQ_TRY(base::decode(base::as_bytes(message.payload), request));
    extra_.clear();
    for (const LayerRequest::Extra& extra : request.extra)
      if (extra.cataloger < inventory::catalogers().size())
        extra_.emplace(extra.path, extra.cataloger);
    if (streamed_ && !extra_.empty()) {
      if (message.fd) archive_ = std::move(*message.fd);
      store_ = PQ_TRY(index_archive());
    }
    PQ_TRY(pool_->run(request.layers.size(),
                      [&](std::size_t slot) { return read_layer(request.layers[slot]); }));
    return send(*channel_, MessageType::LayersDone);
  }

  base::Result<void> read_layer(std::uint32_t index) {
    LayerOutcome outcome;
    if (index >= image_.layers.size())
      outcome.evidence = fail(Code::InvalidArgument, "there is no such layer");
    else if (streamed_)
      outcome = passing_outcome(index);
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

  LayerOutcome passing_outcome(std::uint32_t index) const {
    const std::string& blob = image_.layers[index].blob;
    const auto passed = passed_.find(blob);
    if (passed == passed_.end())
      return {fail(Code::NotFound, "the archive has no layer " + base::printable(blob)), false, {}};
    LayerOutcome outcome = passed->second;
    if (outcome.diff_id.empty()) return outcome;
    const base::Digest& promised = image_.image.layers[index].diff_id;
    outcome.verified = outcome.diff_id == promised;
    if (!outcome.verified)
      outcome.evidence = fail(Code::DigestMismatch,
                              "the layer should have the digest " + promised.text() + " but has " +
                                  outcome.diff_id.text());
    return outcome;
  }

  LayerOutcome read_stored(const image::StoredLayer& layer) {
    auto open = image::open_layer(*store_, layer, *limits_);
    if (!open) return {std::unexpected(open.error()), false, {}};
    LayerOutcome outcome{walk(*open->tar), open->verified, {}};
    // A digest is verified at the end of the stream, which may lie behind the end of the archive.
    while (outcome.evidence && open->verified) {
      const auto rest = open->tar->next();
      if (!rest) outcome.evidence = std::unexpected(rest.error());
      if (!rest || rest->empty()) break;
    }
    return outcome;
  }

  base::Result<LayerEvidence> walk(archive::ByteStream& tar, const OnlyPaths* only = nullptr) {
    const SpoolRanges::Lease lease(spools_);
    const ContentQueues::Lease contents(*contents_);
    return walk_layer(tar,
                      matcher_,
                      extra_,
                      lease.spool(),
                      *limits_,
                      {.only = only, .contents = contents.queue()});
  }

  base::Result<void> read_tar(base::Message message) {
    TarRequest request;
    PQ_TRY(base::decode(base::as_bytes(message.payload), request));
    if (!message.fd) return fail(Code::Io, "no descriptor came with the archive");
    const OnlyPaths only(request.only.begin(), request.only.end());
    const auto stream = archive::pipe_stream(std::move(*message.fd));
    const auto evidence = walk(*stream, request.all ? nullptr : &only);
    return send(*channel_,
                MessageType::TarRead,
                wire_error(evidence),
                evidence ? encode_evidence(*evidence) : std::string());
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

  base::Result<void> inspect(const base::Message& message) {
    InspectRequest request;
    PQ_TRY(base::decode(base::as_bytes(message.payload), request));
    if (!message.fd) return fail(Code::Malformed, "a file came without descriptor");
    const ContentQueues::Lease lease(*contents_);
    if (lease.queue() == nullptr) return fail(Code::Malformed, "nothing inspects contents");
    const auto stream = archive::file_stream(*message.fd, 0, request.size);
    lease.queue()->begin({request.path, request.mode, request.uid, request.gid, request.size});
    const auto read = [&]() -> base::Result<void> {
      while (true) {
        const base::Bytes piece = PQ_TRY(stream->next());
        if (piece.empty()) return {};
        lease.queue()->content(piece);
      }
    }();
    // What was read of a file that shrank meanwhile is looked at, too.
    lease.queue()->end();
    const ContentEvidence found = lease.queue()->finish();
    return send(*channel_, MessageType::FileInspected, wire_error(read), found);
  }

  base::Result<void> read_sbom(const base::Message& message) {
    std::uint64_t size = 0;
    PQ_TRY(base::decode(base::as_bytes(message.payload), size));
    if (!message.fd) return fail(Code::Malformed, "an SBOM came without descriptor");
    return send(*channel_,
                MessageType::SbomRead,
                inventory::read_sbom_document({"sbom", *message.fd, 0, size}, *limits_));
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
  ContentQueues* contents_;
  const ContentSearch* search_;
  SpoolRanges spools_;
  std::mutex conversation_;
  base::Fd archive_;
  std::unique_ptr<image::BlobStore> store_;
  bool streamed_ = false; ///< its layers passed by
  bool piped_ = false;    ///< ... and were hashed
  std::map<std::string, LayerOutcome, std::less<>> passed_;
  image::DescribedImage image_;
  inventory::PathMatcher matcher_;
  ExtraPaths extra_;
};

} // namespace

namespace {

/// What the first step of the task makes and the second one uses; the inspectors borrow from it.
struct ReaderThreads {
  ContentSearch search;
  base::Limits limits;
  std::unique_ptr<base::ThreadPool> pool;
  std::unique_ptr<ContentQueues> contents;
  std::optional<base::Error> failure;
};

/// One thread for each walk that can run at the same time.
base::Result<std::unique_ptr<ContentQueues>>
start_inspectors(const ContentSearch& search,
                 const std::vector<int>& clamd_channels,
                 const base::Limits& limits,
                 unsigned threads) {
  std::vector<std::unique_ptr<ContentQueue>> queues;
  for (unsigned i = 0; search.inspects_files() && i < threads; ++i) {
    auto inspectors = PQ_TRY(make_inspectors(search, limits));
    if (search.malware && i < clamd_channels.size())
      inspectors.push_back(clamd_inspector(base::Fd(clamd_channels[i]), search.malware->limits));
    queues.push_back(std::make_unique<ContentQueue>(std::move(inspectors)));
  }
  return std::make_unique<ContentQueues>(std::move(queues));
}

} // namespace

base::WorkerTask reader_task(const base::Limits& limits,
                             unsigned threads,
                             ContentSearch search,
                             std::vector<int> clamd_channels) {
  // Shared by the two steps of one task: the first makes it, the second uses it.
  const auto made = std::make_shared<ReaderThreads>();
  made->search = std::move(search);
  made->limits = limits;
  return {.prepare =
              [=] {
                made->pool = std::make_unique<base::ThreadPool>(threads - 1);
                auto contents =
                    start_inspectors(made->search, clamd_channels, made->limits, threads);
                if (contents)
                  made->contents = std::move(*contents);
                else
                  made->failure = contents.error();
              },
          .run = [=](base::WorkerContext& context) -> base::Result<void> {
            if (made->failure) return std::unexpected(*made->failure);
            return Reader(context, *made->pool, *made->contents, made->search, made->limits).run();
          }};
}

} // namespace portique::scan
