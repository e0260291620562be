#include <gtest/gtest.h>

#include "portique/image/docker_config.h"

namespace portique::image {
namespace {

TEST(DockerConfig, ReadsEveryFormOfEntry) {
  // "user:pass:word" in base64
  const auto config = parse_docker_config(R"({
    "auths": {
      "https://index.docker.io/v1/": {"auth": "dXNlcjpwYXNzOndvcmQ="},
      "ghcr.io": {"username": "u", "password": "p"},
      "quay.io/team": {"auth": "dXNlcjpwYXNzOndvcmQ=", "email": "x@y"},
      "acr.example": {"auth": "MDAwOg==", "identitytoken": "refresh"},
      "tok.example": {"registrytoken": "bearer"},
      "left.behind": {},
      "broken.example": {"auth": "not base64!"},
      "colonless.example": {"auth": "dXNlcg=="},
      "odd.example": 5
    },
    "credHelpers": {"gcr.io": "gcloud", "public.ecr.aws": "ecr-login"},
    "credsStore": "desktop",
    "HttpHeaders": {"User-Agent": "Docker"}
  })");
  ASSERT_TRUE(config) << config.error().text();
  const auto& hub = config->auths.at("docker.io").credentials;
  EXPECT_EQ(hub.user, "user");
  EXPECT_EQ(hub.password, "pass:word");
  EXPECT_EQ(config->auths.at("ghcr.io").credentials.password, "p");
  EXPECT_EQ(config->auths.at("acr.example").credentials.identity_token, "refresh");
  EXPECT_EQ(config->auths.at("tok.example").credentials.registry_token, "bearer");
  EXPECT_TRUE(config->auths.at("broken.example").broken);
  EXPECT_TRUE(config->auths.at("colonless.example").broken);
  EXPECT_FALSE(config->auths.contains("left.behind"));
  EXPECT_FALSE(config->auths.contains("odd.example"));
  EXPECT_EQ(config->helpers.at("gcr.io"), "gcloud");
  EXPECT_EQ(config->store, "desktop");
}

TEST(DockerConfig, TheLongestPrefixOfTheRepositoryWins) {
  const auto config = parse_docker_config(R"({"auths": {
      "quay.io": {"username": "all"},
      "quay.io/team": {"username": "team"},
      "quay.io/team/app": {"username": "app"}}})");
  ASSERT_TRUE(config);
  for (const auto& [name, user] : {std::pair{"quay.io/team/app", "app"},
                                   {"quay.io/team/app/part", "app"},
                                   {"quay.io/team/application", "team"},
                                   {"quay.io/teams/app", "all"},
                                   {"quay.io/app", "all"},
                                   {"quay.io.evil.example/app", ""},
                                   {"example/quay.io", ""}}) {
    const auto found = find_longest_prefix(config->auths, name);
    EXPECT_EQ(found == config->auths.end() ? "" : found->second.credentials.user, user) << name;
  }
}

TEST(DockerConfig, KeysAreNormalised) {
  for (const auto& [key, want] : {std::pair{"https://index.docker.io/v1/", "docker.io"},
                                  {"index.docker.io", "docker.io"},
                                  {"registry-1.docker.io", "docker.io"},
                                  {"docker.io/library/nginx", "docker.io/library/nginx"},
                                  {"http://localhost:5000", "localhost:5000"},
                                  {"https://registry.example/v2/", "registry.example"},
                                  {"registry.example/team/", "registry.example/team"},
                                  {"", ""},
                                  {"https:///", ""}})
    EXPECT_EQ(normal_registry_key(key), want) << key;
}

TEST(DockerConfig, ErrorsDoNotQuoteTheFile) {
  for (const char* broken : {R"({"auths": {"a": {"auth": "c2VjcmV0"}}, )",
                             R"(["secret"])",
                             R"({"credsStore": "../secret"})",
                             R"({"credHelpers": {"a": "x y secret"}})"}) {
    const auto config = parse_docker_config(broken);
    ASSERT_FALSE(config) << broken;
    EXPECT_EQ(config.error().text().find("secret"), std::string::npos) << config.error().text();
    EXPECT_EQ(config.error().text().find("c2VjcmV0"), std::string::npos);
  }
}

TEST(DockerConfig, ReadsAHelpersAnswer) {
  const auto password =
      parse_helper_answer(R"({"ServerURL":"https://x","Username":"u","Secret":"s"})");
  ASSERT_TRUE(password);
  EXPECT_EQ(password->user, "u");
  EXPECT_EQ(password->password, "s");
  const auto token = parse_helper_answer(R"({"Username":"<token>","Secret":"t"})");
  ASSERT_TRUE(token);
  EXPECT_EQ(token->identity_token, "t");
  EXPECT_EQ(token->user, "");
  EXPECT_FALSE(parse_helper_answer("credentials not found in native keychain\n"));
  EXPECT_FALSE(parse_helper_answer(R"({"Username":"u"})"));
}

} // namespace
} // namespace portique::image
