// Entries of a database file that somebody else made.

#include "portique/advisory/affected_record.h"
#include "portique/advisory/range_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace advisory = portique::advisory;
  namespace version = portique::version;
  advisory::AffectedRecord record;
  static_cast<void>(advisory::for_each_group(
      std::as_bytes(std::span(data, size)), [&](std::string_view, portique::base::Bytes entries) {
        return advisory::for_each_entry(
            entries, [&](portique::base::Bytes entry) -> portique::base::Result<void> {
              PQ_TRY(advisory::unpack_affected(entry, record));
              advisory::check_ranges(
                  record, version::scheme_info(version::Scheme::Dpkg), "1:1.0-1");
              return {};
            });
      }));
  return 0;
}
