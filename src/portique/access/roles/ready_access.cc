#include "portique/access/roles/ready_access.h"

#include <array>

#include "portique/base/byte_reader.h"
#include "portique/base/embed.h"

// PORTIQUE_ACCESS_DIR is the folder rules/access.
PQ_EMBED(access_viewer, PORTIQUE_ACCESS_DIR "/viewer.yaml");
PQ_EMBED(access_developer, PORTIQUE_ACCESS_DIR "/developer.yaml");
PQ_EMBED(access_operator, PORTIQUE_ACCESS_DIR "/operator.yaml");
PQ_EMBED(access_auditor, PORTIQUE_ACCESS_DIR "/auditor.yaml");
PQ_EMBED(access_admin, PORTIQUE_ACCESS_DIR "/admin.yaml");
PQ_EMBED(access_baseline, PORTIQUE_ACCESS_DIR "/baseline.yaml");
PQ_EMBED(access_own, PORTIQUE_ACCESS_DIR "/own.yaml");
PQ_EMBED(access_images, PORTIQUE_ACCESS_DIR "/images.yaml");
PQ_EMBED(access_strict, PORTIQUE_ACCESS_DIR "/strict.yaml");

namespace portique::access {

std::span<const ReadyAccess> ready_access() {
  using enum ReadyAccessKind;
  static const std::array kAll{
      ReadyAccess{"viewer", Role, base::as_text(PQ_EMBEDDED(access_viewer))},
      ReadyAccess{"developer", Role, base::as_text(PQ_EMBEDDED(access_developer))},
      ReadyAccess{"operator", Role, base::as_text(PQ_EMBEDDED(access_operator))},
      ReadyAccess{"auditor", Role, base::as_text(PQ_EMBEDDED(access_auditor))},
      ReadyAccess{"admin", Role, base::as_text(PQ_EMBEDDED(access_admin))},
      ReadyAccess{"baseline", Constraints, base::as_text(PQ_EMBEDDED(access_baseline))},
      ReadyAccess{"own", Constraints, base::as_text(PQ_EMBEDDED(access_own))},
      ReadyAccess{"images", Constraints, base::as_text(PQ_EMBEDDED(access_images))},
      ReadyAccess{"strict", Constraints, base::as_text(PQ_EMBEDDED(access_strict))},
  };
  return kAll;
}

std::optional<ReadyAccess> find_ready_access(ReadyAccessKind kind, std::string_view name) {
  for (const ReadyAccess& ready : ready_access())
    if (ready.kind == kind && ready.name == name) return ready;
  return std::nullopt;
}

} // namespace portique::access
