#include "portique/http/server.h"

#include "portique/base/text.h"

namespace portique::http {

std::string_view header_value(const std::vector<Header>& headers, std::string_view name) {
  for (const Header& header : headers)
    if (base::equals_ignore_case(header.name, name)) return header.value;
  return {};
}

} // namespace portique::http
