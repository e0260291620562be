#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/audit/file_trail.h"
#include "portique/access/audit/proof.h"
#include "portique/base/file.h"
#include "portique/base/json.h"

namespace portique::access {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

class ProofTest : public ::testing::Test {
protected:
  void SetUp() override {
    TrailOptions options;
    options.folder = folder();
    options.head_lines = 10;
    options.file_bytes = 6000;
    const auto trail = FileTrail::open(options).value();
    for (int i = 0; i < 57; ++i) {
      AuditEvent event;
      event.caller.user = "alice";
      event.resource = "c" + std::to_string(i);
      ASSERT_TRUE(trail->append(event));
      last_ = trail->append(event).value();
    }
  }

  [[nodiscard]] std::filesystem::path folder() const { return temp_.path() / "trail"; }

  base::TempDir temp_ = *base::TempDir::create("portique-proof");
  std::uint64_t last_ = 0;
};

TEST_F(ProofTest, EveryLineCanBeProved) {
  const auto key = VerifyingKey::read(folder() / kPublicKeyFile).value();
  for (std::uint64_t number = 1; number <= last_ + 2; ++number) {
    const auto text = make_proof(folder(), number);
    ASSERT_TRUE(text) << number << ": " << text.error().text();
    EXPECT_LT(text->size(), 3000U);
    const auto checked = check_proof(*text, &key);
    ASSERT_TRUE(checked) << checked.error().text();
    EXPECT_EQ(checked->number, number);
    EXPECT_FALSE(checked->is_own_key);
    EXPECT_GE(checked->head, number);
  }
  EXPECT_EQ(make_proof(folder(), last_ + 3).error().code(), base::Code::NotFound);
  EXPECT_EQ(make_proof(folder(), 0).error().code(), base::Code::NotFound);
}

TEST_F(ProofTest, WhatIsNotSignedYetHasNoProof) {
  const auto trail = FileTrail::open({.folder = folder()}).value();
  const std::uint64_t number = trail->append({}).value();
  EXPECT_THAT(make_proof(folder(), number).error().text(), HasSubstr("not signed yet"));
}

TEST_F(ProofTest, NothingInAProofCanBeChanged) {
  const std::string good = make_proof(folder(), 20).value();
  const json::object members = base::parse_json(good).value().as_object();
  const std::string other = make_proof(folder(), 21).value();
  const json::object others = base::parse_json(other).value().as_object();
  for (const std::string_view member : {"entry", "index", "head", "public_key"}) {
    json::object changed = members;
    if (member == "public_key") {
      changed[member] = SigningKey::generate().value().verifying_key().value().pem();
    } else if (member == "head") {
      changed[member] = base::parse_json(make_proof(folder(), 50).value()).value().at("head");
    } else {
      changed[member] = others.at(member);
    }
    const auto checked = check_proof(json::serialize(changed), nullptr);
    EXPECT_FALSE(checked) << member;
  }
  for (std::size_t i = 0; i < members.at("path").as_array().size(); ++i) {
    json::object changed = members;
    changed["path"].as_array()[i] = std::string(64, 'a');
    EXPECT_FALSE(check_proof(json::serialize(changed), nullptr)) << i;
    changed = members;
    changed["path"].as_array().erase(changed["path"].as_array().begin() +
                                     static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(check_proof(json::serialize(changed), nullptr)) << i;
  }
  json::object forged = members;
  std::string entry(forged["entry"].as_string());
  entry.replace(entry.find("alice"), 5, "mallo");
  forged["entry"] = entry;
  EXPECT_FALSE(check_proof(json::serialize(forged), nullptr));
  const auto key = SigningKey::generate().value().verifying_key().value();
  EXPECT_FALSE(check_proof(good, &key));
  EXPECT_TRUE(check_proof(good, nullptr));
}

TEST_F(ProofTest, ATrailThatWasChangedGivesNone) {
  const auto files = list_trail_files(folder()).value();
  std::string text = base::read_file(files[0].path, 1U << 20U).value();
  text.replace(text.find("alice"), 5, "mallo");
  ASSERT_TRUE(base::write_file_atomically(files[0].path, text));
  EXPECT_EQ(make_proof(folder(), 4).error().code(), base::Code::DigestMismatch);
  EXPECT_EQ(make_proof(folder(), 6).error().code(), base::Code::DigestMismatch);
  EXPECT_TRUE(make_proof(folder(), last_));
}

} // namespace
} // namespace portique::access
