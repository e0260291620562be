#include <ostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/policy/explain.h"
#include "portique/policy/judge_report.h"
#include "portique/policy/policy_test_support.h"
#include "portique/policy/ready_policies.h"
#include "portique/policy/report_source.h"

namespace portique::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A report with one finding of each severity from low to critical, in one package each.
model::Report sample_report() {
  model::Report report;
  report.subject.name = "registry.example/app:latest";
  report.subject.image.tags = {"registry.example/app:latest"};
  report.subject.image.config = model::ImageConfig();
  report.subject.image.config->env = {"PATH=/bin", "MODE=debug"};
  report.subject.image.config->labels = {{"team", "web"}};
  report.coverage = model::Coverage::Covered;
  int number = 0;
  for (const auto severity : {model::Severity::Low,
                              model::Severity::Medium,
                              model::Severity::High,
                              model::Severity::Critical}) {
    model::Package package;
    package.type = "deb";
    package.name = "package" + std::to_string(number);
    package.version = "1." + std::to_string(number);
    report.packages.push_back(package);
    model::Finding finding;
    finding.id = "CVE-2026-000" + std::to_string(number);
    finding.severity = severity;
    finding.package = static_cast<std::size_t>(number++);
    finding.fixed_version = "2.0";
    report.findings.push_back(finding);
  }
  return report;
}

std::vector<std::string> hits_of(const model::Verdict& verdict) {
  std::vector<std::string> hits;
  for (const model::RuleHit& hit : verdict.hits)
    hits.push_back(std::string(model::decision_name(hit.decision)) + (hit.exception ? "*" : "") +
                   " " + hit.message);
  return hits;
}

model::Verdict judge_by(std::string text) {
  const LoadedPolicy loaded = load_text(std::move(text));
  EXPECT_THAT(told(loaded, Level::Error), IsEmpty());
  return judge_report(*loaded.policy, sample_report(), kToday);
}

TEST(PolicyFile, DecidesOnceForEachFindingAndOnceForTheImage) {
  const model::Verdict verdict = judge_by(R"(
name: house rules
lists:
  bad: [high, critical]
macros:
  severe: finding.severity in (bad)
rules:
  - name: severe
    on: image
    deny: severe and finding.fixed = true
    message: "{finding.id} ({finding.severity}) in {package.name}"
  - name: latest
    on: image
    warn: image.tag = latest
    message: "{image.name} of {image.registry} moves"
  - name: packages
    on: image
    warn: package.name endswith 0
    message: "{package.name} {package.version} is odd {{so}"
  - name: other gate
    on: request
    deny: request.body.Privileged = true
)");
  EXPECT_EQ(verdict.policy, "house rules");
  EXPECT_EQ(verdict.decision, model::Decision::Deny);
  EXPECT_EQ(verdict.rules, 3U);
  EXPECT_EQ(verdict.version.substr(0, 7), "sha256:");
  EXPECT_THAT(hits_of(verdict),
              ElementsAre("deny CVE-2026-0002 (high) in package2",
                          "deny CVE-2026-0003 (critical) in package3",
                          "warn registry.example/app:latest of registry.example moves",
                          "warn package0 1.0 is odd {so}"));
}

