#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/image/manifest.h"
#include "portique/image/oci_layout.h"
#include "portique/image/registry_image.h"
#include "portique/image/registry_test_support.h"

namespace portique::image {
namespace {

using base::Code;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

Selection amd64() {
  return {.platform = {"linux", "amd64", ""}};
}

class RegistryImageTest : public RegistryTest {
protected:
  /// The image's layers, unpacked, read as the sandboxed reader does it; an error with the reason
  /// that the provider knows.
  base::Result<std::vector<std::string>> pull(const std::string& kind) {
    const auto image = PQ_TRY(RegistryImage::open(reference(kind), options_));
    ProvidedBlobs store(*image);
    const DescribedImage described = PQ_TRY(describe_image(store, amd64(), {}));
    tags_ = described.image.tags;
    std::vector<std::string> layers;
    for (const StoredLayer& layer : described.layers) {
      auto content = read(store, layer);
      if (!content) {
        seen_ = content.error().text();
        auto failure = image->failure_of(layer.blob);
        return std::unexpected(failure ? std::move(*failure) : std::move(content).error());
      }
      layers.push_back(std::move(*content));
    }
    return layers;
  }

  static base::Result<std::string> read(BlobStore& store, const StoredLayer& layer) {
    auto open = PQ_TRY(open_layer(store, layer, {}));
    EXPECT_TRUE(open.verified);
    return open.tar->read_all(100 << 20);
  }

  void expect_whole(const std::string& kind) {
    const auto layers = pull(kind);
    ASSERT_TRUE(layers) << kind << ": " << layers.error().text();
    EXPECT_EQ(*layers, (std::vector{first_tar(), second_tar()})) << kind;
  }

  void expect_error(const std::string& kind, Code code, const std::string& hint) {
    const auto layers = pull(kind);
    ASSERT_FALSE(layers) << kind;
    EXPECT_EQ(layers.error().code(), code) << kind << ": " << layers.error().text();
    EXPECT_THAT(layers.error().text(), HasSubstr(hint)) << kind;
  }

