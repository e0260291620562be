#include "portique/inventory/file_content.h"

namespace portique::inventory {

base::Result<std::string_view> FileContent::text(std::string& buffer) const {
  return base::as_text(PQ_TRY(source_.view(0, source_.size(), buffer)));
}

} // namespace portique::inventory
