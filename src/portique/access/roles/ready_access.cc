#include "portique/access/roles/ready_access.h"

#include <array>

// PORTIQUE_ACCESS_DIR is the folder rules/access.
#define PORTIQUE_EMBED(symbol, file)                                                               \
  __asm__(".section .rodata\n"                                                                     \
          ".global portique_access_" #symbol "_begin\n"                                            \
          "portique_access_" #symbol "_begin:\n"                                                   \
          ".incbin \"" PORTIQUE_ACCESS_DIR "/" file "\"\n"                                         \
          ".global portique_access_" #symbol "_end\n"                                              \
          "portique_access_" #symbol "_end:\n"                                                     \
          ".byte 0\n"                                                                              \
          ".text\n");                                                                              \
  extern "C" {                                                                                     \
  extern const char portique_access_##symbol##_begin[];                                            \
  extern const char portique_access_##symbol##_end[];                                              \
  }

// NOLINTBEGIN(readability-identifier-naming): symbols of the assembler
PORTIQUE_EMBED(viewer, "viewer.yaml")
PORTIQUE_EMBED(developer, "developer.yaml")
PORTIQUE_EMBED(operator, "operator.yaml")
PORTIQUE_EMBED(auditor, "auditor.yaml")
PORTIQUE_EMBED(admin, "admin.yaml")
PORTIQUE_EMBED(baseline, "baseline.yaml")
PORTIQUE_EMBED(own, "own.yaml")
PORTIQUE_EMBED(images, "images.yaml")
PORTIQUE_EMBED(strict, "strict.yaml")

// NOLINTEND(readability-identifier-naming)

namespace portique::access {

std::span<const ReadyAccess> ready_access() {
  using enum ReadyAccessKind;
  static const std::array kAll{
      ReadyAccess{"viewer", Role, {portique_access_viewer_begin, portique_access_viewer_end}},
      ReadyAccess{
          "developer", Role, {portique_access_developer_begin, portique_access_developer_end}},
      ReadyAccess{"operator", Role, {portique_access_operator_begin, portique_access_operator_end}},
      ReadyAccess{"auditor", Role, {portique_access_auditor_begin, portique_access_auditor_end}},
      ReadyAccess{"admin", Role, {portique_access_admin_begin, portique_access_admin_end}},
      ReadyAccess{
          "baseline", Constraints, {portique_access_baseline_begin, portique_access_baseline_end}},
      ReadyAccess{"own", Constraints, {portique_access_own_begin, portique_access_own_end}},
      ReadyAccess{
          "images", Constraints, {portique_access_images_begin, portique_access_images_end}},
      ReadyAccess{
          "strict", Constraints, {portique_access_strict_begin, portique_access_strict_end}},
  };
  return kAll;
}

std::optional<ReadyAccess> find_ready_access(ReadyAccessKind kind, std::string_view name) {
  for (const ReadyAccess& ready : ready_access())
    if (ready.kind == kind && ready.name == name) return ready;
  return std::nullopt;
}

} // namespace portique::access
