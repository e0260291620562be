#pragma once

// Signatures as cosign makes them, made with openssl alone.

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "portique/access/trust/cosign.h"
#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"

namespace portique::access {

/// A pair of keys in a file.
class OpensslKey {
public:
  /// `kind` is "ed25519", "p256" or "rsa".
  explicit OpensslKey(std::string_view kind) : ed25519_(kind == "ed25519") {
    std::vector<std::string> arguments = {"openssl", "genpkey", "-algorithm"};
    if (kind == "p256")
      arguments.insert(arguments.end(), {"EC", "-pkeyopt", "ec_paramgen_curve:P-256"});
    else
      arguments.emplace_back(kind == "rsa" ? "RSA" : "ed25519");
    private_ = output(arguments);
    EXPECT_TRUE(base::write_file_atomically(file("key"), private_));
    public_ = output({"openssl", "pkey", "-in", file("key"), "-pubout"});
  }

  [[nodiscard]] TrustedKey trusted(std::string name,
                                   std::vector<std::string> predicates = {}) const {
    return {std::move(name), *PublicKey::parse(public_), std::move(predicates)};
  }

  /// In base64.
  [[nodiscard]] std::string sign(std::string_view message) const {
    EXPECT_TRUE(base::write_file_atomically(file("message"), message));
    return base::to_base64(
        ed25519_ ? output({"openssl",
                           "pkeyutl",
                           "-sign",
                           "-rawin",
                           "-inkey",
                           file("key"),
                           "-in",
                           file("message")})
                 : output({"openssl", "dgst", "-sha256", "-sign", file("key"), file("message")}));
  }

private:
  static std::string output(const std::vector<std::string>& arguments) {
    const auto run = base::run_program(arguments);
    EXPECT_TRUE(run && run->exit_status == 0) << (run ? run->err : run.error().text());
    return run ? run->out : "";
  }

  [[nodiscard]] std::string file(const char* name) const {
    return (folder_.path() / name).string();
  }

  bool ed25519_;
  base::TempDir folder_ = *base::TempDir::create("signing-key");
  std::string private_;
  std::string public_;
};

inline std::string simple_payload(std::string_view digest) {
  return R"({"critical":{"identity":{"docker-reference":"registry.example/app"},"image":)"
         R"({"docker-manifest-digest":")" +
         std::string(digest) + R"("},"type":"cosign container image signature"},"optional":null})";
}

/// An envelope around a statement about the digest.
inline std::string
attestation(const OpensslKey& key, std::string_view hex, std::string_view predicate) {
  const std::string statement =
      R"({"_type":"https://in-toto.io/Statement/v0.1","predicateType":")" + std::string(predicate) +
      R"(","subject":[{"name":"registry.example/app","digest":{"sha256":")" + std::string(hex) +
      R"("}}],"predicate":{}})";
  const std::string type = "application/vnd.in-toto+json";
  const std::string message = "DSSEv1 " + std::to_string(type.size()) + " " + type + " " +
                              std::to_string(statement.size()) + " " + statement;
  return R"({"payloadType":")" + type + R"(","payload":")" + base::to_base64(statement) +
         R"(","signatures":[{"keyid":"","sig":")" + key.sign(message) + R"("}]})";
}

} // namespace portique::access
