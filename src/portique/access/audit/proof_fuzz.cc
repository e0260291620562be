// A proof is refused or says what it says; what is accepted is a line of a trail.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "portique/access/audit/entry_line.h"
#include "portique/access/audit/proof.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto checked = portique::access::check_proof(text, nullptr);
  if (!checked) return 0;
  const auto start = portique::access::read_line_start(checked->entry);
  if (!start || start->number != checked->number || !checked->is_own_key) std::abort();
  return 0;
}
