// Lines of any file: together they are the file, whatever it holds, and verifying it ends.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <sys/mman.h>
#include <unistd.h>

#include "portique/access/audit/chain_check.h"
#include "portique/access/audit/line_reader.h"
#include "portique/access/audit/signed_head.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  portique::base::Fd file(::memfd_create("lines", MFD_CLOEXEC));
  if (::write(file.get(), data, size) != static_cast<ssize_t>(size)) return 0;
  ::lseek(file.get(), 0, SEEK_SET);
  portique::access::LineReader reader(std::move(file));
  portique::access::LineHasher hasher;
  portique::access::ChainCheck check({"file"});
  std::string together;
  std::uint64_t row = 0;
  while (const auto line = reader.next().value()) {
    if (line->offset != together.size()) std::abort();
    together += line->bytes;
    if (line->is_ended) together += '\n';
    const auto start = portique::access::read_line_start(line->bytes);
    if (!start) {
      check.add_junk({0, ++row});
      continue;
    }
    check.add(*start, hasher.of(line->bytes), {0, ++row});
    if (start->kind == "head") (void)portique::access::read_head(line->bytes);
  }
  if (together != std::string_view(reinterpret_cast<const char*>(data), size)) std::abort();
  if (check.defects().empty() != (check.seams() == 0)) std::abort();
  return 0;
}
