// Everything is collected in memory in packed form and written in key order, which LMDB takes at
// the speed of the disk. The texts of the records, which are most of the bytes, are compressed as
// they come with a dictionary that is trained on the first of them.

#include "portique/advisory/database_builder.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "portique/advisory/advisory_record.h"
#include "portique/advisory/affected_record.h"
#include "portique/advisory/database.h"
#include "portique/advisory/lmdb_file.h"
#include "portique/advisory/package_name.h"
#include "portique/advisory/text_codec.h"
#include "portique/base/codec.h"
#include "portique/base/digest.h"
#include "portique/version/schemes.h"

namespace portique::advisory {

using model::EventKind;

namespace {

/// Texts kept uncompressed until the dictionary is trained on them.
constexpr std::size_t kTrainingTexts = 4000;

std::string short_hash(std::string_view text) {
  return std::string(base::digest_of(base::as_bytes(text)).hex().substr(0, 32));
}

/// Bounds that are builds of a module say so in their release: "1.2-3.module_el8.5.0+...".
bool is_modular(std::string_view version) {
  return version.find(".module") != version.npos;
}

/// At one version introduced comes before fixed, so that an empty range affects nothing.
int rank(EventKind kind) {
  return kind == EventKind::Introduced ? 0 : 1;
}

AffectedRecord::Range sorted_range(const model::VersionRange& range,
                                   const version::SchemeInfo* scheme) {
  AffectedRecord::Range sorted;
  for (const model::RangeEvent& event : range.events)
    sorted.events.push_back({event.kind, event.version});
  const auto from_the_start = [](const AffectedRecord::Event& event) {
    return event.kind == EventKind::Introduced && event.version == "0";
  };
  const bool comparable =
      scheme != nullptr && std::ranges::all_of(sorted.events, [&](const auto& event) {
        return from_the_start(event) || event.version == "*" || scheme->valid(event.version);
      });
  if (!comparable) return sorted; // matching will say that it could not decide
  std::ranges::stable_sort(sorted.events, [&](const auto& a, const auto& b) {
    if (from_the_start(a) || from_the_start(b)) return from_the_start(a) && !from_the_start(b);
    if (a.version == "*" || b.version == "*") return a.version != "*" && b.version == "*";
    const auto order = scheme->compare(a.version, b.version);
    return order != 0 ? order < 0 : rank(a.kind) < rank(b.kind);
  });
  return sorted;
}

std::string_view own_severity(const model::Affected& affected) {
  if (!affected.urgency.empty()) return affected.urgency;
  for (const model::SeverityMark& mark : affected.severities)
    if (!mark.score.empty()) return mark.score;
  return {};
}

AffectedRecord record_of(const model::Affected& affected, const version::SchemeInfo* scheme) {
  AffectedRecord record;
  record.severity = own_severity(affected);
  for (const std::string& binary : affected.binaries)
    record.binaries.push_back(binary);
  for (const model::VersionRange& range : affected.ranges) {
    if (range.type == model::RangeType::Git) continue;
    record.ranges.push_back(sorted_range(range, scheme));
    for (const model::RangeEvent& event : range.events)
      record.modular |= is_modular(event.version);
  }
  for (const std::string& version : affected.versions)
    record.versions.push_back(version);
  return record;
}

} // namespace

struct DatabaseBuilder::State {
  /// (ecosystem base, name) -> ecosystem string -> packed entries.
  std::map<std::string, std::map<std::string, std::vector<std::string>>> packages;
  std::set<std::string> ecosystems;
  std::vector<std::string> heads;
  TextCompressor texts{kTrainingTexts};
  std::unordered_map<std::string, std::uint64_t> index_of; ///< by a hash of the packed head
  std::unordered_set<std::string> withdrawn;               ///< ids of those whose heads are there
  std::unordered_set<std::string> entries_seen; ///< hashes of entries of records that came before
  std::map<std::string, CveFacts, std::less<>> cves;
  std::map<std::string, model::FeedInfo> feeds;

