// build_starter DATA.tsv.zst OUTPUT: the starter database, compressed, as it is embedded.
// Run by the build. The same input gives the same database.

#include <cstdio>
#include <string>

#include <fcntl.h>
#include <zstd.h>

#include "portique/advisory/apt_advisories.h"
#include "portique/advisory/database_builder.h"
#include "portique/advisory/starter_data.h"
#include "portique/archive/byte_stream.h"
#include "portique/archive/decompress.h"
#include "portique/base/file.h"

namespace {

using namespace std::string_literals;
namespace advisory = portique::advisory;
namespace archive = portique::archive;
namespace base = portique::base;

constexpr std::uint64_t kBytes = 512ULL << 20U;
constexpr int kLevel = 19;

base::Result<void> build(const std::string& input, const std::string& output) {
  const base::Limits limits;
  const base::Fd file = PQ_TRY(base::open_file(input));
  const std::uint64_t size = PQ_TRY(base::file_size(file));
  auto stream = PQ_TRY(archive::decompress_detected(archive::file_stream(file, 0, size), limits));
  const auto data = PQ_TRY(advisory::parse_starter(PQ_TRY(stream->read_all(kBytes))));

  advisory::DatabaseBuilder builder;
  for (const auto& record : advisory::advisories_of(data.fixes))
    builder.add(record);
  for (const std::string& cve : data.kev)
    builder.add_kev(cve);
  for (const auto& [cve, vector] : data.vectors)
    builder.add_vector(cve, vector, "CISA");
  builder.set_feed(advisory::feed_info_of(data.fixes));
  builder.set_feed({"kev", "https://github.com/cisagov/kev-data", data.kev_date, data.kev.size()});
  const std::string database = output + ".lmdb";
  PQ_TRY(builder.finish(database, data.fixes.date));

  const std::string content = PQ_TRY(base::read_file(database, kBytes));
  std::string packed(ZSTD_compressBound(content.size()), '\0');
  const std::size_t length =
      ZSTD_compress(packed.data(), packed.size(), content.data(), content.size(), kLevel);
  if (ZSTD_isError(length) != 0)
    return base::fail(base::Code::Io, "cannot compress: "s + ZSTD_getErrorName(length));
  packed.resize(length);
  return base::write_file_atomically(output, packed);
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: build_starter DATA.tsv.zst OUTPUT\n", stderr);
    return 2;
  }
  const auto built = build(argv[1], argv[2]);
  if (built) return 0;
  std::fprintf(stderr, "build_starter: %s\n", built.error().text().c_str());
  return 3;
}
