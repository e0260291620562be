#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "portique/access/trust/known_images.h"
#include "portique/access/trust/trust_test_support.h"
#include "portique/model/report.h"
#include "portique/test_support/registry_server.h"

namespace portique::access {

namespace {

using Names = std::vector<std::string>;

/// A repository of a real registry, filled with curl.
class Repository {
public:
  explicit Repository(std::string host) : base_("http://" + host + "/v2/app") {}

  /// "sha256:..."
  std::string put_blob(const std::string& content) {
    const std::string digest = base::digest_of(base::as_bytes(content)).text();
    const std::string head =
        curl({"-o", "/dev/null", "-D", "-", "-X", "POST", base_ + "/blobs/uploads/"});
    const std::size_t at = head.find("Location: ");
    const std::string place = head.substr(at + 10, head.find('\r', at) - at - 10);
    curl({"-X",
          "PUT",
          "-H",
          "Content-Type: application/octet-stream",
          "--data-binary",
          "@-",
          place + "&digest=" + digest},
         content);
    return digest;
  }

  std::string put_manifest(const std::string& tag, const std::string& content) {
    curl({"-X",
          "PUT",
          "-H",
          "Content-Type: application/vnd.oci.image.manifest.v1+json",
          "--data-binary",
          "@-",
          base_ + "/manifests/" + tag},
         content);
    return base::digest_of(base::as_bytes(content)).text();
  }

  /// An image without layers that differs by `config`; its config's digest goes into `id`.
  std::string put_image(const std::string& tag, const std::string& config, std::string& id) {
    id = put_blob(config);
    return put_manifest(tag, manifest(id, config.size(), ""));
  }

  /// What cosign attaches: one layer under a tag made of the image's digest.
  void attach(const std::string& image,
              const std::string& suffix,
              const std::string& type,
              const std::string& content,
              const std::string& signature) {
    const std::string config = "{}";
    const std::string config_digest = put_blob(config);
    const std::string digest = put_blob(content);
    const std::string layer = R"({"mediaType":")" + type + R"(","digest":")" + digest +
                              R"(","size":)" + std::to_string(content.size()) +
                              R"(,"annotations":{"dev.cosignproject.cosign/signature":")" +
                              signature + R"("}})";
    std::string tag = image + suffix;
    tag[tag.find(':')] = '-';
    put_manifest(tag, manifest(config_digest, config.size(), layer));
  }

private:
  static std::string
  manifest(const std::string& config, std::size_t size, const std::string& layers) {
    return R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":)"
           R"({"mediaType":"application/vnd.oci.image.config.v1+json","digest":")" +
           config + R"(","size":)" + std::to_string(size) + R"(},"layers":[)" + layers + "]}";
  }

  static std::string curl(std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.begin(), {"curl", "-sS", "--fail"});
    const auto run = base::run_program(arguments, {}, input);
    EXPECT_TRUE(run && run->exit_status == 0) << (run ? run->err : run.error().text());
    return run ? run->out : "";
  }

  std::string base_;
};

class KnownImagesTest : public testing::Test {
protected:
  void SetUp() override {
    for (const char* program : {"openssl", "curl"})
      if (!base::run_program({program, "--help"})) GTEST_SKIP() << program << " is not installed";
    std::filesystem::create_directories(folder_.path() / "registry");
    if (auto started = test_support::DockerRegistry::start(folder_.path() / "registry", {}))
      registry_.emplace(*std::move(started));
    if (!registry_) GTEST_SKIP() << "docker-registry is not installed";
    name_before_ = name("");
  }

  std::string name(const std::string& version) { return registry_->host() + "/app" + version; }

  KnownImagesOptions options(std::vector<TrustedKey> keys) {
    KnownImagesOptions made;
    made.cache_folder = folder_.path() / "cache";
    made.keys = std::move(keys);
    made.registry.credential_files = std::vector<std::filesystem::path>{};
    made.clock = [this] { return now_; };
    return made;
  }

