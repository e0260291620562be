// What conditions mean. Where Falco has the operator, the expectation is Falco's behaviour: its
// documentation, its own unit tests' cases, and what its parser and filter checks do.
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "portique/policy/condition_test_support.h"

namespace portique::policy {
namespace {

constexpr std::string_view kEvent = R"({
  "evt.type": "openat", "evt.dir": "<", "evt.num": 7, "evt.res": "ENOENT", "evt.rawres": -2,
  "evt.is_open_write": true, "evt.is_open_read": false, "evt.failed": false,
  "evt.arg": {"flags": "O_RDWR|O_CREAT", "0": "first", "name": "/tmp/x y"},
  "evt.buffer": "\u007fELF\u0002\u0000\u0001",
  "proc.name": "bash", "proc.pname": "sshd", "proc.aname": ["sshd", "systemd-x", "systemd"],
  "proc.cmdline": "bash -c echo \"Hello World\"", "proc.exe": "BASH", "proc.tty": 0,
  "proc.exepath": "/usr/bin/bash", "proc.duration": 5000000000, "proc.env": {"HOME": "/root"},
  "proc.args": "aGVsbG8=", "proc.cwd": "", "proc.apid": [4, 2, 1], "proc.pid": 42,
  "proc.vpid": 42, "proc.ppid": 4,
  "fd.name": "/etc/ssl/private/key.pem", "fd.num": 3, "fd.directory": "/etc/ssl/private",
  "fd.typechar": "f", "fd.sip": "10.1.2.3", "fd.cip": "2001:db8::7",
  "fd.ip": ["2001:db8::7", "10.1.2.3"], "fd.sport": 443, "fd.port": [51000, 443],
  "fd.l4proto": "tcp", "fd.filename": "key.pem", "fd.net": ["10.1.2.3"], "fd.types": ["file", "ipv4"],
  "user.name": "root", "user.uid": 0, "user.loginuid": -1,
  "container.id": "3ad7b26ded6d", "container.privileged": false,
  "container.mount.dest": {"/proc*": "/proc"}, "container.label": {"a.b/c": "d e"}})";

struct Row {
  std::string condition;
  bool holds = false;

  friend std::ostream& operator<<(std::ostream& out, const Row& row) {
    return out << row.condition;
  }
};

class EventCondition : public testing::TestWithParam<Row> {};

TEST_P(EventCondition, Decides) {
  const auto result = run_condition(Domain::Event, GetParam().condition, kEvent);
  ASSERT_TRUE(result.has_value()) << result.error().message << " at: " << result.error().marked;
  EXPECT_EQ(*result, GetParam().holds);
}

INSTANTIATE_TEST_SUITE_P(
    Equality,
    EventCondition,
    testing::Values(Row{"proc.name = bash", true},
                    Row{"proc.name == bash", true},
                    Row{"proc.name=bash", true},
                    Row{"proc.name=\"bash\"", true},
                    Row{"proc.name='bash'", true},
                    Row{"proc.name = Bash", false},
                    Row{"proc.name != bash", false},
                    Row{"proc.name != zsh", true},
                    Row{"proc.name!=zsh", true},
                    Row{"evt.dir=<", true},
                    Row{"evt.dir = >", false},
                    Row{"evt.dir=>", false},
                    Row{"proc.cwd = \"\"", true},
                    Row{"proc.cwd != \"\"", false},
                    Row{"evt.arg.name = \"/tmp/x y\"", true},
                    Row{"proc.cmdline = \"bash -c echo \\\"Hello World\\\"\"", true},
                    Row{"proc.cmdline = 'bash -c echo \"Hello World\"'", true},
                    Row{"fd.num = 3", true},
                    Row{"fd.num=0x3", true},
                    Row{"fd.num = +3", true},
                    Row{"fd.num != 3", false},
                    Row{"evt.rawres = -2", true},
                    Row{"user.loginuid=-1", true},
                    Row{"evt.is_open_write=true", true},
                    Row{"evt.is_open_write = True", true},
                    Row{"evt.is_open_write=1", true},
                    Row{"evt.is_open_read=true", false},
                    Row{"evt.is_open_read = false", true},
                    Row{"container.privileged != true", true},
                    Row{"fd.sip = 10.1.2.3", true},
                    Row{"fd.sip = \"10.1.2.4\"", false},
                    Row{"fd.sip != 10.1.2.4", true},
                    Row{"fd.sip = 10.0.0.0/8", true},
                    Row{"fd.sip = 10.0.0.0/16", false},
                    Row{"fd.cip = 2001:db8::7", true},
                    Row{"fd.cip = 2001:db8::/32", true},
                    Row{"fd.cip = 2001:db9::/32", false},
                    Row{"fd.sip = ::ffff:10.1.2.3", true},
                    Row{"fd.snet = 10.0.0.0/8", false}, // absent
                    Row{"fd.net = 10.0.0.0/8", true},
                    Row{"fd.ip = 10.1.2.3", true},
                    Row{"fd.ip = 2001:db8::7", true},
                    Row{"fd.ip != 10.1.2.3", false}, // one of the two ends is it
                    Row{"fd.port = 443", true},
                    Row{"fd.port = 51000", true},
                    Row{"fd.port = 80", false},
                    Row{"fd.port != 80", true}));

