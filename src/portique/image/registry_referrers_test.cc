#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/image/registry_image.h"
#include "portique/image/registry_referrers.h"
#include "portique/image/registry_test_support.h"

namespace portique::image {
namespace {

using base::Code;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kVex = "application/vnd.example.vex";

class RegistryReferrersTest : public RegistryTest {
protected:
  void connect(const std::string& kind) {
    client_ = RegistryClient::open(reference(kind), options_).value();
    subject_ = client_->manifest("1").value().digest;
  }

  std::unique_ptr<RegistryClient> client_;
  base::Digest subject_;
};

TEST_F(RegistryReferrersTest, ListsByTheApiAndByTag) {
  for (const char* kind : {"referrers", "referrers-tag"}) {
    connect(kind);
    const auto all = list_referrers(*client_, subject_, "");
    ASSERT_TRUE(all) << kind << ": " << all.error().text();
    EXPECT_EQ(all->size(), 5U) << kind;
    const auto vex = list_referrers(*client_, subject_, kVex);
    ASSERT_TRUE(vex) << kind;
    ASSERT_EQ(vex->size(), 3U) << kind;
    for (const Descriptor& descriptor : *vex)
      EXPECT_EQ(descriptor.artifact_type, kVex);
    EXPECT_EQ(vex->at(1).annotations,
              (std::vector<std::pair<std::string, std::string>>{{"number", "2"}}));
  }
}

TEST_F(RegistryReferrersTest, AnImageWithoutReferrersHasNone) {
  for (const char* kind : {"good", "referrers-text"}) {
    connect(kind);
    const auto none =
        list_referrers(*client_, base::digest_of(base::as_bytes("another image")), "");
    ASSERT_TRUE(none) << kind << ": " << none.error().text();
    EXPECT_THAT(*none, IsEmpty());
  }
}

TEST_F(RegistryReferrersTest, FetchesWhatIsAttached) {
  connect("referrers");
  const auto vex = list_referrers(*client_, subject_, kVex);
  ASSERT_TRUE(vex);
  const auto attachments = fetch_attachments(*client_, vex->at(1));
  ASSERT_TRUE(attachments) << attachments.error().text();
  ASSERT_EQ(attachments->size(), 1U);
  EXPECT_EQ(attachments->at(0).content, "document 2");
  EXPECT_EQ(attachments->at(0).descriptor.media_type, kVex);
}

TEST_F(RegistryReferrersTest, AnAttachedDocumentIsNoImage) {
  connect("referrers");
  const auto vex = list_referrers(*client_, subject_, kVex);
  ASSERT_TRUE(vex);
  Reference artifact = reference("referrers");
  artifact.digest = vex->at(0).digest;
  const auto image = RegistryImage::open(artifact, options_);
  ASSERT_TRUE(image) << image.error().text();
  ProvidedBlobs store(**image);
  const auto described = describe_image(store, {.platform = {"linux", "amd64", ""}}, {});
  ASSERT_FALSE(described);
  EXPECT_EQ(described.error().code(), Code::Unsupported) << described.error().text();
  EXPECT_THAT(described.error().text(), HasSubstr("application/vnd.example.vex"));
}

TEST_F(RegistryReferrersTest, ListsAndFilesAreBounded) {
  connect("referrers-loop");
  EXPECT_EQ(list_referrers(*client_, subject_, "").error().code(), Code::LimitExceeded);
  connect("referrers-away");
  EXPECT_THAT(list_referrers(*client_, subject_, "").error().text(), HasSubstr("another host"));
  options_.limits.referrers = 3;
  connect("referrers");
  EXPECT_EQ(list_referrers(*client_, subject_, "").error().code(), Code::LimitExceeded);
  const auto vex = list_referrers(*client_, subject_, kVex);
  ASSERT_TRUE(vex) << vex.error().text();
  options_.limits.attachment_bytes = 5;
  connect("referrers");
  EXPECT_EQ(fetch_attachments(*client_, vex->at(0)).error().code(), Code::LimitExceeded);
}

TEST_F(RegistryReferrersTest, TagsAreThoseOfTheSchema) {
  connect("good");
  EXPECT_EQ(referrers_tag(subject_), "sha256-" + std::string(subject_.hex()));
  EXPECT_EQ(referrers_tag(subject_, ".att"), "sha256-" + std::string(subject_.hex()) + ".att");
  const base::Digest longer = base::digest_of({}, base::DigestAlgorithm::Sha512);
  EXPECT_EQ(referrers_tag(longer).size(), 128U) << "a tag has no more";
}

} // namespace
} // namespace portique::image
