#include "portique/advisory/database.h"

#include <algorithm>

#include "portique/advisory/affected_record.h"
#include "portique/advisory/lmdb_file.h"
#include "portique/advisory/text_codec.h"

namespace portique::model {

template <typename Codec, base::CodedAs<FeedInfo> T> void fields(Codec& codec, T& feed) {
  codec(feed.name, feed.source, feed.updated, feed.records);
}

template <typename Codec, base::CodedAs<DatabaseInfo> T> void fields(Codec& codec, T& info) {
  codec(info.built, info.feeds, info.ecosystems);
}

} // namespace portique::model

namespace portique::advisory {

using base::Code;
using base::fail;

struct Database::State {
  LmdbReader file;
  TextDecompressor texts;
  model::DatabaseInfo info;
};

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}

Database::~Database() = default;
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;

std::string encode_info(const model::DatabaseInfo& info) {
  return base::encode(info.schema_version, info);
}

std::string advisory_key(std::uint64_t index) {
  std::string key(8, '\0');
  for (std::size_t i = key.size(); i-- > 0; index >>= 8U)
    key[i] = static_cast<char>(index & 0xFFU);
  return key;
}

base::Result<Database> Database::open(const std::filesystem::path& file) {
  LmdbReader reader = PQ_TRY(LmdbReader::open(file));
  const auto raw = reader.get(kMetaTable, kInfoKey);
  if (!raw) return fail(Code::Malformed, file.string() + " is not an advisory database");
  model::DatabaseInfo info;
  base::Decoder decoder(*raw);
  decoder(info.schema_version);
  if (info.schema_version != kSchemaVersion)
    return fail(Code::Unsupported,
                file.string() + " was made by another version of portique (layout " +
                    std::to_string(info.schema_version) + ", this one reads " +
                    std::to_string(kSchemaVersion) + "); build or update it again");
  decoder(info);
  if (!decoder.finish()) return damaged_database();
  const base::Bytes dictionary = reader.get(kMetaTable, kDictionaryKey).value_or(base::Bytes{});
  return Database(std::make_unique<State>(
      State{std::move(reader), TextDecompressor(dictionary), std::move(info)}));
}

const model::DatabaseInfo& Database::info() const {
  return state_->info;
}

void Database::mark_embedded() {
  state_->info.embedded = true;
}

bool Database::covers(std::string_view ecosystem) const {
  return std::ranges::binary_search(state_->info.ecosystems, ecosystem);
}

base::Bytes Database::entries(std::string_view key) const {
  return state_->file.get(kPackagesTable, key).value_or(base::Bytes{});
}

namespace {

struct StoredAdvisory {
  std::string head;
  std::string text;
};

base::Result<StoredAdvisory> stored_advisory(const LmdbReader& file, std::uint64_t index) {
  const auto raw = file.get(kAdvisoriesTable, advisory_key(index));
  if (!raw) return damaged_database();
  StoredAdvisory stored;
  if (!base::decode(*raw, stored.head, stored.text)) return damaged_database();
  return stored;
}

} // namespace

base::Result<AdvisoryHead> Database::head(std::uint64_t index) const {
  const StoredAdvisory stored = PQ_TRY(stored_advisory(state_->file, index));
  AdvisoryHead head;
  if (!base::decode(base::as_bytes(stored.head), head)) return damaged_database();
  return head;
}

base::Result<AdvisoryText> Database::text(std::uint64_t index) const {
  const StoredAdvisory stored = PQ_TRY(stored_advisory(state_->file, index));
  const std::string plain = PQ_TRY(state_->texts.decompress(base::as_bytes(stored.text)));
  AdvisoryText text;
  if (!base::decode(base::as_bytes(plain), text)) return damaged_database();
  return text;
}

base::Result<std::optional<CveFacts>> Database::cve(std::string_view id) const {
  const auto raw = state_->file.get(kCvesTable, id);
  if (!raw) return std::nullopt;
  CveFacts facts;
  if (!base::decode(*raw, facts)) return damaged_database();
  return facts;
}

base::Result<void>
Database::for_each_head(const std::function<void(std::uint64_t, const AdvisoryHead&)>& each) const {
  std::uint64_t index = 0;
  return state_->file.for_each(kAdvisoriesTable,
                               [&](std::string_view, base::Bytes) -> base::Result<void> {
                                 each(index, PQ_TRY(head(index)));
                                 ++index;
                                 return {};
                               });
}

base::Result<void> Database::for_each_affected(
    const std::function<void(std::string_view, std::string_view, const AffectedRecord&)>& each)
    const {
  AffectedRecord record;
  return state_->file.for_each(kPackagesTable, [&](std::string_view key, base::Bytes value) {
    const std::string_view name = key.substr(std::min(key.size(), key.find('\0') + 1));
    return for_each_group(value, [&](std::string_view ecosystem, base::Bytes group) {
      return for_each_entry(group, [&](base::Bytes entry) -> base::Result<void> {
        PQ_TRY(unpack_affected(entry, record));
        each(name, ecosystem, record);
        return {};
      });
    });
  });
}

base::Result<void> Database::verify() const {
  std::uint64_t advisories = 0;
  PQ_TRY(state_->file.for_each(kAdvisoriesTable,
                               [&](std::string_view key, base::Bytes) -> base::Result<void> {
                                 if (key != advisory_key(advisories)) return damaged_database();
                                 PQ_TRY(head(advisories));
                                 PQ_TRY(text(advisories));
                                 ++advisories;
                                 return {};
                               }));
  AffectedRecord record;
  PQ_TRY(state_->file.for_each(kPackagesTable, [&](std::string_view, base::Bytes value) {
    return for_each_group(
        value, [&](std::string_view ecosystem, base::Bytes group) -> base::Result<void> {
          if (!covers(ecosystem)) return damaged_database();
          return for_each_entry(group, [&](base::Bytes entry) -> base::Result<void> {
            PQ_TRY(unpack_affected(entry, record));
            if (record.advisory >= advisories) return damaged_database();
            return {};
          });
        });
  }));
  return state_->file.for_each(kCvesTable,
                               [&](std::string_view, base::Bytes value) -> base::Result<void> {
                                 CveFacts facts;
                                 if (!base::decode(value, facts)) return damaged_database();
                                 return {};
                               });
}

base::Result<void> verify_database(const std::filesystem::path& file) {
  PQ_TRY(check_seal(file));
  const Database database = PQ_TRY(Database::open(file));
  return base::at(file.string(), database.verify());
}

} // namespace portique::advisory
