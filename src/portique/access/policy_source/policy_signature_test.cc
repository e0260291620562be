#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "portique/access/policy_source/policy_signature.h"
#include "portique/base/digest.h"
#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"

namespace portique::access {

namespace {

// Made with: openssl genpkey -algorithm ed25519; openssl pkey -pubout
constexpr std::string_view kPrivate = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
)";

PrivateKey key() {
  return *PrivateKey::parse(kPrivate);
}

PolicyStatement statement(std::string_view document) {
  return {.serial = 7,
          .signed_at = *base::parse_time("2026-01-31T12:00:00Z"),
          .expires = base::parse_time("2026-03-31T12:00:00Z"),
          .digest = base::digest_of(base::as_bytes(document)).text()};
}

TEST(PolicySignature, SignsAndVerifies) {
  const std::string signature = *sign_policy(statement("roles: {}\n"), key());
  const std::vector keys{key().public_key()};
  const auto verified = verify_policy("roles: {}\n", signature, keys);
  ASSERT_TRUE(verified) << verified.error().text();
  EXPECT_EQ(*verified, statement("roles: {}\n"));
}

TEST(PolicySignature, RefusesAnyChange) {
  const std::string signature = *sign_policy(statement("a"), key());
  const std::vector keys{key().public_key()};
  EXPECT_FALSE(verify_policy("b", signature, keys));

  struct Case {
    std::string_view from;
    std::string_view to;
  };

  for (const auto& [from, to] : {Case{"\"serial\": 7", "\"serial\": 8"},
                                 Case{"2026-01-31", "2026-02-01"},
                                 Case{"2026-03-31", "2027-03-31"},
                                 Case{"\"expires\"", "\"expiry\""},
                                 Case{"signature 1", "signature 2"},
                                 Case{"sha256:", "sha512:"}}) {
    std::string changed = signature;
    const auto at = changed.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    changed.replace(at, from.size(), to);
    EXPECT_FALSE(verify_policy("a", changed, keys)) << from;
  }
  for (std::size_t length = 0; length + 3 < signature.size(); ++length)
    EXPECT_FALSE(verify_policy("a", signature.substr(0, length), keys)) << length;
}

TEST(PolicySignature, OnlyATrustedKeyCounts) {
  const auto made = base::run_program({"openssl", "genpkey", "-algorithm", "ed25519"});
  if (!made || made->exit_status != 0) GTEST_SKIP() << "openssl is not installed";
  const auto other = PrivateKey::parse(made->out);
  ASSERT_TRUE(other);
  const std::string signature = *sign_policy(statement("a"), *other);
  const std::vector ours{key().public_key()};
  EXPECT_FALSE(verify_policy("a", signature, ours));
  const std::vector both{key().public_key(), other->public_key()};
  EXPECT_TRUE(verify_policy("a", signature, both)) << "while keys change, both count";
}

TEST(PolicySignature, OpensslVerifiesTheDocumentedText) {
  const auto folder = *base::TempDir::create("signature");
  const auto public_pem = base::run_program({"openssl", "pkey", "-pubout"}, {}, kPrivate);
  if (!public_pem) GTEST_SKIP() << "openssl is not installed";
  const auto json = *base::parse_json(*sign_policy(statement("a"), key()));
  const auto bytes = base::from_base64(base::json_string(&json.as_object(), "signature"));
  ASSERT_TRUE(bytes);
  const std::string text = "portique policy signature 1\nserial 7\nsigned 2026-01-31T12:00:00Z\n"
                           "expires 2026-03-31T12:00:00Z\ndigest " +
                           statement("a").digest + "\n";
  const auto write = [&](const char* name, std::string_view content) {
    const auto path = folder.path() / name;
    EXPECT_TRUE(base::write_file_atomically(path, content));
    return path.string();
  };
  const auto checked = base::run_program({"openssl",
                                          "pkeyutl",
                                          "-verify",
                                          "-pubin",
                                          "-inkey",
                                          write("key", public_pem->out),
                                          "-rawin",
                                          "-in",
                                          write("text", text),
                                          "-sigfile",
                                          write("sig", *bytes)});
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->exit_status, 0) << checked->out << checked->err;
}

TEST(PolicySignature, OnlyEd25519Signs) {
  const auto made = base::run_program(
      {"openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"});
  if (!made || made->exit_status != 0) GTEST_SKIP() << "openssl is not installed";
  const auto ecdsa = PrivateKey::parse(made->out);
  ASSERT_TRUE(ecdsa) << ecdsa.error().text();
  EXPECT_FALSE(sign_policy(statement("a"), *ecdsa));
}

} // namespace

} // namespace portique::access
