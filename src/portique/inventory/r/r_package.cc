#include "portique/inventory/r/r_package.h"

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"

namespace portique::inventory {

void add_r_dependencies(std::string_view field, model::Package& package) {
  while (!field.empty()) {
    std::string_view item = base::take_until(field, ',');
    const std::string_view name = base::trim(base::take_until(item, '('));
    if (base::is_word(name) && name != "R") package.dependencies.push_back(utf8_value(name));
  }
}

std::string_view r_package_type(bool is_of_bioconductor) {
  return is_of_bioconductor ? "bioconductor" : "cran";
}

} // namespace portique::inventory
