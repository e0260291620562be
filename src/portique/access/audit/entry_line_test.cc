#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/audit/entry_line.h"
#include "portique/base/json.h"

namespace portique::access {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

AuditEvent full_event() {
  AuditEvent event;
  event.time = *base::parse_time("2026-03-01T10:00:00Z");
  event.gate = "guard";
  event.caller = {.user = "alice",
                  .groups = {"dev", "team \"1\""},
                  .proof = Proof::Socket,
                  .address = "unix",
                  .certificate = "ab",
                  .local = LocalCaller{1000, 1001, 77, 1000, "c0ffee"}};
  event.action = "containers.create";
  event.resource_kind = "container";
  event.resource = "web";
  event.method = "POST";
  event.target = "/v1.41/containers/create?name=web";
  event.request_digest = "sha256:00";
  event.command = "sh -c 'echo \x01\x7f\xff\n'";
  event.decision = {.allow = true,
                    .reason = "role developer",
                    .role = "developer",
                    .rule = "r1",
                    .policy = "sha256:11",
                    .warnings = {"w"},
                    .exception = "eve: test",
                    .break_glass = true};
  return event;
}

TEST(EntryLine, EveryFieldStandsInTheLineAndTheLineIsJson) {
  const std::string line = line_text(17, kNoLine, event_members(full_event()).bytes());
  EXPECT_THAT(line, Not(HasSubstr("\n")));
  const auto value = base::parse_json(line).value();
  const auto* entry = base::json_object(&value);
  EXPECT_EQ(base::json_integer(entry, "n"), 17);
  EXPECT_EQ(base::json_string(entry, "previous"), std::string(64, '0'));
  for (const auto& [name, want] : std::vector<std::pair<std::string, std::string>>{
           {"kind", "decision"},
           {"time", "2026-03-01T10:00:00Z"},
           {"gate", "guard"},
           {"user", "alice"},
           {"proof", "socket"},
           {"address", "unix"},
           {"certificate", "ab"},
           {"caller_container", "c0ffee"},
           {"action", "containers.create"},
           {"resource_kind", "container"},
           {"resource", "web"},
           {"method", "POST"},
           {"target", "/v1.41/containers/create?name=web"},
           {"request", "sha256:00"},
           {"command", "sh -c 'echo \x01\x7f\xef\xbf\xbd\n'"},
           {"decision", "allow"},
           {"reason", "role developer"},
           {"role", "developer"},
           {"rule", "r1"},
           {"policy", "sha256:11"},
           {"exception", "eve: test"}})
    EXPECT_EQ(base::json_string(entry, name), want) << name;
  EXPECT_EQ(base::json_items(entry, "groups").size(), 2U);
  EXPECT_EQ(base::json_items(entry, "groups")[1].as_string(), "team \"1\"");
  EXPECT_EQ(base::json_items(entry, "warnings").size(), 1U);
  EXPECT_EQ(base::json_integer(entry, "uid"), 1000);
  EXPECT_EQ(base::json_integer(entry, "gid"), 1001);
  EXPECT_EQ(base::json_integer(entry, "pid"), 77);
  EXPECT_EQ(base::json_integer(entry, "login_uid"), 1000);
  EXPECT_TRUE(entry->at("break_glass").as_bool());
}

TEST(EntryLine, HostileTextsKeepALineBounded) {
  AuditEvent event = full_event();
  const std::string huge(1'000'000, '\x02');
  for (std::string* text : {&event.gate,
                            &event.action,
                            &event.resource_kind,
                            &event.resource,
                            &event.method,
                            &event.target,
                            &event.request_digest,
                            &event.command,
                            &event.caller.user,
                            &event.caller.address,
                            &event.caller.certificate,
                            &event.caller.local->container,
                            &event.decision.reason,
                            &event.decision.role,
                            &event.decision.rule,
                            &event.decision.policy,
                            &event.decision.exception})
    *text = huge;
  event.caller.groups.assign(1000, huge.substr(0, 5000));
  event.decision.warnings.assign(1000, huge.substr(0, 5000));
  const std::string line = line_text(1, kNoLine, event_members(event).bytes());
  EXPECT_LT(line.size(), kLineBytes);
  const auto value = base::parse_json(line).value();
  EXPECT_THAT(std::string(base::json_string(base::json_object(&value), "command")),
              HasSubstr("[cut, 1000000 bytes]"));
  EXPECT_EQ(base::json_integer(base::json_object(&value), "groups_total"), 1000);
}

TEST(EntryLine, BeginsInOneWayOnly) {
  struct Case {
    std::string_view name;
    std::string line;
    bool is_good;
  };

  const std::string zeros(64, '0');
  for (const Case& c : {
           Case{"as written", "{\"n\":1,\"previous\":\"" + zeros + "\",\"kind\":\"stop\"}", true},
           Case{"largest",
                "{\"n\":18446744073709551615,\"previous\":\"" + zeros + "\",\"kind\":\"stop\"}",
                true},
           Case{"too large",
                "{\"n\":18446744073709551616,\"previous\":\"" + zeros + "\",\"kind\":\"stop\"}",
                false},
           Case{"zero", "{\"n\":0,\"previous\":\"" + zeros + "\",\"kind\":\"stop\"}", false},
           Case{"leading zero",
                "{\"n\":01,\"previous\":\"" + zeros + "\",\"kind\":\"stop\"}",
                false},
           Case{"negative", "{\"n\":-1,\"previous\":\"" + zeros + "\",\"kind\":\"stop\"}", false},
           Case{"no number", "{\"n\":,\"previous\":\"" + zeros + "\",\"kind\":\"stop\"}", false},
           Case{"blank", "{\"n\": 1,\"previous\":\"" + zeros + "\",\"kind\":\"stop\"}", false},
           Case{"short hash", "{\"n\":1,\"previous\":\"00\",\"kind\":\"stop\"}", false},
           Case{"capitals",
                "{\"n\":1,\"previous\":\"" + std::string(64, 'A') + "\",\"kind\":\"stop\"}",
                false},
           Case{"no kind", "{\"n\":1,\"previous\":\"" + zeros + "\",\"kind\":\"\"}", false},
           Case{"open kind", "{\"n\":1,\"previous\":\"" + zeros + "\",\"kind\":\"stop", false},
           Case{"no end", "{\"n\":1,\"previous\":\"" + zeros + "\",\"kind\":\"stop\"", false},
           Case{"empty", "", false},
           Case{"carriage return",
                "{\"n\":1,\"previous\":\"" + zeros + "\",\"kind\":\"stop\"}\r",
                false},
       })
    EXPECT_EQ(read_line_start(c.line).has_value(), c.is_good) << c.name;
}

} // namespace
} // namespace portique::access
