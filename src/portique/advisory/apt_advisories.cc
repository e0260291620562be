#include "portique/advisory/apt_advisories.h"

#include <map>
#include <string>

namespace portique::advisory {

std::vector<model::Advisory> advisories_of(const AptFixes& fixes) {
  std::map<std::string, model::Advisory> by_cve;
  for (const AptFix& fix : fixes.fixes) {
    model::Advisory& advisory = by_cve[fix.cve];
    if (advisory.id.empty()) {
      advisory.id = "DEBIAN-" + fix.cve;
      advisory.modified = fixes.date;
      advisory.upstream = {fix.cve};
      advisory.references = {
          {"ADVISORY", "https://security-tracker.debian.org/tracker/" + fix.cve}};
    }
    model::VersionRange range;
    range.events.push_back({model::EventKind::Introduced, "0"});
    if (!fix.fixed_version.empty())
      range.events.push_back({model::EventKind::Fixed, fix.fixed_version});
    model::Affected affected;
    affected.ecosystem = fixes.ecosystem;
    affected.name = fix.source;
    affected.ranges.push_back(std::move(range));
    advisory.affected.push_back(std::move(affected));
  }
  std::vector<model::Advisory> advisories;
  advisories.reserve(by_cve.size());
  for (auto& [cve, advisory] : by_cve)
    advisories.push_back(std::move(advisory));
  return advisories;
}

model::FeedInfo feed_info_of(const AptFixes& fixes) {
  return {.name = "apt",
          .source = fixes.uri + " " + fixes.suite,
          .updated = fixes.date,
          .records = advisories_of(fixes).size()};
}

} // namespace portique::advisory
