#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/roles/access_test_support.h"
#include "portique/access/roles/approvals.h"
#include "portique/base/run_program.h"

namespace portique::access {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct KeyPair {
  std::string private_key;
  std::string public_key;
};

/// Made by the tool that people have.
KeyPair make_keys() {
  const auto made = base::run_program({"openssl", "genpkey", "-algorithm", "ed25519"});
  KeyPair keys;
  if (!made) {
    ADD_FAILURE() << made.error().text();
    return keys;
  }
  keys.private_key = made->out;
  const auto shown = base::run_program({"openssl", "pkey", "-pubout"}, {}, keys.private_key);
  if (shown) keys.public_key = shown->out;
  return keys;
}

std::string indented(std::string_view pem) {
  std::string out = "|\n";
  while (!pem.empty()) {
    const std::size_t end = pem.find('\n');
    out += "      " + std::string(pem.substr(0, end)) + "\n";
    pem.remove_prefix(end == std::string_view::npos ? pem.size() : end + 1);
  }
  return out;
}

class Approvals : public testing::Test {
protected:
  [[nodiscard]] std::string text(const std::string& author, int needed = 1) const {
    return "author: " + author + "\napprovals:\n  needed: " + std::to_string(needed) +
           "\n  people:\n    ann: " + indented(ann_.public_key) +
           "    bob: " + indented(bob_.public_key) + "    cay: " + indented(cay_.public_key) +
           "    bob2: " + indented(bob_.public_key);
  }

  static base::Result<void> check(const AccessPolicy& policy, std::string_view approvals) {
    return check_approvals(
        *policy.approvals(), policy.approvals()->author, policy.written_digest(), approvals);
  }

  static std::string approve_as(const AccessPolicy& policy,
                                std::string_view person,
                                const KeyPair& keys,
                                std::string_view approvals) {
    const auto key = PrivateKey::parse(keys.private_key);
    const auto made = approve(policy, person, *key, approvals, kTestTime);
    EXPECT_TRUE(made) << made.error().text();
    return made.value_or("");
  }

  KeyPair ann_ = make_keys();
  KeyPair bob_ = make_keys();
  KeyPair cay_ = make_keys();
};

TEST_F(Approvals, TakeTheAuthorAndASecondPerson) {
  const auto policy = loaded_policy(text("ann"));
  ASSERT_TRUE(policy);
  EXPECT_THAT(check(*policy, "").error().text(), HasSubstr("author 'ann' has not signed"));
  std::string approvals = approve_as(*policy, "ann", ann_, "");
  EXPECT_THAT(check(*policy, approvals).error().text(), HasSubstr("needs 1 approvals besides"));
  approvals = approve_as(*policy, "ann", ann_, approvals); // twice is once
  EXPECT_FALSE(check(*policy, approvals));
  approvals = approve_as(*policy, "bob", bob_, approvals);
  EXPECT_TRUE(check(*policy, approvals));
  EXPECT_THAT(*approved_by(*policy->approvals(), policy->written_digest(), approvals),
              ElementsAre("ann", "bob"));
  // Any change needs them anew.
  const auto changed = loaded_policy(text("ann") + "# more\n");
  EXPECT_FALSE(check(*changed, approvals));
}

TEST_F(Approvals, TwoNamesWithOneKeyAreOnePerson) {
  const auto policy = loaded_policy(text("bob"));
  std::string approvals = approve_as(*policy, "bob", bob_, "");
  approvals = approve_as(*policy, "bob2", bob_, approvals);
  EXPECT_FALSE(check(*policy, approvals));
}

TEST_F(Approvals, AsManyAsThePolicyWants) {
  const auto policy = loaded_policy(text("ann", 2));
  std::string approvals = approve_as(*policy, "ann", ann_, "");
  approvals = approve_as(*policy, "bob", bob_, approvals);
  EXPECT_FALSE(check(*policy, approvals));
  approvals = approve_as(*policy, "cay", cay_, approvals);
  EXPECT_TRUE(check(*policy, approvals));
}

TEST_F(Approvals, AreNotForgedNorMoved) {
  const auto policy = loaded_policy(text("ann"));
  const auto key = PrivateKey::parse(cay_.private_key);
  EXPECT_FALSE(approve(*policy, "ann", *key, "", kTestTime));
  EXPECT_FALSE(approve(*policy, "eve", *key, "", kTestTime));
  std::string approvals = approve_as(*policy, "ann", ann_, "");
  approvals = approve_as(*policy, "bob", bob_, approvals);
  // Somebody else's name over a valid signature.
  std::string renamed = approvals;
  renamed.replace(renamed.find("\"bob\""), 5, "\"cay\"");
  EXPECT_FALSE(check(*policy, renamed));
  EXPECT_FALSE(check(*policy, "{}"));
  EXPECT_FALSE(check(*policy, "[]"));
  EXPECT_FALSE(check(*policy, std::string(1 << 20, ' ') + approvals));
  EXPECT_TRUE(check(*policy, approvals));
}

} // namespace
} // namespace portique::access
