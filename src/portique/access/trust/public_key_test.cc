#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "portique/access/trust/public_key.h"
#include "portique/base/file.h"
#include "portique/base/run_program.h"

namespace portique::access {

namespace {

struct KeyCase {
  std::string name;
  std::vector<std::string> arguments; ///< of openssl genpkey
  bool taken;
};

const std::vector<KeyCase>& key_cases() {
  static const std::vector<KeyCase> kCases = {
      {"Ed25519", {"-algorithm", "ed25519"}, true},
      {"P-256", {"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"}, true},
      {"P-384", {"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"}, true},
      {"RSA 2048", {"-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"}, true},
      {"RSA 1024 can be broken", {"-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"}, false},
      {"no curve of cosign's",
       {"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"},
       false},
      {"X25519 does not sign", {"-algorithm", "x25519"}, false},
  };
  return kCases;
}

TEST(PublicKey, AgreesWithOpenssl) {
  const auto folder = *base::TempDir::create("keys");
  const std::string message = "what is signed\n";
  const auto file = [&](const char* name) { return (folder.path() / name).string(); };
  ASSERT_TRUE(base::write_file_atomically(file("message"), message));
  for (const KeyCase& one : key_cases()) {
    SCOPED_TRACE(one.name);
    std::vector<std::string> arguments = {"openssl", "genpkey"};
    arguments.insert(arguments.end(), one.arguments.begin(), one.arguments.end());
    const auto made = base::run_program(arguments);
    if (!made) GTEST_SKIP() << "openssl is not installed";
    const auto public_pem = base::run_program({"openssl", "pkey", "-pubout"}, {}, made->out);
    ASSERT_TRUE(public_pem);
    const auto key = PublicKey::parse(public_pem->out);
    ASSERT_EQ(key.has_value(), one.taken) << (key ? "" : key.error().text());
    EXPECT_EQ(PrivateKey::parse(made->out).has_value(), one.taken);
    if (!key) continue;
    ASSERT_TRUE(base::write_file_atomically(file("key"), made->out));
    const bool ed25519 = key->kind() == KeyKind::Ed25519;
    const auto signed_by =
        ed25519 ? base::run_program({"openssl",
                                     "pkeyutl",
                                     "-sign",
                                     "-rawin",
                                     "-inkey",
                                     file("key"),
                                     "-in",
                                     file("message")})
                : base::run_program(
                      {"openssl", "dgst", "-sha256", "-sign", file("key"), file("message")});
    ASSERT_TRUE(signed_by);
    ASSERT_EQ(signed_by->exit_status, 0) << signed_by->err;
    EXPECT_TRUE(key->verify(message, signed_by->out));
    EXPECT_FALSE(key->verify(message + " ", signed_by->out));
    EXPECT_FALSE(key->verify(message, signed_by->out.substr(1)));
    EXPECT_FALSE(key->verify(message, ""));
    const auto own = PrivateKey::parse(made->out);
    EXPECT_TRUE(key->verify("other", *own->sign("other")));
    EXPECT_EQ(own->public_key().id(), key->id());
  }
}

TEST(PublicKey, SaysWhatIsNoKey) {
  for (const char* text : {"",
                           "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
                           "ssh-ed25519 AAAA",
                           "\xff\xfe"}) {
    EXPECT_FALSE(PublicKey::parse(text)) << text;
    EXPECT_FALSE(parse_public_keys(text)) << text;
    EXPECT_FALSE(PrivateKey::parse(text)) << text;
  }
  EXPECT_EQ(PublicKey::parse(std::string(1 << 20, 'A')).error().code(), base::Code::LimitExceeded);
}

} // namespace

} // namespace portique::access
