// Any text is either refused or gives entries that the format allows, in the order of their lines.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "portique/scan/ignore_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace std::literals;
  namespace scan = portique::scan;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto file = scan::parse_ignore_file("ignore", text);
  if (!file) return file.error().text().starts_with("ignore: line "sv) ? 0 : (std::abort(), 0);
  std::size_t line = 0;
  for (const auto& entry : file->entries) {
    if (entry.line <= line || entry.id.empty()) std::abort();
    line = entry.line;
  }

  // What was read, written in its plainest form, reads back the same.
  std::string plain;
  for (const auto& entry : file->entries) {
    plain += entry.id;
    if (entry.expires) plain += " exp:" + portique::base::format_date(*entry.expires);
    plain += " # " + entry.reason + "\n";
  }
  const auto again = scan::parse_ignore_file("again", plain);
  if (!again || again->entries.size() != file->entries.size()) std::abort();
  for (std::size_t i = 0; i < again->entries.size(); ++i)
    if (again->entries[i].id != file->entries[i].id ||
        again->entries[i].expires != file->entries[i].expires ||
        again->entries[i].reason != file->entries[i].reason)
      std::abort();
  return 0;
}
