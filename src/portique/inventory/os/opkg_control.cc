// The control file of the package as it was built; opkg's status has no licences.

#include "portique/inventory/os/opkg_control.h"

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/os/deb822.h"

namespace portique::inventory {

Analysis analyze_opkg_control(const FileContent& file, const base::Limits&) {
  Analysis analysis;
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  LicenceFact fact;
  Deb822Reader reader(*text);
  while (const auto item = reader.next()) {
    if (item->kind == Deb822Item::Kind::EndOfStanza) break;
    if (item->kind == Deb822Item::Kind::Broken) {
      if (!issues_are_full(analysis))
        add_issue(
            analysis,
            base::Code::Malformed,
            fmt::format("line {}: {} is no field of a record", item->line, excerpt(item->value)));
    } else if (base::equals_ignore_case(item->name, "Package")) {
      fact.package = utf8_value(item->value);
    } else if (base::equals_ignore_case(item->name, "License") && !item->value.empty()) {
      fact.licences = {utf8_value(item->value)};
    }
  }
  if (!is_deb_package_name(fact.package))
    add_issue(analysis, base::Code::Malformed, "it names no package");
  else if (!fact.licences.empty())
    analysis.licences.push_back(std::move(fact));
  return analysis;
}

} // namespace portique::inventory
