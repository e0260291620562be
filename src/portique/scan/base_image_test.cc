#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/scan/base_image.h"

namespace portique::scan {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// An image of layers named by one hexadecimal digit each.
model::Image image_of(std::string_view layers) {
  model::Image image;
  for (const char c : layers) {
    model::Layer layer;
    layer.diff_id = base::Digest::parse("sha256:" + std::string(64, c)).value();
    image.layers.push_back(std::move(layer));
  }
  return image;
}

struct Row {
  std::string id;
  std::string package;
  std::int32_t layer;
};

model::Report report_of(std::string_view layers, const std::vector<Row>& rows) {
  model::Report report;
  report.subject.image = image_of(layers);
  for (const Row& row : rows) {
    model::Package package;
    package.type = "apk";
    package.name = row.package;
    package.layer = row.layer;
    model::Finding finding;
    finding.id = row.id;
    finding.package = report.packages.size();
    finding.layer = row.layer;
    report.packages.push_back(std::move(package));
    report.findings.push_back(std::move(finding));
  }
  return report;
}

std::string marks(const model::Report& report) {
  std::string out;
  for (const model::Finding& finding : report.findings)
    out += !finding.from_base ? '?' : *finding.from_base ? 'b' : '-';
  return out;
}

const std::vector<Row> kRows{{"CVE-1", "ssl", 0}, {"CVE-2", "ssl", 1}, {"CVE-3", "curl", 2}};

TEST(BaseImage, SharedLayersTellTheBase) {
  model::Report report = report_of("abcd", kRows);
  const model::Report base = report_of("ab", {});
  apply_base({"alpine:3.10", &base}, {}, report);
  ASSERT_TRUE(report.base);
  EXPECT_EQ(report.base->known, model::BaseImage::Known::Given);
  EXPECT_EQ(report.base->name, "alpine:3.10");
  EXPECT_EQ(report.base->layers, 2U);
  EXPECT_EQ(marks(report), "bb-");
  EXPECT_THAT(report.notes, IsEmpty());
}

TEST(BaseImage, ABaseThatIsNoneIsTold) {
  model::Report report = report_of("abcd", kRows);
  const model::Report another = report_of("eb", {});
  apply_base({"debian:12", &another}, {}, report);
  EXPECT_FALSE(report.base);
  EXPECT_EQ(marks(report), "???");
  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("debian:12 is not the base of this image")));

  report = report_of("abcd", kRows);
  const model::Report older = report_of("ae", {});
  apply_base({"alpine:3.9", &older}, {}, report);
  ASSERT_TRUE(report.base);
  EXPECT_EQ(report.base->layers, 1U);
  EXPECT_EQ(marks(report), "b--");
  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("1 of its 2 layers are shared")));
}

TEST(BaseImage, WithoutOneTheImagesHintIsAGuess) {
  model::Report report = report_of("abcd", kRows);
  report.subject.image.base = {"alpine:3.10", "sha256:00", 2};
  apply_base({}, {}, report);
  ASSERT_TRUE(report.base);
  EXPECT_EQ(report.base->known, model::BaseImage::Known::Guessed);
  EXPECT_EQ(report.base->digest, "sha256:00");
  EXPECT_EQ(marks(report), "bb-");

  report = report_of("abcd", kRows);
  report.subject.image.base = {"alpine:3.10", "", 0};
  apply_base({}, {}, report);
  EXPECT_FALSE(report.base);
  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("built on alpine:3.10; --base alpine:3.10")));

  report = report_of("ab", kRows);
  report.subject.image.base = {"", "", 2};
  apply_base({}, {}, report);
  EXPECT_FALSE(report.base) << "an image that is nothing but its base";
}

TEST(BaseImage, ANewerBaseIsCompared) {
  model::Report report = report_of("abcd", kRows);
  report.findings.push_back(report.findings[0]);
  report.findings.back().suppression = model::Suppression{};
  report.findings.back().id = "CVE-4";
  const model::Report base = report_of("ab", {});
  model::Report newer =
      report_of("ef", {{"CVE-2", "ssl", 0}, {"CVE-3", "curl", 0}, {"CVE-9", "zlib", 1}});
  newer.findings[2].severity = model::Severity::High;
  apply_base({"alpine:3.10", &base}, {"alpine:3.11", &newer}, report);
  ASSERT_TRUE(report.base && report.base->comparison);
  const model::BaseComparison& comparison = *report.base->comparison;
  const auto names = [](const std::vector<model::BaseChange>& changes) {
    std::vector<std::string> out;
    for (const model::BaseChange& change : changes)
      out.push_back(change.id + " " + change.package);
    return out;
  };
  EXPECT_EQ(comparison.name, "alpine:3.11");
  EXPECT_EQ(comparison.kept, 1U);
  EXPECT_THAT(names(comparison.removed), ElementsAre("CVE-1 ssl"));
  EXPECT_THAT(names(comparison.added), ElementsAre("CVE-9 zlib", "CVE-3 curl")) << "worst first";
}

TEST(BaseImage, NothingIsComparedWithoutABase) {
  model::Report report = report_of("abcd", kRows);
  const model::Report newer = report_of("ef", {});
  apply_base({}, {"alpine:3.11", &newer}, report);
  EXPECT_FALSE(report.base);
  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("name it with --base")));
}

TEST(BaseImage, RootFileSystemsHaveNone) {
  model::Report report = report_of("", {{"CVE-1", "ssl", model::kNoLayer}});
  apply_base({}, {}, report);
  EXPECT_FALSE(report.base);
  EXPECT_EQ(marks(report), "?");
}

} // namespace
} // namespace portique::scan
