#include "portique/report/sample_reports.h"

#include <algorithm>

#include <fmt/format.h>

#include "portique/model/purl.h"

namespace portique::report {

namespace {

using model::FixState;
using model::Severity;

base::Time at(std::string_view text) {
  return base::parse_time(text).value();
}

base::Digest digest(char digit) {
  return base::Digest::parse("sha256:" + std::string(64, digit)).value();
}

model::DatabaseInfo starter_database() {
  return {.schema_version = 1,
          .built = at("2026-11-20T03:00:00Z"),
          .embedded = true,
          .feeds = {{.name = "apt",
                     .source = "debian bookworm-security",
                     .updated = at("2026-11-20T01:12:00Z"),
                     .records = 5120},
                    {.name = "kev",
                     .source = "https://www.cisa.gov/known-exploited-vulnerabilities-catalog",
                     .updated = at("2026-11-23"),
                     .records = 1400}},
          .ecosystems = {"Debian:12"}};
}

model::Distro debian_12() {
  return {.id = "debian",
          .version_id = "12",
          .codename = "bookworm",
          .name = "Debian GNU/Linux",
          .pretty_name = "Debian GNU/Linux 12 (bookworm)",
          .path = "usr/lib/os-release"};
}

model::Image three_layers() {
  return {
      .tags = {"registry.example/shop/web:1.4", "registry.example/shop/web:latest"},
      .manifest_digest = digest('4'),
      .config_digest = digest('c'),
      .platform = {.os = "linux", .architecture = "amd64"},
      .created = at("2026-11-24T06:00:00Z"),
      .layers = {
          {.digest = digest('a'),
           .diff_id = digest('1'),
           .size = 49'557'513,
           .created_by = "/bin/sh -c #(nop) ADD file:5cbdd52ff3ff8a5ad5c4a79a5e6ad2d8 in / "},
          {.digest = digest('b'),
           .diff_id = digest('2'),
           .size = 18'221'009,
           .created_by = "RUN /bin/sh -c apt-get update   && apt-get install -y --no-install-"
                         "recommends ca-certificates curl git   && rm -rf /var/lib/apt/lists/* # "
                         "buildkit"},
          {.digest = digest('d'), .diff_id = digest('3'), .created_by = "COPY . /srv # buildkit"}}};
}

model::Package deb(std::string name,
                   std::string version,
                   std::string source,
                   std::string source_version,
                   std::int32_t layer) {
  return {.type = "deb",
          .ns = "debian",
          .name = std::move(name),
          .version = std::move(version),
          .arch = "amd64",
          .source_name = std::move(source),
          .source_version = std::move(source_version),
          .licences = {"Apache-2.0"},
          .path = "var/lib/dpkg/status",
          .layer = layer};
}

/// A finding of package number `package`; an empty `fixed` means that there is no fix.
model::Finding vulnerability(
    std::string id, std::size_t package, Severity severity, std::string fixed, std::string title) {
  model::Finding finding{.id = std::move(id),
                         .severity = severity,
                         .severity_source = "Debian",
                         .title = std::move(title),
                         .package = package};
  if (!fixed.empty()) {
    finding.fixed_version = std::move(fixed);
    finding.fix_state = FixState::Fixed;
  }
  finding.fingerprint = fmt::format("{}|{}", finding.id, package);
  return finding;
}

void finish(model::Report& report) {
  for (model::Package& package : report.packages)
    if (report.distro.known()) package.purl = model::purl_of(package, report.distro).text();
  for (model::Finding& finding : report.findings)
    if (finding.package < report.packages.size())
      finding.layer = report.packages[finding.package].layer;
}

std::vector<model::Package> debian_packages() {
  return {deb("curl", "7.88.1-10+deb12u5", "curl", "7.88.1-10+deb12u5", 1),
          deb("git", "1:2.39.2-1.1", "git", "1:2.39.2-1.1", 1),
          deb("libc-bin", "2.36-9+deb12u3", "glibc", "2.36-9+deb12u3", 0),
          deb("libc6", "2.36-9+deb12u3", "glibc", "2.36-9+deb12u3", 0),
          deb("libcurl4", "7.88.1-10+deb12u5", "curl", "7.88.1-10+deb12u5", 1),
          deb("libssl3", "3.0.11-1~deb12u2", "openssl", "3.0.11-1~deb12u2", 0),
          deb("openssl", "3.0.11-1~deb12u2", "openssl", "3.0.11-1~deb12u2", 1),
          deb("perl-base", "5.36.0-7+deb12u1", "perl", "5.36.0-7+deb12u1", 0),
          deb("tar", "1.34+dfsg-1.2", "tar", "1.34+dfsg-1.2", 0),
          deb("zlib1g", "1:1.2.13.dfsg-1", "zlib", "1:1.2.13.dfsg-1", 0)};
}

std::vector<model::Finding> debian_findings() {
  const std::string curl_fix = "7.88.1-10+deb12u7";
  const std::string openssl_fix = "3.0.14-1~deb12u2";
  const std::string hsts = "curl: HSTS subdomain overwrites the parent's cache entry";
  const std::string aes =
      "openssl: RC4-MD5 and AES-SIV keep wrong lengths; applications that change "
      "the key length through OSSL_PARAM see truncation";
  const std::string pkcs12 = "openssl: PKCS12 decoding crashes";
  const std::string iconv = "glibc: iconv() ISO-2022-CN-EXT may overflow the output buffer";
  return {
      vulnerability("CVE-2024-9681", 0, Severity::Medium, curl_fix, hsts),
      vulnerability("CVE-2025-0725", 0, Severity::Negligible, "", ""),
      vulnerability("CVE-2024-32002",
                    1,
                    Severity::Critical,
                    "1:2.39.5-0+deb12u1",
                    "git: recursive clones run code of a submodule"),
      vulnerability("CVE-2024-52006",
                    1,
                    Severity::Low,
                    "1:2.39.5-0+deb12u2",
                    "git: credential helper receives carriage returns"),
      vulnerability("CVE-2024-2961", 2, Severity::High, "2.36-9+deb12u6", iconv),
      vulnerability("CVE-2019-1010022", 2, Severity::Negligible, "", "glibc: stack guard bypass"),
      vulnerability("CVE-2024-2961", 3, Severity::High, "2.36-9+deb12u6", iconv),
      vulnerability("CVE-2019-1010022", 3, Severity::Negligible, "", "glibc: stack guard bypass"),
      vulnerability("CVE-2024-9681", 4, Severity::Medium, curl_fix, hsts),
      vulnerability("CVE-2025-0725", 4, Severity::Negligible, "", ""),
      vulnerability("CVE-2023-5363", 5, Severity::High, "3.0.11-1~deb12u3", aes),
      vulnerability("CVE-2024-0727", 5, Severity::Medium, openssl_fix, pkcs12),
      vulnerability("CVE-2023-5363", 6, Severity::High, "3.0.11-1~deb12u3", aes),
      vulnerability("CVE-2024-0727", 6, Severity::Medium, openssl_fix, pkcs12),
      vulnerability("CVE-2024-5535", 6, Severity::Unknown, openssl_fix, ""),
      vulnerability("CVE-2023-31484", 7, Severity::High, "", "CPAN.pm does not verify TLS"),
      vulnerability("CVE-2005-2541", 8, Severity::High, "", "tar: setuid files are kept"),
      vulnerability("CVE-2023-45853",
                    9,
                    Severity::Critical,
                    "",
                    "zlib: integer overflow in zipOpenNewFileInZip4_6")};
}

/// Everything that a report can show.
model::Report everything() {
  model::Report report{.subject = {.name = "web.tar", .kind = "docker-archive"},
                       .distro = debian_12(),
                       .distro_end_of_life = at("2028-06-30"),
                       .coverage = model::Coverage::Covered,
                       .scanners = {model::Scanner::Vulnerabilities},
                       .packages = debian_packages(),
                       .findings = debian_findings(),
                       .hidden = 3,
                       .database = starter_database(),
                       .created = at("2026-11-24T08:15:30Z")};
  report.subject.image = three_layers();
  model::Finding& git = report.findings[2];
  git.aliases = {"DSA-5769-1", "GHSA-8h77-4q3w-gfgv"};
  git.advisories = {"DSA-5769-1"};
  git.kev = true;
  git.epss = model::Epss{.score = 0.9412, .percentile = 0.9993};
  git.cvss = {{.version = "3.1",
               .vector = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:H",
               .score = 9,
               .source = "GHSA-8h77-4q3w-gfgv"}};
  git.severities = {{"debian", Severity::Critical, "DSA-5769-1"},
                    {"ghsa", Severity::Critical, "GHSA-8h77-4q3w-gfgv"}};
  git.risk = 92.5;
  git.vex = model::VexNote{.status = model::VexStatus::Affected,
                           .justification = {},
                           .text = "upgrade to 1.5",
                           .source = "OpenVEX web.vex.json",
                           .timestamp = at("2026-11-01T00:00:00Z")};
  git.references = {"https://security-tracker.debian.org/tracker/CVE-2024-32002",
                    "https://github.com/git/git/security/advisories/GHSA-8h77-4q3w-gfgv"};
  git.published = at("2024-05-14T19:15:10Z");
  git.modified = at("2025-02-13T18:17:51Z");
  report.findings[4].epss = report.findings[6].epss = model::Epss{.score = 0.0042};
  report.findings[16].suppression = model::Suppression{
      .by = ".portiqueignore:4", .reason = "tar runs as nobody", .until = at("2027-01-31")};
  report.findings[16].vex = model::VexNote{.status = model::VexStatus::NotAffected,
                                           .justification = "vulnerable_code_not_in_execute_path",
                                           .text = "tar unpacks nothing of strangers",
                                           .source = "OpenVEX web.vex.json",
                                           .timestamp = std::nullopt};
  report.base = model::BaseImage{
      .known = model::BaseImage::Known::Given,
      .name = "debian:12.4",
      .digest = digest('e').text(),
      .layers = 1,
      .comparison = model::BaseComparison{.name = "debian:12.12",
                                          .removed = {{"CVE-2023-5363", "libssl3", Severity::High},
                                                      {"CVE-2024-2961", "libc6", Severity::High}},
                                          .added = {{"CVE-2025-9999", "zlib1g", Severity::Low}},
                                          .kept = 7}};
  for (model::Finding& finding : report.findings)
    finding.from_base = report.packages[finding.package].layer == 0;
  report.packages[1].licences = {"GPL-2", "LGPL-2.1+"};
  report.issues = {{.code = base::Code::Truncated,
                    .message = "the record of package 'nodejs' ends early",
                    .path = "var/lib/dpkg/status.d/nodejs",
                    .layer = 2},
                   {.code = base::Code::Unsupported,
                    .message = "the version of 'weird' cannot be compared: it holds a blank"}};
  report.notes = {".portiqueignore: 1 entry matches no finding: CVE-2020-9 (line 7)"};
  finish(report);
  return report;
}

model::Report clean() {
  model::Report report = everything();
  report.findings.clear();
  report.issues.clear();
  report.notes.clear();
  report.hidden = 0;
  report.base.reset();
  return report;
}

/// Nobody asked for vulnerabilities.
model::Report not_checked() {
  model::Report report = clean();
  report.coverage = model::Coverage::NotChecked;
  report.scanners = {model::Scanner::Secrets, model::Scanner::Integrity};
  return report;
}

model::Report clean_but_unread() {
  model::Report report = clean();
  report.issues = everything().issues;
  return report;
}

model::Report all_hidden() {
  model::Report report = everything();
  std::erase_if(report.findings, [](const auto& finding) { return !finding.suppression; });
  report.issues.clear();
  report.hidden = 17;
  return report;
}

model::Report not_covered() {
  model::Report report{.subject = {.name = "/", .kind = "rootfs"},
                       .distro = {.id = "opensuse-tumbleweed",
                                  .id_like = {"opensuse", "suse"},
                                  .version_id = "20261101",
                                  .name = "openSUSE Tumbleweed"},
                       .coverage = model::Coverage::NotCovered,
                       .scanners = {model::Scanner::Vulnerabilities},
                       .database = starter_database(),
                       .created = at("2026-12-24T08:15:30Z")};
  report.packages.push_back({.type = "rpm",
                             .ns = "opensuse",
                             .name = "bash",
                             .version = "5.2.37-1.1",
                             .arch = "x86_64",
                             .source_name = "bash",
                             .source_version = "5.2.37-1.1",
                             .source_rpm = "bash-5.2.37-1.1.src.rpm",
                             .licences = {"GPL-3.0-or-later"},
                             .path = "usr/lib/sysimage/rpm/Packages.db"});
  finish(report);
  return report;
}

model::Report no_packages() {
  model::Report report{.subject = {.name = "static.tar", .kind = "docker-archive"},
                       .coverage = model::Coverage::NoPackages,
                       .scanners = {model::Scanner::Vulnerabilities},
                       .database = starter_database(),
                       .created = at("2026-11-24T08:15:30Z")};
  report.subject.image.config_digest = digest('c');
  report.subject.image.layers = {{.diff_id = digest('1'), .size = 2048}};
  return report;
}

/// A full database, a release past its end, epochs, modules, a fix that will never come.
model::Report end_of_life() {
  model::Report report{.subject = {.name = "/mnt/centos", .kind = "rootfs"},
                       .distro = {.id = "centos",
                                  .id_like = {"rhel", "fedora"},
                                  .version_id = "8",
                                  .name = "CentOS Linux",
                                  .pretty_name = "CentOS Linux 8"},
                       .distro_end_of_life = at("2021-12-31"),
                       .coverage = model::Coverage::Covered,
                       .scanners = {model::Scanner::Vulnerabilities},
                       .created = at("2026-11-24T08:15:30Z")};
  report.database = {.schema_version = 1,
                     .built = at("2026-11-01T00:00:00Z"),
                     .feeds = {{.name = "osv",
                                .source = "https://osv-vulnerabilities.storage.googleapis.com",
                                .updated = at("2026-10-31T22:00:00Z"),
                                .records = 412'345}},
                     .ecosystems = {"AlmaLinux:8", "Alpine:v3.19", "Debian:12", "Go", "npm"}};
  const auto rpm = [](std::string name, std::string version, std::string source) {
    return model::Package{.type = "rpm",
                          .ns = "centos",
                          .name = std::move(name),
                          .version = std::move(version),
                          .arch = "x86_64",
                          .source_name = std::move(source),
                          .source_version = "8.44-3.el8",
                          .path = "var/lib/rpm/Packages"};
  };
  report.packages = {rpm("bind-libs", "32:9.11.26-3.el8", "bind"),
                     rpm("nodejs", "1:10.24.0-1.module_el8.3.0+717+fa496f1d", "nodejs"),
                     rpm("pcre", "8.42-4.el8", "pcre"),
                     rpm("pcre-devel", "8.42-6.el8", "pcre")};
  report.packages[0].epoch = 32;
  report.packages[1].epoch = 1;
  report.packages[1].module_label = "nodejs:10:8030020210118191659:229f0a1c";
  report.findings = {
      vulnerability("CVE-2021-25216", 0, Severity::High, "32:9.11.26-4.el8_4", "bind: GSS-TSIG"),
      vulnerability("CVE-2021-22930", 1, Severity::Critical, "", "nodejs: use after free on close"),
      vulnerability("CVE-2019-20838", 2, Severity::Low, "8.42-6.el8", "pcre: over-read in JIT"),
      vulnerability("CVE-2020-14155", 3, Severity::Low, "", "pcre: integer overflow")};
  report.findings[1].fix_state = FixState::EndOfLife;
  report.findings[1].kev = true;
  finish(report);
  return report;
}

/// Names that try to draw on the terminal, to leave their cell, or to become shell code.
model::Report hostile() {
  model::Report report{.subject = {.name = "evil\x1B]0;owned\x07.tar", .kind = "oci-archive"},
                       .distro = debian_12(),
                       .coverage = model::Coverage::Covered,
                       .scanners = {model::Scanner::Vulnerabilities},
                       .database = starter_database(),
                       .created = at("2026-11-24T08:15:30Z")};
  report.distro.pretty_name = "Debian\nTotal 0: all is well";
  report.subject.image.layers = {
      {.diff_id = digest('1'), .created_by = "RUN \x1B[2J\x1B[H \xE2\x80\xAEreversed && \xFF\xFE"}};
  report.subject.image.tags = {"a\nb", std::string(300, 't')};
  const auto add = [&](std::string name, std::string version, std::string title) {
    report.packages.push_back(deb(name, version, name, version, 0));
    report.findings.push_back(vulnerability("CVE-2024-1",
                                            report.packages.size() - 1,
                                            Severity::High,
                                            version + ".1",
                                            std::move(title)));
  };
  add("$(reboot)",
      "1;reboot",
      "quotes \" and \\ and \xC2\x9B"
      "31m C1");
  add("--allow-unauthenticated", "1", "a title\nof two lines\ttabbed");
  add("\xE2\x80\xAE"
      "gnp.exe",
      "1\xE2\x80\x8B.0",
      "right to left, zero width");
  add("名前が広い",
      "1.0",
      "全角の題名は二倍の幅を取るので、列を数えるときに間違えやすい。切るときも同じである。");
  add("e\xCC\x81moji\xF0\x9F\x98\x80",
      "1.0",
      "\xF0\x9F\x94\xA5 and a family \xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9");
  add(std::string(3000, 'x'), std::string(300, '9'), std::string(5000, 'y'));
  add("", "", "");
  report.findings.push_back(
      vulnerability("CVE-2024-2", 4711, Severity::Low, "", "of a package that is none"));
  report.issues = {{.code = base::Code::Malformed,
                    .message = "not\na\x1B[31m record",
                    .path = "var/lib/dpkg/status.d/\x1B[2J",
                    .layer = 99}};
  report.notes = {"\x1B[2J"};
  finish(report);
  return report;
}

/// A container that installed something and changed itself.
model::Report container() {
  model::Report report = clean();
  report.subject.name = "container:web";
  report.subject.kind = "container";
  report.subject.container = model::Container{.engine = "Docker",
                                              .id = std::string(64, 'c'),
                                              .name = "web",
                                              .image_name = "registry.example/web:1",
                                              .running = true,
                                              .changes = {}};
  report.subject.image.layers.push_back({.created_by = "changed in the running container"});
  std::vector<model::PathChange>& changes = report.subject.container->changes;
  changes = {{"etc/motd", model::ChangeKind::Deleted},
             {"tmp/\x1B[2Jminer", model::ChangeKind::Added},
             {"usr/bin/git", model::ChangeKind::Changed}};
  for (int i = 0; i < 30; ++i)
    changes.push_back({fmt::format("var/log/{:02}.log", i), model::ChangeKind::Added});
  const auto drift = [&](std::string id, std::size_t package, std::string path) {
    report.findings.push_back(
        {.id = "PORTIQUE-DRIFT-" + std::move(id),
         .kind = model::FindingKind::Runtime,
         .severity = package == model::kNoPackage ? Severity::High : Severity::Medium,
         .severity_source = "portique",
         .title = "something appeared in the running container",
         .package = package,
         .path = std::move(path),
         .evidence = "it is not in the image",
         .remedy = "find out what did it",
         .layer = 3});
  };
  drift("NEW-PACKAGE", 2, "");
  drift("NEW-EXECUTABLE", model::kNoPackage, "tmp/\x1B[2Jminer");
  return report;
}

} // namespace

std::vector<SampleReport> sample_reports() {
  return {{"everything", everything},
          {"clean", clean},
          {"clean_but_unread", clean_but_unread},
          {"all_hidden", all_hidden},
          {"not_covered", not_covered},
          {"not_checked", not_checked},
          {"no_packages", no_packages},
          {"end_of_life", end_of_life},
          {"container", container},
          {"hostile", hostile},
          {"every_kind", every_kind},
          {"configuration", configuration},
          {"markup", markup}};
}

model::Report sample_report(std::string_view name) {
  const auto samples = sample_reports();
  return std::ranges::find(samples, name, &SampleReport::name)->make();
}

model::Report large_report() {
  model::Report report = clean();
  report.packages.clear();
  for (int i = 0; i < 1500; ++i) {
    const std::string name = fmt::format("package-{:04}", i);
    report.packages.push_back(
        deb(name, "1.2.3-4+deb12u5", fmt::format("source-{}", i / 3), "1.2.3-4", i % 3));
  }
  for (std::size_t i = 0; i < 20'000; ++i) {
    model::Finding finding = vulnerability(fmt::format("CVE-2024-{:05}", i),
                                           i * 1500 / 20'000,
                                           static_cast<Severity>(i % 6),
                                           i % 2 == 0 ? "1.2.3-4+deb12u6" : "",
                                           "a title of the usual length that says what is wrong");
    finding.aliases = {fmt::format("DSA-{}-1", i), fmt::format("GHSA-{:05}", i)};
    finding.references = {fmt::format("https://security-tracker.debian.org/tracker/{}", finding.id),
                          fmt::format("https://nvd.nist.gov/vuln/detail/{}", finding.id)};
    report.findings.push_back(std::move(finding));
  }
  finish(report);
  return report;
}

} // namespace portique::report
