#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/cli/image_trust_flags.h"
#include "portique/policy/policy.h"

namespace portique::cli {
namespace {

constexpr std::string_view kKey = "-----BEGIN PUBLIC KEY-----\n"
                                  "MCowBQYDK2VwAyEAW3+j3PYfItsrrufo0vYtJ9ZOOwFEArTrxMif6CA8hbc=\n"
                                  "-----END PUBLIC KEY-----\n";

class ImageTrustFlagsTest : public testing::Test {
protected:
  std::string write(const std::string& name, std::string_view text) {
    const auto path = folder_.path() / name;
    EXPECT_TRUE(base::write_file_atomically(path, std::string(text)));
    return path.string();
  }

  /// What a command line with these words asks for.
  base::Result<access::KnownImagesOptions> options(std::vector<std::string> words) {
    CLI::App app;
    ImageTrustFlags flags;
    add_image_trust_flags(app, flags);
    std::ranges::reverse(words); // as CLI11 wants it
    app.parse(words);
    return image_trust_options(flags, folder_.path(), {}, base::now());
  }

  base::TempDir folder_ = *base::TempDir::create("image-trust");
};

TEST_F(ImageTrustFlagsTest, NothingAsksNoRegistryAndTakesAnyPolicy) {
  const auto made = options({});
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_FALSE(made->look_up);
  EXPECT_TRUE(made->keys.empty());
  EXPECT_TRUE(made->scan_policies.empty());
}

TEST_F(ImageTrustFlagsTest, PredicatesBelongToTheKeyOfTheirName) {
  const std::string key = write("cosign.pub", kKey);
  const auto made = options({"--image-predicate",
                             "release=https://slsa.dev/provenance/*",
                             "--image-key",
                             "release=" + key,
                             "--image-key",
                             "nightly=" + key,
                             "--image-predicate",
                             "release=https://sigstore.dev/cosign/sign/v1"});
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_TRUE(made->look_up);
  ASSERT_EQ(made->keys.size(), 2U);
  EXPECT_EQ(made->keys[0].predicates,
            (std::vector<std::string>{"https://slsa.dev/provenance/*",
                                      "https://sigstore.dev/cosign/sign/v1"}));
  EXPECT_TRUE(made->keys[1].predicates.empty());
}

TEST_F(ImageTrustFlagsTest, PoliciesAreNamedAsScansNameTheirs) {
  const std::string file = write("house.yaml",
                                 "rules:\n  - {name: r, on: image, deny: image.root = true, "
                                 "message: m, explain: e}\n");
  const std::string version = "sha256:" + std::string(64, 'a');
  const auto made =
      options({"--scan-policy", file, "--scan-policy", "baseline", "--scan-policy", version});
  ASSERT_TRUE(made) << made.error().text();
  ASSERT_EQ(made->scan_policies.size(), 3U);
  EXPECT_EQ(made->scan_policies[0], policy::load_policy(file, {}, base::now()).policy->version());
  EXPECT_EQ(made->scan_policies[1],
            policy::load_policy("baseline", {}, base::now()).policy->version());
  EXPECT_EQ(made->scan_policies[2], version);
}

TEST_F(ImageTrustFlagsTest, SlipsOfThePenAreErrors) {
  const std::string key = write("cosign.pub", kKey);
  const std::string broken = write("broken.pub", "-----BEGIN PUBLIC KEY-----\n");
  const std::vector<std::vector<std::string>> kWrong = {
      {"--image-key", key},
      {"--image-key", "=" + key},
      {"--image-key", "release="},
      {"--image-key", "release=" + key + ".absent"},
      {"--image-key", "release=" + broken},
      {"--image-predicate", "release=https://slsa.dev/provenance/v1"},
      {"--image-key", "release=" + key, "--image-predicate", "relase=x"},
      {"--image-key", "release=" + key, "--image-predicate", "release"},
      {"--scan-policy", "no-such-policy"},
      {"--scan-policy", "sha256:abc"}};
  for (const auto& words : kWrong)
    EXPECT_FALSE(options(words)) << testing::PrintToString(words);
}

} // namespace
} // namespace portique::cli
