#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/scan/verdict_store.h"

namespace portique::scan {

namespace {

model::Report judged(std::string_view kind) {
  model::Report report;
  report.subject.kind = kind;
  report.subject.image.config_digest = base::digest_of(base::as_bytes("config"));
  report.subject.image.manifest_digest = base::digest_of(base::as_bytes("manifest"));
  report.created = *base::parse_time("2026-01-31T12:00:00Z");
  report.coverage = model::Coverage::Covered;
  report.scanners = {model::Scanner::Vulnerabilities,
                     model::Scanner::Secrets,
                     model::Scanner::Malware,
                     model::Scanner::Misconfigurations};
  report.verdict = model::Verdict{};
  report.verdict->decision = model::Decision::Warn;
  report.verdict->policy = "strict";
  report.verdict->version = "sha256:1";
  return report;
}

TEST(VerdictStore, KeepsVerdictsUnderBothIds) {
  const auto folder = *base::TempDir::create("verdicts");
  const VerdictStore store(folder.path());
  const model::Report report = judged("docker");
  EXPECT_TRUE(store.store(report).value_or(false));
  for (const auto& id :
       {report.subject.image.config_digest, report.subject.image.manifest_digest}) {
    const auto verdict = store.load(id);
    ASSERT_TRUE(verdict);
    EXPECT_EQ(*verdict, (StoredVerdict{report.created, "warn", "strict", "sha256:1"}));
  }
  EXPECT_FALSE(store.load(base::digest_of(base::as_bytes("other"))));
  EXPECT_FALSE(store.load({}));
}

TEST(VerdictStore, IncompleteEvidenceIsNoPass) {
  const auto folder = *base::TempDir::create("verdicts");
  const VerdictStore store(folder.path());
  model::Report report = judged("registry");
  report.verdict->decision = model::Decision::Allow;
  report.coverage = model::Coverage::NotCovered;
  EXPECT_TRUE(store.store(report).value_or(false));
  EXPECT_EQ(store.load(report.subject.image.config_digest)->decision, "");
}

TEST(VerdictStore, WhatWasNotLookedForIsNoPass) {
  const auto folder = *base::TempDir::create("verdicts");
  const VerdictStore store(folder.path());
  const std::vector<model::Scanner> all = judged("docker").scanners;
  for (const model::Scanner left_out : all) {
    model::Report report = judged("docker");
    report.verdict->decision = model::Decision::Allow;
    std::erase(report.scanners, left_out);
    EXPECT_TRUE(store.store(report).value_or(false));
    EXPECT_EQ(store.load(report.subject.image.config_digest)->decision, "")
        << model::scanner_name(left_out);
  }
  model::Report more = judged("docker");
  more.scanners.push_back(model::Scanner::Integrity);
  EXPECT_TRUE(store.store(more).value_or(false));
  EXPECT_EQ(store.load(more.subject.image.config_digest)->decision, "warn");
}

TEST(VerdictStore, WhatOnlyClaimsToBeAnImageIsNotKept) {
  const auto folder = *base::TempDir::create("verdicts");
  const VerdictStore store(folder.path());
  for (const char* kind : {"docker-archive", "oci", "oci-archive", "rootfs", "sbom", ""}) {
    EXPECT_FALSE(store.store(judged(kind)).value_or(true)) << kind;
    EXPECT_FALSE(store.load(judged(kind).subject.image.config_digest)) << kind;
  }
  model::Report unjudged = judged("docker");
  unjudged.verdict.reset();
  EXPECT_FALSE(store.store(unjudged).value_or(true));
  model::Report container = judged("docker");
  container.subject.container = model::Container{};
  EXPECT_FALSE(store.store(container).value_or(true));
  EXPECT_FALSE(VerdictStore({}).store(judged("docker")).value_or(true));
}

} // namespace

} // namespace portique::scan
