#include "portique/scan/verdict_store.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "portique/base/codec.h"
#include "portique/scan/cache_file.h"
#include "portique/scan/gate.h"

namespace portique::scan {

namespace {

/// Changes with the format.
constexpr std::string_view kKey = "verdict 1 ";
/// What a verdict is worth nothing without, sorted: a policy that was shown less than all of it
/// allows what it never saw.
constexpr std::array kNeeded{model::Scanner::Vulnerabilities,
                             model::Scanner::Secrets,
                             model::Scanner::Malware,
                             model::Scanner::Misconfigurations};
constexpr std::array<std::string_view, 4> kVerified{"docker", "podman", "containerd", "registry"};

} // namespace

VerdictStore::VerdictStore(const std::filesystem::path& cache_dir) {
  if (!cache_dir.empty()) folder_ = cache_dir / "verdicts";
}

std::optional<StoredVerdict> VerdictStore::load(const base::Digest& id) const {
  if (folder_.empty() || id.empty()) return std::nullopt;
  const auto content = load_cache_file(folder_, std::string(kKey) + id.text());
  if (!content) return std::nullopt;
  StoredVerdict verdict;
  std::int64_t scanned = 0;
  if (!base::decode(base::as_bytes(*content),
                    scanned,
                    verdict.decision,
                    verdict.policy,
                    verdict.policy_version))
    return std::nullopt;
  verdict.scanned = base::Time(std::chrono::seconds(scanned));
  return verdict;
}

base::Result<bool> VerdictStore::store(const model::Report& report) const {
  if (folder_.empty() || !report.verdict) return false;
  if (std::ranges::find(kVerified, report.subject.kind) == kVerified.end()) return false;
  // A container has changes that its image has not.
  if (report.subject.container) return false;
  const bool looked_for_all = std::ranges::includes(report.scanners, kNeeded);
  const std::string decision = is_incomplete(report) || !looked_for_all
                                   ? ""
                                   : std::string(model::decision_name(report.verdict->decision));
  const std::string content =
      base::encode(static_cast<std::int64_t>(report.created.time_since_epoch().count()),
                   decision,
                   report.verdict->policy,
                   report.verdict->version);
  bool stored = false;
  for (const base::Digest& id :
       {report.subject.image.config_digest, report.subject.image.manifest_digest}) {
    if (id.empty()) continue;
    PQ_TRY(store_cache_file(folder_, std::string(kKey) + id.text(), content));
    stored = true;
  }
  return stored;
}

} // namespace portique::scan
