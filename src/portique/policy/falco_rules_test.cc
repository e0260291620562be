// Rule files in Falco's form. The files here are of our own making; what they ask for is what
// Falco's documentation and loader say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/policy/explain.h"
#include "portique/policy/policy_test_support.h"
#include "portique/test_support/shared_data.h"

namespace portique::policy {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kRules = R"(
- required_engine_version: 0.38.0
- required_plugin_versions:
    - name: container
      version: 0.2.0
- list: shells
  items: [bash, sh, '"odd shell"']
- list: interpreters
  items: [shells, python3]
- macro: spawned
  condition: (evt.type in (execve, execveat) and evt.dir=<)
- macro: in_container
  condition: (container.id != host)
- rule: Interpreter in container
  desc: An interpreter was started
  condition: >
    spawned and in_container
    and proc.name in (interpreters)
  output: >
    Started (user=%user.name proc=%proc.cmdline parent=%proc.aname[2] %evt.arg.flags 100%% %container.info)
  priority: WARNING
  tags: [container, shell]
- rule: Asks for the unknown
  desc: A field that is not offered
  condition: spawned and cloud.region = x
  output: nothing (%proc.name)
  priority: notice
- rule: Another source
  desc: Not ours
  condition: ka.verb = create
  output: x
  priority: error
  source: k8s_audit
- rule: Off
  desc: Switched off
  condition: spawned
  output: x
  priority: debug
  enabled: false
)";

std::vector<std::string> matching(const Policy& policy, boost::json::object event) {
  std::vector<std::string> names;
  for (const ExplainedRule& rule : explain_input(policy, Domain::Event, event, std::nullopt).rules)
    if (rule.holds) names.push_back(rule.name);
  return names;
}

boost::json::object event_of(std::string_view name) {
  return {{"evt.type", "execve"},
          {"evt.dir", "<"},
          {"container.id", "abc"},
          {"proc.name", name},
          {"proc.cmdline", "x -c y"},
          {"proc.aname", {"a", "b"}},
          {"user.name", "eve"}};
}

TEST(FalcoRules, LoadAsTheyAre) {
  const LoadedPolicy loaded = load_text(std::string(kRules));
  ASSERT_TRUE(loaded.policy) << loaded.diagnostics.front().text();
  EXPECT_THAT(told(loaded, Level::Error), IsEmpty());
  EXPECT_THAT(
      told(loaded, Level::Warning),
      ElementsAre("test.yaml:25:26: warning: rule 'Asks for the unknown' is not supported: unknown "
                  "field 'cloud.region'",
                  "test.yaml:28:3: warning: rule 'Another source' is not supported: events of the "
                  "source 'k8s_audit' are not offered"));
  const auto rules = loaded.policy->rules();
  ASSERT_EQ(rules.size(), 4U);
  EXPECT_EQ(rules[0].draft.severity, model::Severity::Medium);
  EXPECT_THAT(rules[0].draft.tags, ElementsAre("container", "shell"));
  EXPECT_FALSE(rules[1].is_asked());
  EXPECT_FALSE(rules[3].is_asked());
  for (const char* name : {"bash", "sh", "odd shell", "python3"})
    EXPECT_THAT(matching(*loaded.policy, event_of(name)), ElementsAre("Interpreter in container"))
        << name;
  EXPECT_THAT(matching(*loaded.policy, event_of("shells")), IsEmpty());
  const auto event = event_of("bash");
  const auto explained = explain_input(*loaded.policy, Domain::Event, event, std::nullopt);
  EXPECT_EQ(explained.rules.at(0).message,
            "Started (user=eve proc=x -c y parent=b <none> 100% %container.info)");
}

struct Change {
  std::string name;
  std::string text; ///< behind kRules
  std::string process;
  std::vector<std::string> matches;
};

class ChangedRules : public testing::TestWithParam<Change> {};

TEST_P(ChangedRules, DecideAsChanged) {
  const LoadedPolicy loaded = load_text(std::string(kRules) + GetParam().text);
  ASSERT_TRUE(loaded.policy) << loaded.diagnostics.front().text();
  EXPECT_EQ(matching(*loaded.policy, event_of(GetParam().process)), GetParam().matches);
}

