// fetch_starter OUTPUT.tsv.zst CACHE [--kev FILE] [--cvss FILE]: what data/starter/ keeps, from the
// security archive that apt is configured for. Run by `make starter-db`.

#include <cstdio>
#include <span>
#include <string>
#include <string_view>

#include <zstd.h>

#include "portique/advisory/apt_archive.h"
#include "portique/advisory/apt_sources.h"
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

base::Result<std::string> read_unpacked(const std::string& path) {
  const base::Limits limits;
  const base::Fd file = PQ_TRY(base::open_file(path));
  const std::uint64_t size = PQ_TRY(base::file_size(file));
  auto stream = PQ_TRY(archive::decompress_detected(archive::file_stream(file, 0, size), limits));
  return stream->read_all(kBytes);
}

base::Result<void> fetch(std::span<char*> arguments) {
  const auto sources = PQ_TRY(advisory::configured_sources("/etc/apt"));
  advisory::AptFetch options;
  options.cache = arguments[1];
  options.keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
  options.now = base::now();
  advisory::StarterData data;
  data.fixes = PQ_TRY(advisory::fetch_apt_fixes(sources.front(), options, {}));
  for (const std::string& line : data.fixes.unread)
    std::fprintf(stderr, "not read: %s\n", line.c_str());
  for (std::size_t i = 2; i + 1 < arguments.size(); i += 2) {
    const std::string content = PQ_TRY(read_unpacked(arguments[i + 1]));
    if (std::string_view(arguments[i]) == "--kev")
      PQ_TRY(advisory::add_kev(content, data));
    else
      advisory::add_vectors(content, data);
  }
  const std::string text = advisory::format_starter(data);
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  const std::size_t length =
      ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), kLevel);
  if (ZSTD_isError(length) != 0)
    return base::fail(base::Code::Io, "cannot compress: "s + ZSTD_getErrorName(length));
  packed.resize(length);
  PQ_TRY(base::write_file_atomically(arguments[0], packed));
  std::printf("%s: %s of %s, %zu packages, %zu fixes, %zu known exploited, %zu CVSS vectors, %zu "
              "bytes\n",
              arguments[0],
              data.fixes.suite.c_str(),
              base::format_time(data.fixes.date).c_str(),
              data.fixes.packages,
              data.fixes.fixes.size(),
              data.kev.size(),
              data.vectors.size(),
              packed.size());
  return {};
}

} // namespace

int main(int argc, char** argv) {
  const std::span<char*> arguments(argv + 1, static_cast<std::size_t>(argc - 1));
  if (arguments.size() < 2 || arguments.size() % 2 != 0) {
    std::fputs("usage: fetch_starter OUTPUT.tsv.zst CACHE [--kev FILE] [--cvss FILE]\n", stderr);
    return 2;
  }
  const auto fetched = fetch(arguments);
  if (fetched) return 0;
  std::fprintf(stderr, "fetch_starter: %s\n", fetched.error().text().c_str());
  return 3;
}
