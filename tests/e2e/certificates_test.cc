// From nothing to access by name, in three commands, with a real dockerd.

#include <cstdlib>

#include "e2e/program.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/test_support/engine_daemon.h"

namespace portique::e2e {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

void issue(std::vector<std::string> arguments, const fs::path& folder) {
  arguments.insert(arguments.begin(), {"authz", "issue-cert"});
  arguments.insert(arguments.end(), {"--dir", folder.string()});
  const auto made = portique(arguments);
  ASSERT_EQ(made.exit_status, 0) << made.err;
}

/// Docker's own client against the engine's TLS port, with what lies in `certificates`.
base::ProgramOutput docker(const fs::path& certificates, int port) {
  const std::string host = "tcp://127.0.0.1:" + std::to_string(port);
  return base::run_program({"docker",
                            "--tlsverify",
                            "--tlscacert",
                            certificates / "ca.pem",
                            "--tlscert",
                            certificates / "cert.pem",
                            "--tlskey",
                            certificates / "key.pem",
                            "-H",
                            host,
                            "version",
                            "--format",
                            "{{.Server.Version}}"})
      .value();
}

TEST(Certificates, ThreeCommandsGiveAccessByNameToARealEngine) {
  const fs::path pki = fresh_folder() / "pki";
  issue({"ca"}, pki);
  issue({"server", "127.0.0.1", "localhost"}, pki);
  issue({"user", "alice", "--organization", "dev", "--unit", "team1"}, pki);
  const fs::path server = fresh_folder();
  fs::copy_file(pki / "ca.pem", server / "ca.pem");
  fs::copy_file(pki / "server/127.0.0.1/cert.pem", server / "server.pem");
  fs::copy_file(pki / "server/127.0.0.1/key.pem", server / "server.key");
  PQ_ENGINE_OR_SKIP(engine, test_support::EngineDaemon::Kind::Docker, server);
  const auto alice = docker(pki / "users/alice", engine.port());
  EXPECT_EQ(alice.exit_status, 0) << alice.err;
  EXPECT_THAT(alice.out, HasSubstr("."));

  // Another authority's Alice, whose own server would be another one, too.
  const fs::path other = fresh_folder() / "pki";
  issue({"ca"}, other);
  issue({"user", "alice"}, other);
  fs::copy_file(pki / "ca.pem", other / "users/alice/ca.pem", fs::copy_options::overwrite_existing);
  const auto stranger = docker(other / "users/alice", engine.port());
  EXPECT_NE(stranger.exit_status, 0);
  EXPECT_THAT(stranger.err, HasSubstr("certificate"));

  // A server's certificate is no user's.
  const auto swapped = docker(pki / "server/127.0.0.1", engine.port());
  EXPECT_NE(swapped.exit_status, 0);
}

TEST(Certificates, AreListedRevokedAndNeverOverwritten) {
  const fs::path pki = fresh_folder() / "pki";
  issue({"ca", "--name", "example authority"}, pki);
  issue({"user", "alice", "-O", "dev"}, pki);
  for (const std::vector<std::string>& again : {std::vector<std::string>{"ca"},
                                                {"user", "alice"},
                                                {"user", "../alice"},
                                                {"server", "a b"}}) {
    std::vector<std::string> command{"authz", "issue-cert"};
    command.insert(command.end(), again.begin(), again.end());
    command.insert(command.end(), {"--dir", pki.string()});
    EXPECT_EQ(portique(command).exit_status, 2) << again.back();
  }
  issue({"revoke", "alice"}, pki);
  const auto listed = portique({"authz", "issue-cert", "list", "--dir", pki.string()});
  EXPECT_EQ(listed.exit_status, 0) << listed.err;
  EXPECT_THAT(listed.out, HasSubstr("alice"));
  const auto refused = base::run_program({"openssl",
                                          "verify",
                                          "-CAfile",
                                          pki / "ca.pem",
                                          "-crl_check",
                                          "-CRLfile",
                                          pki / "crl.pem",
                                          pki / "users/alice/cert.pem"})
                           .value();
  EXPECT_NE(refused.exit_status, 0);
  EXPECT_THAT(refused.out + refused.err, HasSubstr("certificate revoked"));
}

} // namespace
} // namespace portique::e2e
