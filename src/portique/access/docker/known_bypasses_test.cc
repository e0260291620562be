#include <set>
#include <string>

#include <gtest/gtest.h>

#include "portique/access/docker/known_bypasses.h"

namespace portique::access {
namespace {

/// The ids that a version has, "-" before those that it has not.
bool has(std::string_view version, std::string_view id) {
  for (const BypassState& state : judge_daemon(version))
    if (state.bypass->id == id) return state.daemon_has_it;
  ADD_FAILURE() << "no bypass " << id;
  return false;
}

TEST(KnownBypasses, AreJudgedByTheDaemonsVersion) {
  const struct {
    std::string_view version;
    std::string_view id;
    bool has_it;
  } rows[] = {
      {"18.09.0", "CVE-2024-41110", true},
      {"18.09.1", "CVE-2024-41110", false},
      {"19.03.15", "CVE-2024-41110", true},
      {"20.10.24+dfsg1", "CVE-2024-41110", true},
      {"23.0.14", "CVE-2024-41110", true},
      {"23.0.15", "CVE-2024-41110", false},
      {"24.0.9", "CVE-2024-41110", true},
      {"25.0.5", "CVE-2024-41110", true},
      {"25.0.6", "CVE-2024-41110", false},
      {"26.1.4", "CVE-2024-41110", true},
      {"26.1.5", "CVE-2024-41110", false},
      {"27.1.0", "CVE-2024-41110", true},
      {"27.1.1", "CVE-2024-41110", false},
      {"28.0.0", "CVE-2024-41110", false},
      {"20.10.24", "CVE-2026-34040", true},
      {"25.0.15", "CVE-2026-34040", true},
      {"25.0.16", "CVE-2026-34040", false},
      {"28.5.2", "CVE-2026-34040", true},
      {"29.3.0", "CVE-2026-34040", true},
      {"29.3.1", "CVE-2026-34040", false},
      {"v29.7.2-ce", "CVE-2026-34040", false},
      {"24.0.9", "old-api", true},
      {"25.0.0", "old-api", false},
      {"20.10.24", "untyped-swarm-body", true},
      {"23.0.0", "untyped-swarm-body", false},
      {"26.1.5", "outer-host-config", true},
      {"27.0.1", "outer-host-config", false},
      {"29.7.2", "buildkit-streams", true},
      {"29.7.2", "swapped-paths", true},
  };

  for (const auto& row : rows)
    EXPECT_EQ(has(row.version, row.id), row.has_it) << row.version << " " << row.id;
}

TEST(KnownBypasses, AnUnreadableVersionHasThemAll) {
  for (const std::string_view version : {"", "dev", "20", "20.10", "x20.10.24"})
    for (const BypassState& state : judge_daemon(version))
      EXPECT_TRUE(state.daemon_has_it) << version << " " << state.bypass->id;
}

TEST(KnownBypasses, TheTableIsSound) {
  std::set<std::string_view> ids;
  for (const KnownBypass& bypass : known_bypasses()) {
    EXPECT_TRUE(ids.insert(bypass.id).second) << bypass.id;
    EXPECT_FALSE(bypass.title.empty());
    EXPECT_FALSE(bypass.how.empty());
    for (const VersionRange& range : bypass.daemons)
      EXPECT_LT(range.from, range.before) << bypass.id;
    // The guard is never the weaker gate.
    EXPECT_LE(bypass.guard, bypass.plugin) << bypass.id;
  }
}

} // namespace
} // namespace portique::access
