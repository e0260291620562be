#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/audit/event_mask.h"
#include "portique/inspect/secrets/builtin_rules.h"
#include "portique/inspect/secrets/secret_checks.h"

namespace portique::access {
namespace {

std::shared_ptr<EventMask> mask() {
  inspect::SecretRuleBook book;
  book.sets.push_back(
      std::make_shared<const inspect::SecretRules>(inspect::builtin_secret_rules().value()));
  return EventMask::make(std::move(book), base::Limits()).value();
}

TEST(EventMask, SecretsInCommandsAreMaskedAndNothingElse) {
  struct Case {
    std::string name;
    std::string command;
    std::string want;
  };

  // In the form of GitHub's, checksum included.
  const std::string digits = "016C7eEdQvnS9sUyPz4xWb3aRk2TfM";
  const std::string token = "ghp_" + digits + inspect::checksum_base62(digits);
  const auto masking = mask();
  for (const Case& c : {
           Case{"nothing", "sh -c 'ls -l /etc'", "sh -c 'ls -l /etc'"},
           Case{"empty", "", ""},
           Case{"variable", "env DB_PASSWORD=hunter2 app", "env DB_PASSWORD=*** app"},
           Case{"option", "app --password hunter2 --verbose", "app --password *** --verbose"},
           Case{"option with =", "app --token=abc --x", "app --token=*** --x"},
           Case{"option without value", "app --password --verbose", "app --password --verbose"},
           Case{"quoted", "app --password 'two words' x", "app --password *** x"},
           Case{"json",
                "{\"password\":\"abc\",\"user\":\"eve\"}",
                "{\"password\":***,\"user\":\"eve\"}"},
           Case{"shell", "sh -c \"PGPWD=abc; psql\"", "sh -c \"PGPWD=***; psql\""},
           Case{"login", "mount //eve:hunter2@files/x /m", "mount //eve:***@files/x /m"},
           Case{"port", "curl http://host:80/x@y", "curl http://host:80/x@y"},
           Case{"authorization", "curl -H 'X: Bearer hunter2' y", "curl -H 'X: Bearer ***' y"},
           Case{"words", "echo a basic idea", "echo a basic idea"},
           Case{"cifs", "mount -o user=eve,pass=hunter2,ro x", "mount -o user=eve,pass=***,ro x"},
           Case{"last", "x SECRET=", "x SECRET="},
           Case{"named after none", "env MODE=fast app", "env MODE=fast app"},
       }) {
    AuditEvent event;
    event.command = c.command;
    masking->mask(event);
    EXPECT_EQ(event.command, c.want) << c.name;
  }
  AuditEvent known;
  known.command = "git clone https://" + token + "@example.org/x";
  known.decision.reason = "no " + token;
  known.decision.warnings = {token};
  masking->mask(known);
  for (const std::string& text :
       {known.command, known.decision.reason, known.decision.warnings.front()})
    EXPECT_EQ(text.find(token), std::string::npos) << text;
}

TEST(EventMask, RecordsStayJson) {
  const auto masking = mask();
  AuditEvent event;
  event.facts =
      R"({"resource":{"labels":{"db_password":"hunter2","tier":"front"},"names":["web"]}})";
  masking->mask(event);
  EXPECT_EQ(event.facts,
            R"({"resource":{"labels":{"db_password":"***","tier":"front"},"names":["web"]}})");
  event.facts = R"({"headers":[["x-foo","Bearer hunter2"],["x-bar","basic aHVudGVy"]]})";
  masking->mask(event);
  EXPECT_EQ(event.facts, R"({"headers":[["x-foo","Bearer ***"],["x-bar","basic ***"]]})");
  event.facts = R"({"resource":{"names":["--password hunter2"]}})";
  masking->mask(event);
  EXPECT_EQ(event.facts, R"({"resource":{"names":["--password ***"]}})");
}

TEST(EventMask, QueriesAreReadAsTheEngineReadsThem) {
  const auto masking = mask();
  for (const auto& [target, want] : std::vector<std::pair<std::string, std::string>>{
           {"/v1.41/containers/json", "/v1.41/containers/json"},
           {"/v1.41/containers/json?all=1&size=0", "/v1.41/containers/json?all=1&size=0"},
           {"/v1.41/build?t=x&buildargs=%7B%22DB_PASSWORD%22%3A%22hunter2%22%7D&q=1",
            "/v1.41/build?t=x&buildargs=***&q=1"},
           {"/v1.41/images/create?password=hunter2", "/v1.41/images/create?password=***"},
           {"/x?%70assword=hunter2", "/x?%70assword=***"},
           {"/x?", "/x?"},
           {"/x?&&=%", "/x?&&=%"}}) {
    AuditEvent event;
    event.target = target;
    masking->mask(event);
    EXPECT_EQ(event.target, want);
  }
}

TEST(EventMask, ManyThreadsMaskAtATime) {
  const auto masking = mask();
  std::array<int, 8> good{};
  {
    std::vector<std::jthread> threads;
    for (int& count : good)
      threads.emplace_back([&] {
        for (int i = 0; i < 200; ++i) {
          AuditEvent event;
          event.command = "env DB_PASSWORD=hunter2 app";
          masking->mask(event);
          count += event.command == "env DB_PASSWORD=*** app" ? 1 : 0;
        }
      });
  }
  EXPECT_THAT(good, ::testing::Each(200));
}

} // namespace
} // namespace portique::access
