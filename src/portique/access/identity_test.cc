#include <set>

#include <gtest/gtest.h>

#include "portique/access/identity.h"

namespace portique::access {
namespace {

TEST(Identity, EveryProofHasItsOwnName) {
  std::set<std::string_view> names;
  for (const Proof proof : {Proof::None, Proof::Socket, Proof::Certificate, Proof::Kubernetes})
    names.insert(proof_name(proof));
  EXPECT_EQ(names.size(), 4U);
}

} // namespace
} // namespace portique::access
