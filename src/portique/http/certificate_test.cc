#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/http/certificate.h"

namespace portique::http {

namespace {

/// A certificate of a subject in openssl's configuration form; "" without openssl.
std::string certificate_of(const std::string& subject) {
  const auto folder = *base::TempDir::create("portique-certificate");
  std::ofstream(folder.path() / "config")
      << "[req]\ndistinguished_name=name\nprompt=no\nutf8=yes\nstring_mask=utf8only\n[name]\n"
      << subject << "\n";
  const auto output = base::run_program({"openssl",
                                         "req",
                                         "-x509",
                                         "-newkey",
                                         "ec",
                                         "-pkeyopt",
                                         "ec_paramgen_curve:prime256v1",
                                         "-nodes",
                                         "-keyout",
                                         folder.path() / "key",
                                         "-out",
                                         folder.path() / "pem",
                                         "-config",
                                         folder.path() / "config"});
  return output && output->exit_status == 0 ? *base::read_file(folder.path() / "pem", 100'000) : "";
}

TEST(Certificate, ReadsNames) {
  const std::string pem = certificate_of("0.O=dev\n1.O=ops\n0.OU=team 1\nCN=Ren\xc3\xa9");
  if (pem.empty()) GTEST_SKIP() << "no openssl program";
  const auto read = read_certificate_pem(pem);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->common_name, "Ren\xc3\xa9");
  EXPECT_THAT(read->organizations, testing::ElementsAre("dev", "ops"));
  EXPECT_THAT(read->organization_units, testing::ElementsAre("team 1"));
  EXPECT_EQ(read->fingerprint.size(), 64);
  EXPECT_FALSE(read->serial.empty());
}

TEST(Certificate, TakesOneWithoutACommonName) {
  const std::string pem = certificate_of("O=dev");
  if (pem.empty()) GTEST_SKIP() << "no openssl program";
  const auto read = read_certificate_pem(pem);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->common_name, "");
}

TEST(Certificate, RefusesNamesThatCanBeReadInTwoWays) {
  if (certificate_of("CN=x").empty()) GTEST_SKIP() << "no openssl program";
  for (const char* subject : {"0.CN=alice\n1.CN=root",
                              "CN=a\xe2\x80\xae"
                              "b", // turns the direction of writing
                              "CN=a\xe2\x80\x8b"
                              "b"}) { // a character without a width
    const std::string pem = certificate_of(subject);
    ASSERT_FALSE(pem.empty()) << subject;
    EXPECT_FALSE(read_certificate_pem(pem)) << subject;
  }
}

TEST(Certificate, RefusesWhatIsNone) {
  for (const std::string& wrong :
       {std::string(),
        std::string("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"),
        std::string("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        std::string("-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n"
                    "DEK-Info: AES-128-CBC,00000000000000000000000000000000\n\n"
                    "AAAA\n-----END CERTIFICATE-----\n"),
        std::string(1U << 20U, 'A')})
    EXPECT_FALSE(read_certificate_pem(wrong));
}

} // namespace

} // namespace portique::http
