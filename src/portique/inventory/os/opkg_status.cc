// opkg keeps its database as dpkg does:
// https://openwrt.org/docs/guide-user/additional-software/opkg

#include "portique/inventory/os/opkg_status.h"

#include "portique/inventory/add_issue.h"
#include "portique/inventory/os/dpkg_status.h"

namespace portique::inventory {

Analysis analyze_opkg_status(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  std::string buffer;
  if (const auto text = file.text(buffer))
    read_package_records(*text, "opkg", limits, analysis);
  else
    add_issue(analysis, text.error());
  for (model::Package& package : analysis.packages)
    package.path = file.path();
  return analysis;
}

} // namespace portique::inventory
