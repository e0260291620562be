// The rule files' examples are the checks' tests.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inspect/config_files/rules.h"
#include "portique/inspect/image/image_checks.h"
#include "portique/inspect/image/image_subject_test_support.h"

namespace portique::inspect {
namespace {

std::vector<model::Finding> findings_of(std::string_view rule, std::string_view text) {
  const MadeSubject made = subject_of(text);
  std::vector<model::Finding> findings = check_image(made.subject());
  std::erase_if(findings, [&](const model::Finding& finding) { return finding.id != rule; });
  return findings;
}

TEST(ImageChecks, HoldTheExamplesOfTheirRules) {
  for (const std::string_view id : image_check_ids()) {
    const Rule* rule = find_rule(id);
    ASSERT_NE(rule, nullptr) << id;
    EXPECT_FALSE(rule->passing.empty()) << id;
    EXPECT_FALSE(rule->failing.empty()) << id;
    for (const std::string& text : rule->passing)
      EXPECT_THAT(findings_of(id, text), testing::IsEmpty()) << id << " finds fault with " << text;
    for (const FailingExample& example : rule->failing) {
      const auto findings = findings_of(id, example.text);
      ASSERT_EQ(findings.size(), example.lines.size()) << id << " in " << example.text;
      for (const model::Finding& finding : findings) {
        EXPECT_EQ(finding.kind, model::FindingKind::Misconfiguration);
        EXPECT_NE(finding.severity, model::Severity::Unknown) << id;
        EXPECT_FALSE(finding.evidence.empty()) << id;
        EXPECT_FALSE(finding.fingerprint.empty()) << id;
      }
    }
  }
}

TEST(ImageChecks, AGoodImageHasNoFinding) {
  const MadeSubject made = subject_of(R"({
    "tags": ["registry.example.org/app:1.4.2"], "created": "2025-12-20T00:00:00Z",
    "config": {"User": "1000", "ExposedPorts": {"8080/tcp": {}}, "WorkingDir": "/srv",
               "Env": ["PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"],
               "Entrypoint": ["/usr/local/bin/app"], "Healthcheck": {"Test": ["CMD", "app", "ping"]}},
    "history": [{"created_by": "# debian.sh --arch 'amd64' out/ 'bookworm'", "created": "2025-12-10T00:00:00Z"},
                {"created_by": "COPY app /usr/local/bin/app # buildkit", "created": "2025-12-20T00:00:00Z"}],
    "packages": [{"name": "libc6"}, {"name": "ca-certificates"}],
    "files": {"accounts": {"users": [["root", 0], ["app", 1000]], "groups": [["root", 0]]},
              "programs": [{"path": "usr/local/bin/app", "program": true, "pie": true,
                            "relro": true, "stack_protector": true}]}})");
  EXPECT_THAT(check_image(made.subject()), testing::IsEmpty());
}

TEST(ImageChecks, ValuesOfSecretVariablesAreNotRepeated) {
  for (const model::Finding& finding :
       findings_of("PQ-IM-014", R"({"config": {"Env": ["DB_PASSWORD=correct-horse"]}})"))
    EXPECT_FALSE(finding.evidence.contains("horse"));
}

TEST(ImageChecks, ManyPlacesAreCounted) {
  MadeSubject made;
  for (int i = 0; i < 250; ++i)
    made.facts.world_writable.push_back({"srv/" + std::to_string(i), 0666, 0, 0, 0, false});
  const auto findings = check_image(made.subject());
  ASSERT_EQ(findings.size(), 101U);
  EXPECT_EQ(findings.back().evidence, "150 further places");
}

} // namespace
} // namespace portique::inspect