  std::vector<std::string> tags_;
  std::string seen_;
};

TEST_F(RegistryImageTest, PresentsAnImageAsALayout) {
  expect_whole("good");
  EXPECT_THAT(tags_, testing::ElementsAre(server_->host() + "/good/app:1"));
  const auto image = RegistryImage::open(reference("good"), options_);
  ASSERT_TRUE(image);
  EXPECT_TRUE((*image)->open_blob("oci-layout"));
  EXPECT_EQ((*image)->open_blob("manifest.json").error().code(), Code::NotFound);
  for (const char* name : {"", "blobs/sha256/abc", "blobs/sha256/../x", "etc/passwd", "blobs/"})
    EXPECT_EQ((*image)->open_blob(name).error().code(), Code::InvalidArgument) << name;
}

TEST_F(RegistryImageTest, FollowsIndexesAndTellsManifestsWithoutTypes) {
  expect_whole("nested");
  EXPECT_THAT(logged({"/manifests/"}), SizeIs(3));
  expect_whole("untyped");
}

TEST_F(RegistryImageTest, ResumesWhereATransferBroke) {
  expect_whole("cut");
  EXPECT_THAT(logged({"/blobs/", "range=bytes="}), Not(IsEmpty()));
  expect_whole("cut-whole");
  expect_whole("cut-login");
  EXPECT_THAT(logged({"cut-login", "/token/"}), testing::SizeIs(testing::Ge(2)));
}

TEST_F(RegistryImageTest, GivesUpATransferThatKeepsBreaking) {
  expect_error("cut-always", Code::Truncated, "after 4 tries");
  expect_error("cut-lie", Code::Network, "another range than was asked for");
  expect_error("cut-grow", Code::Network, "another length than before");
  EXPECT_THAT(pull("cut-always").error().text(), HasSubstr("blob sha256:"));
  EXPECT_THAT(seen_, Not(HasSubstr("tries"))) << "the reader itself cannot know the reason";
}

TEST_F(RegistryImageTest, RefusesOtherContentThanPromised) {
  expect_error("wrong-digest", Code::DigestMismatch, "should have the digest");
  expect_error("wrong-manifest", Code::DigestMismatch, "should have the digest");
  expect_error("shorter", Code::DigestMismatch, "were announced");
  expect_error("endless", Code::DigestMismatch, "larger than the");
  expect_error("endless-manifest", Code::LimitExceeded, "larger than 4194304 bytes");
  expect_error("deep", Code::Malformed, "too deep");
}

TEST_F(RegistryImageTest, ALengthThatIsTooLargeDelaysButDoesNotHarm) {
  expect_whole("longer");
}

TEST_F(RegistryImageTest, DoesNotWaitForWhoDripsOrStops) {
  options_.http.slowest = 1000;
  options_.http.slow_window = std::chrono::seconds(2);
  options_.http.stall_timeout = std::chrono::seconds(1);
  options_.http.retries = 1;
  expect_error("drip", Code::Timeout, "fewer than 1000 bytes a second");
  expect_error("stall", Code::Timeout, "no answer");
}

TEST_F(RegistryImageTest, WaitsForABusyRegistryButNotForHours) {
  options_.http.wait = nullptr;
  const auto begin = std::chrono::steady_clock::now();
  expect_whole("busy");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
  expect_error("busy-long", Code::Network, "come back in 9999 seconds");
}

TEST_F(RegistryImageTest, RedirectsEnd) {
  expect_error("loop", Code::Network, "redirects more than 5 times");
}

TEST_F(RegistryImageTest, SaysWhatIsNotThere) {
  expect_error("missing", Code::NotFound, "has no blob sha256:");
  const auto image = RegistryImage::open(reference("missing-config"), options_);
  ASSERT_TRUE(image);
  ProvidedBlobs store(**image);
  EXPECT_FALSE(describe_image(store, amd64(), {}));
  const auto absent = RegistryImage::open(reference("good", "no-such"), options_);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code(), Code::NotFound);
  EXPECT_EQ(absent.error().text(),
            server_->host() + " has no image good/app:no-such (HTTP 404, MANIFEST_UNKNOWN)");
  expect_error("schema1", Code::Unsupported, "schema 1, which was retired");
  expect_error("error", Code::Network, "(HTTP 500, UNKNOWN)");
}

TEST_F(RegistryImageTest, BlobsElsewhereComeWithoutTheLogin) {
  log_in(R"({"username":"user","password":"secret"})");
  expect_whole("elsewhere");
  EXPECT_THAT(logged({server_->other_host(), "GET /elsewhere/"}), SizeIs(2));
  EXPECT_THAT(logged({server_->other_host(), "authorization="}), IsEmpty());
  EXPECT_THAT(logged({"cookie="}), IsEmpty());
  expect_error("elsewhere-401", Code::Network, "where " + server_->host() + " keeps its blobs");
  EXPECT_THAT(logged({server_->other_host(), "authorization="}), IsEmpty());
  EXPECT_THAT(logged({server_->other_host(), "/token/"}), IsEmpty()) << "that was no challenge";
}

TEST_F(RegistryImageTest, AnAddressThatWorksOnceIsAskedForAgain) {
  expect_whole("elsewhere-once");
}

TEST_F(RegistryImageTest, AReaderThatClosesItsEndStopsTheTransfer) {
  const auto image = RegistryImage::open(reference("endless"), options_);
  ASSERT_TRUE(image);
  ProvidedBlobs store(**image);
  const auto described = describe_image(store, amd64(), {});
  ASSERT_TRUE(described);
  for (int i = 0; i < 40; ++i) {
    const auto end = (*image)->open_blob(described->layers[0].blob);
    ASSERT_TRUE(end) << i << ": " << end.error().text();
    const auto piece = archive::pipe_stream(base::Fd(::dup(end->get())))->next();
    ASSERT_TRUE(piece);
    EXPECT_FALSE(piece->empty());
    // The thread learns it with its next write.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_FALSE((*image)->failure_of(described->layers[0].blob));
}

TEST_F(RegistryImageTest, EndsWhileTransfersAreUnderWay) {
  auto image = RegistryImage::open(reference("endless"), options_);
  ASSERT_TRUE(image);
  ProvidedBlobs store(**image);
  const auto described = describe_image(store, amd64(), {});
  ASSERT_TRUE(described) << described.error().text();
  std::vector<base::Fd> ends;
  for (int i = 0; i < 4; ++i)
    ends.push_back((*image)->open_blob(described->layers[0].blob).value());
  const auto begin = std::chrono::steady_clock::now();
  image->reset(); // four threads wait for a reader that takes nothing
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST_F(RegistryImageTest, NobodyListens) {
  options_.http.retries = 0;
  const auto image = RegistryImage::open(parse_reference("127.0.0.1:1/app").value(), options_);
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code(), Code::Network);
}

TEST_F(RegistryImageTest, OfflineRefusesEveryRegistry) {
  options_.offline = true;
  const auto image = RegistryImage::open(reference("good"), options_);
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code(), Code::InvalidArgument);
  EXPECT_THAT(image.error().text(), HasSubstr("--offline"));
  EXPECT_THAT(server_->log(), IsEmpty());
}

} // namespace
} // namespace portique::image
