#include "portique/access/builds/protobuf_reader.h"

namespace portique::access {

namespace {

enum WireType : std::uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

} // namespace

base::Result<std::uint64_t> ProtobufReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = PQ_TRY(reader_.le<std::uint8_t>());
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  return base::fail(base::Code::Malformed, "a number takes more than ten bytes");
}

base::Result<std::optional<ProtobufField>> ProtobufReader::next() {
  if (reader_.at_end()) return std::nullopt;
  const std::uint64_t key = PQ_TRY(varint());
  ProtobufField field;
  if ((key >> 3U) == 0 || (key >> 3U) > 0x1FFFFFFFU)
    return base::fail(base::Code::Malformed, "no field has such a number");
  field.number = static_cast<std::uint32_t>(key >> 3U);
  switch (key & 7U) {
  case kVarint:
    field.value = PQ_TRY(varint());
    return field;
  case kFixed64:
    field.value = PQ_TRY(reader_.le<std::uint64_t>());
    return field;
  case kFixed32:
    field.value = PQ_TRY(reader_.le<std::uint32_t>());
    return field;
  case kBytes: {
    const std::uint64_t size = PQ_TRY(varint());
    if (size > reader_.remaining()) return base::fail(base::Code::Truncated, "data ends early");
    field.bytes = base::as_text(PQ_TRY(reader_.take(size)));
    return field;
  }
  default:
    return base::fail(base::Code::Malformed, "a field is of no known wire type");
  }
}

base::Result<ProtobufEntry> protobuf_entry(std::string_view message) {
  ProtobufEntry entry;
  ProtobufReader reader(message);
  while (const auto field = PQ_TRY(reader.next())) {
    if (!field->bytes) continue;
    if (field->number == 1) entry.key = *field->bytes;
    if (field->number == 2) entry.value = *field->bytes;
  }
  return entry;
}

} // namespace portique::access
