#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "portique/scan/image_claims.h"

namespace portique::scan {
namespace {

using namespace std::chrono_literals;

const base::Time kNow = *base::parse_time("2025-06-01T12:00:00Z");

/// An image of one layer for each instruction, and layers with so many entries.
struct Made {
  model::Image image;
  std::vector<LayerEvidence> layers;
};

Made made_of(const std::vector<std::pair<std::string, std::uint64_t>>& steps) {
  Made made;
  for (const auto& [created_by, entries] : steps) {
    model::Layer layer;
    layer.created_by = created_by;
    layer.created = kNow - 24h;
    made.image.layers.push_back(layer);
    made.layers.push_back({.entries = entries});
  }
  made.image.history_layers = steps.size();
  made.image.created = kNow - 24h;
  return made;
}

std::string ids(const Made& made) {
  std::string text;
  for (const model::Finding& finding : check_image_claims(made.image, made.layers, kNow)) {
    text += finding.id + "@" + std::to_string(finding.layer) + " ";
    EXPECT_FALSE(finding.fingerprint.empty());
  }
  return text;
}

TEST(ImageClaims, HonestHistoriesAreNoFinding) {
  EXPECT_EQ(ids(made_of({{"# debian.sh --arch 'amd64' out/ 'bookworm'", 6000},
                         {"RUN /bin/sh -c apt-get install -y curl # buildkit", 40},
                         {"WORKDIR /srv", 1},
                         {"COPY a b # buildkit", 2},
                         {"/bin/sh -c #(nop)  CMD [\"bash\"]", 90},
                         {"ENV A=b", 0},
                         {"", 3}})),
            "");
}

TEST(ImageClaims, MetadataInstructionsMakeNoFiles) {
  EXPECT_EQ(ids(made_of({{"ADD rootfs.tar /", 6000}, {"LABEL maintainer=someone", 2}})),
            "PORTIQUE-IMAGE-FORGED-HISTORY@1 ");
}

TEST(ImageClaims, TheHistoryHasToFitTheLayers) {
  Made made = made_of({{"ADD rootfs.tar /", 6000}, {"RUN make", 2}});
  made.image.history_layers = 1;
  EXPECT_EQ(ids(made), "PORTIQUE-IMAGE-FORGED-HISTORY@-1 ");
  made.image.history_layers = 3;
  EXPECT_EQ(ids(made), "PORTIQUE-IMAGE-FORGED-HISTORY@-1 ");
  made.image.history_layers = 0; // no history at all: several builders write none
  EXPECT_EQ(ids(made), "");
}

TEST(ImageClaims, NothingIsBuiltInTheFuture) {
  Made made = made_of({{"ADD rootfs.tar /", 6000}, {"RUN make", 2}});
  made.image.layers[1].created = kNow + 23h;
  EXPECT_EQ(ids(made), "") << "clocks differ";
  made.image.layers[1].created = kNow + 25h;
  EXPECT_EQ(ids(made), "PORTIQUE-IMAGE-FUTURE-DATE@1 ");
  made.image.created = kNow + 48h;
  EXPECT_EQ(ids(made), "PORTIQUE-IMAGE-FUTURE-DATE@-1 ");
}

} // namespace
} // namespace portique::scan
