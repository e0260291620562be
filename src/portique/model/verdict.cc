#include "portique/model/verdict.h"

namespace portique::model {

std::string_view decision_name(Decision decision) {
  switch (decision) {
  case Decision::Allow:
    return "allow";
  case Decision::Warn:
    return "warn";
  case Decision::Deny:
    return "deny";
  }
  return "deny";
}

} // namespace portique::model