  base::TempDir folder_ = *base::TempDir::create("known-images");
  std::optional<test_support::DockerRegistry> registry_;
  std::string name_before_; ///< of its image, when the registry is gone
  base::Time now_ = *base::parse_time("2026-01-31T12:00:00Z");
};

TEST_F(KnownImagesTest, FindsSignaturesInARegistry) {
  Repository repository(registry_->host());
  std::string id;
  const std::string digest =
      repository.put_image("1", R"({"architecture":"amd64","os":"linux"})", id);
  const OpensslKey release("p256");
  const OpensslKey builder("ed25519");
  const OpensslKey stranger("rsa");
  const std::string payload = simple_payload(digest);
  repository.attach(
      digest, ".sig", std::string(kSimpleSigningType), payload, release.sign(payload));
  repository.attach(digest,
                    ".att",
                    "application/vnd.dsse.envelope.v1+json",
                    attestation(builder, digest.substr(7), "https://slsa.dev/provenance/v1"),
                    "");
  KnownImages images(options({release.trusted("release"),
                              stranger.trusted("stranger"),
                              builder.trusted("builder", {"https://slsa.dev/*"})}));
  const auto found = images.look_up(*image::parse_reference(name(":1")));
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(found->signers, (Names{"builder", "release"}));
  EXPECT_EQ(found->seen, 2U);
  EXPECT_EQ(found->digest.text(), digest);
  for (const std::string& known : {id, digest}) {
    const auto standing = images.standing(name(":1"), known);
    ASSERT_TRUE(standing);
    EXPECT_EQ(standing->is_signed, true) << known;
    EXPECT_EQ(standing->signers, (Names{"builder", "release"}));
  }
  // Another process finds it in the cache, and other trusted keys do not inherit the answer.
  auto again = options({release.trusted("release"),
                        stranger.trusted("stranger"),
                        builder.trusted("builder", {"https://slsa.dev/*"})});
  again.look_up = false;
  EXPECT_EQ(KnownImages(again).standing(name(":1"), id)->signers, (Names{"builder", "release"}));
  auto other = options({stranger.trusted("stranger")});
  other.look_up = false;
  EXPECT_EQ(KnownImages(other).standing(name(":1"), id)->is_signed, std::nullopt);
}

TEST_F(KnownImagesTest, WhatIsUnknownIsAskedForInTheBackground) {
  Repository repository(registry_->host());
  std::string id;
  const std::string digest =
      repository.put_image("1", R"({"architecture":"amd64","os":"linux"})", id);
  const OpensslKey release("p256");
  KnownImages images(options({release.trusted("release")}));
  EXPECT_EQ(images.standing(name(":1"), id)->is_signed, std::nullopt) << "nobody looked yet";
  images.wait_until_idle();
  EXPECT_EQ(images.standing(name(":1"), id)->is_signed, false);
  const std::string payload = simple_payload(digest);
  repository.attach(
      digest, ".sig", std::string(kSimpleSigningType), payload, release.sign(payload));
  images.wait_until_idle();
  EXPECT_EQ(images.standing(name(":1"), id)->is_signed, false) << "that still holds";
  now_ += std::chrono::seconds(301);
  EXPECT_EQ(images.standing(name(":1"), id)->is_signed, false);
  images.wait_until_idle();
  EXPECT_EQ(images.standing(name(":1"), id)->signers, Names{"release"});
}

