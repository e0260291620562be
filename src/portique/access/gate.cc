#include "portique/access/gate.h"

namespace portique::access {

std::string_view gate_name(Gate gate) {
  return gate == Gate::Plugin ? "plugin" : "guard";
}

} // namespace portique::access
