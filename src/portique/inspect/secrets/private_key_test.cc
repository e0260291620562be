// Held against keys that openssl and ssh-keygen make, where they are installed.

#include <cstdlib>

#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inspect/secrets/private_key.h"
#include "portique/inspect/secrets/secret_examples_test_support.h"

namespace portique::inspect {
namespace {

TEST(PrivateKey, RealOnesAreToldFromTextThatLooksSo) {
  struct Case {
    const char* name;
    const char* command; ///< writes $OUT
    PrivateKeyState state;
  };

  const auto folder = base::TempDir::create("private-key");
  ASSERT_TRUE(folder);
  const std::string out = (folder->path() / "key").string();
  for (const Case& c :
       {Case{"PKCS#8", "openssl genpkey -algorithm ed25519 -out $OUT", PrivateKeyState::Plain},
        Case{"RSA", "openssl genrsa -traditional -out $OUT 2048", PrivateKeyState::Plain},
        Case{"EC",
             "openssl ecparam -genkey -noout -name prime256v1 -out $OUT",
             PrivateKeyState::Plain},
        Case{"PKCS#8, encrypted",
             "openssl genrsa -aes256 -passout pass:acme -out $OUT 2048",
             PrivateKeyState::Encrypted},
        Case{"PKCS#1, encrypted",
             "openssl genrsa -traditional -aes128 -passout pass:acme -out $OUT 2048",
             PrivateKeyState::Encrypted},
        Case{"OpenSSH", "ssh-keygen -q -t ed25519 -N '' -f $OUT", PrivateKeyState::Plain},
        Case{"OpenSSH, encrypted",
             "ssh-keygen -q -t rsa -b 2048 -N acme-pass -f $OUT",
             PrivateKeyState::Encrypted}}) {
    (void)std::system(
        ("rm -f " + out + "; OUT=" + out + "; " + c.command + " >/dev/null 2>&1").c_str());
    const auto key = base::read_file(out, 1 << 20);
    if (!key) GTEST_SKIP() << "openssl or ssh-keygen is not installed: " << c.name;
    const std::string block(base::trim(*key));
    EXPECT_EQ(judge_private_key(block), c.state) << c.name;
    std::string in_json;
    for (const char ch : block)
      in_json += ch == '\n' ? std::string("\\n") : std::string(1, ch);
    EXPECT_EQ(judge_private_key(in_json), c.state) << c.name << " in JSON";
    std::string cut = block;
    cut.erase(cut.size() / 2, 100);
    if (c.state == PrivateKeyState::Plain && !block.contains("OPENSSH")) {
      EXPECT_EQ(judge_private_key(cut), PrivateKeyState::NoKey) << c.name << " with a gap";
    }
  }
}

TEST(PrivateKey, WhatIsNone) {
  for (const char* text :
       {"",
        "-----BEGIN",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY----------END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED-----END RSA PRIVATE KEY-----",
        "PuTTY-User-Key-File-2: ssh-rsa"})
    EXPECT_EQ(judge_private_key(text), PrivateKeyState::NoKey) << text;
}

} // namespace
} // namespace portique::inspect
