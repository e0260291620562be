// What lies in the image: modes, accounts, left-overs.
#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inspect/image/image_checks.h"

namespace portique::inspect {

namespace {

std::string mode_text(const FileFact& file) {
  return fmt::format("mode {:04o}, user {}, group {}", file.mode & 07777U, file.uid, file.gid);
}

/// Programs that do whatever they are told, so that no distribution gives them the rights of
/// others: shells, languages, and what reads, writes or starts files.
constexpr std::array<std::string_view, 68> kObedient{
    "ash",   "awk",   "base64", "bash",      "busybox", "cat",     "chmod", "chown",   "cp",
    "csh",   "curl",  "dash",   "dd",        "docker",  "dpkg",    "ed",    "emacs",   "env",
    "find",  "flock", "fish",   "gawk",      "gdb",     "git",     "head",  "install", "ionice",
    "ksh",   "less",  "ln",     "lua",       "make",    "mawk",    "more",  "mv",      "nano",
    "nc",    "nice",  "nmap",   "node",      "nsenter", "openssl", "perl",  "php",     "python",
    "rpm",   "rsync", "ruby",   "sed",       "setarch", "sh",      "socat", "sort",    "strace",
    "tail",  "tar",   "tclsh",  "tee",       "timeout", "unshare", "vi",    "vim",     "wget",
    "xargs", "xxd",   "zsh",    "systemctl", "time"};

/// "python3.11" is python.
bool is_obedient(std::string_view path) {
  const auto is_named = [](std::string_view name) {
    return std::ranges::find(kObedient, name) != kObedient.end();
  };
  std::string_view name = path.substr(path.rfind('/') + 1);
  if (is_named(name)) return true;
  while (!name.empty() && (base::is_digit(name.back()) || name.back() == '.'))
    name.remove_suffix(1);
  return is_named(name);
}

/// Those that a package of the distribution brings so (su, passwd, mount) are one finding together.
bool is_the_distributions(const FileFact& file) {
  return file.owned && !is_obedient(file.path);
}

void privileged_programs(const ImageSubject& subject, ImageHits& hits) {
  for (const FileFact& file : subject.facts.privileged)
    if (!is_the_distributions(file)) hits.add(mode_text(file), file.layer, file.path);
}

void privileged_distribution_programs(const ImageSubject& subject, ImageHits& hits) {
  constexpr std::size_t kShown = 6;
  std::string names;
  std::size_t count = 0;
  std::int32_t layer = model::kNoLayer;
  for (const FileFact& file : subject.facts.privileged) {
    if (!is_the_distributions(file)) continue;
    layer = file.layer;
    if (count++ < kShown) names += (names.empty() ? "" : ", ") + base::printable(file.path);
  }
  if (count == 0) return;
  if (count > kShown) names += fmt::format(" and {} more", count - kShown);
  hits.add_measured(fmt::format("{} of the distribution's programs: {}", count, names), layer);
}

void world_writable(const ImageSubject& subject, ImageHits& hits) {
  for (const FileFact& file : subject.facts.world_writable)
    hits.add(mode_text(file), file.layer, file.path);
}

void stray_files(const ImageSubject& subject, ImageHits& hits) {
  for (const FileFact& file : subject.facts.stray)
    hits.add("it is part of the image", file.layer, file.path);
}

void left_overs(const ImageSubject& subject, ImageHits& hits) {
  constexpr std::uint64_t kSmall = 65536; // bytes
  for (const LeftOver& left : subject.facts.left_overs)
    if (left.bytes > kSmall)
      hits.add_measured(fmt::format("{} left {} files with {:.1f} MB",
                                    left.tool,
                                    left.files,
                                    static_cast<double>(left.bytes) / 1e6),
                        left.layer,
                        left.folder);
}

void empty_passwords(const ImageSubject& subject, ImageHits& hits) {
  for (const std::string& name : subject.facts.accounts.without_password)
    hits.add("the user " + base::printable(name) + " has no password",
             subject.facts.accounts.layer,
             "etc/shadow");
}

void doubled(const std::vector<Account>& accounts,
             std::string_view what,
             std::string_view path,
             std::int32_t layer,
             ImageHits& hits) {
  std::map<std::uint32_t, std::string_view> by_id;
  std::map<std::string_view, std::uint32_t> by_name;
  for (const Account& account : accounts) {
    const auto [same, added] = by_id.emplace(account.id, account.name);
    if (!added && same->second != account.name)
      hits.add(fmt::format("{} and {} are both {} {}",
                           base::printable(same->second),
                           base::printable(account.name),
                           what,
                           account.id),
               layer,
               std::string(path));
    if (!by_name.emplace(account.name, account.id).second)
      hits.add(
          fmt::format("{} stands twice", base::printable(account.name)), layer, std::string(path));
  }
}

void doubled_accounts(const ImageSubject& subject, ImageHits& hits) {
  const Accounts& accounts = subject.facts.accounts;
  doubled(accounts.users, "user", "etc/passwd", accounts.layer, hits);
  doubled(accounts.groups, "group", "etc/group", accounts.layer, hits);
}

void second_root(const ImageSubject& subject, ImageHits& hits) {
  for (const Account& user : subject.facts.accounts.users)
    if (user.id == 0 && user.name != "root")
      hits.add("the user " + base::printable(user.name) + " has the id 0",
               subject.facts.accounts.layer,
               "etc/passwd");
}

constexpr std::array kChecks{
    ImageCheck{"PQ-IM-050", privileged_programs},
    ImageCheck{"PQ-IM-051", privileged_distribution_programs},
    ImageCheck{"PQ-IM-052", world_writable},
    ImageCheck{"PQ-IM-053", stray_files},
    ImageCheck{"PQ-IM-054", left_overs},
    ImageCheck{"PQ-IM-055", empty_passwords},
    ImageCheck{"PQ-IM-056", doubled_accounts},
    ImageCheck{"PQ-IM-057", second_root},
};

} // namespace

std::span<const ImageCheck> image_file_checks() {
  return kChecks;
}

} // namespace portique::inspect
