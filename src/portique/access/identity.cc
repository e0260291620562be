#include "portique/access/identity.h"

namespace portique::access {

std::string_view proof_name(Proof proof) {
  switch (proof) {
  case Proof::None:
    return "none";
  case Proof::Socket:
    return "socket";
  case Proof::Certificate:
    return "certificate";
  case Proof::Kubernetes:
    return "kubernetes";
  }
  return "none";
}

} // namespace portique::access
