#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "portique/access/certificates/certificate_authority.h"
#include "portique/access/certificates/certificate_names.h"
#include "portique/base/file.h"
#include "portique/base/run_program.h"

namespace portique::access {
namespace {

namespace fs = std::filesystem;
using std::chrono::days;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class AuthorityTest : public ::testing::Test {
protected:
  [[nodiscard]] fs::path folder() const { return temp_.path() / "pki"; }

  [[nodiscard]] CertificateAuthority make() const {
    return CertificateAuthority::create(folder(), "example authority", days(3650), base::now())
        .value();
  }

  /// What openssl says, and its exit code.
  static base::ProgramOutput openssl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "openssl");
    return base::run_program(arguments).value();
  }

  [[nodiscard]] base::ProgramOutput
  verify(const fs::path& certificate, const std::string& purpose, bool with_list = true) const {
    std::vector<std::string> arguments{
        "verify", "-x509_strict", "-purpose", purpose, "-CAfile", folder() / "ca.pem"};
    if (with_list) {
      arguments.insert(arguments.end(), {"-crl_check", "-CRLfile", folder() / "crl.pem"});
    }
    arguments.push_back(certificate);
    return openssl(arguments);
  }

  static mode_t mode_of(const fs::path& path) {
    struct stat status{};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 0777U;
  }

  base::TempDir temp_ = *base::TempDir::create("portique-authority");
};

TEST_F(AuthorityTest, OpensslAcceptsWhatIsIssuedForWhatItIsFor) {
  CertificateAuthority authority = make();
  const auto server = authority.issue_server(
      {"docker.example", "*.lan.example", "192.0.2.1", "2001:db8::1"}, days(365), base::now());
  ASSERT_TRUE(server) << server.error().text();
  const auto user =
      authority.issue_user({"alice", {"dev", "second"}, {"team1"}}, days(90), base::now());
  ASSERT_TRUE(user) << user.error().text();
  EXPECT_EQ(verify(server->folder / "cert.pem", "sslserver").exit_status, 0)
      << verify(server->folder / "cert.pem", "sslserver").err;
  EXPECT_EQ(verify(user->folder / "cert.pem", "sslclient").exit_status, 0)
      << verify(user->folder / "cert.pem", "sslclient").err;
  EXPECT_NE(verify(user->folder / "cert.pem", "sslserver").exit_status, 0);
  EXPECT_NE(verify(server->folder / "cert.pem", "sslclient").exit_status, 0);
  const auto shown =
      openssl({"x509", "-in", user->folder / "cert.pem", "-noout", "-text", "-nameopt", "RFC2253"});
  EXPECT_THAT(shown.out,
              AllOf(HasSubstr("CN=alice,OU=team1,O=second,O=dev"),
                    HasSubstr("TLS Web Client Authentication"),
                    HasSubstr("CA:FALSE"),
                    HasSubstr("prime256v1"),
                    Not(HasSubstr("TLS Web Server"))));
  for (const std::string name : {"docker.example", "x.lan.example"})
    EXPECT_THAT(
        openssl({"x509", "-in", server->folder / "cert.pem", "-noout", "-checkhost", name}).out,
        HasSubstr("does match"));
  for (const std::string address : {"192.0.2.1", "2001:db8::1"})
    EXPECT_THAT(
        openssl({"x509", "-in", server->folder / "cert.pem", "-noout", "-checkip", address}).out,
        HasSubstr("does match"));
  EXPECT_THAT(
      openssl({"x509", "-in", server->folder / "cert.pem", "-noout", "-checkip", "192.0.2.2"}).out,
      HasSubstr("NOT match"));
  const auto fingerprint =
      openssl({"x509", "-in", user->folder / "cert.pem", "-noout", "-fingerprint", "-sha256"});
  std::string digits;
  for (const char c : fingerprint.out.substr(fingerprint.out.find('=') + 1))
    if (c != ':' && c != '\n') digits += static_cast<char>(std::tolower(c));
  EXPECT_EQ(user->fingerprint, digits);
}

TEST_F(AuthorityTest, KeysAreTheirOwnersAlone) {
  CertificateAuthority authority = make();
  const auto user = authority.issue_user({"alice", {}, {}}, days(90), base::now()).value();
  EXPECT_EQ(mode_of(folder() / "ca-key.pem"), 0600U);
  EXPECT_EQ(mode_of(user.folder / "key.pem"), 0600U);
  EXPECT_EQ(mode_of(user.folder / "cert.pem"), 0644U);
}

