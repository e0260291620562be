#include "portique/inspect/image/image_checks.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "portique/base/digest.h"
#include "portique/inspect/config_files/rules.h"

namespace portique::inspect {

namespace {

std::array<std::span<const ImageCheck>, 5> all_checks() {
  return {image_config_checks(),
          image_history_checks(),
          image_file_checks(),
          image_package_checks(),
          image_program_checks()};
}

/// What is found in more places than these is not understood better by a longer list.
constexpr std::size_t kNamedPlaces = 100;

model::Finding finding_of(const Rule& rule, ImageHit hit) {
  model::Finding finding = finding_of(rule);
  finding.path = std::move(hit.path);
  finding.layer = hit.layer;
  const std::string& same = hit.identity.empty() ? hit.evidence : hit.identity;
  const std::string key = finding.id + '\0' + finding.path + '\0' + same;
  finding.fingerprint = base::digest_of(base::as_bytes(key)).hex();
  finding.evidence = std::move(hit.evidence);
  return finding;
}

} // namespace

std::vector<std::string_view> image_check_ids() {
  std::vector<std::string_view> ids;
  for (const auto checks : all_checks())
    for (const ImageCheck& check : checks)
      ids.push_back(check.id);
  std::ranges::sort(ids);
  return ids;
}

std::vector<model::Finding> check_image(const ImageSubject& subject) {
  ImageHits hits;
  for (const auto checks : all_checks())
    for (const ImageCheck& check : checks) {
      hits.set_rule(check.id);
      check.run(subject, hits);
    }
  std::vector<model::Finding> findings;
  std::map<std::string_view, std::size_t> counts;
  for (ImageHit& hit : std::move(hits).take()) {
    const Rule* rule = find_rule(hit.rule);
    const std::size_t count = ++counts[hit.rule];
    if (rule == nullptr || count > kNamedPlaces) continue;
    findings.push_back(finding_of(*rule, std::move(hit)));
  }
  for (const auto& [id, count] : counts)
    if (const Rule* rule = find_rule(id); rule != nullptr && count > kNamedPlaces)
      findings.push_back(finding_of(*rule,
                                    {id,
                                     {},
                                     model::kNoLayer,
                                     std::to_string(count - kNamedPlaces) + " further places",
                                     "further"}));
  std::ranges::stable_sort(findings, {}, &model::Finding::id);
  return findings;
}

} // namespace portique::inspect