const std::vector<std::string> kHit{"Interpreter in container"};

INSTANTIATE_TEST_SUITE_P(
    Changes,
    ChangedRules,
    testing::Values(
        Change{"list append",
               "- list: shells\n  items: [zsh]\n  override: {items: append}\n",
               "zsh",
               kHit},
        Change{"old list append", "- list: shells\n  items: [zsh]\n  append: true\n", "zsh", kHit},
        Change{"list replace", "- list: shells\n  items: [zsh]\n", "bash", {}},
        Change{"macro append",
               "- macro: in_container\n  condition: and proc.name != bash\n  override: {condition: "
               "append}\n",
               "bash",
               {}},
        Change{
            "macro replace", "- macro: in_container\n  condition: proc.name = none\n", "bash", {}},
        Change{"condition append",
               "- rule: Interpreter in container\n  condition: and not proc.name = bash\n"
               "  override: {condition: append}\n",
               "bash",
               {}},
        Change{"old condition append",
               "- rule: Interpreter in container\n  condition: or proc.name = vi\n  append: true\n",
               "vi",
               kHit},
        Change{"condition replace",
               "- rule: Interpreter in container\n  condition: proc.name = vi\n"
               "  override: {condition: replace}\n",
               "vi",
               kHit},
        Change{"switched on", "- rule: Off\n  enabled: true\n", "vi", {"Off"}},
        Change{"switched on by override",
               "- rule: Off\n  enabled: true\n  override: {enabled: replace}\n",
               "vi",
               {"Off"}},
        Change{"redefined",
               "- rule: Interpreter in container\n  desc: x\n  condition: proc.name = vi\n"
               "  output: x\n  priority: error\n",
               "bash",
               {}},
        Change{"exception with lists",
               "- rule: Interpreter in container\n  exceptions:\n    - name: known\n"
               "      fields: [proc.name, user.name]\n      comps: [in, =]\n"
               "      values:\n        - [[bash, vi], eve]\n        - [[sh], bob]\n"
               "  override: {exceptions: append}\n",
               "bash",
               {}},
        Change{"exception of another user",
               "- rule: Interpreter in container\n  exceptions:\n    - name: known\n"
               "      fields: [proc.name, user.name]\n      comps: [in, =]\n"
               "      values:\n        - [[bash, vi], eve]\n        - [[sh], bob]\n"
               "  override: {exceptions: append}\n",
               "sh",
               kHit},
        Change{"exception with a named list",
               "- rule: Interpreter in container\n  exceptions:\n    - name: known\n"
               "      fields: [proc.name]\n      comps: [in]\n      values:\n        - [shells]\n"
               "  append: true\n",
               "bash",
               {}},
        Change{"exception with one field",
               "- rule: Interpreter in container\n  exceptions:\n    - name: known\n"
               "      fields: proc.name\n      values: [bash, \"odd shell\"]\n  append: true\n",
               "odd shell",
               {}},
        Change{"exception whose comps are left out",
               "- rule: Interpreter in container\n  exceptions:\n    - name: known\n"
               "      fields: [proc.name]\n      values: [[bash]]\n  append: true\n",
               "bash",
               {}},
        Change{"exception without values",
               "- rule: Interpreter in container\n  exceptions:\n    - name: known\n"
               "      fields: [proc.name]\n  append: true\n",
               "bash",
               kHit},
        Change{"exception that is appended to",
               "- rule: Interpreter in container\n  exceptions:\n    - name: known\n"
               "      fields: [proc.name]\n  append: true\n"
               "- rule: Interpreter in container\n  exceptions:\n    - name: known\n"
               "      values: [[bash]]\n  override: {exceptions: append}\n",
               "bash",
               {}},
        Change{"exception with a modifier",
               "- rule: Interpreter in container\n  exceptions:\n    - name: known\n"
               "      fields: [proc.name]\n      comps: [startswith anyof]\n"
               "      values: [[[ba, xx]]]\n  append: true\n",
               "bash",
               {}}));

