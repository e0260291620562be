#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/roles/access_test_support.h"
#include "portique/access/roles/break_glass.h"
#include "portique/base/file.h"

namespace portique::access {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class BreakGlass : public testing::Test {
protected:
  base::Result<Grant> take(std::string_view who,
                           std::string_view role,
                           std::string_view reason,
                           std::chrono::seconds length) {
    const Identity caller = test_caller(who);
    const RequestView view{.caller = &caller, .now = kTestTime};
    return take_break_glass(*policy_, view, grants_, role, reason, length);
  }

  Decision decide_at(std::string_view who, base::Time now) {
    const Identity caller = test_caller(who);
    const Resource plugin{.kind = "plugin", .names = {"p"}};
    const RequestView view{
        .caller = &caller, .action = "plugins.install", .resource = &plugin, .now = now};
    return decide(*policy_, view, read_grants(grants_, now)->grants);
  }

  base::TempDir folder_ = *base::TempDir::create("portique-grants");
  std::filesystem::path grants_ = folder_.path() / "grants";
  std::shared_ptr<const AccessPolicy> policy_ =
      loaded_policy("bindings: {operator: {users: [olga, otto]}}\n"
                    "break_glass: {admin: {users: [olga], longest: 2h}}\n");
};

TEST_F(BreakGlass, GivesARoleForAWhileAndTakesItBackByItself) {
  EXPECT_FALSE(decide_at("olga", kTestTime).allow);
  const auto grant = take("olga", "admin", " the disk is full ", 1h);
  ASSERT_TRUE(grant) << grant.error().text();
  EXPECT_EQ(grant->reason, "the disk is full");
  const Decision during = decide_at("olga", kTestTime + 59min);
  EXPECT_TRUE(during.allow) << during.reason;
  EXPECT_TRUE(during.break_glass);
  EXPECT_EQ(during.role, "admin");
  EXPECT_THAT(during.reason, HasSubstr("break-glass"));
  EXPECT_FALSE(decide_at("olga", kTestTime + 1h).allow);
  EXPECT_FALSE(decide_at("otto", kTestTime + 1min).allow);
  EXPECT_THAT(read_grants(grants_, kTestTime + 2h)->grants, IsEmpty());
}

TEST_F(BreakGlass, OrdinaryActsStayOrdinary) {
  ASSERT_TRUE(take("olga", "admin", "why", 1h));
  const Identity caller = test_caller("olga");
  const Resource web = test_container("web", "bob");
  const RequestView view{
      .caller = &caller, .action = "containers.stop", .resource = &web, .now = kTestTime};
  const Decision decision = decide(*policy_, view, read_grants(grants_, kTestTime)->grants);
  EXPECT_TRUE(decision.allow);
  EXPECT_FALSE(decision.break_glass);
  EXPECT_EQ(decision.role, "operator");
}

TEST_F(BreakGlass, RefusesWhatThePolicyDoesNotOffer) {
  EXPECT_THAT(take("otto", "admin", "why", 1h).error().text(), HasSubstr("does not let otto"));
  EXPECT_THAT(take("olga", "developer", "why", 1h).error().text(), HasSubstr("does not let"));
  EXPECT_THAT(take("olga", "admin", " ", 1h).error().text(), HasSubstr("need a reason"));
  EXPECT_THAT(take("olga", "admin", "why", 3h).error().text(), HasSubstr("120 minutes at most"));
  EXPECT_FALSE(take("olga", "admin", "why", 0s));
  EXPECT_FALSE(take("nobody", "admin", "why", 1h));
  EXPECT_FALSE(std::filesystem::exists(grants_));
}

TEST_F(BreakGlass, CountsOnlyFilesThatOthersCannotWrite) {
  const auto grant = take("olga", "admin", "why", 1h);
  const auto file = grants_ / (grant->id + ".json");
  const auto perms = [&](std::filesystem::perms wanted) {
    std::filesystem::permissions(file, wanted);
  };
  using std::filesystem::perms;
  perms(perms::owner_all | perms::group_write);
  EXPECT_THAT(read_grants(grants_, kTestTime)->grants, IsEmpty());
  EXPECT_THAT(read_grants(grants_, kTestTime)->issues, SizeIs(1));
  perms(perms::owner_all);
  EXPECT_THAT(read_grants(grants_, kTestTime)->grants, SizeIs(1));
  std::filesystem::create_symlink(file, grants_ / "link.json");
  EXPECT_THAT(read_grants(grants_, kTestTime)->grants, SizeIs(1));
  std::ofstream(grants_ / "broken.json") << "{\"format\": \"portique break-glass 1\"}";
  EXPECT_THAT(read_grants(grants_, kTestTime)->issues, SizeIs(2));
  std::filesystem::permissions(grants_, perms::all);
  EXPECT_FALSE(read_grants(grants_, kTestTime));
}

TEST_F(BreakGlass, CanBeEndedBeforeItsTime) {
  const auto grant = take("olga", "admin", "why", 1h);
  EXPECT_FALSE(end_break_glass(grants_, "../x"));
  ASSERT_TRUE(end_break_glass(grants_, grant->id));
  EXPECT_FALSE(decide_at("olga", kTestTime).allow);
  EXPECT_FALSE(end_break_glass(grants_, grant->id));
}

TEST_F(BreakGlass, APolicyThatNoLongerOffersTheRoleEndsIt) {
  ASSERT_TRUE(take("olga", "admin", "why", 1h));
  policy_ = loaded_policy("bindings: {operator: {users: [olga]}}\n");
  EXPECT_FALSE(decide_at("olga", kTestTime).allow);
}

} // namespace
} // namespace portique::access
