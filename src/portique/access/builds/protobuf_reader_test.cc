#include <gtest/gtest.h>

#include "portique/access/builds/http2_test_support.h"
#include "portique/access/builds/protobuf_reader.h"

namespace portique::access {
namespace {

using namespace std::string_view_literals;

TEST(ProtobufReader, ReadsEveryWireType) {
  // The first two are the examples of protobuf's documentation: 150 in field 1, "testing" in 2.
  ProtobufReader reader("\x08\x96\x01\x12\x07testing"
                        "\x1D\x01\x00\x00\x00\x21\x02\x00\x00\x00\x00\x00\x00\x00"sv);
  auto field = reader.next().value();
  EXPECT_EQ(field->number, 1U);
  EXPECT_EQ(field->value, 150U);
  EXPECT_FALSE(field->bytes);
  field = reader.next().value();
  EXPECT_EQ(field->number, 2U);
  EXPECT_EQ(field->bytes, "testing");
  field = reader.next().value();
  EXPECT_EQ(field->number, 3U);
  EXPECT_EQ(field->value, 1U);
  field = reader.next().value();
  EXPECT_EQ(field->number, 4U);
  EXPECT_EQ(field->value, 2U);
  EXPECT_FALSE(reader.next().value());
}

TEST(ProtobufReader, RefusesWhatIsBroken) {
  for (const std::string_view bad : {
           "\x08"sv,  // no value
           "\x12\x05" // shorter than it says
           "abc"sv,
           "\x12\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"sv,     // a length beyond any memory
           "\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"sv, // eleven bytes of number
           "\x0B\x0C"sv,                                         // a group
           "\x0E"sv,                                             // wire type 6
           "\x00\x01"sv,                                         // field 0
           "\x1D\x01\x00"sv,
       }) {
    ProtobufReader reader(bad);
    EXPECT_FALSE(reader.next()) << testing::PrintToString(std::string(bad));
  }
}

TEST(ProtobufReader, TakesEntriesOfMapsInAnyOrder) {
  const std::string message = ProtobufWriter().bytes(2, "value").bytes(1, "key").text();
  const ProtobufEntry entry = protobuf_entry(message).value();
  EXPECT_EQ(entry.key, "key");
  EXPECT_EQ(entry.value, "value");
}

} // namespace
} // namespace portique::access
