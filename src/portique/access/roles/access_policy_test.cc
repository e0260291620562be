#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/roles/access_policy.h"

namespace portique::access {
namespace {
TEST(AccessPolicy, Loads) {
  const auto loaded = AccessPolicy::load_text(
      "access.yaml",
      "version: 1\nconstraints: [strict, images]\nbindings: {developer: {users: [alice]}}\n",
      base::Limits(),
      base::Time());
  for (const auto& d : loaded.diagnostics)
    ADD_FAILURE() << d.text();
  ASSERT_TRUE(loaded.policy);
}
} // namespace
} // namespace portique::access