INSTANTIATE_TEST_SUITE_P(Order,
                         EventCondition,
                         testing::Values(Row{"fd.num > 2", true},
                                         Row{"fd.num > 3", false},
                                         Row{"fd.num >= 3", true},
                                         Row{"fd.num>=0", true},
                                         Row{"fd.num < 4", true},
                                         Row{"fd.num <= 2", false},
                                         Row{"evt.rawres<0", true},
                                         Row{"evt.rawres >= -2", true},
                                         Row{"proc.duration <= 5000000000", true},
                                         Row{"proc.duration < 5000000000", false},
                                         Row{"fd.port > 50000", true},
                                         Row{"fd.port > 60000", false}));

INSTANTIATE_TEST_SUITE_P(Texts,
                         EventCondition,
                         testing::Values(Row{"proc.cmdline contains echo", true},
                                         Row{"proc.cmdline contains \"Hello World\"", true},
                                         Row{"proc.cmdline contains hello", false},
                                         Row{"proc.cmdline icontains hello", true},
                                         Row{"proc.cmdline icontains HELLO", true},
                                         Row{"proc.cmdline icontains helo", false},
                                         Row{"proc.cmdline contains \"\"", true},
                                         Row{"proc.cwd contains \"\"", true},
                                         Row{"proc.cwd contains a", false},
                                         Row{"proc.pcmdline contains \"\"", false}, // absent
                                         Row{"fd.name startswith /etc/", true},
                                         Row{"fd.name startswith etc", false},
                                         Row{"fd.name endswith .pem", true},
                                         Row{"fd.name endswith .PEM", false},
                                         Row{"proc.name startswith bashes", false},
                                         Row{"proc.name endswith xbash", false},
                                         Row{"evt.arg.flags contains O_CREAT", true},
                                         Row{"evt.arg[flags] contains O_TRUNC", false},
                                         Row{"evt.arg[0] = first", true},
                                         Row{"evt.arg.0 = first", true},
                                         Row{"evt.buffer contains ELF", true},
                                         Row{"evt.buffer bcontains 454c46", true},
                                         Row{"evt.buffer bcontains 020001", true},
                                         Row{"evt.buffer bcontains 020101", false},
                                         Row{"evt.buffer bstartswith 7f454C46", true},
                                         Row{"evt.buffer bstartswith 454c46", false}));

