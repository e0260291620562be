#include <gtest/gtest.h>

#include "portique/base/codec.h"

namespace portique::base {
namespace {

struct Inner {
  std::string name;
  std::int32_t number = 0;
  friend bool operator==(const Inner&, const Inner&) = default;
};

template <typename Codec, CodedAs<Inner> T> void fields(Codec& codec, T& inner) {
  codec(inner.name, inner.number);
}

enum class Colour : std::uint8_t { Red, Green };

TEST(Codec, EveryKindOfValueReadsBack) {
  const std::vector<Inner> list{{"a", -1}, {"", 1 << 30}};
  const std::optional<std::uint64_t> number = ~0ULL;
  const std::optional<std::string> nothing;
  const Digest digest = digest_of(as_bytes("x"));
  const Time time = *parse_time("2024-02-29");
  const std::string bytes =
      encode(list, number, nothing, digest, Digest{}, time, Colour::Green, true);

  std::vector<Inner> list2;
  std::optional<std::uint64_t> number2;
  std::optional<std::string> nothing2;
  Digest digest2;
  Digest none2;
  Time time2;
  Colour colour2{};
  bool flag2 = false;
  ASSERT_TRUE(
      decode(as_bytes(bytes), list2, number2, nothing2, digest2, none2, time2, colour2, flag2));
  EXPECT_EQ(list2, list);
  EXPECT_EQ(number2, number);
  EXPECT_EQ(nothing2, nothing);
  EXPECT_EQ(digest2, digest);
  EXPECT_TRUE(none2.empty());
  EXPECT_EQ(time2, time);
  EXPECT_EQ(colour2, Colour::Green);
  EXPECT_TRUE(flag2);
}

TEST(Codec, EveryCutIsAnError) {
  const std::string bytes = encode(std::vector<Inner>{{"abc", 1}, {"d", 2}});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::vector<Inner> list;
    EXPECT_EQ(decode(as_bytes(std::string_view(bytes).substr(0, size)), list).error().code(),
              Code::Truncated)
        << size;
  }
  std::vector<Inner> list;
  EXPECT_EQ(decode(as_bytes(bytes + "x"), list).error().code(), Code::Malformed);
}

TEST(Codec, ALyingCountAllocatesNothing) {
  std::vector<std::string> list;
  EXPECT_FALSE(decode(as_bytes("\xff\xff\xff\x7f"), list));
  EXPECT_LT(list.capacity(), 16U);
}

} // namespace
} // namespace portique::base
