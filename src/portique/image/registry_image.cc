#include "portique/image/registry_image.h"

#include <cerrno>

#include <boost/json.hpp>
#include <sys/mman.h>
#include <unistd.h>

#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/image/oci_layout.h"

namespace portique::image {

namespace json = boost::json;
using base::Code;
using base::fail;
using base::fail_errno;

namespace {

/// The reader asks for as many layers at a time as it has threads.
constexpr std::size_t kDownloads = 32;
/// Every layer twice (the reader may walk them again), manifests and config.
constexpr std::uint64_t kOpened = 4096;

base::Result<base::Fd> memory_file(std::string_view content) {
  base::Fd file(::memfd_create("portique-blob", MFD_CLOEXEC));
  if (!file.valid()) return fail_errno("cannot make a file in memory", errno);
  PQ_TRY(base::write_all(file, base::as_bytes(content)));
  return file;
}

bool is_index_type(std::string_view media_type) {
  return media_type.contains("image.index") || media_type.contains("manifest.list");
}

bool is_manifest_type(std::string_view media_type) {
  return media_type.contains("manifest") && !is_index_type(media_type);
}

/// "blobs/sha256/HEX" -> the digest.
base::Result<base::Digest> digest_of_name(std::string_view name) {
  std::string_view rest = name;
  if (base::take_until(rest, '/') == "blobs") {
    const std::string algorithm(base::take_until(rest, '/'));
    if (auto digest = base::Digest::parse(algorithm + ":" + std::string(rest))) return digest;
  }
  return fail(Code::InvalidArgument, "'" + base::printable(name) + "' is no file of an OCI layout");
}

} // namespace

RegistryImage::RegistryImage(Reference reference,
                             std::unique_ptr<RegistryClient> client,
                             FetchedManifest root)
    : reference_(std::move(reference)), client_(std::move(client)), root_(std::move(root)) {}

base::Result<std::unique_ptr<RegistryImage>> RegistryImage::open(const Reference& reference,
                                                                 RegistryOptions options) {
  auto client = PQ_TRY(RegistryClient::open(reference, std::move(options)));
  FetchedManifest root = PQ_TRY(client->manifest(reference.version()));
  return std::unique_ptr<RegistryImage>(
      new RegistryImage(reference, std::move(client), std::move(root)));
}

RegistryImage::~RegistryImage() {
  client_->stop();
}

std::string RegistryImage::index_json() const {
  const json::object manifest{
      {"mediaType", root_.media_type},
      {"digest", root_.digest.text()},
      {"size", root_.bytes.size()},
      {"annotations", {{"io.containerd.image.name", reference_.text()}}},
  };
  return json::serialize(json::object{{"schemaVersion", 2}, {"manifests", json::array{manifest}}});
}

base::Result<base::Fd> RegistryImage::open_blob(std::string_view name) {
  if (name == "oci-layout") return memory_file(R"({"imageLayoutVersion":"1.0.0"})");
  if (name == "index.json") return memory_file(index_json());
  if (name == "manifest.json") return fail(Code::NotFound, "a registry has no manifest.json");
  const base::Digest digest = PQ_TRY(digest_of_name(name));
  Next next = Next::Blob;
  {
    const std::lock_guard lock(mutex_);
    if (++opened_ > kOpened) return fail(Code::LimitExceeded, "the reader asks for too many blobs");
    next = next_;
    failures_.erase(digest.text());
  }
  if (next == Next::Blob) return start_download(digest);
  auto manifest = open_manifest(digest);
  if (manifest || next == Next::Manifest || manifest.error().code() != Code::NotFound)
    return base::at("blob " + digest.text(), std::move(manifest));
  return start_download(digest);
}

/// What the manifest's type says of what comes next is the registry's word: a wrong one makes the
/// next look-up fail.
base::Result<base::Fd> RegistryImage::open_manifest(const base::Digest& digest) {
  const FetchedManifest manifest =
      digest == root_.digest ? root_ : PQ_TRY(client_->manifest(digest.text()));
  {
    const std::lock_guard lock(mutex_);
    next_ = is_index_type(manifest.media_type)      ? Next::Manifest
            : is_manifest_type(manifest.media_type) ? Next::Blob
                                                    : Next::Either;
  }
  return memory_file(manifest.bytes);
}

base::Result<base::Fd> RegistryImage::start_download(const base::Digest& digest) {
  const std::lock_guard lock(mutex_);
  std::erase_if(downloads_, [](const auto& download) { return download->ended.load(); });
  if (downloads_.size() >= kDownloads)
    return fail(Code::LimitExceeded, "the reader asks for too many blobs at a time");
  auto download = std::make_unique<Download>();
  download->feed = PQ_TRY(PipeFeed::start(
      [this, digest, ended = &download->ended](const ByteSink& sink, const Cancelled&) {
        auto outcome = this->download(digest, sink);
        *ended = true;
        return outcome;
      }));
  base::Fd reading = download->feed->take_reading_end();
  downloads_.push_back(std::move(download));
  return reading;
}

/// Runs in a thread of its own. What went wrong is remembered before the pipe is closed.
base::Result<void> RegistryImage::download(const base::Digest& digest, const ByteSink& sink) {
  bool wanted = true;
  auto outcome = client_->stream_blob(digest, [&](base::Bytes piece) {
    auto taken = sink(piece);
    wanted = taken.has_value();
    return taken;
  });
  if (outcome || !wanted) return {};
  const std::lock_guard lock(mutex_);
  failures_.insert_or_assign(digest.text(),
                             base::Error(outcome.error()).at("blob " + digest.text()));
  return outcome;
}

std::optional<base::Error> RegistryImage::failure_of(std::string_view name) {
  const auto digest = digest_of_name(name);
  if (!digest) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto failure = failures_.find(digest->text());
  if (failure == failures_.end()) return std::nullopt;
  return failure->second;
}

} // namespace portique::image
