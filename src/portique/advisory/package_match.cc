#include "portique/advisory/package_match.h"

#include <algorithm>

#include "portique/advisory/package_name.h"
#include "portique/advisory/range_check.h"
#include "portique/base/text.h"
#include "portique/model/package_name.h"

namespace portique::advisory {

namespace {

/// "nodejs:16:8040020210708131418:522a0ee4" -> "nodejs:16".
std::string_view stream_of(std::string_view label) {
  const std::size_t first = label.find(':');
  if (first == std::string_view::npos) return label;
  return label.substr(0, label.find(':', first + 1));
}

bool is_modular(const model::Package& package) {
  return !package.module_label.empty() || package.version.find(".module") != std::string::npos;
}

/// Ubuntu writes it into the versions of its extended security maintenance: "1.2-3ubuntu1+esm1".
bool is_extended(const model::Package& package) {
  return package.source_version.find("esm") != std::string::npos ||
         package.version.find("esm") != std::string::npos;
}

} // namespace

PackageMatcher::PackageMatcher(const Database& database, std::optional<DistroEcosystem> distro)
    : database_(&database), distro_(std::move(distro)) {}

base::Result<const PackageMatches*> PackageMatcher::match(const model::Package& package) {
  const bool os = model::is_os_package(package);
  // All that the answer depends on.
  std::string key = package.type + '\0' + package.source_name + '\0' + package.source_version +
                    '\0' + package.module_label;
  // The entries of rpm distributions may name binary packages, so there each has its own answer.
  const bool by_source =
      os && package.type != "rpm" && distro_ && distro_->names == NameKind::Source;
  if (!by_source) key += '\0' + package.ns + '\0' + package.name + '\0' + package.version;
  const auto [slot, is_new] = known_.try_emplace(std::move(key));
  if (is_new) {
    current_ = &slot->second;
    PQ_TRY(ask(package));
  }
  return &slot->second;
}

base::Result<std::vector<PackageMatcher::TracedEntry>>
PackageMatcher::trace(const model::Package& package,
                      const std::function<bool(std::uint64_t)>& wanted) {
  PackageMatches answer;
  Trace trace{&wanted, {}};
  current_ = &answer;
  trace_ = &trace;
  const auto asked = ask(package);
  trace_ = nullptr;
  current_ = nullptr;
  if (!asked) return std::unexpected(asked.error());
  return std::move(trace.entries);
}

base::Result<void> PackageMatcher::ask(const model::Package& package) {
  if (model::is_os_package(package)) {
    if (!distro_) return {};
    const Query source{package.source_name, package.source_version, distro_->base};
    const Query binary{package.name, package.version, distro_->base};
    if (distro_->names != NameKind::Binary) PQ_TRY(look_up(source, package));
    const bool same = source.name == binary.name && source.version == binary.version;
    if (distro_->names == NameKind::Binary ||
        (distro_->names == NameKind::SourceAndBinary && !same))
      PQ_TRY(look_up(binary, package));
    return {};
  }
  if (package.type == "generic") {
    const auto entry = in_bitnami(package.ns, package.name, package.version);
    if (!entry) return {};
    return look_up({entry->name, entry->version, "Bitnami"}, package);
  }
  const std::string_view ecosystem = ecosystem_of_purl_type(package.type);
  if (ecosystem.empty()) return {};
  const std::string name = model::name_in_ecosystem(package);
  return look_up({name, package.version, ecosystem}, package);
}

base::Result<void> PackageMatcher::look_up(const Query& query, const model::Package& package) {
  cleared_.clear();
  const base::Bytes value = database_->entries(package_key(query.ecosystem, query.name));
  const std::size_t before = current_->entries.size();
  PQ_TRY(for_each_group(value, [&](std::string_view ecosystem, base::Bytes group) {
    return counts(ecosystem, package)
               ? check_group(query, package, ecosystem, group)
               : note_group(query, ecosystem, group, model::EntryOutcome::OtherRelease);
  }));
  if (trace_ != nullptr)
    for (TracedEntry& traced : trace_->entries)
      if (traced.entry.outcome == model::EntryOutcome::Affected &&
          std::ranges::find(cleared_, traced.advisory) != cleared_.end())
        traced.entry.outcome = model::EntryOutcome::Cleared;
  // What extended support has fixed is no longer open because the regular support left it so.
  auto& entries = current_->entries;
  const auto first = entries.begin() + static_cast<std::ptrdiff_t>(before);
  entries.erase(std::remove_if(first,
                               entries.end(),
                               [&](const MatchedEntry& entry) {
                                 return std::ranges::find(cleared_, entry.advisory) !=
                                        cleared_.end();
                               }),
                entries.end());
  return {};
}

model::ExplainedEntry* PackageMatcher::traced(const Query& query, std::string_view ecosystem) {
  if (trace_ == nullptr || !(*trace_->wanted)(record_.advisory)) return nullptr;
  TracedEntry& traced = trace_->entries.emplace_back();
  traced.advisory = record_.advisory;
  traced.entry.ecosystem = ecosystem;
  traced.entry.name = query.name;
  traced.entry.version = query.version;
  if (const auto scheme = version::scheme_of_ecosystem(query.ecosystem))
    traced.entry.order = version::scheme_info(*scheme).name;
  return &traced.entry;
}

base::Result<void> PackageMatcher::note_group(const Query& query,
                                              std::string_view ecosystem,
                                              base::Bytes group,
                                              model::EntryOutcome outcome) {
  if (trace_ == nullptr) return {};
  return for_each_entry(group, [&](base::Bytes entry) -> base::Result<void> {
    PQ_TRY(unpack_affected(entry, record_));
    if (model::ExplainedEntry* trace = traced(query, ecosystem)) trace->outcome = outcome;
    return {};
  });
}

bool PackageMatcher::counts(std::string_view ecosystem, const model::Package& package) const {
  if (!model::is_os_package(package)) return true;
  return names_release(distro_->releases, ecosystem) ||
         (is_extended(package) && names_release(distro_->extended, ecosystem));
}

/// Whether the entry in record_ is about this package's build at all.
bool PackageMatcher::concerns(const model::Package& package) const {
  // Elsewhere the list says what the source builds, and all that it builds share one answer.
  if (package.type != "rpm") return true;
  if (!record_.binaries.empty() &&
      std::ranges::find(record_.binaries, package.name) == record_.binaries.end())
    return false;
  if (record_.modular != is_modular(package)) return false;
  return record_.module_stream.empty() || package.module_label.empty() ||
         record_.module_stream == stream_of(package.module_label);
}

base::Result<void> PackageMatcher::check_group(const Query& query,
                                               const model::Package& package,
                                               std::string_view ecosystem,
                                               base::Bytes group) {
  const auto scheme = version::scheme_of_ecosystem(query.ecosystem);
  if (!scheme) {
    current_->undetermined =
        "the order of versions of " + std::string(query.ecosystem) + " is not known";
    return {};
  }
  const version::SchemeInfo& order = version::scheme_info(*scheme);
  if (!order.valid(query.version)) {
    current_->undetermined =
        "'" + base::printable(query.version) + "' is no version of " + std::string(query.ecosystem);
    return note_group(query, ecosystem, group, model::EntryOutcome::Undetermined);
  }
  const bool extended =
      model::is_os_package(package) && names_release(distro_->extended, ecosystem);
  return for_each_entry(group, [&](base::Bytes entry) -> base::Result<void> {
    PQ_TRY(unpack_affected(entry, record_));
    model::ExplainedEntry* trace = traced(query, ecosystem);
    const auto note = [trace](model::EntryOutcome outcome) {
      if (trace != nullptr) trace->outcome = outcome;
    };
    if (!concerns(package)) {
      note(model::EntryOutcome::OtherBuild);
      return {};
    }
    const RangeVerdict verdict = check_ranges(record_, order, query.version, trace);
    if (verdict.affected == Affectedness::Affected) {
      current_->entries.push_back({record_.advisory, ecosystem, verdict.fixed, record_.severity});
      note(model::EntryOutcome::Affected);
      if (trace != nullptr) trace->fixed = verdict.fixed;
    } else if (verdict.affected == Affectedness::Undetermined) {
      current_->undetermined = "the advisories compare it with '" +
                               base::printable(verdict.bad_bound) + "', which is no version";
      note(model::EntryOutcome::Undetermined);
    } else if (extended) {
      cleared_.push_back(record_.advisory);
    }
    return {};
  });
}

} // namespace portique::advisory
