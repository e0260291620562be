#pragma once

// Messages in protobuf's wire format, field by field, without their schema.
// https://protobuf.dev/programming-guides/encoding/

#include <cstdint>
#include <optional>
#include <string_view>

#include "portique/base/byte_reader.h"
#include "portique/base/result.h"

namespace portique::access {

struct ProtobufField {
  std::uint32_t number = 0;
  std::uint64_t value = 0;               ///< of a number; 0 for bytes
  std::optional<std::string_view> bytes; ///< of a text, a message or packed numbers; borrowed
};

/// Reads one message. Groups, which proto3 does not have, are malformed.
class ProtobufReader {
public:
  explicit ProtobufReader(std::string_view message) : reader_(base::as_bytes(message)) {}

  /// Nothing at the end.
  base::Result<std::optional<ProtobufField>> next();

private:
  base::Result<std::uint64_t> varint();

  base::ByteReader reader_;
};

/// Key and value of an entry of a map whose keys and values are texts or messages.
struct ProtobufEntry {
  std::string_view key;
  std::string_view value;
};

base::Result<ProtobufEntry> protobuf_entry(std::string_view message);

} // namespace portique::access
