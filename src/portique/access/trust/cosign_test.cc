#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "portique/access/trust/cosign.h"
#include "portique/access/trust/trust_test_support.h"

namespace portique::access {

namespace {

using Names = std::vector<std::string>;

const base::Digest& image() {
  static const base::Digest kDigest = base::digest_of(base::as_bytes("manifest"));
  return kDigest;
}

class CosignTest : public testing::TestWithParam<const char*> {
protected:
  void SetUp() override {
    if (!base::run_program({"openssl", "version"})) GTEST_SKIP() << "openssl is not installed";
  }
};

TEST_P(CosignTest, SimpleSigning) {
  const OpensslKey key(GetParam());
  const OpensslKey other(GetParam());
  const std::vector keys{key.trusted("release"), other.trusted("other")};
  const std::string payload = simple_payload(image().text());
  const std::string signature = key.sign(payload);
  EXPECT_EQ(simple_signers(payload, signature, image(), keys).value_or(Names{"?"}),
            Names{"release"});
  EXPECT_EQ(simple_signers(payload + " ", signature, image(), keys).value_or(Names{"?"}), Names{})
      << "another payload";
  EXPECT_EQ(simple_signers(payload, signature, base::digest_of(base::as_bytes("x")), keys)
                .value_or(Names{"?"}),
            Names{})
      << "a signature copied from another image";
  EXPECT_FALSE(simple_signers(payload, "not base64!", image(), keys));
  EXPECT_FALSE(simple_signers("{", signature, image(), keys));
}

TEST_P(CosignTest, Attestations) {
  const OpensslKey key(GetParam());
  const std::string slsa = "https://slsa.dev/provenance/v0.2";
  const std::vector strict{key.trusted("release")};
  const std::vector any_slsa{key.trusted("release", {"https://slsa.dev/*"})};
  const std::string hex(image().hex());
  const std::string provenance = attestation(key, hex, slsa);
  EXPECT_EQ(attestation_signers(provenance, image(), any_slsa).value_or(Names{"?"}),
            Names{"release"});
  EXPECT_EQ(attestation_signers(provenance, image(), strict).value_or(Names{"?"}), Names{})
      << "a provenance is not a signature unless the key's entry says so";
  const std::string sign = attestation(key, hex, kSignPredicate);
  EXPECT_EQ(attestation_signers(sign, image(), strict).value_or(Names{"?"}), Names{"release"});
  EXPECT_EQ(
      attestation_signers(R"({"mediaType":"bundle","dsseEnvelope":)" + sign + "}", image(), strict)
          .value_or(Names{"?"}),
      Names{"release"});
  EXPECT_EQ(
      attestation_signers(attestation(key, std::string(64, '0'), kSignPredicate), image(), strict)
          .value_or(Names{"?"}),
      Names{})
      << "of another image";
  std::string changed = sign;
  changed.replace(changed.find("\"payload\":\"") + 20, 1, "A");
  const auto forged = attestation_signers(changed, image(), strict);
  EXPECT_TRUE(!forged || forged->empty());
  EXPECT_FALSE(attestation_signers("{}", image(), strict));
  EXPECT_FALSE(attestation_signers("[", image(), strict));
}

INSTANTIATE_TEST_SUITE_P(Keys, CosignTest, testing::Values("ed25519", "p256", "rsa"));

} // namespace

} // namespace portique::access
