#include <fstream>

#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/image/registry_certificates.h"

namespace portique::image {
namespace {

namespace fs = std::filesystem;

class RegistryCertificatesTest : public ::testing::Test {
protected:
  void write(const std::string& name, std::string_view content) const {
    fs::create_directories((root_.path() / name).parent_path());
    std::ofstream(root_.path() / name) << content;
  }

  base::Result<base::HttpTls> load(std::string_view host) const {
    return load_certificates(root_.path(), host);
  }

  base::TempDir root_ = *base::TempDir::create("portique-certs");
};

TEST_F(RegistryCertificatesTest, TakesAuthoritiesAndTheClientsOwn) {
  write("registry.example:5000/ca.crt", "CA one");
  write("registry.example:5000/other.crt", "CA two");
  write("registry.example:5000/client.cert", "C");
  write("registry.example:5000/client.key", "K");
  write("registry.example:5000/readme.txt", "x");
  const auto tls = load("registry.example:5000");
  ASSERT_TRUE(tls) << tls.error().text();
  EXPECT_EQ(tls->further_authorities, "CA one\nCA two\n");
  EXPECT_EQ(tls->authorities, "");
  EXPECT_EQ(tls->certificate, root_.path() / "registry.example:5000/client.cert");
  EXPECT_EQ(tls->key, root_.path() / "registry.example:5000/client.key");
  EXPECT_TRUE(tls->verify);
}

TEST_F(RegistryCertificatesTest, HostsWithoutAFolderHaveNothing) {
  write("ca.crt", "not for anyone");
  for (const char* host : {"registry.example", "", ".", "..", "../x", "a/b"}) {
    const auto tls = load(host);
    ASSERT_TRUE(tls) << host;
    EXPECT_EQ(tls->further_authorities, "") << host;
  }
}

TEST_F(RegistryCertificatesTest, HalvesAreErrors) {
  write("a/client.cert", "C");
  write("b/client.key", "K");
  EXPECT_EQ(load("a").error().code(), base::Code::NotFound);
  EXPECT_EQ(load("b").error().code(), base::Code::NotFound);
}

} // namespace
} // namespace portique::image