TEST(FalcoRules, TellWhatIsWrongAndWhere) {
  struct Row {
    std::string text;
    std::string headline;
  };

  const std::vector<Row> rows{
      {"- rule: x\n  desc: y\n  output: z\n  priority: error\n",
       "test.yaml:1:3: error: the rule 'x' has no condition"},
      {"- rule: x\n  condition: proc.name = a\n  desc: y\n  output: z\n  priority: loud\n",
       "test.yaml:5:13: error: no priority; there are: emergency"},
      {"- rule: x\n  condition: proc.name =\n  desc: y\n  output: z\n  priority: error\n",
       "test.yaml:2:25: error: expected a value, not the end of the condition"},
      {"- rule: x\n  condition: nothing_known\n  desc: y\n  output: z\n  priority: error\n",
       "test.yaml:2:14: error: there is no macro 'nothing_known'"},
      {"- rule: x\n  condition: and y\n  append: true\n",
       "test.yaml:1:3: error: there is no rule 'x' to change"},
      {"- list: x\n  items: [a]\n  override: {items: append}\n",
       "test.yaml:1:3: error: there is no list 'x' to append to"},
      {"- macro: x\n  condition: (a\n", "test.yaml:2:14: error: the '(' here is not closed"},
      {"- macro: x\n  condition: a\n  override: {condition: merge}\n",
       "test.yaml:3:25: error: an override is 'append' or 'replace'"},
      {"- rule: x\n  condition: proc.name = a\n  desc: y\n  output: z\n  priority: error\n"
       "  exceptions:\n    - name: e\n      fields: [proc.name, proc.pname]\n      values: [[a]]\n",
       "test.yaml:7:7: error: a row of 'e' has 1 values for 2 fields"},
      {"- rule: x\n  condition: proc.name = a\n  desc: y\n  output: z\n  priority: error\n"
       "  exceptions:\n    - name: e\n      fields: proc.name\n      comps: \"=\"\n      values: "
       "[a]\n",
       "test.yaml:7:7: error: one field is compared with 'in', 'pmatch' or 'intersects'"},
      {"- required_engine_version: 0.99.0\n",
       "test.yaml:1:28: warning: the rules want engine version 99"},
      {"- required_engine_version: 9\n- x: y\n",
       "test.yaml:2:3: warning: neither a rule nor a macro nor a list"},
      {"- rule: x\n  conditon: y\n  condition: proc.name = a\n  desc: y\n  output: z\n  priority: "
       "error\n",
       "test.yaml:2:3: warning: unknown key 'conditon'; did you mean condition?"}};
  for (const Row& row : rows) {
    const LoadedPolicy loaded = load_text(row.text);
    ASSERT_FALSE(loaded.diagnostics.empty()) << row.text;
    EXPECT_EQ(loaded.diagnostics.front().headline().substr(0, row.headline.size()), row.headline)
        << row.text;
  }
}

TEST(FalcoRules, TellPlacesOfAppendedConditionsInTheirOwnLines) {
  const LoadedPolicy loaded = load_text("- macro: m\n  condition: proc.name = a\n"
                                        "- macro: m\n  condition: or proc.nme = b\n  append: true\n"
                                        "- rule: x\n  condition: m\n  desc: y\n  output: z\n"
                                        "  priority: error\n");
  EXPECT_THAT(
      told(loaded, Level::Warning),
      Contains(HasSubstr("test.yaml:4:17: warning: rule 'x' is not supported: unknown field "
                         "'proc.nme'; did you mean proc.name?")));
}

TEST(FalcoRules, RealFilesLoad) {
  PQ_SHARED_DATA_OR_SKIP(folder, "falco");
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") continue;
    const LoadedPolicy loaded = load_policy(entry.path().string(), base::Limits(), kToday);
    EXPECT_THAT(told(loaded, Level::Error), IsEmpty()) << entry.path();
  }
}

} // namespace
} // namespace portique::policy
