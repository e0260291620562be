#include <gtest/gtest.h>

#include "portique/base/digest.h"

namespace portique::base {
namespace {

// Values of FIPS 180-4's example, and of the empty message.
constexpr std::string_view kAbc =
    "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr std::string_view kEmpty =
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(Digest, HashesKnownAnswers) {
  EXPECT_EQ(digest_of(as_bytes("abc")).text(), kAbc);
  EXPECT_EQ(digest_of({}).text(), kEmpty);
  EXPECT_TRUE(digest_of(as_bytes("abc"), DigestAlgorithm::Sha512)
                  .text()
                  .starts_with("sha512:ddaf35a193617abacc417349ae204131"));
}

TEST(Digest, HashesInPieces) {
  Hasher hasher;
  hasher.update(as_bytes("a"));
  hasher.update(as_bytes("bc"));
  EXPECT_EQ(hasher.finish().text(), kAbc);
}

TEST(Digest, ParsesOnlyTheCanonicalForm) {
  EXPECT_EQ(Digest::parse(kAbc)->hex().size(), 64U);
  const std::string upper =
      "sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
  for (const std::string& bad : {upper,
                                 std::string(kAbc).substr(0, 70),
                                 std::string(kAbc) + "0",
                                 std::string("md5:d41d8cd98f00b204e9800998ecf8427e"),
                                 std::string("sha256:../../etc/passwd"),
                                 std::string()})
    EXPECT_EQ(Digest::parse(bad).error().code(), Code::Malformed) << bad;
}

} // namespace
} // namespace portique::base
