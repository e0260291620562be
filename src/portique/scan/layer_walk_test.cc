#include <algorithm>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include "portique/scan/layer_walk.h"
#include "portique/test_support/tar_builder.h"

namespace portique::scan {
namespace {

using test_support::TarBuilder;

constexpr std::string_view kApk = "C:Q1\nP:musl\nV:1.1.24-r2\nA:x86_64\no:musl\nL:MIT\n\n";

base::Result<LayerEvidence>
walk(const std::string& tar, const ExtraPaths& extra = {}, const base::Limits& limits = {}) {
  const auto stream = archive::memory_stream(base::as_bytes(tar));
  const inventory::PathMatcher matcher;
  return walk_layer(*stream, matcher, extra, {}, limits);
}

TEST(LayerWalk, ReadsWantedFilesAndRemembersTheRest) {
  const auto evidence = walk(TarBuilder()
                                 .folder("./")
                                 .folder("./lib/")
                                 .file("./lib/apk/db/installed", kApk)
                                 .file("bin/sh", "elf")
                                 .symlink("etc/mtab", "../proc/mounts")
                                 .file("etc/.wh.hosts", "")
                                 .file("opt/.wh..wh..opq", "")
                                 .finish());
  ASSERT_TRUE(evidence) << evidence.error().text();
  ASSERT_EQ(evidence->files.size(), 1U);
  EXPECT_EQ(evidence->files[0].path, "lib/apk/db/installed");
  ASSERT_EQ(evidence->files[0].analysis.packages.size(), 1U);
  EXPECT_EQ(evidence->files[0].analysis.packages[0].name, "musl");
  EXPECT_EQ(evidence->files[0].analysis.packages[0].path, "lib/apk/db/installed");
  EXPECT_EQ(evidence->links, (std::vector<Link>{{"etc/mtab", "../proc/mounts", false}}));
  EXPECT_EQ(evidence->removed, std::vector<std::string>{"etc/hosts"});
  EXPECT_EQ(evidence->emptied, std::vector<std::string>{"opt"});
  EXPECT_EQ(evidence->entries, 7U);
}

TEST(LayerWalk, HardLinksShareWhatTheirTargetSays) {
  const auto evidence = walk(TarBuilder()
                                 .file("a/lib/apk/db/installed", kApk)
                                 .hard_link("lib/apk/db/installed", "a/lib/apk/db/installed")
                                 .file("other", kApk)
                                 .hard_link("usr/lib/apk/db/installed", "./other")
                                 .finish());
  ASSERT_TRUE(evidence);
  ASSERT_EQ(evidence->files.size(), 2U);
  EXPECT_EQ(evidence->files[1].path, "lib/apk/db/installed");
  EXPECT_EQ(evidence->files[1].analysis.packages.at(0).path, "lib/apk/db/installed");
  EXPECT_EQ(evidence->links, (std::vector<Link>{{"usr/lib/apk/db/installed", "other", true}}));
}

TEST(LayerWalk, ExtraPathsAreReadWhateverTheirName) {
  const auto catalogers = inventory::catalogers();
  const auto apk = std::ranges::find(catalogers, "apk-installed", &inventory::Cataloger::id);
  ASSERT_NE(apk, catalogers.end());
  const ExtraPaths extra{{"other", static_cast<std::size_t>(apk - catalogers.begin())}};
  const auto evidence = walk(TarBuilder().file("other", kApk).finish(), extra);
  ASSERT_EQ(evidence->files.size(), 1U);
  EXPECT_EQ(evidence->files[0].analysis.packages.size(), 1U);
}

TEST(LayerWalk, ADeviceInPlaceOfADatabaseHidesTheOneBelow) {
  const auto evidence = walk(TarBuilder().fifo("lib/apk/db/installed").finish());
  EXPECT_EQ(evidence->removed, std::vector<std::string>{"lib/apk/db/installed"});
}

TEST(LayerWalk, TheLaterOfTwoEntriesCounts) {
  const auto evidence = walk(
      TarBuilder().file("lib/apk/db/installed", "").file("lib/apk/db/installed", kApk).finish());
  ASSERT_EQ(evidence->files.size(), 1U);
  EXPECT_EQ(evidence->files[0].analysis.packages.size(), 1U);
}

TEST(LayerWalk, AFileOverItsLimitIsAnIssueNotSilence) {
  base::Limits limits;
  limits.text_database_bytes = 10;
  const auto evidence = walk(TarBuilder().file("lib/apk/db/installed", kApk).finish(), {}, limits);
  ASSERT_EQ(evidence->files.size(), 1U);
  ASSERT_EQ(evidence->files[0].analysis.issues.size(), 1U);
  EXPECT_EQ(evidence->files[0].analysis.issues[0].code, base::Code::LimitExceeded);
}

TEST(LayerWalk, BudgetsStopTheWalk) {
  base::Limits limits;
  limits.links = 3;
  TarBuilder tar;
  for (int i = 0; i < 4; ++i)
    tar.symlink("l" + std::to_string(i), "x");
  EXPECT_EQ(walk(tar.finish(), {}, limits).error().code(), base::Code::LimitExceeded);
  limits = {};
  limits.layer_entries = 3;
  EXPECT_EQ(walk(tar.finish(), {}, limits).error().code(), base::Code::LimitExceeded);
}

TEST(LayerWalk, LargeFilesGoThroughTheSpool) {
  const base::Fd file(::memfd_create("portique-test", MFD_CLOEXEC));
  const std::string tar = TarBuilder().file("lib/apk/db/installed", kApk).finish();
  const auto stream = archive::memory_stream(base::as_bytes(tar));
  const inventory::PathMatcher matcher;
  const Spool spool{&file, 4096, 1 << 20, 8};
  const auto evidence = walk_layer(*stream, matcher, {}, spool, {});
  ASSERT_TRUE(evidence);
  ASSERT_EQ(evidence->files.at(0).analysis.packages.size(), 1U);
  EXPECT_EQ(evidence->files[0].analysis.packages[0].name, "musl");
}

TEST(LayerWalk, ACutArchiveIsAnError) {
  const std::string tar = TarBuilder().file("lib/apk/db/installed", kApk).finish();
  const auto evidence = walk(tar.substr(0, 512 + kApk.size() - 1));
  ASSERT_FALSE(evidence);
  EXPECT_EQ(evidence.error().code(), base::Code::Truncated);
}

} // namespace
} // namespace portique::scan
