#include <atomic>
#include <condition_variable>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/kubernetes/image_scan_program.h"
#include "portique/access/kubernetes/image_verdicts.h"
#include "portique/base/file.h"

namespace portique::access::kubernetes {
namespace {

using base::Code;
using base::fail;
using base::Result;
using testing::HasSubstr;
using Wish = ImageVerdicts::Wish;

const base::Time kNow = *base::parse_time("2026-02-01T12:00:00Z");
constexpr std::string_view kDigest =
    "sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1";

void wait_for(const ImageVerdicts& verdicts, std::uint64_t scans) {
  for (int i = 0; i < 1000; ++i) {
    const ImageVerdictCounts counts = verdicts.counts();
    if (counts.scanned + counts.failed >= scans) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ADD_FAILURE() << "no scan in time";
}

ImageVerdict verdict(std::string decision, base::Time scanned = kNow) {
  return {std::move(decision), "because", std::string(kDigest), "sha256:p1", scanned};
}

TEST(ImageVerdicts, KnowOneImageByAllItsNames) {
  EXPECT_EQ(name_of_image("nginx"), "docker.io/library/nginx:latest");
  EXPECT_EQ(name_of_image("docker.io/library/nginx:latest"), name_of_image("nginx"));
  const std::string pinned = "nginx:1.27@" + std::string(kDigest);
  EXPECT_EQ(name_of_image(pinned), "docker.io/library/nginx@" + std::string(kDigest));
  EXPECT_EQ(name_of_image("library/Nginx:1"), "");
  EXPECT_EQ(name_of_image(""), "");
}

TEST(ImageVerdicts, AreKeptAcrossRestarts) {
  const base::TempDir folder = *base::TempDir::create("portique-verdicts");
  const ImageVerdictOptions options{.file = folder.path() / "verdicts.json",
                                    .clock = [] { return kNow; }};
  {
    auto verdicts = ImageVerdicts::open(
        options, [](const std::string&) -> Result<ImageVerdict> { return verdict("warn"); });
    ASSERT_TRUE(verdicts);
    EXPECT_EQ((*verdicts)->want_scan("nginx:1.27"), Wish::Queued);
    wait_for(**verdicts, 1);
  }
  auto again = ImageVerdicts::open(options, nullptr);
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ((*again)->look_up("nginx:1.27").standing.decision, "warn");
  EXPECT_EQ((*again)->look_up("nginx:1.27").reason, "because");
  EXPECT_EQ((*again)->look_up("nginx@" + std::string(kDigest)).standing.decision, "warn")
      << "the digest that was scanned";
  EXPECT_FALSE((*again)->look_up("nginx:1.28").standing.scanned);
  EXPECT_EQ((*again)->want_scan("nginx:1.28"), Wish::Unscannable);
}

TEST(ImageVerdicts, CountOnlyWhileTheyAreFreshAndOfThisPolicy) {
  base::Time now = kNow;
  auto verdicts = ImageVerdicts::open(
      {.max_age = std::chrono::hours(24), .clock = [&] { return now; }},
      [](const std::string&) -> Result<ImageVerdict> { return verdict("allow"); });
  ASSERT_TRUE(verdicts);
  (*verdicts)->want_scan("a:1");
  wait_for(**verdicts, 1);
  const auto counts = [&] { return (*verdicts)->look_up("a:1").standing.scanned.has_value(); };
  EXPECT_TRUE(counts());
  (*verdicts)->set_policy("sha256:p1");
  EXPECT_TRUE(counts());
  (*verdicts)->set_policy("sha256:p2");
  EXPECT_FALSE(counts()) << "another policy might say something else";
  (*verdicts)->set_policy("sha256:p1");
  now = kNow + std::chrono::hours(25);
  EXPECT_FALSE(counts());
  now = kNow - std::chrono::hours(48);
  EXPECT_FALSE(counts()) << "a verdict from the future";
}

TEST(ImageVerdicts, BoundTheQueueAndDoNotScanTwice) {
  std::mutex guard;
  std::condition_variable released;
  bool go = false;
  auto verdicts =
      ImageVerdicts::open({.queue = 2}, [&](const std::string&) -> Result<ImageVerdict> {
        std::unique_lock lock(guard);
        released.wait(lock, [&] { return go; });
        return verdict("allow", base::now());
      });
  ASSERT_TRUE(verdicts);
  EXPECT_EQ((*verdicts)->want_scan("a:1"), Wish::Queued);
  while ((*verdicts)->counts().queued > 0)
    std::this_thread::yield(); // the first is under way
  EXPECT_EQ((*verdicts)->want_scan("a:1"), Wish::Waiting);
  EXPECT_EQ((*verdicts)->want_scan("b:1"), Wish::Queued);
  EXPECT_EQ((*verdicts)->want_scan("docker.io/library/b:1"), Wish::Waiting);
  EXPECT_EQ((*verdicts)->want_scan("c:1"), Wish::Queued);
  EXPECT_EQ((*verdicts)->want_scan("d:1"), Wish::Full);
  EXPECT_EQ((*verdicts)->counts().dropped, 1U);
  {
    const std::scoped_lock lock(guard);
    go = true;
  }
  released.notify_all();
  wait_for(**verdicts, 3);
  EXPECT_EQ((*verdicts)->want_scan("d:1"), Wish::Queued);
}

TEST(ImageVerdicts, RememberFailures) {
  base::Time now = kNow;
  auto verdicts = ImageVerdicts::open(
      {.retry = std::chrono::seconds(60), .clock = [&] { return now; }},
      [](const std::string&) -> Result<ImageVerdict> { return fail(Code::Network, "no way"); });
  ASSERT_TRUE(verdicts);
  (*verdicts)->want_scan("a:1");
  wait_for(**verdicts, 1);
  EXPECT_FALSE((*verdicts)->look_up("a:1").standing.scanned);
  EXPECT_THAT((*verdicts)->look_up("a:1").reason, HasSubstr("no way"));
  EXPECT_EQ((*verdicts)->want_scan("a:1"), Wish::Failed);
  now += std::chrono::seconds(61);
  EXPECT_EQ((*verdicts)->want_scan("a:1"), Wish::Queued);
}

TEST(ImageVerdicts, RefuseADamagedFile) {
  const base::TempDir folder = *base::TempDir::create("portique-verdicts");
  const std::filesystem::path file = folder.path() / "verdicts.json";
  for (const std::string text :
       {"",
        "{",
        "[]",
        R"({"version":2,"images":[]})",
        R"({"version":1,"images":[{"image":"a","decision":"perhaps","scanned":"2026-01-01"}]})",
        R"({"version":1,"images":[{"decision":"allow","scanned":"2026-01-01"}]})"}) {
    std::ofstream(file) << text;
    EXPECT_FALSE(ImageVerdicts::open({.file = file}, nullptr)) << text;
  }
  std::ofstream(file) << R"({"version":1,"images":[]})";
  EXPECT_TRUE(ImageVerdicts::open({.file = file}, nullptr));
}

/// A program that answers as `portique scan` does.
std::filesystem::path program(const base::TempDir& folder, const std::string& body) {
  const std::filesystem::path path = folder.path() / "scanner";
  std::ofstream(path) << "#!/bin/sh\n" << body;
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return path;
}

TEST(ImageScanProgram, ReadsTheVerdictOfAReport) {
  const base::TempDir folder = *base::TempDir::create("portique-scanner");
  const std::string report =
      R"({"subject":{"digest":"sha256:d"},"verdict":{"decision":"DECISION","version":"sha256:v",)"
      R"("hits":[{"decision":"deny","message":"CVE-1 in zlib","exception":null},)"
      R"({"decision":"deny","message":"CVE-2","exception":{"who":"x"}}]}})";

  const struct {
    std::string decision;
    int status;
    std::string result; ///< "" for an error
  } rows[] = {
      {"allow", 0, "allow"},
      {"deny", 1, "deny"},
      {"warn", 0, "warn"},
      {"allow", 4, "warn"},
      {"deny", 4, "deny"},
      {"allow", 3, ""},
      {"allow", 2, ""},
      {"allow", 139, ""},
  };

  for (const auto& row : rows) {
    std::string text = report;
    text.replace(text.find("DECISION"), 8, row.decision);
    const ImageScanProgram scan{.program = program(folder,
                                                   "cat <<'E'\n" + text +
                                                       "\nE\necho 'portique: why' >&2\nexit " +
                                                       std::to_string(row.status) + "\n"),
                                .policy = "p.yaml"};
    const auto found = scan_by_program(scan, "nginx:1");
    if (row.result.empty()) {
      ASSERT_FALSE(found) << row.status;
      EXPECT_THAT(found.error().text(), HasSubstr("portique: why"));
      continue;
    }
    ASSERT_TRUE(found) << found.error().text();
    EXPECT_EQ(found->decision, row.result);
    EXPECT_EQ(found->digest, "sha256:d");
    EXPECT_EQ(found->policy, "sha256:v");
    if (row.status != 4 || row.decision == "deny") {
      EXPECT_EQ(found->reason, "CVE-1 in zlib");
    }
  }
}

TEST(ImageScanProgram, DoesNotTrustSilence) {
  const base::TempDir folder = *base::TempDir::create("portique-scanner");
  for (const std::string body : {"exit 0\n", "echo '{}'\n", "echo '[1'\n"})
    EXPECT_FALSE(scan_by_program({.program = program(folder, body), .policy = "p"}, "a:1")) << body;
  EXPECT_FALSE(scan_by_program({.program = folder.path() / "absent", .policy = "p"}, "a:1"));
}

} // namespace
} // namespace portique::access::kubernetes