TEST_F(AuthorityTest, NothingIsOverwritten) {
  CertificateAuthority authority = make();
  const std::string before = base::read_file(folder() / "ca-key.pem", 10'000).value();
  const auto again = CertificateAuthority::create(folder(), "other", days(10), base::now());
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().text(), HasSubstr("not overwritten"));
  EXPECT_EQ(base::read_file(folder() / "ca-key.pem", 10'000).value(), before);
  const auto user = authority.issue_user({"alice", {}, {}}, days(90), base::now()).value();
  const std::string key = base::read_file(user.folder / "key.pem", 10'000).value();
  EXPECT_FALSE(authority.issue_user({"alice", {}, {}}, days(90), base::now()));
  EXPECT_EQ(base::read_file(user.folder / "key.pem", 10'000).value(), key);
  EXPECT_EQ(CertificateAuthority::open(folder())->issued().size(), 1U);
}

TEST_F(AuthorityTest, WhatIsRevokedIsRefused) {
  CertificateAuthority authority = make();
  const auto alice = authority.issue_user({"alice", {}, {}}, days(90), base::now()).value();
  const auto bob = authority.issue_user({"bob", {}, {}}, days(90), base::now()).value();
  CertificateAuthority later = CertificateAuthority::open(folder()).value();
  EXPECT_EQ(later.revoke("alice", base::now())->size(), 1U);
  EXPECT_THAT(later.revoke("alice", base::now()).value(), IsEmpty());
  EXPECT_FALSE(later.revoke("nobody", base::now()));
  const auto refused = verify(alice.folder / "cert.pem", "sslclient");
  EXPECT_NE(refused.exit_status, 0);
  EXPECT_THAT(refused.out + refused.err, HasSubstr("revoked"));
  EXPECT_EQ(verify(bob.folder / "cert.pem", "sslclient").exit_status, 0);
  // One who did not look again after the other has revoked does not undo it.
  ASSERT_TRUE(authority.issue_user({"carol", {}, {}}, days(90), base::now()));
  EXPECT_NE(verify(alice.folder / "cert.pem", "sslclient").exit_status, 0);
  EXPECT_EQ(later.revoke(bob.serial, base::now())->at(0).subject.common_name, "bob");
  const auto list = openssl({"crl", "-in", folder() / "crl.pem", "-noout", "-text"});
  EXPECT_THAT(list.out, HasSubstr("X509v3 CRL Number"));
  EXPECT_NE(verify(bob.folder / "cert.pem", "sslclient").exit_status, 0);
}

TEST_F(AuthorityTest, ValidityIsBounded) {
  CertificateAuthority authority = make();
  EXPECT_FALSE(authority.issue_user({"alice", {}, {}}, days(0), base::now()));
  EXPECT_FALSE(authority.issue_user({"alice", {}, {}}, days(-3), base::now()));
  const auto longer = authority.issue_user({"alice", {}, {}}, days(3651), base::now());
  ASSERT_FALSE(longer);
  EXPECT_THAT(longer.error().text(), HasSubstr("outlive"));
  EXPECT_FALSE(CertificateAuthority::create(temp_.path() / "x", "a", days(40'000), base::now()));
  EXPECT_FALSE(fs::exists(folder() / "users"));
}

TEST_F(AuthorityTest, NamesAreChecked) {
  for (const std::string_view good : {"alice", "alice@example.org", "Team 1", "a.b-c_d+e", "7"})
    EXPECT_TRUE(check_subject_name(good)) << good;
  for (const std::string_view bad : {std::string_view(""),
                                     std::string_view("../../etc"),
                                     std::string_view("."),
                                     std::string_view(".."),
                                     std::string_view("a/b"),
                                     std::string_view("-x"),
                                     std::string_view("a\0b", 3),
                                     std::string_view("a\nb"),
                                     std::string_view("al\xc3\xa9"),
                                     std::string_view("a,O=admin"),
                                     std::string_view("a "),
                                     std::string_view("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                                      "aaaaaaaaaaaaaaaaaaaaa")})
    EXPECT_FALSE(check_subject_name(bad)) << bad;
  for (const std::string_view good :
       {"localhost", "a.example", "*.example", "127.0.0.1", "::1", "xn--bcher-kva.example"})
    EXPECT_TRUE(parse_server_name(good)) << good;
  for (const std::string_view bad : {"",
                                     ".",
                                     "a..b",
                                     "-a.b",
                                     "a_b",
                                     "300.1.2.3",
                                     "1.2.3",
                                     "*",
                                     "a.*.b",
                                     "a/b",
                                     "::1%eth0",
                                     "a b",
                                     "fe80:::1"})
    EXPECT_FALSE(parse_server_name(bad)) << bad;
  EXPECT_FALSE(parse_server_name(std::string_view("192.0.2.1\0/../x", 14)));
  EXPECT_FALSE(parse_server_name("192.0.2.1" + std::string(300, ' ')));
  CertificateAuthority authority = make();
  EXPECT_FALSE(authority.issue_server({}, days(1), base::now()));
  EXPECT_FALSE(authority.issue_server({"a/../b"}, days(1), base::now()));
  EXPECT_FALSE(authority.issue_user({"alice", {"a/b"}, {}}, days(1), base::now()));
}

TEST_F(AuthorityTest, ABrokenFolderIsAnError) {
  EXPECT_EQ(CertificateAuthority::open(folder()).error().code(), base::Code::NotFound);
  {
    const CertificateAuthority authority = make();
  }
  for (const std::string_view text :
       {"",
        "{}",
        "[]",
        "{\"list_number\":1}",
        "{\"list_number\":1,\"issued\":[{}]}",
        "{\"list_number\":1,\"issued\":[{\"serial\":\"xyz\",\"not_after\":\"2030-01-01\"}]}"}) {
    std::ofstream(folder() / "issued.json", std::ios::trunc) << text;
    EXPECT_FALSE(CertificateAuthority::open(folder())) << text;
  }
}

} // namespace
} // namespace portique::access
