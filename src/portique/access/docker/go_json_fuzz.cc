// Text is refused or read within the bounds, and what was read reads as itself.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "portique/access/docker/engine_types.h"
#include "portique/access/docker/go_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using portique::access::engine_body_type;
  using portique::access::GoType;
  using portique::access::read_go_json;
  if (size == 0) return 0;
  static constexpr std::string_view kActions[] = {"containers.create",
                                                  "services.create",
                                                  "swarm.init",
                                                  "plugins.install",
                                                  "volumes.create",
                                                  "containers.exec",
                                                  "networks.create"};
  const GoType& type = *engine_body_type(kActions[data[0] % std::size(kActions)]);
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto value = read_go_json(text, type);
  if (!value) return 0;
  const std::string again = boost::json::serialize(*value);
  const auto second = read_go_json(again, type);
  // Numbers with a fraction may lose a digit when they are written.
  if (!second) std::abort();
  if (boost::json::serialize(*second) != again) std::abort();
  return 0;
}
