#include "portique/advisory/affected_record.h"

namespace portique::advisory {

namespace {

constexpr std::uint64_t kModular = 1;

void write_texts(PackedWriter& writer, const std::vector<std::string_view>& texts) {
  writer.number(texts.size());
  for (const std::string_view text : texts)
    writer.text(text);
}

void read_texts(PackedReader& reader, std::vector<std::string_view>& texts) {
  texts.resize(reader.count());
  for (std::string_view& text : texts)
    text = reader.text();
}

} // namespace

std::unexpected<base::Error> damaged_database() {
  return base::fail(base::Code::Malformed,
                    "the advisory database is damaged; build or update it again");
}

std::string pack_affected(const AffectedRecord& record) {
  std::string out;
  PackedWriter writer(out);
  writer.number(record.advisory);
  writer.number(record.modular ? kModular : 0);
  writer.text(record.module_stream);
  writer.text(record.severity);
  write_texts(writer, record.binaries);
  writer.number(record.ranges.size());
  for (const AffectedRecord::Range& range : record.ranges) {
    writer.number(range.events.size());
    for (const AffectedRecord::Event& event : range.events) {
      writer.number(static_cast<std::uint64_t>(event.kind));
      writer.text(event.version);
    }
  }
  write_texts(writer, record.versions);
  return out;
}

base::Result<void> unpack_affected(base::Bytes bytes, AffectedRecord& record) {
  PackedReader reader(bytes);
  record.advisory = reader.number();
  record.modular = (reader.number() & kModular) != 0;
  record.module_stream = reader.text();
  record.severity = reader.text();
  read_texts(reader, record.binaries);
  record.ranges.resize(reader.count());
  for (AffectedRecord::Range& range : record.ranges) {
    range.events.resize(reader.count());
    for (AffectedRecord::Event& event : range.events) {
      const std::uint64_t kind = reader.number();
      if (kind > static_cast<std::uint64_t>(model::EventKind::Limit)) return damaged_database();
      event.kind = static_cast<model::EventKind>(kind);
      event.version = reader.text();
    }
  }
  read_texts(reader, record.versions);
  if (!reader.sound() || !reader.at_end()) return damaged_database();
  return {};
}

void append_group(std::string& value,
                  std::string_view ecosystem,
                  const std::vector<std::string>& entries) {
  std::string packed;
  PackedWriter inner(packed);
  for (const std::string& entry : entries)
    inner.text(entry);
  PackedWriter writer(value);
  writer.text(ecosystem);
  writer.text(packed);
}

} // namespace portique::advisory