  std::uint64_t add_head(const model::Advisory& advisory, const AdvisoryHead& head);
  void add_affected(const model::Advisory& advisory,
                    const model::Affected& affected,
                    std::uint64_t index,
                    bool seen_before);
  base::Result<void> write(LmdbWriter& writer, base::Time built);
  model::DatabaseInfo info(base::Time built) const;
};

DatabaseBuilder::DatabaseBuilder() : state_(std::make_unique<State>()) {}

DatabaseBuilder::~DatabaseBuilder() = default;

std::uint64_t DatabaseBuilder::State::add_head(const model::Advisory& advisory,
                                               const AdvisoryHead& head) {
  heads.push_back(base::encode(head));
  texts.add(base::encode(text_of(advisory)));
  if (head.cves.size() == 1 && !head.withdrawn)
    for (const std::string& vector : head.vectors) {
      auto& known = cves[head.cves.front()].vectors;
      if (std::ranges::find(known, vector, &CveFacts::Vector::vector) == known.end())
        known.push_back({vector, head.id});
    }
  return heads.size() - 1;
}

void DatabaseBuilder::State::add_affected(const model::Advisory& advisory,
                                          const model::Affected& affected,
                                          std::uint64_t index,
                                          bool seen_before) {
  if (affected.ecosystem.empty() || affected.name.empty()) return;
  const auto scheme = version::scheme_of_ecosystem(affected.ecosystem);
  AffectedRecord record = record_of(affected, scheme ? &version::scheme_info(*scheme) : nullptr);
  if (record.ranges.empty() && record.versions.empty()) return;
  record.advisory = index;
  std::string stream;
  if (record.modular) stream = module_stream_of(advisory);
  record.module_stream = stream;
  std::string packed = pack_affected(record);
  const std::string key = package_key(affected.ecosystem, affected.name);
  if (seen_before || advisory.affected.size() > 1) {
    const std::string identity = key + '\0' + affected.ecosystem + '\0' + packed;
    if (!entries_seen.insert(short_hash(identity)).second) return;
  }
  packages[key][affected.ecosystem].push_back(std::move(packed));
  ecosystems.insert(affected.ecosystem);
}

void DatabaseBuilder::add(const model::Advisory& advisory) {
  // Its head stays, so that somebody who asks can be told.
  if (advisory.withdrawn) {
    if (state_->withdrawn.insert(advisory.id).second) state_->add_head(advisory, head_of(advisory));
    return;
  }
  // Two exports may tell different things under one id; each keeps what it says of its own.
  const AdvisoryHead head = head_of(advisory);
  const auto [known, is_new] = state_->index_of.try_emplace(short_hash(base::encode(head)), 0);
  if (is_new) known->second = state_->add_head(advisory, head);
  for (const model::Affected& affected : advisory.affected)
    state_->add_affected(advisory, affected, known->second, !is_new);
}

void DatabaseBuilder::add_kev(std::string_view cve) {
  state_->cves[std::string(cve)].kev = true;
}

void DatabaseBuilder::add_epss(std::string_view cve, double score, double percentile) {
  CveFacts& facts = state_->cves[std::string(cve)];
  facts.epss = score;
  facts.epss_percentile = percentile;
}

void DatabaseBuilder::add_vector(std::string_view cve,
                                 std::string_view vector,
                                 std::string_view source) {
  state_->cves[std::string(cve)].vectors.push_back({std::string(vector), std::string(source)});
}

void DatabaseBuilder::set_feed(const model::FeedInfo& feed) {
  state_->feeds[feed.name] = feed;
}

std::uint64_t DatabaseBuilder::advisories() const {
  return state_->heads.size() - state_->withdrawn.size();
}

model::DatabaseInfo DatabaseBuilder::State::info(base::Time built) const {
  model::DatabaseInfo info;
  info.schema_version = kSchemaVersion;
  info.built = built;
  for (const auto& [name, feed] : feeds)
    info.feeds.push_back(feed);
  info.ecosystems.assign(ecosystems.begin(), ecosystems.end());
  return info;
}

base::Result<void> DatabaseBuilder::State::write(LmdbWriter& writer, base::Time built) {
  PQ_TRY(writer.begin(kMetaTable));
  const std::vector<std::string> compressed = texts.finish();
  PQ_TRY(writer.append(kDictionaryKey, texts.dictionary()));
  PQ_TRY(writer.append(kInfoKey, encode_info(info(built))));
  PQ_TRY(writer.begin(kPackagesTable));
  for (const auto& [key, groups] : packages) {
    std::string value;
    for (const auto& [ecosystem, entries] : groups)
      append_group(value, ecosystem, entries);
    PQ_TRY(writer.append(key, value));
  }
  PQ_TRY(writer.begin(kAdvisoriesTable));
  for (std::size_t i = 0; i < heads.size(); ++i)
    PQ_TRY(writer.append(advisory_key(i), base::encode(heads[i], compressed[i])));
  PQ_TRY(writer.begin(kCvesTable));
  for (const auto& [cve, facts] : cves)
    PQ_TRY(writer.append(cve, base::encode(facts)));
  return writer.commit();
}

base::Result<void> DatabaseBuilder::finish(const std::filesystem::path& file, base::Time built) {
  std::error_code error;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), error);
  auto writer = PQ_TRY(LmdbWriter::create(file));
  PQ_TRY(state_->write(writer, built));
  PQ_TRY(base::at("the new database", verify_database(writer.path())));
  return writer.publish();
}

} // namespace portique::advisory
