#include "portique/advisory/kev.h"

#include "portique/base/json.h"

namespace portique::advisory {

base::Result<KevCatalogue> parse_kev(std::string_view json) {
  const boost::json::value value = PQ_TRY(base::parse_json(json));
  const boost::json::object* fields = base::json_object(&value);
  if (base::json_array(base::json_member(fields, "vulnerabilities")) == nullptr)
    return base::fail(base::Code::Malformed, "not a KEV catalogue: it has no 'vulnerabilities'");
  KevCatalogue catalogue;
  catalogue.released = base::parse_time(base::json_string(fields, "dateReleased"));
  for (const auto& item : base::json_items(fields, "vulnerabilities")) {
    const std::string_view cve = base::json_string(base::json_object(&item), "cveID");
    if (!cve.starts_with("CVE-") || cve.size() > 64)
      return base::fail(base::Code::Malformed, "not a KEV catalogue: an entry has no CVE id");
    catalogue.cves.emplace_back(cve);
  }
  return catalogue;
}

} // namespace portique::advisory
