#include "portique/image/archive_blobs.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace archive = portique::archive;
  const auto stream = archive::memory_stream(std::as_bytes(std::span(data, size)));
  const auto blobs = portique::image::StreamedArchive::read(
      *stream,
      {},
      [](const std::string&, archive::ByteStream& tar) -> portique::base::Result<void> {
        PQ_TRY(tar.next());
        return {};
      });
  if (!blobs) return 0;
  for (const char* name : {"manifest.json", "index.json", "a"})
    static_cast<void>((*blobs)->resolve(name));
  return 0;
}
