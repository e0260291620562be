#include <cstddef>
#include <cstdint>
#include <utility>

#include "portique/scan/changed_files.h"

/// The input is each kind of list, and a file that they may speak of.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const portique::base::Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const portique::base::Limits limits;
  portique::scan::ChecksumCollector collector(limits);
  portique::scan::LayerEvidence layer;
  for (const char* path : {"var/lib/dpkg/info/a.md5sums",
                           "var/lib/dpkg/diversions",
                           "lib/apk/db/installed",
                           "var/lib/rpm/rpmdb.sqlite",
                           "var/lib/rpm/Packages",
                           "var/lib/rpm/Packages.db",
                           "usr/bin/hello"}) {
    collector.begin(path, 0644);
    collector.content(bytes);
    collector.end(layer.checksums, layer.issues);
  }
  const portique::scan::LayerEvidence layers[] = {std::move(layer)};
  (void)portique::scan::find_changed_files(layers);
  return 0;
}
