#include "portique/cli/authz_issue_cert.h"

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "portique/access/certificates/certificate_authority.h"
#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/cli/terminal_options.h"

namespace portique::cli {

namespace {

namespace json = boost::json;
using access::CertificateAuthority;
using access::IssuedCertificate;

struct Flags {
  std::string folder = "/etc/portique/pki";
  std::string authority = "portique";
  access::CertificateHolder subject;
  std::vector<std::string> names;
  std::string which;
  std::string format = "table";
  std::int64_t days = 0;
};

std::chrono::days validity(const Flags& flags, std::int64_t otherwise) {
  return std::chrono::days(flags.days == 0 ? otherwise : flags.days);
}

base::Result<int> make_authority(const Flags& flags) {
  PQ_TRY(CertificateAuthority::create(
      flags.folder, flags.authority, validity(flags, 3650), base::now()));
  PQ_TRY(
      write_to_stdout(fmt::format("{0}/ca.pem: the authority's certificate\n"
                                  "{0}/ca-key.pem: its key; whoever has it is whoever they like\n",
                                  flags.folder)));
  return 0;
}

base::Result<int> issue_server(const Flags& flags) {
  CertificateAuthority authority = PQ_TRY(CertificateAuthority::open(flags.folder));
  const IssuedCertificate made =
      PQ_TRY(authority.issue_server(flags.names, validity(flags, 825), base::now()));
  PQ_TRY(write_to_stdout(
      fmt::format("serial {1}, until {2}\n"
                  "dockerd --tlsverify --tlscacert {0}/ca.pem --tlscert {0}/cert.pem --tlskey "
                  "{0}/key.pem -H tcp://0.0.0.0:2376\n",
                  made.folder.string(),
                  made.serial,
                  base::format_date(made.not_after))));
  return 0;
}

base::Result<int> issue_user(const Flags& flags) {
  CertificateAuthority authority = PQ_TRY(CertificateAuthority::open(flags.folder));
  const IssuedCertificate made =
      PQ_TRY(authority.issue_user(flags.subject, validity(flags, 365), base::now()));
  PQ_TRY(write_to_stdout(fmt::format("serial {1}, until {2}\n"
                                     "export DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH='{0}'\n",
                                     made.folder.string(),
                                     made.serial,
                                     base::format_date(made.not_after))));
  return 0;
}

base::Result<int> revoke(const Flags& flags) {
  CertificateAuthority authority = PQ_TRY(CertificateAuthority::open(flags.folder));
  const auto revoked = PQ_TRY(authority.revoke(flags.which, base::now()));
  std::string text;
  for (const IssuedCertificate& one : revoked)
    text += fmt::format("revoked: {} ({})\n", one.subject.common_name, one.serial);
  if (revoked.empty()) text = "it was revoked before\n";
  text += fmt::format("{}/crl.pem: the list of what is revoked\n", flags.folder);
  PQ_TRY(write_to_stdout(text));
  return 0;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts)
    all += (all.empty() ? "" : ",") + text;
  return all;
}

base::Result<int> list(const Flags& flags) {
  const CertificateAuthority authority = PQ_TRY(CertificateAuthority::open(flags.folder));
  json::array items;
  std::string text = fmt::format("{:32}  {:6}  {:10}  {:10}  {:24}  {}\n",
                                 "SERIAL",
                                 "KIND",
                                 "UNTIL",
                                 "REVOKED",
                                 "NAME",
                                 "O, OU, NAMES");
  for (const IssuedCertificate& one : authority.issued()) {
    std::string more = joined(one.subject.organizations);
    for (const auto* others : {&one.subject.organization_units, &one.names})
      if (!others->empty()) more += (more.empty() ? "" : " ") + joined(*others);
    text += fmt::format("{:32}  {:6}  {:10}  {:10}  {:24}  {}\n",
                        one.serial,
                        base::printable(one.kind),
                        base::format_date(one.not_after),
                        one.revoked ? base::format_date(*one.revoked) : "",
                        base::printable(one.subject.common_name),
                        base::printable(more));
    items.push_back(
        {{"serial", one.serial},
         {"kind", one.kind},
         {"common_name", one.subject.common_name},
         {"organizations",
          json::array(one.subject.organizations.begin(), one.subject.organizations.end())},
         {"organization_units",
          json::array(one.subject.organization_units.begin(),
                      one.subject.organization_units.end())},
         {"names", json::array(one.names.begin(), one.names.end())},
         {"not_after", base::format_time(one.not_after)},
         {"revoked", one.revoked ? json::value(base::format_time(*one.revoked)) : nullptr},
         {"fingerprint", one.fingerprint}});
  }
  PQ_TRY(write_to_stdout(flags.format == "json" ? base::pretty_json(items) : text));
  return 0;
}

using Verb = base::Result<int> (*)(const Flags&);

CLI::App* add_verb(CLI::App& command,
                   Invocation& invocation,
                   const std::string& name,
                   const std::string& about,
                   Verb verb,
                   const std::shared_ptr<Flags>& flags) {
  CLI::App* below = command.add_subcommand(name, about);
  below->add_option("--dir", flags->folder, "the authority's folder")
      ->type_name("DIR")
      ->capture_default_str();
  below->callback([&invocation, flags, verb] {
    invocation.run = [flags, verb]() -> ExitCode {
      const auto code = verb(*flags);
      return code ? static_cast<ExitCode>(*code) : complain(code.error());
    };
  });
  return below;
}

void add_days(CLI::App& verb, Flags& flags, const std::string& otherwise) {
  verb.add_option("--days", flags.days, "how long it is valid (default: " + otherwise + ")")
      ->check(CLI::Range(1, 36'525));
}

} // namespace

void add_authz_issue_cert(CLI::App& authz, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command =
      authz.add_subcommand("issue-cert", "Certificates that say who a caller of an engine is");
  command->require_subcommand(1);
  CLI::App* ca = add_verb(*command, invocation, "ca", "Make an authority", make_authority, flags);
  ca->add_option("--name", flags->authority, "its name")->capture_default_str();
  add_days(*ca, *flags, "3650");
  CLI::App* server =
      add_verb(*command, invocation, "server", "A certificate for an engine", issue_server, flags);
  server->add_option("NAME", flags->names, "DNS names and IP addresses that it is reached by")
      ->required();
  add_days(*server, *flags, "825");
  CLI::App* user = add_verb(
      *command, invocation, "user", "A certificate for a person or a program", issue_user, flags);
  user->add_option("NAME", flags->subject.common_name, "who it is: the user of policies")
      ->required();
  user->add_option("--organization,-O", flags->subject.organizations, "a group of theirs (O)");
  user->add_option("--unit,-U", flags->subject.organization_units, "a group of theirs (OU)");
  add_days(*user, *flags, "365");
  CLI::App* revoking = add_verb(*command,
                                invocation,
                                "revoke",
                                "Put certificates on the list of revoked ones",
                                revoke,
                                flags);
  revoking->add_option("WHICH", flags->which, "serial number, or name: all of that name")
      ->required();
  CLI::App* listing = add_verb(*command, invocation, "list", "What was issued", list, flags);
  listing->add_option("-f,--format", flags->format, "table or json")
      ->check(CLI::IsMember({"table", "json"}));
}

} // namespace portique::cli
