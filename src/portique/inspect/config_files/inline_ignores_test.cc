#include <gtest/gtest.h>

#include "portique/inspect/config_files/check_files.h"
#include "portique/inspect/config_files/inline_ignores.h"

namespace portique::inspect {
namespace {

struct Outcome {
  bool suppressed = false;
  std::string reason;
  std::size_t notes = 0;
};

// What became of one check's only finding.
Outcome outcome(std::string path, std::string text, std::string_view rule) {
  const ConfigFile file{std::move(path), std::move(text)};
  const ConfigFindings found = check_config_files(
      std::span(&file, 1), {.now = base::parse_time("2026-06-01").value(), .limits = {}});
  Outcome out;
  for (const Hit& hit : found.hits)
    if (hit.rule == rule) {
      out.suppressed = hit.suppression.has_value();
      if (hit.suppression) out.reason = hit.suppression->reason;
    }
  out.notes = found.notes.size();
  return out;
}

TEST(InlineIgnores, SuppressInDockerfiles) {
  const struct {
    std::string_view comment;
    bool suppressed;
    std::string_view reason = "";
    std::size_t notes = 0;
  } rows[] = {
      {"# nothing", false},
      {"# portique:ignore=PQ-DF-080", true},
      {"#portique:ignore=PQ-DF-080,PQ-DF-001 until=2027-01-01 our own server",
       true,
       "our own server"},
      {"# portique:ignore=PQ-DF-080 until=2026-01-01 over", false, "", 1},
      {"# portique:ignore=PQ-DF-080 until=2026-06-01 ends today", false, "", 1},
      {"# portique:ignore=PQ-DF-080 until=soon", false, "", 1},
      {"# portique:ignore=PQ-DF-081", false},
      {"# portique:ignore= ", false, "", 1},
      {"# hadolint ignore=DL3006, DL4006", false},
      {"# trivy:ignore:DS-0001", false},
      {"#nosec", true},
      {"# #nosec PQ-DF-080 -- we know", true, "we know"},
      {"# nosecret", false},
  };

  for (const auto& row : rows) {
    const std::string text = "FROM debian:12\n" + std::string(row.comment) +
                             "\n\nRUN true \\\n && curl https://a | sh\n";
    const Outcome got = outcome("Dockerfile", text, "PQ-DF-080");
    EXPECT_EQ(got.suppressed, row.suppressed) << row.comment;
    EXPECT_EQ(got.reason, row.reason) << row.comment;
    EXPECT_EQ(got.notes, row.notes) << row.comment;
  }
}

TEST(InlineIgnores, KnowOtherToolsIds) {
  EXPECT_TRUE(
      outcome("Dockerfile", "# hadolint ignore=DL3007\nFROM a:latest\n", "PQ-DF-002").suppressed);
  EXPECT_TRUE(
      outcome("Dockerfile", "# trivy:ignore:AVD-DS-0001\nFROM a:latest\n", "PQ-DF-002").suppressed);
  EXPECT_TRUE(
      outcome("Dockerfile", "#trivy:ignore:DS001:exp:2027-01-01\nFROM a:latest\n", "PQ-DF-002")
          .suppressed);
  EXPECT_FALSE(
      outcome("Dockerfile", "#trivy:ignore:DS001:exp:2025-01-01\nFROM a:latest\n", "PQ-DF-002")
          .suppressed);
  EXPECT_TRUE(outcome("Dockerfile", "FROM a:latest\n# hadolint global ignore=DL3007\n", "PQ-DF-002")
                  .suppressed);
  EXPECT_TRUE(
      outcome("Dockerfile", "# x\n# portique:ignore-file=PQ-DF-011\nFROM a:1\n", "PQ-DF-011")
          .suppressed);
}

TEST(InlineIgnores, SuppressBlocksOfYaml) {
  const std::string head = "services:\n";
  const std::string rest = "    image: a:1\n    privileged: true\n";
  EXPECT_FALSE(outcome("compose.yaml", head + "  web:\n" + rest, "PQ-CO-001").suppressed);
  EXPECT_TRUE(outcome("compose.yaml",
                      head + "  # portique:ignore=PQ-CO-001 x\n  web:\n" + rest,
                      "PQ-CO-001")
                  .suppressed)
      << "above the service";
  EXPECT_TRUE(
      outcome("compose.yaml",
              head + "  web:\n    image: a:1\n    privileged: true # portique:ignore=PQ-CO-001\n",
              "PQ-CO-001")
          .suppressed)
      << "behind the line";
  EXPECT_FALSE(
      outcome("compose.yaml",
              head + "  # portique:ignore=PQ-CO-001\n  db: {image: \"b:1\"}\n  web:\n" + rest,
              "PQ-CO-001")
          .suppressed)
      << "above another one";
}

} // namespace
} // namespace portique::inspect
