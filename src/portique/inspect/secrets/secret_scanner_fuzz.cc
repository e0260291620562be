// Any content against the built-in rules: the first byte says in which pieces it comes. What is
// found must be the same whatever the pieces, and never stand in what is said of it.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "portique/inspect/secrets/builtin_rules.h"
#include "portique/inspect/secrets/secret_scanner.h"

namespace inspect = portique::inspect;

namespace {

inspect::SecretScanner& scanner() {
  static const inspect::SecretRuleBook kBook{
      {std::make_shared<const inspect::SecretRules>(inspect::builtin_secret_rules().value())}, {}};
  static inspect::SecretScanner kScanner =
      inspect::SecretScanner::make(kBook, inspect::SecretSalt("salt"), {}).value();
  return kScanner;
}

inspect::SecretFindings scan(std::string_view text, std::size_t piece) {
  scanner().begin("root/.bash_history", {});
  for (std::size_t at = 0; at < text.size(); at += piece)
    scanner().content(portique::base::as_bytes(text.substr(at, piece)));
  return scanner().end();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const inspect::SecretFindings whole = scan(text, size);
  const inspect::SecretFindings pieces = scan(text, data[0] % 64U + 1);
  if (whole.hits != pieces.hits) std::abort();
  for (const inspect::SecretHit& hit : whole.hits)
    if (hit.masked.size() > 64 || !hit.masked.ends_with("****")) std::abort();
  std::string config(text);
  (void)scanner().scan_config("Env", config);
  return 0;
}