INSTANTIATE_TEST_SUITE_P(Patterns,
                         EventCondition,
                         testing::Values(Row{"fd.name glob /etc/*", true},
                                         Row{"fd.name glob '/etc/*/key.pem'",
                                             true}, // * crosses slashes
                                         Row{"fd.name glob *key*", true},
                                         Row{"fd.name glob *.pem", true},
                                         Row{"fd.name glob /etc", false},
                                         Row{"fd.name glob /etc/ssl/private/key.pe?", true},
                                         Row{"fd.name glob /etc/ssl/private/key.p?", false},
                                         Row{"fd.name glob /etc/[a-s]s[!a-k]/*", true},
                                         Row{"fd.name glob /etc/[!s]*", false},
                                         Row{"fd.name glob /*/*/*/*", true},
                                         Row{"fd.name glob /*/*/*/*/*", false},
                                         Row{"fd.name glob '*\\*'", false},
                                         Row{"proc.name glob '*'", true},
                                         Row{"proc.pcmdline glob '*'", false},
                                         Row{"proc.cwd glob '*'", true},
                                         Row{"proc.cwd glob '?'", false},
                                         Row{"proc.exe iglob bash", true},
                                         Row{"proc.exe iglob 'b?sh'", true},
                                         Row{"proc.exe iglob '*ASh*'", true},
                                         Row{"proc.exe iglob 'b[a-c]sh'", true},
                                         Row{"proc.exe glob 'b?sh'", false},
                                         Row{"proc.name glob '@(bash|zsh)'", true},
                                         Row{"proc.name glob '@(ksh|zsh)'", false},
                                         Row{"proc.name glob '?(x)bash'", true},
                                         Row{"proc.name glob '*(b|a|s)h'", true},
                                         Row{"proc.name glob '+(x)bash'", false},
                                         Row{"proc.exe iglob '@(bash|zsh)'", true},
                                         Row{"proc.name regex 'ba.*'", true},
                                         Row{"proc.name regex 'ba'", false}, // the whole text
                                         Row{"proc.name regex '(z|ba)sh'", true},
                                         Row{"proc.name regex bash", true},
                                         Row{"proc.name regex bas", false},
                                         Row{"proc.name regex '^bash$'", true},
                                         Row{"proc.exe regex '(?i)bash'", true},
                                         Row{"fd.name regex '/etc/.+\\.pem'", true},
                                         Row{"fd.name regex '/etc/[^/]+\\.pem'", false}));

INSTANTIATE_TEST_SUITE_P(
    Lists,
    EventCondition,
    testing::Values(Row{"proc.name in (bash, zsh)", true},
                    Row{"proc.name in (zsh,ksh)", false},
                    Row{"proc.name in (shells)", true},
                    Row{"proc.name in shells", true},
                    Row{"proc.name in (ksh, shells)", true},
                    Row{"proc.name in (\"shells\")", false}, // quoted: a text
                    Row{"proc.name in ()", false},
                    Row{"not proc.name in ()", true},
                    Row{"proc.name in (nothing)", false},
                    Row{"proc.name in (nothing, bash)", true},
                    Row{"proc.name in (bash)", true},
                    Row{"proc.name in (\"bash\",)", true},
                    Row{"proc.name intersects (bash, zsh)", true},
                    Row{"not proc.name in (zsh)", true},
                    Row{"fd.num in (1, 2, 3)", true},
                    Row{"fd.num in (1, 2)", false},
                    Row{"evt.is_open_write in (true)", true},
                    Row{"fd.sip in (10.1.2.3, 10.1.2.4)", true},
                    Row{"fd.sip in (\"192.168.0.0/16\", \"10.1.0.0/16\")", true},
                    Row{"fd.sip in (192.168.0.0/16)", false},
                    Row{"fd.port in (80, 443)", true},
                    Row{"proc.aname in (sshd)", true}, // any ancestor
                    Row{"proc.aname in (cron, systemd)", true},
                    Row{"proc.aname in (cron)", false},
                    Row{"proc.aname = systemd", true},
                    Row{"proc.aname startswith systemd-", true},
                    Row{"proc.aname != sshd", false},
                    Row{"proc.aname[1] = sshd", true},
                    Row{"proc.aname[3] = systemd", true},
                    Row{"proc.aname[3] in (systemd, init)", true},
                    Row{"proc.aname[2] = systemd", false},
                    Row{"proc.aname[9] = systemd", false},
                    Row{"proc.aname[9] != systemd", false},
                    Row{"proc.apid[1] = 4", true},
                    Row{"proc.apid = 1", true},
                    Row{"fd.types in (file, ipv4, pipe)", true}, // all of a list
                    Row{"fd.types in (file, pipe)", false},
                    Row{"fd.types intersects (file, pipe)", true},
                    Row{"fd.types intersects (pipe)", false},
                    Row{"fd.types[0] = file", true},
                    Row{"fd.types[1] in (ipv4, ipv6)", true}));

