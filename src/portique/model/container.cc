#include "portique/model/container.h"

namespace portique::model {

std::string_view change_kind_name(ChangeKind kind) {
  switch (kind) {
  case ChangeKind::Added:
    return "added";
  case ChangeKind::Deleted:
    return "deleted";
  case ChangeKind::Changed:
    break;
  }
  return "changed";
}

} // namespace portique::model
