#include <gtest/gtest.h>

#include "portique/image/reference.h"

namespace portique::image {
namespace {

const std::string kHex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const std::string kDigest = "sha256:" + kHex;

TEST(Reference, IsReadAsDockerReadsIt) {
  for (const auto& [text, want] : {
           std::pair<std::string, std::string>{"nginx", "docker.io/library/nginx:latest"},
           {"nginx:1.27", "docker.io/library/nginx:1.27"},
           {"docker.io/nginx", "docker.io/library/nginx:latest"},
           {"index.docker.io/nginx", "docker.io/library/nginx:latest"},
           {"grafana/grafana", "docker.io/grafana/grafana:latest"},
           {"docker.io/grafana/grafana:10", "docker.io/grafana/grafana:10"},
           {"ghcr.io/org/app", "ghcr.io/org/app:latest"},
           {"ghcr.io/org/app@" + kDigest, "ghcr.io/org/app@" + kDigest},
           {"ghcr.io/org/app:1@" + kDigest, "ghcr.io/org/app:1@" + kDigest},
           {"nginx@" + kDigest, "docker.io/library/nginx@" + kDigest},
           {"localhost/app", "localhost/app:latest"},
           {"localhost:5000/app:v1", "localhost:5000/app:v1"},
           {"127.0.0.1:5000/a/b/c:v1", "127.0.0.1:5000/a/b/c:v1"},
           {"[::1]:5000/app", "[::1]:5000/app:latest"},
           {"[2001:db8::1]/app", "[2001:db8::1]/app:latest"},
           {"myhost/app", "docker.io/myhost/app:latest"},
           {"MyHost/app", "MyHost/app:latest"},
           {"registry.example:443/team_x/a__b/c--d.e:V1_2-3.4",
            "registry.example:443/team_x/a__b/c--d.e:V1_2-3.4"},
           {"a-.b/c", ""},
           {"xn--bcher-kva.example/app", "xn--bcher-kva.example/app:latest"},
           {"app:" + std::string(128, 'a'), "docker.io/library/app:" + std::string(128, 'a')},
       }) {
    const auto reference = parse_reference(text);
    EXPECT_EQ(reference ? reference->text() : "", want) << text;
  }
}

TEST(Reference, ItsPartsAreApart) {
  const auto reference = parse_reference("ghcr.io:443/org/app:1.2@" + kDigest);
  ASSERT_TRUE(reference);
  EXPECT_EQ(reference->registry, "ghcr.io:443");
  EXPECT_EQ(reference->repository, "org/app");
  EXPECT_EQ(reference->tag, "1.2");
  EXPECT_EQ(reference->digest.text(), kDigest);
  EXPECT_EQ(reference->version(), kDigest) << "the digest decides";
  EXPECT_EQ(reference->host(), "ghcr.io:443");
  EXPECT_EQ(parse_reference("nginx")->host(), "registry-1.docker.io");
}

TEST(Reference, SaysWhatIsWrong) {
  for (const auto& [text, hint] : {
           std::pair<std::string, std::string>{"", "empty"},
           {"https://ghcr.io/org/app", "leave out 'https://'"},
           {"docker://nginx", "leave out 'docker://'"},
           {"ghcr.io/Org/app", "did you mean 'ghcr.io/org/app'?"},
           {"Nginx", "did you mean 'nginx'?"},
           {kHex, "image id"},
           {"nginx:", "the tag ''"},
           {"nginx:a b", "the tag 'a b'"},
           {"nginx:-x", "the tag '-x'"},
           {"nginx:" + std::string(129, 'a'), "at most 128"},
           {"nginx@sha256:123", "64 hexadecimal digits"},
           {"nginx@" + kDigest + "@" + kDigest, "64 hexadecimal digits"},
           {"nginx@latest", "64 hexadecimal digits"},
           {"ghcr.io/", "names no repository"},
           {"ghcr.io//app", "'' is no part"},
           {"/app", "'' is no part"},
           {"a/b/", "'' is no part"},
           {"../../etc/passwd", "'..' is no registry's host"},
           {"a/../b", "'..' is no part"},
           {"a/.b", "'.b' is no part"},
           {"a/b.", "'b.' is no part"},
           {"a/b..c", "'b..c' is no part"},
           {"a/b___c", "'b___c' is no part"},
           {"a/b._c", "'b._c' is no part"},
           {"host:port/app", "'host:port' is no registry's host"},
           {"host:0/app", "is no registry's host"},
           {"host:65536/app", "is no registry's host"},
           {"host:/app", "is no registry's host"},
           {"-host.example/app", "is no registry's host"},
           {"ho_st.example/app", "is no registry's host"},
           {"[::1/app", "is no registry's host"},
           {"user:pass@host/app", "64 hexadecimal digits"},
           {"host.example/a?b", "'a?b' is no part"},
           {"host.example/a%2fb", "'a%2fb' is no part"},
           {"caf\xc3\xa9", "is no part"},
           {std::string("a\0b", 3), "is no part"},
           {"host.example/" + std::string(250, 'a'), "longer than 255"},
           {std::string(5000, 'a'), "longer than any"},
       }) {
    const auto reference = parse_reference(text);
    ASSERT_FALSE(reference) << text;
    EXPECT_EQ(reference.error().code(), base::Code::InvalidArgument);
    EXPECT_NE(reference.error().text().find(hint), std::string::npos)
        << text << " gives: " << reference.error().text();
  }
}

} // namespace
} // namespace portique::image
