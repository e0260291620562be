// Reports with findings of every kind, and with texts that try to become mark-up.

#include "portique/model/purl.h"
#include "portique/report/sample_reports.h"

namespace portique::report {

namespace {

using model::FindingKind;
using model::Severity;

model::Finding finding_of(FindingKind kind, std::string id, Severity severity, std::string title) {
  return {.id = std::move(id),
          .kind = kind,
          .severity = severity,
          .severity_source = "portique",
          .title = std::move(title)};
}

void add_secrets_and_malware(std::vector<model::Finding>& findings) {
  model::Finding key = finding_of(
      FindingKind::Secret, "aws-access-key", Severity::Critical, "AWS access key in a file");
  key.path = "srv/app/.env";
  key.lines = {3, 3};
  key.excerpt = "AWS_ACCESS_KEY_ID=AKIA****************";
  key.evidence = "the file was deleted in layer 2, but still lies in layer 1";
  key.why = "Whoever can pull the image can read it.";
  key.remedy = "Revoke the key, and build the image without it.";
  key.layer = 1;
  key.fingerprint = "5ec7e7";
  findings.push_back(key);

  model::Finding miner =
      finding_of(FindingKind::Malware, "miner-xmrig", Severity::Critical, "XMRig cryptominer");
  miner.path = "usr/local/bin/kworker";
  miner.evidence = "strings of XMRig, and stratum+tcp:// with a wallet address";
  miner.remedy = "Rebuild the image from sources that you trust.";
  miner.references = {"https://attack.mitre.org/techniques/T1496/"};
  miner.layer = 2;
  miner.fingerprint = "ba5eba11";
  findings.push_back(miner);
}

void add_settings(std::vector<model::Finding>& findings) {
  model::Finding root = finding_of(FindingKind::Misconfiguration,
                                   "PORTIQUE-IMAGE-ROOT-USER",
                                   Severity::Medium,
                                   "the image runs as root");
  root.evidence = "the config names no user";
  root.remedy = "Add USER with an id above 0 to the Dockerfile.";
  root.why = "A process that breaks out is root on the host.";
  root.fingerprint = "600d";
  findings.push_back(root);

  model::Finding setuid = finding_of(FindingKind::Misconfiguration,
                                     "PORTIQUE-IMAGE-SETUID",
                                     Severity::Low,
                                     "a program runs with the rights of its owner");
  setuid.path = "usr/bin/weird name#1?";
  setuid.suppression = model::Suppression{.by = ".portiqueignore:9",
                                          .reason = "needed by the installer",
                                          .until = base::parse_time("2027-03-01")};
  findings.push_back(setuid);

  model::Finding shared = finding_of(FindingKind::Isolation,
                                     "PORTIQUE-HOST-PID",
                                     Severity::High,
                                     "the container shares the host's process ids");
  shared.remedy = "Start it without --pid=host.";
  findings.push_back(shared);
  findings.push_back(finding_of(
      FindingKind::Access, "PORTIQUE-SOCKET", Severity::Unknown, "the engine's socket is mounted"));
  model::Finding program = finding_of(FindingKind::Runtime,
                                      "PORTIQUE-DRIFT-NEW-EXECUTABLE",
                                      Severity::Negligible,
                                      "a program appeared in the running container");
  program.path = "tmp/run.sh";
  program.layer = 2;
  findings.push_back(program);
}

model::Verdict deny() {
  return {.decision = model::Decision::Deny,
          .policy = "baseline",
          .file = {},
          .version = "sha256:" + std::string(64, '5'),
          .hits = {{.rule = "no-malware",
                    .decision = model::Decision::Deny,
                    .severity = Severity::Critical,
                    .message = "XMRig cryptominer in usr/local/bin/kworker",
                    .finding = "miner-xmrig",
                    .package = {},
                    .exception = {}},
                   {.rule = "no-root",
                    .decision = model::Decision::Warn,
                    .severity = Severity::Medium,
                    .message = "runs as root",
                    .finding = {},
                    .package = {},
                    .exception = {}},
                   {.rule = "no-critical",
                    .decision = model::Decision::Deny,
                    .severity = Severity::Critical,
                    .message = "CVE-2024-32002 in git",
                    .finding = "CVE-2024-32002",
                    .package = "git 1:2.39.2-1.1",
                    .exception = model::RuleException{.who = "ops",
                                                      .why = "until the next release",
                                                      .until = base::parse_time("2027-01-01")}}},
          .rules = 12};
}

} // namespace

model::Report every_kind() {
  model::Report report = sample_report("everything");
  add_secrets_and_malware(report.findings);
  add_settings(report.findings);
  report.verdict = deny();
  return report;
}

model::Report configuration() {
  model::Report report{.subject = {.name = "deploy", .kind = "config"},
                       .created = base::parse_time("2026-11-24T08:15:30Z").value()};
  model::Finding privileged = finding_of(FindingKind::Misconfiguration,
                                         "PORTIQUE-K8S-PRIVILEGED",
                                         Severity::High,
                                         "a container is privileged");
  privileged.path = "deploy/web.yaml";
  privileged.lines = {21, 23};
  privileged.excerpt = "securityContext:\n\tprivileged: true\n  # | it needs `this`";
  privileged.why = "It may do everything that root on the host may do.";
  privileged.remedy = "Take `privileged: true` out.";
  report.findings.push_back(privileged);
  privileged.lines = {57, 57};
  report.findings.push_back(privileged);
  model::Finding latest = finding_of(FindingKind::Misconfiguration,
                                     "PORTIQUE-DOCKERFILE-LATEST",
                                     Severity::Low,
                                     "the base image has no fixed tag");
  latest.path = "Dockerfile";
  latest.lines = {1, 1};
  latest.excerpt = "FROM debian:latest";
  latest.suppression =
      model::Suppression{.by = "Dockerfile:1", .reason = "a build image", .until = std::nullopt};
  report.findings.push_back(latest);
  report.issues = {{.code = base::Code::Malformed,
                    .message = "line 4: a mapping value is not allowed here",
                    .path = "deploy/broken.yaml"}};
  return report;
}

model::Report markup() {
  const std::string script = "<script>alert(1)</script>";
  const std::string breakout = "\"'>]]></style></script><img src=x onerror=alert(1)>-->";
  model::Report report{
      .subject = {.name = script + "::set-output name=x::1", .kind = "oci-archive"},
      .coverage = model::Coverage::Covered,
      .scanners = {model::Scanner::Vulnerabilities},
      .created = base::parse_time("2026-11-24T08:15:30Z").value()};
  report.distro = {.id = "debian", .version_id = "12" + breakout, .pretty_name = breakout};
  report.subject.image.tags = {"a/" + script + ":1"};
  report.subject.image.layers = {{.created_by = "RUN " + breakout}};
  report.packages.push_back({.type = "npm",
                             .name = script,
                             .version = breakout,
                             .path = "../../" + script + "/..\\%2e%2e/a:b?c#d",
                             .layer = 0,
                             .purl = "pkg:npm/" + script});
  for (const std::string& text : {script,
                                  breakout,
                                  std::string("[x](javascript:alert(1)) {0} {{1}}"),
                                  std::string("\r\n::error file=a,line=1::injected\n##[error]x"),
                                  std::string("a,b:c%0Ad")}) {
    model::Finding finding = finding_of(FindingKind::Vulnerability, text, Severity::High, text);
    finding.package = 0;
    finding.layer = 0;
    finding.why = finding.evidence = finding.excerpt = text;
    finding.fixed_version = text;
    finding.fix_state = model::FixState::Fixed;
    finding.aliases = {text};
    finding.references = {"javascript:alert(1)",
                          "https://ok.example/?a=1&b=2",
                          "https://" + text,
                          " https://blank.example",
                          "data:text/html," + text};
    report.findings.push_back(finding);
    finding.kind = FindingKind::Secret;
    finding.package = model::kNoPackage;
    finding.path = "/etc/" + text;
    finding.lines = {7, 2};
    finding.suppression = model::Suppression{.by = text, .reason = text, .until = std::nullopt};
    report.findings.push_back(finding);
  }
  report.issues = {{.message = breakout, .path = script, .layer = 0}};
  report.notes = {script};
  report.verdict = model::Verdict{.decision = model::Decision::Warn,
                                  .policy = script,
                                  .version = "sha256:" + std::string(64, '0')};
  report.verdict->hits = {{.rule = breakout, .message = script}};
  return report;
}

} // namespace portique::report