INSTANTIATE_TEST_SUITE_P(PathPrefixes,
                         EventCondition,
                         testing::Values(Row{"fd.name pmatch (/etc)", true},
                                         Row{"fd.name pmatch (/etc/)", true},
                                         Row{"fd.name pmatch (/et)", false},
                                         Row{"fd.name pmatch (/etc/ssl/private/key.pem)", true},
                                         Row{"fd.name pmatch (/etc/ssl/private/key.pem/x)", false},
                                         Row{"fd.name pmatch (/usr, /var, /etc/ssl)", true},
                                         Row{"fd.name pmatch (/usr, /var/lib)", false},
                                         Row{"fd.name pmatch (folders)", true},
                                         Row{"fd.name pmatch folders", true},
                                         Row{"proc.exepath pmatch (folders)", true},
                                         Row{"fd.name pmatch (/*/ssl)", true},
                                         Row{"fd.name pmatch (/etc/s?l/*/key.*)", true},
                                         Row{"fd.name pmatch (/etc/*/*/*/*)", false},
                                         Row{"fd.name pmatch (/)", true},
                                         Row{"fd.name pmatch ()", false},
                                         Row{"fs.path.name pmatch (/)", false}));

INSTANTIATE_TEST_SUITE_P(Modifiers,
                         EventCondition,
                         testing::Values(Row{"proc.name startswith anyof (x, ba)", true},
                                         Row{"proc.name startswith anyof (x, y)", false},
                                         Row{"proc.name startswith allof (b, ba)", true},
                                         Row{"proc.name startswith allof (b, c)", false},
                                         Row{"proc.name startswith oneof (b, c)", true},
                                         Row{"proc.name startswith oneof (b, ba)", false},
                                         Row{"proc.name = anyof (bash, zsh)", true},
                                         Row{"proc.name = anyof (shells)", true},
                                         Row{"proc.name != allof (sh, zsh)", true},
                                         Row{"proc.name != allof (bash, zsh)", false},
                                         Row{"proc.name endswith anyof shells", true},
                                         Row{"proc.name regex anyof ('z.*', 'b.*')", true},
                                         Row{"proc.name contains anyof ()", false},
                                         Row{"proc.name = anyof", false},
                                         Row{"proc.name = oneof or fd.num = 3", true}));

INSTANTIATE_TEST_SUITE_P(AbsentFields,
                         EventCondition,
                         testing::Values(Row{"proc.name exists", true},
                                         Row{"proc.pcmdline exists", false},
                                         Row{"not proc.pcmdline exists", true},
                                         Row{"proc.pcmdline = x", false},
                                         Row{"proc.pcmdline != x",
                                             false}, // as Falco: no value, no comparison
                                         Row{"not proc.pcmdline = x", true},
                                         Row{"proc.pcmdline in (x)", false},
                                         Row{"proc.ppid.duration < 5", false},
                                         Row{"proc.ppid.duration >= 0", false},
                                         Row{"evt.arg.mode contains x", false},
                                         Row{"proc.env[HOME] = /root", true},
                                         Row{"proc.env[PATH] exists", false},
                                         Row{"container.mount.dest[/proc*] = /proc", true},
                                         Row{"container.mount.dest[/proc*] != \"N/A\"", true},
                                         Row{"container.label[\"a.b/c\"] = \"d e\"", true},
                                         Row{"container.label[x] exists", false}));