TEST_F(KnownImagesTest, ATagThatMovedVouchesForItsImageOnly) {
  Repository repository(registry_->host());
  std::string old_id;
  std::string new_id;
  repository.put_image("1", R"({"architecture":"amd64","os":"linux"})", old_id);
  const std::string digest =
      repository.put_image("1", R"({"architecture":"arm64","os":"linux"})", new_id);
  const OpensslKey release("p256");
  const std::string payload = simple_payload(digest);
  repository.attach(
      digest, ".sig", std::string(kSimpleSigningType), payload, release.sign(payload));
  KnownImages images(options({release.trusted("release")}));
  ASSERT_TRUE(images.look_up(*image::parse_reference(name(":1"))));
  EXPECT_EQ(images.standing(name(":1"), new_id)->is_signed, true);
  EXPECT_EQ(images.standing(name(":1"), old_id)->is_signed, std::nullopt);
  EXPECT_EQ(images.standing(name(":1"), "")->is_signed, std::nullopt) << "which image is not known";
  EXPECT_EQ(images.standing(name("@" + digest), "")->is_signed, true);
}

TEST_F(KnownImagesTest, WhoeverWaitsGetsTheAnswerInTime) {
  Repository repository(registry_->host());
  std::string id;
  const std::string digest =
      repository.put_image("1", R"({"architecture":"amd64","os":"linux"})", id);
  repository.put_image("2", R"({"architecture":"arm64","os":"linux"})", id);
  const OpensslKey release("p256");
  const std::string payload = simple_payload(digest);
  repository.attach(
      digest, ".sig", std::string(kSimpleSigningType), payload, release.sign(payload));
  auto made = options({release.trusted("release")});
  made.threads = 4;
  KnownImages images(made);
  const auto in = [](int milliseconds) {
    return std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  };
  for (const std::string& version : {std::string(":1"), "@" + digest, std::string(":2")})
    images.begin(name(version));
  for (const std::string& version : {std::string(":1"), "@" + digest}) {
    const auto standing = images.finish(name(version), in(10'000));
    ASSERT_TRUE(standing) << version << ": " << standing.error().text();
    EXPECT_EQ(standing->is_signed, true) << version;
    EXPECT_EQ(standing->signers, Names{"release"}) << version;
  }
  const auto other = images.finish(name(":2"), in(10'000));
  ASSERT_TRUE(other) << other.error().text();
  EXPECT_EQ(other->is_signed, false);
  EXPECT_FALSE(images.finish(name(":3"), in(10'000))) << "there is none";
  EXPECT_FALSE(images.finish("no name//", in(10'000)));
  // What is at hand does not wait: the registry is gone, and so is the time.
  registry_.reset();
  EXPECT_EQ(images.finish(name_before_ + ":1", in(-1))->signers, Names{"release"});
  EXPECT_EQ(KnownImages(made).finish(name_before_ + "@" + digest, in(-1))->signers,
            Names{"release"});
  const auto begin = std::chrono::steady_clock::now();
  // An address that swallows what is sent to it.
  const auto late = images.finish("192.0.2.1:5000/app:1", in(200));
  ASSERT_FALSE(late);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST_F(KnownImagesTest, VerdictsOfScansAreFoundByImageId) {
  model::Report report;
  report.subject.kind = "docker";
  report.subject.image.config_digest = base::digest_of(base::as_bytes("config"));
  report.created = now_;
  report.coverage = model::Coverage::Covered;
  report.scanners = {model::Scanner::Vulnerabilities,
                     model::Scanner::Secrets,
                     model::Scanner::Malware,
                     model::Scanner::Misconfigurations};
  report.verdict = model::Verdict{};
  report.verdict->version = "sha256:strict";
  auto made = options({});
  ASSERT_TRUE(scan::VerdictStore(made.cache_folder).store(report));
  const std::string id = report.subject.image.config_digest.text();
  EXPECT_EQ(KnownImages(made).standing("app", id)->scanned, now_);
  EXPECT_EQ(KnownImages(made).standing("app", id)->decision, "allow");
  EXPECT_EQ(KnownImages(made).standing("app", "")->scanned, std::nullopt);
  EXPECT_EQ(KnownImages(made).standing("app", "nonsense")->scanned, std::nullopt);
  made.scan_policies = {"sha256:another"};
  EXPECT_EQ(KnownImages(made).standing("app", id)->scanned, std::nullopt)
      << "a policy that does not count";
}

} // namespace

} // namespace portique::access