TEST(PolicyFile, AllowEndsTheMatterForWhatItIsAbout) {
  EXPECT_THAT(hits_of(judge_by(R"(
rules:
  - {name: a, on: image, allow: package.name = package3, message: ours}
  - {name: b, on: image, deny: finding.severity >= high, message: "{finding.id}"}
  - {name: c, on: image, allow: finding.id = CVE-2026-0002, message: late}
)")),
              ElementsAre("deny CVE-2026-0002", "deny CVE-2026-0003", "allow ours", "allow late"));
  EXPECT_THAT(hits_of(judge_by(R"(
rules:
  - {name: a, on: image, allow: finding.id = CVE-2026-0003, message: known}
  - {name: b, on: image, deny: finding.severity >= high, message: "{finding.id}"}
)")),
              ElementsAre("deny CVE-2026-0002", "allow known"));
  EXPECT_THAT(hits_of(judge_by(R"(
rules:
  - {name: a, on: image, warn: finding.severity = low, message: "{finding.id}"}
  - {name: b, on: image, allow: "image.labels[team] = web", message: trusted}
  - {name: c, on: image, deny: finding.severity >= high, message: "{finding.id}"}
)")),
              ElementsAre("warn CVE-2026-0000", "allow trusted"));
}

TEST(PolicyFile, ExceptionsCountUntilTheyExpire) {
  const LoadedPolicy loaded = load_text(R"(
rules:
  - name: severe
    on: image
    deny: finding.severity >= high
    message: "{finding.id}"
    except:
      - {when: finding.id = CVE-2026-0003, who: eve, why: not reachable, until: 2026-12-31}
      - {when: finding.id = CVE-2026-0002, who: bob, why: no time, until: 2026-05-31}
  - name: warned
    on: image
    warn: finding.severity = low
    message: "{finding.id}"
    except:
      - why: we know
)");
  ASSERT_TRUE(loaded.policy);
  EXPECT_THAT(told(loaded, Level::Warning),
              ElementsAre("test.yaml:9:9: warning: exception of rule 'severe' has expired on "
                          "2026-05-31 and no longer counts (bob)",
                          "test.yaml:15:9: warning: exception of rule 'warned' has no expiry date "
                          "('until')",
                          "test.yaml:15:9: warning: exception of rule 'warned' does not say who "
                          "took it ('who')"));
  const model::Verdict verdict = judge_report(*loaded.policy, sample_report(), kToday);
  EXPECT_THAT(hits_of(verdict),
              ElementsAre("deny CVE-2026-0002", "deny* CVE-2026-0003", "warn* CVE-2026-0000"));
  EXPECT_EQ(verdict.decision, model::Decision::Deny);
  EXPECT_EQ(verdict.hits[1].exception->who, "eve");
}

TEST(PolicyFile, AuditModeOnlyWarns) {
  const model::Verdict verdict = judge_by(R"(
mode: audit
rules:
  - {name: a, on: image, deny: finding.severity >= critical, message: "{finding.id}"}
)");
  EXPECT_EQ(verdict.decision, model::Decision::Warn);
  EXPECT_TRUE(verdict.audit);
}

TEST(PolicyFile, SuppressedFindingsAreNotAsked) {
  const LoadedPolicy loaded =
      load_text("rules:\n  - {name: a, on: image, deny: finding.severity >= high, message: x}\n");
  model::Report report = sample_report();
  for (model::Finding& finding : report.findings)
    finding.suppression = model::Suppression();
  EXPECT_EQ(judge_report(*loaded.policy, report, kToday).decision, model::Decision::Allow);
}

struct Broken {
  std::string name;
  std::string text;
  std::string diagnostic; ///< all of the first one

  friend std::ostream& operator<<(std::ostream& out, const Broken& row) { return out << row.name; }
};

class BrokenPolicy : public testing::TestWithParam<Broken> {};

TEST_P(BrokenPolicy, IsToldWithItsPlace) {
  const LoadedPolicy loaded = load_text(GetParam().text);
  EXPECT_FALSE(loaded.policy);
  ASSERT_FALSE(loaded.diagnostics.empty());
  EXPECT_EQ(loaded.diagnostics.front().text(), GetParam().diagnostic);
}

INSTANTIATE_TEST_SUITE_P(
    Conditions,
    BrokenPolicy,
    testing::Values(
        Broken{"plain",
               "rules:\n  - name: a\n    on: image\n    deny: finding.sevrity >= high\n",
               "test.yaml:4:11: error: unknown field 'finding.sevrity'; did you mean "
               "finding.severity?\n"
               "      deny: finding.sevrity >= high\n"
               "            ^~~~~~~~~~~~~~~"},
        Broken{"folded",
               "rules:\n  - name: a\n    on: image\n    deny: >\n      finding.kev = true\n"
               "      and finding.severity >= hihg\n",
               "test.yaml:6:31: error: 'hihg' is no severity; did you mean high?\n"
               "        and finding.severity >= hihg\n"
               "                                ^~~~"},
        Broken{"literal",
               "rules:\n  - name: a\n    on: image\n    deny: |-\n      finding.kev = true\n\n"
               "      and image.nam = x\n",
               "test.yaml:7:11: error: unknown field 'image.nam'; did you mean image.name?\n"
               "        and image.nam = x\n"
               "            ^~~~~~~~~"},
        Broken{"double quoted",
               "rules:\n  - name: a\n    on: image\n"
               "    deny: \"image.name = \\\"a\\tb\\\" and image.foo = 1\"\n",
               "test.yaml:4:38: error: unknown field 'image.foo'; did you mean image.os?\n"
               "      deny: \"image.name = \\\"a\\tb\\\" and image.foo = 1\"\n"
               "                                       ^~~~~~~~~"},
        Broken{"single quoted",
               "rules:\n  - {name: a, on: image, deny: 'image.name = ''x'' or image.tga = 1'}\n",
               "test.yaml:2:55: error: unknown field 'image.tga'; did you mean image.tag?\n"
               "    - {name: a, on: image, deny: 'image.name = ''x'' or image.tga = 1'}\n"
               "                                                        ^~~~~~~~~"},
        Broken{"in a macro",
               "macros:\n  old: image.agee > 3d\nrules:\n  - {name: a, on: image, deny: old, "
               "message: x}\n",
               "test.yaml:2:8: error: unknown field 'image.agee'; did you mean image.age? (in rule "
               "'a')\n"
               "    old: image.agee > 3d\n"
               "         ^~~~~~~~~~"},
        Broken{"another domain's field",
               "rules:\n  - {name: a, on: image, deny: proc.name = x}\n",
               "test.yaml:2:32: error: unknown field 'proc.name': rules on image do not have it, "
               "rules on event do\n"
               "    - {name: a, on: image, deny: proc.name = x}\n"
               "                                 ^~~~~~~~~"},
        Broken{"in a message",
               "rules:\n  - name: a\n    on: image\n    deny: image.root = true\n"
               "    message: \"{image.nme} is root\"\n",
               "test.yaml:5:15: error: unknown field 'image.nme'; did you mean image.name?\n"
               "      message: \"{image.nme} is root\"\n"
               "                ^~~~~~~~~~~"},
        Broken{
            "a finding in a message about none",
            "rules:\n  - {name: a, on: image, deny: image.root = true, message: '{finding.id}'}\n",
            "test.yaml:2:60: error: the message asks for a finding, and the rule's condition is "
            "about none\n"
            "    - {name: a, on: image, deny: image.root = true, message: '{finding.id}'}\n"
            "                                                             ^"}));

TEST(BrokenPolicyFiles, AreToldLineByLine) {
  struct Row {
    std::string text;
    std::string headline;
  };

  const std::vector<Row> rows{
      {"ruls: []\n", "test.yaml:1:1: error: 'ruls' is no part of a policy; did you mean rules?"},
      {"rules: {}\n", "test.yaml:1:8: error: rules are a list"},
      {"just text\n",
       "test.yaml:1:1: error: this is no policy: neither 'rules:' nor a list of Falco rules"},
      {"rules:\n  - x\n",
       "test.yaml:2:5: error: a rule is a mapping with 'name', 'on' and 'deny', 'warn' or 'allow'"},
      {"rules:\n  - {on: image, deny: 'true'}\n", "test.yaml:2:5: error: the rule has no name"},
      {"rules:\n  - {name: a, deny: 'true'}\n",
       "test.yaml:2:5: error: the rule does not say what it is 'on:'; there are: image, config, "
       "request, container, host, event"},
      {"rules:\n  - {name: a, on: imag, deny: 'true'}\n",
       "test.yaml:2:19: error: rules are on: image, config, request, container, host, event"},
      {"rules:\n  - {name: a, on: image}\n",
       "test.yaml:2:5: error: the rule has none of 'deny', 'warn' and 'allow'"},
      {"rules:\n  - {name: a, on: image, deny: 'true', warn: 'true'}\n",
       "test.yaml:2:46: error: a rule has one of 'deny', 'warn' and 'allow'"},
      {"rules:\n  - {name: a, on: image, deny: }\n", "test.yaml:2:26: error: expected a condition"},
      {"rules:\n  - {name: a, on: image, deny: 'true', severty: low}\n",
       "test.yaml:2:40: error: 'severty' is no part of a rule; did you mean severity?"},
      {"rules:\n  - {name: a, on: image, deny: 'true', severity: lw}\n",
       "test.yaml:2:50: error: no severity; there are: critical, high, medium, low, negligible, "
       "unknown"},
      {"rules:\n  - {name: a, on: image, deny: 'true', except: [{until: soon}]}\n",
       "test.yaml:2:57: error: 'until' is a date such as 2027-01-31, or a time with it"},
      {"rules:\n  - {name: a, on: image, deny: 'true', examples: [{matches: {}}]}\n",
       "test.yaml:2:51: error: an example is 'match:' or 'no_match:' with fields and their values"},
      {"rules:\n  - {name: a, on: image, deny: 'true'}\n  - {name: a, on: image, deny: 'true'}\n",
       "test.yaml:3:5: error: there is a rule 'a' already, in test.yaml:2"},
      {"rules: []\nrules: []\n", "test.yaml:2:1: error: 'rules' stands here and in line 1"},
      {"lists: {a b: [c]}\n",
       "test.yaml:1:9: error: the name of a list is a letter, then letters, digits and "
       "underscores"},
      {"lists:\n  a: [b]\n  b: [a]\n", "test.yaml:2:3: error: the list 'a' leads back to itself"},
      {"macros: {a: a}\nrules:\n  - {name: x, on: image, deny: a}\n",
       "test.yaml:1:13: error: the macro 'a' leads back to itself (in rule 'x')"},
      {"rules:\n  - {name: a, on: image, deny: image.root = true, message: x, except: [{when: "
       "finding.id = x, who: a, why: b, until: 2099-01-01}]}\n",
       "test.yaml:2:72: error: the exception asks for a finding, and the rule's condition is about "
       "none"},
      {"include: nowhere.yaml\n", "test.yaml:1:10: error: "},
      {"disable: [x]\n", "test.yaml:1:10: error: there is no rule 'x' to disable"},
      {"mode: off\n", "test.yaml:1:7: error: the mode is 'enforce' or 'audit'"},
      {"rules: [\n", "test.yaml: error: line 2, column 1: not valid YAML"}};
  for (const Row& row : rows) {
    const LoadedPolicy loaded = load_text(row.text);
    EXPECT_FALSE(loaded.policy) << row.text;
    ASSERT_FALSE(loaded.diagnostics.empty()) << row.text;
    EXPECT_EQ(loaded.diagnostics.front().headline().substr(0, row.headline.size()), row.headline)
        << row.text;
  }
}

TEST(PolicyFile, ComplaintsAreBounded) {
  std::string text = "rules: [";
  for (int i = 0; i < 20'000; ++i)
    text += "{name: r" + std::to_string(i) + ", on: nothing}, ";
  const LoadedPolicy loaded = load_text(text + "]\n");
  EXPECT_FALSE(loaded.policy);
  EXPECT_EQ(loaded.diagnostics.size(), 500U);
  EXPECT_LT(loaded.diagnostics.back().text().size(), 1000U);
}

TEST(PolicyFile, ListsThatDoubleAreBounded) {
  std::string text = "lists:\n  l0: []\n";
  for (int i = 1; i < 60; ++i)
    text += "  l" + std::to_string(i) + ": [l" + std::to_string(i - 1) + ", l" +
            std::to_string(i - 1) + "]\n";
  const LoadedPolicy loaded = load_text(text);
  ASSERT_FALSE(loaded.diagnostics.empty());
  EXPECT_THAT(loaded.diagnostics.front().message, HasSubstr("more than 1000000 values"));
}

TEST(PolicyFile, ChangesItsVersionWithItsText) {
  const auto version = [](std::string text) {
    return load_text(std::move(text)).policy->version();
  };
  EXPECT_EQ(version("rules: []\n"), version("rules: []\n"));
  EXPECT_NE(version("rules: []\n"), version("rules: [] # more\n"));
}

TEST(ReadyPolicies, PassTheirOwnExamplesAndAreExplained) {
  for (const ReadyPolicy& ready : ready_policies()) {
    const LoadedPolicy loaded = load_policy(ready.name, base::Limits(), kToday);
    EXPECT_THAT(loaded.diagnostics, IsEmpty()) << loaded.diagnostics.front().text();
    ASSERT_TRUE(loaded.policy) << ready.name;
    EXPECT_EQ(loaded.policy->name(), ready.name);
    const TestedExamples tested = test_examples(*loaded.policy);
    for (const FailedExample& failed : tested.failed)
      ADD_FAILURE() << failed.place.text();
    EXPECT_THAT(tested.without, IsEmpty());
    EXPECT_GT(tested.examples, 40U);
    for (const Diagnostic& diagnostic : lint(*loaded.policy))
      ADD_FAILURE() << diagnostic.text();
  }
  EXPECT_TRUE(load_policy("audit-only", base::Limits(), kToday).policy->audit());
}

TEST(PolicyFile, IsReadOnceHoweverItIsSpelt) {
  const auto folder = base::TempDir::create("policy").value();
  const auto write = [&](const char* name, std::string_view text) {
    ASSERT_TRUE(base::write_file_atomically(folder.path() / name, text));
  };
  write("a.yaml",
        "include: [./b.yaml, b.yaml, ../" + folder.path().filename().string() +
            "/b.yaml]\nrules:\n  - {name: a, on: image, deny: image.root = true}\n");
  write("b.yaml", "include: ./a.yaml\nrules:\n  - {name: b, on: image, deny: image.root = true}\n");
  const LoadedPolicy loaded =
      load_policy((folder.path() / "a.yaml").string(), base::Limits(), kToday);
  ASSERT_TRUE(loaded.policy) << loaded.diagnostics.front().text();
  EXPECT_EQ(loaded.policy->rules().size(), 2U);
}

TEST(PolicyFile, NamesTheReadyPolicyThatIsMeant) {
  const LoadedPolicy loaded = load_policy("basline", base::Limits(), kToday);
  EXPECT_THAT(told(loaded, Level::Error),
              testing::ElementsAre(testing::HasSubstr("did you mean baseline?")));
}

TEST(ImageFields, AreAllAnsweredByReports) {
  EXPECT_THAT(unanswered_fields(Domain::Image), IsEmpty());
}

TEST(ImageFields, HoldWhatTheReportHolds) {
  model::Report report = sample_report();
  model::Image& image = report.subject.image;
  image.config->user = "0:0";
  image.config->entrypoint = {"/bin/app", "-v"};
  image.config->ports = {"80/tcp"};
  image.config->has_healthcheck = true;
  image.created = kToday - std::chrono::days(100);
  image.layers.resize(2);
  image.layers[0].size = 1000;
  image.layers[1].created_by = "RUN make";
  image.tags = {"nginx", "ghcr.io/org/app:1.2"};
  report.distro.id = "debian";
  report.distro_end_of_life = kToday - std::chrono::days(1);
  report.findings.back().cvss = {{"3.1", "v", 5.0, "a"}, {"4.0", "w", 9.1, "b"}};
  report.findings.back().epss = model::Epss{0.5, 0.9};
  const std::vector<std::string> conditions{
      "image.user = \"0:0\"",
      "image.root = true",
      "image.entrypoint = \"/bin/app -v\"",
      "not image.cmd exists",
      "image.env[MODE] = debug",
      "image.env = \"MODE=debug\"",
      "image.labels[team] = web",
      "image.labels = \"team=web\"",
      "image.ports intersects (80/tcp)",
      "image.healthcheck = true",
      "image.age > 99d and image.age < 101d",
      "image.size = 1KB",
      "image.layers = 2",
      "image.created_by contains make",
      "image.registry intersects (ghcr.io) and image.registry = docker.io",
      "image.repository = library/nginx and image.repository = org/app",
      "image.tag = latest and image.tag = \"1.2\"",
      "image.distro = debian and image.distro.eol = true",
      "image.packages = 4 and image.findings = 4",
      "image.incomplete = false",
      "finding.cvss = 9.1 and finding.cvss.vector = v",
      "finding.epss = 0.5 and finding.epss.percentile > 0.8",
      "finding.kind = vulnerability and finding.fix.version = \"2.0\"",
      "finding.fix.state = not-fixed",
      "finding.id = CVE-2026-0003 and package.name = package3 and package.os = true",
      "package.type = deb and package.version = \"1.2\" and package.scope = runtime"};
  std::string text = "rules:\n";
  for (std::size_t i = 0; i < conditions.size(); ++i)
    text += "  - name: r" + std::to_string(i) + "\n    on: image\n    warn: '" + conditions[i] +
            "'\n    message: x\n";
  const LoadedPolicy loaded = load_text(text);
  ASSERT_TRUE(loaded.policy) << loaded.diagnostics.front().text();
  const model::Verdict verdict = judge_report(*loaded.policy, report, kToday);
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const auto name = "r" + std::to_string(i);
    EXPECT_TRUE(std::ranges::any_of(verdict.hits, [&](const auto& hit) {
      return hit.rule == name;
    })) << conditions[i];
  }
}

TEST(Explanation, ShowsThePartsThatDecided) {
  const LoadedPolicy loaded = load_text(R"(
macros:
  shell: proc.name in (bash, sh)
rules:
  - name: shell
    on: event
    deny: shell and (user.uid = 0 or user.name = admin) and not proc.tty = 0
    message: "{proc.name} of {user.name}"
)");
  ASSERT_TRUE(loaded.policy);
  const auto explain = [&](boost::json::object input) {
    const ExplainedInput explained =
        explain_input(*loaded.policy, domain_of_input(input), input, std::nullopt);
    std::vector<std::string> lines;
    for (const ExplainedPart& part : explained.rules.at(0).parts)
      lines.push_back(std::string(part.depth, ' ') + (part.holds ? "+" : "-") +
                      (part.decides ? "!" : "") + " " + part.text +
                      (part.value.empty() ? "" : " [" + part.value + "]"));
    return lines;
  };
  EXPECT_THAT(
      explain({{"proc.name", "bash"}, {"user.uid", 5}, {"user.name", "admin"}, {"proc.tty", 3}}),
      ElementsAre("+ shell and (user.uid = 0 or user.name = admin) and not proc.tty = 0",
                  " +! shell (macro) [bash]",
                  " + (user.uid = 0 or user.name = admin)",
                  "  - user.uid = 0 [5]",
                  "  +! user.name = admin [admin]",
                  " + not proc.tty = 0",
                  "  -! proc.tty = 0 [3]"));
  EXPECT_THAT(explain({{"proc.name", "vi"}, {"proc.tty", 0}}),
              testing::Contains(" -! shell (macro) [vi]"));
}

} // namespace
} // namespace portique::policy
