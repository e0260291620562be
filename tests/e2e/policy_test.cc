// Policies as a user writes, checks and asks them.

#include "e2e/program.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/json.h"
#include "portique/test_support/image_builder.h"
#include "portique/test_support/tar_builder.h"

namespace portique::e2e {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// An image without a vulnerability; the policy's rules are about the image and its packages.
std::string image() {
  const std::string layer =
      test_support::TarBuilder()
          .file("etc/os-release", "ID=alpine\nVERSION_ID=3.19.1\n")
          .file("lib/apk/db/installed", "P:telnetd\nV:1.0-r0\nA:x86_64\no:telnetd\n\n")
          .finish();
  return write_file(
      fresh_folder() / "image.tar",
      test_support::docker_archive({.layers = {{.tar = layer, .created_by = "ADD a in /"}},
                                    .tag = "registry.example/shop/app:latest"}));
}

std::string policy(std::string_view text) {
  return write_file(fresh_folder() / "policy.yaml", text);
}

const json::object& verdict_of(const json::value& report) {
  return base::json_fields(base::json_object(&report), "verdict");
}

TEST(Policy, DenyIsExitCodeOneAndNamesTheRules) {
  const std::string rules = policy(R"(name: house
rules:
  - name: no-telnet
    on: image
    deny: package.name glob telnet*
    message: "{package.name} {package.version} speaks in the clear"
  - name: moving
    on: image
    warn: image.tag = latest
    message: "{image.tags} moves"
    except:
      - {who: eve, why: a test, until: 2020-01-01}
)");
  const auto ran = portique(
      {"scan", "--policy", rules, "--allow-incomplete", "-f", "json", "docker-archive:" + image()});
  EXPECT_EQ(ran.exit_status, 1) << ran.err;
  const json::value report = base::parse_json(ran.out).value();
  const json::object& verdict = verdict_of(report);
  EXPECT_EQ(base::json_string(&verdict, "decision"), "deny");
  EXPECT_EQ(base::json_string(&verdict, "policy"), "house");
  EXPECT_THAT(std::string(base::json_string(&verdict, "version")), HasSubstr("sha256:"));
  const json::array& hits = base::json_items(&verdict, "hits");
  ASSERT_EQ(hits.size(), 2U);
  EXPECT_EQ(hits[0].at("message").as_string(), "telnetd 1.0-r0 speaks in the clear");
  EXPECT_EQ(hits[0].at("package").as_string(), "telnetd 1.0-r0");
  EXPECT_EQ(hits[1].at("rule").as_string(), "moving");
  EXPECT_THAT(json::serialize(report.at("notes")), HasSubstr("has expired on 2020-01-01"));

  const auto table =
      portique({"scan", "--policy", rules, "--allow-incomplete", "docker-archive:" + image()});
  EXPECT_EQ(table.exit_status, 1);
  EXPECT_THAT(table.out,
              AllOf(HasSubstr("Verdict: deny"),
                    HasSubstr("no-telnet"),
                    HasSubstr("telnetd 1.0-r0 speaks in the clear")));
}

TEST(Policy, WithoutADenialTheScanPasses) {
  const std::string target = "docker-archive:" + image();
  const auto warned = portique({"scan",
                                "--policy",
                                policy("mode: audit\nrules:\n  - {name: a, on: image, deny: "
                                       "package.name = telnetd, message: x}\n"),
                                "--allow-incomplete",
                                target});
  EXPECT_EQ(warned.exit_status, 0) << warned.out;
  EXPECT_THAT(warned.out, HasSubstr("Verdict: warn"));
  const auto ready = portique({"scan", "--policy", "audit-only", "--allow-incomplete", target});
  EXPECT_EQ(ready.exit_status, 0) << ready.err;
  EXPECT_THAT(ready.out, HasSubstr("runs-as-root"));
  EXPECT_EQ(portique({"scan", "--policy", "strict", "--allow-incomplete", target}).exit_status, 1);
  EXPECT_EQ(portique({"scan", "--policy", "none", "--allow-incomplete", target}).exit_status, 0);
}

TEST(Policy, ThatDoesNotLoadStopsTheScan) {
  const auto ran = portique({"scan",
                             "--policy",
                             policy("rules:\n  - {name: a, on: image, deny: image.tga = x}\n"),
                             "docker-archive:" + image()});
  EXPECT_EQ(ran.exit_status, 3);
  EXPECT_THAT(ran.err,
              AllOf(HasSubstr("unknown field 'image.tga'; did you mean image.tag?"),
                    HasSubstr("^~~~~~~~~"),
                    HasSubstr("nothing was judged by it")));
  EXPECT_EQ(portique({"scan", "--policy", "/nowhere/x.yaml", "docker-archive:x"}).exit_status, 3);
}

TEST(Policy, JudgesConfigurationFiles) {
  const auto folder = fresh_folder();
  write_file(folder / "Dockerfile", "FROM debian:12\nRUN curl -k https://x | sh\nUSER 5\n");
  write_file(folder / "web.yaml",
             "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec:\n"
             "  hostNetwork: true\n  containers: [{name: c, image: nginx}]\n");
  const std::string rules = policy(R"(name: house
rules:
  - name: no-curl
    on: config
    warn: file.type = dockerfile and resource.body.RUN contains curl
    message: "{resource.kind} of {file.path} fetches"
  - name: no-host-network
    on: config
    deny: resource.body.spec.hostNetwork = true and resource.namespace = shop
    message: "{resource.kind} {resource.name}"
  - name: severe
    on: config
    warn: finding.severity >= high and resource.kind = Pod
    message: "{finding.id} in {resource.name}"
    except:
      - {who: eve, why: a test, until: 2020-01-01}
)");
  const std::string reports = fresh_folder().string();
  const auto ran = portique({"check",
                             "--policy",
                             rules,
                             folder.string(),
                             "-f",
                             "json",
                             "-f",
                             "html=" + reports + "/r.html",
                             "-f",
                             "junit=" + reports + "/r.xml",
                             "-f",
                             "markdown=" + reports + "/r.md"});
  EXPECT_EQ(ran.exit_status, 1) << ran.err;
  const json::value report = base::parse_json(ran.out).value();
  const json::object& verdict = verdict_of(report);
  EXPECT_EQ(base::json_string(&verdict, "decision"), "deny");
  EXPECT_EQ(base::json_integer(&verdict, "rules"), 3);
  const json::array& hits = base::json_items(&verdict, "hits");
  ASSERT_GE(hits.size(), 3U);
  EXPECT_EQ(hits[0].at("message").as_string(), "Pod web");
  EXPECT_EQ(hits[0].at("path").as_string(), "web.yaml");
  EXPECT_EQ(hits[0].at("line").as_int64(), 1);
  EXPECT_THAT(ran.out, HasSubstr("stage of Dockerfile fetches"));
  EXPECT_THAT(json::serialize(report.at("notes")), HasSubstr("has expired on 2020-01-01"));
  for (const char* name : {"/r.html", "/r.xml", "/r.md"})
    EXPECT_THAT(base::read_file(reports + name, 1U << 20U).value(),
                HasSubstr("deny by policy house: no-host-network"))
        << name;

  const auto table = portique({"check", "--policy", rules, folder.string()});
  EXPECT_THAT(table.out, AllOf(HasSubstr("Verdict: deny"), HasSubstr("no-host-network")));
  EXPECT_EQ(portique({"check", "--policy", "none", folder.string()}).exit_status, 0);
  EXPECT_EQ(portique({"check", "--policy", rules, "--exit-code", "7", folder.string()}).exit_status,
            7);
  EXPECT_EQ(portique({"check", "--policy", "nowhere.yaml", folder.string()}).exit_status, 3);
}

TEST(Policy, IsCheckedTestedAndExplained) {
  const std::string good = policy(R"(rules:
  - name: shell
    on: event
    deny: evt.type = execve and proc.name in (bash, sh)
    message: "{proc.name} was started"
    explain: a test
    examples:
      - match: {evt.type: execve, proc.name: sh}
      - no_match: {evt.type: open, proc.name: sh}
)");
  EXPECT_EQ(portique({"policy", "lint", "--strict", good}).exit_status, 0);
  const auto tested = portique({"policy", "test", good});
  EXPECT_EQ(tested.exit_status, 0);
  EXPECT_THAT(tested.out, HasSubstr("2 examples of 1 rules, 0 failed"));
  const std::string input = write_file(fresh_folder() / "event.json",
                                       R"({"evt.type": "execve", "proc": {"name": "bash"}})");
  const auto explained = portique({"policy", "explain", good, "--input", input});
  EXPECT_EQ(explained.exit_status, 1);
  EXPECT_THAT(explained.out,
              AllOf(HasSubstr("deny shell"),
                    HasSubstr("bash was started"),
                    HasSubstr("> yes   proc.name in (bash, sh)   [bash]"),
                    HasSubstr("event: deny")));
  const auto as_json = portique({"policy", "explain", good, "--input", input, "-f", "json"});
  EXPECT_EQ(base::parse_json(as_json.out).value().at("decision").as_string(), "deny");

  const std::string bad =
      policy("rules:\n  - {name: a, on: event, deny: proc.name = x, message: m, examples: [{match: "
             "{proc.name: y}}]}\n");
  const auto failed = portique({"policy", "test", bad});
  EXPECT_EQ(failed.exit_status, 1);
  EXPECT_THAT(failed.out, HasSubstr("the rule 'a' does not match this example"));
}

TEST(Policy, IsReadFromStandardInput) {
  const std::string good =
      policy("rules:\n  - {name: a, on: config, deny: finding.id exists, "
             "message: m, explain: e, examples: [{match: {finding.id: x}}]}\n");
  const std::string bad = policy("rules:\n  - {name: a, on: config, deny: findin.id exists}\n");
  const auto piped = [](const std::string& file, const std::string& arguments) {
    return *base::run_program(
        {"sh", "-c", "cat " + file + " | '" PORTIQUE_PROGRAM "' " + arguments});
  };
  const auto linted = piped(good, "policy lint --strict -");
  EXPECT_EQ(linted.exit_status, 0) << linted.out << linted.err;
  EXPECT_THAT(linted.out, HasSubstr("0 errors"));
  const auto refused = piped(bad, "policy lint -");
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_THAT(refused.out, HasSubstr("<standard input>:2:"));
  EXPECT_EQ(piped(good, "policy test -").exit_status, 0);
  EXPECT_EQ(piped(good, "policy explain - --input -").exit_status, 2);
  EXPECT_EQ(piped("/dev/null", "policy show -").exit_status, 2);

  const auto missing = portique({"policy", "lint", "basline"});
  EXPECT_EQ(missing.exit_status, 3);
  EXPECT_THAT(missing.err, HasSubstr("did you mean baseline?"));
  EXPECT_EQ(portique({"policy", "test", "nowhere.yaml"}).exit_status, 3);
  EXPECT_EQ(portique({"policy", "explain", "nowhere.yaml", "--input", good}).exit_status, 3);
  // What it includes is a part of it: its absence is a mistake in the policy.
  const auto including = portique({"policy", "lint", policy("include: nowhere.yaml\n")});
  EXPECT_EQ(including.exit_status, 1) << including.out << including.err;
}

TEST(Policy, ListsItsFieldsAndReadyPolicies) {
  const auto fields = portique({"policy", "fields", "--on", "image"});
  EXPECT_EQ(fields.exit_status, 0);
  EXPECT_THAT(fields.out, HasSubstr("finding.severity"));
  const auto as_json = portique({"policy", "fields", "-f", "json"});
  EXPECT_GT(base::parse_json(as_json.out).value().as_array().size(), 200U);
  for (const char* name : {"baseline", "strict", "audit-only"}) {
    EXPECT_EQ(portique({"policy", "test", name}).exit_status, 0) << name;
    EXPECT_EQ(portique({"policy", "lint", "--strict", name}).exit_status, 0) << name;
    EXPECT_THAT(portique({"policy", "show", name}).out, HasSubstr(std::string("name: ") + name));
  }
  EXPECT_EQ(portique({"policy", "show", "nothing"}).exit_status, 2);
}

} // namespace
} // namespace portique::e2e
