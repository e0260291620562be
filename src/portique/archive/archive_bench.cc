// One pass over a layer, as a scan makes it that wants no file of it; bench/run takes the time.
#include <cstdio>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "portique/archive/decompress.h"
#include "portique/archive/layer_path.h"
#include "portique/archive/tar_reader.h"
#include "portique/base/file.h"

namespace {

namespace archive = portique::archive;
namespace base = portique::base;

/// The number of entries. Compressed layers are held against `digest` unless it is empty.
base::Result<std::uint64_t> walk(const std::string& path, const std::string& digest) {
  const base::Limits limits;
  const base::Fd file = PQ_TRY(base::open_file(path));
  auto stream = archive::file_stream(file, 0, PQ_TRY(base::file_size(file)));
  const auto head = PQ_TRY(stream->peek(archive::kDetectBytes));
  const archive::Compression compression = archive::detect_compression(head);
  if (!digest.empty())
    stream = archive::verified_stream(std::move(stream), PQ_TRY(base::Digest::parse(digest)), 0);
  const auto tar = PQ_TRY(archive::decompress(std::move(stream), compression, limits));
  archive::TarReader reader(*tar, limits);
  std::uint64_t entries = 0;
  std::string clean;
  while (const archive::TarEntry* entry = PQ_TRY(reader.next())) {
    archive::clean_path(entry->path, clean);
    ++entries;
  }
  // What follows the end of the archive is part of the digest.
  while (compression != archive::Compression::None && !PQ_TRY(tar->next()).empty()) {
  }
  return entries;
}

} // namespace

int main(int argc, char** argv) {
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  if (argc != 2 && argc != 3) {
    fmt::print(stderr, "usage: portique_archive_bench LAYER [DIGEST]\n");
    return 2;
  }
  const auto entries = walk(arguments[1], argc == 3 ? arguments[2] : "");
  if (!entries) {
    fmt::print(stderr, "{}\n", entries.error().text());
    return 1;
  }
  fmt::print("{{\"entries\": {}}}\n", *entries);
  return 0;
}
