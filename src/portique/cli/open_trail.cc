#include "portique/cli/open_trail.h"

#include <utility>

#include "portique/access/audit/event_mask.h"
#include "portique/access/audit/export_sink.h"
#include "portique/inspect/secrets/builtin_rules.h"

namespace portique::cli {

base::Result<std::unique_ptr<access::FileTrail>>
open_trail(const std::string& folder, const std::vector<std::string>& exports) {
  access::TrailOptions options;
  options.folder = folder;
  for (const std::string& address : exports)
    options.sinks.push_back(
        access::make_export_sink(PQ_TRY(access::parse_export_address(address))));
  inspect::SecretRuleBook book;
  book.sets.push_back(
      std::make_shared<const inspect::SecretRules>(PQ_TRY(inspect::builtin_secret_rules())));
  const auto mask = PQ_TRY(access::EventMask::make(std::move(book), base::Limits{}));
  options.mask = [mask](access::AuditEvent& event) { mask->mask(event); };
  return access::FileTrail::open(std::move(options));
}

} // namespace portique::cli
