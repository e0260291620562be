#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/report/sample_reports.h"
#include "portique/report/sbom_identity.h"

namespace portique::report {
namespace {

base::Digest digest(char fill) {
  return base::Digest::parse("sha256:" + std::string(64, fill)).value();
}

TEST(SbomIdentity, NamesTheImageByItsRepository) {
  struct Case {
    std::string tag;
    std::string want;
  };

  const std::string version = "@sha256:" + std::string(64, 'a');
  const Case cases[] = {
      {"nginx:1.27",
       "pkg:oci/nginx" + version +
           "?arch=amd64&repository_url=docker.io%2Flibrary%2Fnginx&tag=1.27"},
      {"org/app", "pkg:oci/app" + version + "?arch=amd64&repository_url=docker.io%2Forg%2Fapp"},
      {"localhost:5000/a/b:2",
       "pkg:oci/b" + version + "?arch=amd64&repository_url=localhost:5000%2Fa%2Fb&tag=2"},
      {"ghcr.io/org/App:v1",
       "pkg:oci/app" + version + "?arch=amd64&repository_url=ghcr.io%2Forg%2FApp&tag=v1"},
  };
  for (const Case& c : cases) {
    model::Subject subject;
    subject.image.tags = {c.tag};
    subject.image.manifest_digest = digest('a');
    subject.image.platform.architecture = "amd64";
    EXPECT_EQ(subject_purl(subject), c.want);
    subject.image.manifest_digest = {};
    EXPECT_EQ(subject_purl(subject), "");
  }
}

TEST(SbomIdentity, NoTwoComponentsHaveOneName) {
  model::Report report;
  report.packages.resize(4);
  report.packages[0].purl = report.packages[1].purl = "pkg:npm/a@1";
  report.packages[2].purl = "pkg:npm/a@1#2";
  report.packages[3].type = "generic";
  report.packages[3].name = "b";
  report.packages[3].version = "2";
  EXPECT_THAT(
      component_names(report),
      ::testing::ElementsAre("pkg:npm/a@1", "pkg:npm/a@1#2", "pkg:npm/a@1#2#1", "generic/b@2"));
}

TEST(SbomIdentity, TheDateIsTheImagesUnlessOneIsDemanded) {
  const model::Report report = sample_report("everything");
  EXPECT_EQ(sbom_time(report, {}), report.subject.image.created);
  WriteOptions options;
  options.timestamp = base::parse_time("2001-02-03T04:05:06Z");
  EXPECT_EQ(sbom_time(report, options), *options.timestamp);
  EXPECT_EQ(sbom_time(model::Report{.created = *options.timestamp}, {}), *options.timestamp);
}

TEST(SbomIdentity, TheUuidIsThatOfTheContent) {
  const auto uuid = [](std::string_view text) {
    return content_uuid([&](const Sink& sink) { return sink(text); }).value();
  };
  EXPECT_EQ(uuid("a"), uuid("a"));
  EXPECT_NE(uuid("a"), uuid("b"));
  EXPECT_THAT(uuid("a"),
              ::testing::MatchesRegex("[0-9a-f]+-[0-9a-f]+-8[0-9a-f]+-[89ab][0-9a-f]+-[0-9a-f]+"));
  EXPECT_EQ(uuid("a").size(), 36U);
}

} // namespace
} // namespace portique::report