INSTANTIATE_TEST_SUITE_P(Logic,
                         EventCondition,
                         testing::Values(Row{"proc.name = bash and fd.num = 3", true},
                                         Row{"proc.name = bash and fd.num = 4", false},
                                         Row{"proc.name = zsh or fd.num = 3", true},
                                         Row{"proc.name = zsh or fd.num = 4", false},
                                         Row{"proc.name = zsh and fd.num = 4 or evt.num = 7", true},
                                         Row{"evt.num = 7 or proc.name = zsh and fd.num = 4", true},
                                         Row{"(evt.num = 7 or proc.name = zsh) and fd.num = 4",
                                             false},
                                         Row{"not proc.name = zsh", true},
                                         Row{"not not proc.name = bash", true},
                                         Row{"not not not proc.name = bash", false},
                                         Row{"not(proc.name = zsh)", true},
                                         Row{"not (proc.name = bash and fd.num = 3)", false},
                                         Row{"not (proc.name = bash and fd.num = 4)", true},
                                         Row{"(proc.name=bash)and(fd.num=3)", true},
                                         Row{"((((proc.name = bash))))", true},
                                         Row{"shell_procs", true},
                                         Row{"not shell_procs", false},
                                         Row{"open_write", true},
                                         Row{"nested and not proc.tty != 0", true},
                                         Row{"true", true},
                                         Row{"false or shell_procs", true},
                                         Row{"proc.name = bash and not proc.name = bash", false},
                                         Row{"proc.name = zsh or not proc.name = zsh", true},
                                         Row{"proc.name = bash and proc.name = bash", true},
                                         Row{"\n  proc.name = bash\n  and\tfd.num = 3 \n", true}));

INSTANTIATE_TEST_SUITE_P(
    Transformers,
    EventCondition,
    testing::Values(Row{"tolower(proc.exe) = bash", true},
                    Row{"toupper(proc.name) = BASH", true},
                    Row{"tolower(proc.exe) = val(proc.name)", true},
                    Row{"proc.name = tolower(proc.exe)", true},
                    Row{"proc.exe = val(proc.name)", false},
                    Row{"proc.pid = val(proc.vpid)", true},
                    Row{"proc.pid > val(proc.ppid)", true},
                    Row{"proc.pid < val(proc.ppid)", false},
                    Row{"proc.pid != val(proc.ppid)", true},
                    Row{"proc.name = val(proc.pcmdline)", false},
                    Row{"proc.name != val(proc.pcmdline)", false},
                    Row{"fd.name startswith val(fd.directory)", true},
                    Row{"fd.name endswith val(fd.filename)", true},
                    Row{"fd.name contains val(proc.name)", false},
                    Row{"basename(fd.name) = key.pem", true},
                    Row{"basename(fd.name) = val(fd.filename)", true},
                    Row{"basename(proc.name) = bash", true},
                    Row{"b64(proc.args) = hello", true},
                    Row{"b64(proc.cmdline) exists", false},
                    Row{"toupper(b64(proc.args)) startswith HELL", true},
                    Row{"len(proc.name) = 4", true},
                    Row{"len(proc.name) > 4", false},
                    Row{"len(proc.aname) = 3", true},
                    Row{"len(fd.ip) >= 2", true},
                    Row{"toupper(proc.aname) = SSHD", true},
                    Row{"toupper(proc.aname) in (SYSTEMD, X)", true},
                    Row{"proc.pname in val(proc.aname)", true},
                    Row{"proc.name in val(proc.aname)", false},
                    Row{"concat(proc.name, \":\", fd.num) = bash:3", true},
                    Row{"concat(proc.name, proc.pcmdline) exists", false},
                    Row{"join(\",\", proc.aname) = \"sshd,systemd-x,systemd\"", true},
                    Row{"join(\"/\", (proc.name, \"x\", proc.pname)) = bash/x/sshd", true}));

