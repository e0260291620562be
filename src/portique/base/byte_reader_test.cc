#include <gtest/gtest.h>

#include "portique/base/byte_reader.h"

namespace portique::base {
namespace {

TEST(ByteReader, ReadsBothByteOrders) {
  ByteReader reader(as_bytes("\x01\x02\x03\x04\x05\x06"));
  EXPECT_EQ(reader.le<std::uint16_t>(), 0x0201);
  EXPECT_EQ(reader.be<std::uint32_t>(), 0x03040506U);
  EXPECT_TRUE(reader.at_end());
}

TEST(ByteReader, RefusesToPassTheEnd) {
  ByteReader reader(as_bytes("abc"));
  EXPECT_EQ(reader.be<std::uint32_t>().error().code(), Code::Truncated);
  EXPECT_EQ(reader.take(SIZE_MAX).error().code(), Code::Truncated);
  EXPECT_EQ(reader.skip(4).error().code(), Code::Truncated);
  EXPECT_EQ(reader.seek(4).error().code(), Code::Truncated);
  EXPECT_EQ(reader.offset(), 0U) << "a failed read moves nothing";
  EXPECT_EQ(as_text(*reader.take(3)), "abc");
}

} // namespace
} // namespace portique::base
