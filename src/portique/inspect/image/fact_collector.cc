#include "portique/inspect/image/fact_collector.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <sys/stat.h>

#include "portique/base/text.h"

namespace portique::inspect {

namespace {

/// Where tools keep what they have fetched. A place that begins with "*/" is one in any folder.
struct Cache {
  std::string_view tool;
  std::string_view place;
};

constexpr std::array kCaches{
    Cache{"apt", "var/lib/apt/lists/"},
    Cache{"apt", "var/cache/apt/"},
    Cache{"apk", "var/cache/apk/"},
    Cache{"apk", "etc/apk/cache/"},
    Cache{"dnf", "var/cache/dnf/"},
    Cache{"dnf", "var/cache/libdnf5/"},
    Cache{"yum", "var/cache/yum/"},
    Cache{"zypper", "var/cache/zypp/"},
    Cache{"pacman", "var/cache/pacman/pkg/"},
    Cache{"pip", "*/.cache/pip/"},
    Cache{"uv", "*/.cache/uv/"},
    Cache{"npm", "*/.npm/_cacache/"},
    Cache{"yarn", "*/.cache/yarn/"},
    Cache{"go", "*/.cache/go-build/"},
    Cache{"cargo", "*/.cargo/registry/cache/"},
    Cache{"composer", "*/.composer/cache/"},
};

/// The part of a path that is the cache's folder; "" if it is none.
std::string_view cache_folder(std::string_view path, std::string_view place) {
  constexpr std::string_view kAnywhere = "*/";
  if (!place.starts_with(kAnywhere))
    return path.starts_with(place) ? path.substr(0, place.size() - 1) : std::string_view{};
  const std::string_view below = place.substr(kAnywhere.size());
  for (std::size_t at = path.find(below); at != path.npos; at = path.find(below, at + 1))
    if (at == 0 || path[at - 1] == '/') return path.substr(0, at + below.size() - 1);
  return {};
}

/// Files that belong to the making of an image; libraries ship some of them, too.
bool is_stray(std::string_view path) {
  constexpr std::array<std::string_view, 10> kNames{".git/config",
                                                    ".svn/entries",
                                                    ".hg/hgrc",
                                                    ".env",
                                                    ".env.local",
                                                    ".env.production",
                                                    "Dockerfile",
                                                    "docker-compose.yml",
                                                    "docker-compose.yaml",
                                                    ".dockerignore"};
  constexpr std::array<std::string_view, 7> kLibraries{"node_modules/",
                                                       "site-packages/",
                                                       "dist-packages/",
                                                       "vendor/",
                                                       "gems/",
                                                       "pkg/mod/",
                                                       "usr/share/"};
  const auto within = [&](std::string_view folder) { return path.contains(folder); };
  if (std::ranges::any_of(kLibraries, within)) return false;
  return std::ranges::any_of(kNames, [&](std::string_view name) {
    return path.ends_with(name) &&
           (path.size() == name.size() || path[path.size() - name.size() - 1] == '/');
  });
}

std::optional<std::uint32_t> number_of(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// So many facts of one kind are kept; an image with more is not understood better by them.
constexpr std::size_t kKept = 2000;

template <typename T> void keep(std::vector<T>& list, T fact) {
  if (list.size() < kKept) list.push_back(std::move(fact));
}

} // namespace

void FactCollector::note_rights(ImageFacts& into) const {
  const FileFact fact{
      file_.path, file_.mode & 07777U, file_.uid, file_.gid, model::kNoLayer, false};
  constexpr std::uint32_t kAnyExecute = S_IXUSR | S_IXGRP | S_IXOTH;
  const bool runs_as_other = (file_.mode & (S_ISUID | S_ISGID)) != 0;
  if (runs_as_other && (file_.mode & kAnyExecute) != 0) keep(into.privileged, fact);
  if ((file_.mode & S_IWOTH) != 0) keep(into.world_writable, fact);
  if (is_stray(file_.path)) keep(into.stray, fact);
}

void FactCollector::note_left_over(ImageFacts& into) const {
  for (const Cache& cache : kCaches) {
    const std::string_view folder = cache_folder(file_.path, cache.place);
    if (folder.empty()) continue;
    const auto known = std::ranges::find(into.left_overs, folder, &LeftOver::folder);
    if (known == into.left_overs.end()) {
      keep(into.left_overs,
           LeftOver{std::string(cache.tool), std::string(folder), 1, file_.size, model::kNoLayer});
    } else {
      ++known->files;
      known->bytes += file_.size;
    }
    return;
  }
}

bool FactCollector::begin(FileMeta file, base::Bytes first) {
  file_ = std::move(file);
  text_.clear();
  reading_ = Reading::Nothing;
  if (file_.path == "etc/passwd" || file_.path == "etc/shadow" || file_.path == "etc/group")
    reading_ = Reading::Accounts;
  else if (elf_.begin(first))
    reading_ = Reading::Program;
  return reading_ != Reading::Nothing;
}

void FactCollector::content(base::Bytes piece) {
  if (reading_ == Reading::Program) elf_.content(piece);
  if (reading_ != Reading::Accounts) return;
  const std::uint64_t limit = limits_->account_file_bytes;
  const std::size_t room = limit - std::min<std::uint64_t>(limit, text_.size());
  text_ += base::as_text(piece.first(std::min(room, piece.size())));
}

/// passwd(5), shadow(5), group(5): fields between colons.
void FactCollector::read_accounts(Accounts& into) const {
  for (const std::string_view line : base::split(text_, '\n')) {
    const std::vector<std::string_view> fields = base::split(line, ':');
    if (fields.size() < 3 || fields[0].empty() || fields[0].starts_with('#')) continue;
    const std::string name(fields[0].substr(0, 64));
    // "+" and "-" bring in accounts of a directory service.
    if (name.starts_with('+') || name.starts_with('-')) continue;
    if (file_.path != "etc/group" && fields[1].empty()) keep(into.without_password, name);
    if (file_.path == "etc/shadow") continue;
    if (const auto id = number_of(fields[2]))
      keep(file_.path == "etc/passwd" ? into.users : into.groups, Account{name, *id});
  }
}

void FactCollector::end(ImageFacts& into) {
  note_rights(into);
  note_left_over(into);
  if (reading_ == Reading::Accounts) read_accounts(into.accounts);
  if (reading_ == Reading::Program) {
    Hardening found = elf_.end();
    found.path = file_.path;
    keep(into.programs, std::move(found));
  }
  reading_ = Reading::Nothing;
}

} // namespace portique::inspect