TEST(Condition, PatternsInOneAutomatonDecideAsTheyDoAlone) {
  // Enough patterns on one field that they become one automaton, and texts to hold them against.
  const std::vector<std::string> patterns{"contains /.ssh/",
                                          "contains \"\"",
                                          "icontains SHADOW",
                                          "startswith /etc",
                                          "endswith .pem",
                                          "glob /home/*/.ssh/*",
                                          "glob '*../*../*'",
                                          "iglob '/ETC/sh?d*'",
                                          "glob '/dev/[!n]*'",
                                          "glob '/?'",
                                          "contains .",
                                          "startswith \"a\xc3\xa9\"",
                                          "glob 'x[]a-]y'",
                                          "glob 'x[^a]y'",
                                          "endswith \"*\"",
                                          "glob '\\**'"};
  const std::vector<std::string> texts{"",
                                       "/",
                                       "/x",
                                       "/etc/shadow",
                                       "/home/a/.ssh/id",
                                       "a/../b/../c",
                                       "/dev/null",
                                       "/dev/sda",
                                       "cert.pem",
                                       "x]y",
                                       "x-y",
                                       "xay",
                                       "xby",
                                       "*",
                                       "*a",
                                       "a\xc3\xa9",
                                       "/.ssh/\n.pem"};
  const base::Limits limits;
  const Definitions definitions;
  std::vector<std::string> conditions;
  for (const std::string& pattern : patterns)
    conditions.push_back("fd.name " + pattern);
  Program all(Domain::Event);
  Compiler compiler(all, definitions, limits);
  for (const std::string& condition : conditions)
    all.add_condition(*compiler.compile(*parse_condition(condition, limits), condition));
  all.finish();
  Evaluation evaluation(all);
  for (const std::string& text : texts) {
    const boost::json::object input{{"fd.name", text}};
    const JsonSource source(field_table(Domain::Event), input);
    evaluation.begin(source);
    for (std::uint32_t i = 0; i < conditions.size(); ++i)
      EXPECT_EQ(evaluation.holds(i),
                *run_condition(Domain::Event, conditions[i], boost::json::serialize(input)))
          << conditions[i] << " on " << text;
  }
}

TEST(Condition, OtherDomainsHaveTheirOwnTypes) {
  constexpr std::string_view kFinding = R"({
    "finding": {"id": "CVE-2024-1", "severity": "high", "fixed": true, "epss": 0.25,
                "cvss": 9.8, "published": "40d", "layer": 2},
    "package": {"name": "openssl", "licences": ["Apache-2.0", "MIT"], "path": "usr/lib/x"},
    "image": {"size": 1500000000, "age": 8640000, "labels": {"team": "a"}, "env": {"A": "b=c"},
              "ports": ["80/tcp"], "tags": ["x:latest"]}})";
  const std::vector<Row> rows{{"finding.severity >= high", true},
                              {"finding.severity > high", false},
                              {"finding.severity < critical", true},
                              {"finding.severity = important", true},
                              {"finding.severity in (low, high)", true},
                              {"finding.severity != low", true},
                              {"finding.epss > 0.2", true},
                              {"finding.epss = 0.25", true},
                              {"finding.cvss >= 9", true},
                              {"finding.published > 30d", true},
                              {"finding.published > 6w", false},
                              {"finding.fixed = true and package.name = openssl", true},
                              {"package.licences in (MIT, Apache-2.0)", true},
                              {"package.licences in (MIT)", false},
                              {"package.licences intersects (MIT)", true},
                              {"package.licences = MIT", true},
                              {"package.path pmatch (/usr)", true},
                              {"image.size > 1GB", true},
                              {"image.size > 1.5GB", false},
                              {"image.size < 2GiB", true},
                              {"image.age > 90d", true},
                              {"image.labels[team] = a", true},
                              {"image.labels.team = a", true},
                              {"image.labels = team=a", false}, // '=' ends a bare word
                              {"image.labels = \"team=a\"", true},
                              {"image.env startswith A=", false},
                              {"image.env startswith \"A=\"", true},
                              {"image.env[A] = \"b=c\"", true},
                              {"image.ports intersects (80/tcp, 22/tcp)", true},
                              {"image.tags endswith :latest", true},
                              {"finding.layer >= 2", true}};
  for (const Row& row : rows) {
    std::string condition = row.condition;
    // A bare word ends at '='; what follows cannot be read.
    if (condition == "image.labels = team=a" || condition == "image.env startswith A=") {
      EXPECT_FALSE(run_condition(Domain::Image, condition, kFinding).has_value()) << condition;
      continue;
    }
    const auto result = run_condition(Domain::Image, condition, kFinding);
    ASSERT_TRUE(result.has_value()) << condition << ": " << result.error().message;
    EXPECT_EQ(*result, row.holds) << condition;
  }
}

