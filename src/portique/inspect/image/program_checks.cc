// How far programs are hardened that the image's makers brought themselves; the distribution's are
// built with its own settings, which no image can change.
#include <array>

#include "portique/inspect/image/image_checks.h"

namespace portique::inspect {

namespace {

void no_pie(const ImageSubject& subject, ImageHits& hits) {
  for (const Hardening& program : subject.facts.programs)
    if (!program.owned && program.program && !program.pie)
      hits.add("it is loaded at a fixed address", program.layer, program.path);
}

void no_relro(const ImageSubject& subject, ImageHits& hits) {
  for (const Hardening& program : subject.facts.programs)
    if (!program.owned && !program.relro && !program.go)
      hits.add("its table of functions stays writable (no RELRO)", program.layer, program.path);
}

void executable_stack(const ImageSubject& subject, ImageHits& hits) {
  for (const Hardening& program : subject.facts.programs)
    if (program.executable_stack)
      hits.add("it asks for an executable stack", program.layer, program.path);
}

void no_stack_protector(const ImageSubject& subject, ImageHits& hits) {
  for (const Hardening& program : subject.facts.programs)
    if (!program.owned && program.program && !program.stack_protector && !program.go)
      hits.add("nothing in it checks the stack", program.layer, program.path);
}

constexpr std::array kChecks{
    ImageCheck{"PQ-IM-090", no_pie},
    ImageCheck{"PQ-IM-091", no_relro},
    ImageCheck{"PQ-IM-092", executable_stack},
    ImageCheck{"PQ-IM-093", no_stack_protector},
};

} // namespace

std::span<const ImageCheck> image_program_checks() {
  return kChecks;
}

} // namespace portique::inspect