TEST(Condition, JsonPathsLookThroughLists) {
  constexpr std::string_view kRequest = R"({
    "request.action": "containers.create", "user.name": "eve", "client.address": "192.168.1.9",
    "request.query": {"name": "web"},
    "request.body": {"Image": "nginx", "HostConfig": {"Privileged": true, "Memory": 512,
      "CapAdd": ["SYS_ADMIN", "NET_RAW"], "Binds": ["/:/host", "/var/run/docker.sock:/s"],
      "PortBindings": {"80/tcp": [{"HostPort": "8080"}]}, "Empty": [], "Nothing": null,
      "Ratio": 0.5}},
    "request.object": {"spec": {"containers": [{"image": "a:1", "securityContext": {}},
      {"image": "b:2", "ports": [{"containerPort": 22}]}]},
      "metadata": {"annotations": {"x.io/y-z": "on"}}}})";
  const std::vector<Row> rows{
      {"request.body.HostConfig.Privileged = true", true},
      {"request.body.HostConfig.Privileged != true", false},
      {"request.body.HostConfig.Privileged exists", true},
      {"request.body.HostConfig.Memory > 500", true},
      {"request.body.HostConfig.Memory > 512", false},
      {"request.body.HostConfig.Memory = 512", true},
      {"request.body.HostConfig.Ratio <= 0.5", true},
      {"request.body.HostConfig.CapAdd intersects (SYS_ADMIN)", true},
      {"request.body.HostConfig.CapAdd in (SYS_ADMIN)", false},
      {"request.body.HostConfig.CapAdd in (SYS_ADMIN, NET_RAW)", true},
      {"request.body.HostConfig.CapAdd = NET_RAW", true},
      {"request.body.HostConfig.Binds startswith \"/:\"", true},
      {"request.body.HostConfig.Binds[1] contains docker.sock", true},
      {"request.body.HostConfig.Binds[0] contains docker.sock", false},
      {"request.body.HostConfig.PortBindings[\"80/tcp\"].HostPort = 8080", true},
      {"request.body.HostConfig.Empty exists", false},
      {"request.body.HostConfig.Nothing exists", false},
      {"request.body.HostConfig.Missing exists", false},
      {"request.object.spec.containers.image = b:2", true},
      {"request.object.spec.containers[*].image startswith a", true},
      {"request.object.spec.containers[0].image = b:2", false},
      {"request.object.spec.containers[1].image = b:2", true},
      {"request.object.spec.containers.ports.containerPort = 22", true},
      {"request.object.spec.containers.image in (a:1, b:2, c:3)", true},
      {"request.object.metadata.annotations[\"x.io/y-z\"] = on", true},
      {"len(request.object.spec.containers.image) = 2", true},
      {"request.query[name] = web", true},
      {"client.address in (192.168.0.0/16)", true},
      {"tolower(request.body.Image) glob n*x", true}};
  for (const Row& row : rows) {
    const auto result = run_condition(Domain::Request, row.condition, kRequest);
    ASSERT_TRUE(result.has_value()) << row.condition << ": " << result.error().message;
    EXPECT_EQ(*result, row.holds) << row.condition;
  }
}

} // namespace
} // namespace portique::policy
