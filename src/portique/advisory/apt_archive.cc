// The chain of trust: gpgv checks the InRelease file, which has the digest of the package lists,
// which have the digests of the packages. Nothing that fails a check is read.
//
// The changelog is taken from the source package. Partial mirrors do not carry all of them; then a
// binary package of the same source and version is taken, which has the same changelog (perhaps
// without its oldest entries). Of each package only the CVEs and versions are kept, in a file named
// after package and version; those of older versions are removed.

#include "portique/advisory/apt_archive.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "portique/advisory/apt_packages.h"
#include "portique/advisory/apt_release.h"
#include "portique/advisory/changelog.h"
#include "portique/advisory/package_changelog.h"
#include "portique/archive/decompress.h"
#include "portique/base/file.h"
#include "portique/base/text.h"

namespace portique::advisory {

namespace {

constexpr std::uint64_t kReleaseBytes = 16ULL << 20U;
constexpr std::uint64_t kListBytes = 256ULL << 20U;
constexpr std::uint64_t kPackageBytes = 512ULL << 20U;
constexpr std::uint64_t kCachedBytes = 16ULL << 20U;
constexpr std::size_t kPackages = 100'000;
constexpr std::string_view kHeader = "portique-apt-fixes";

std::string cached_header() {
  return "portique-changelog " + std::to_string(kChangelogRules) + "\n";
}

/// "http://deb.debian.org/debian-security" and "bookworm-security" as one folder name.
std::string folder_name(const AptSource& source) {
  std::string name = source.uri + " " + source.suite;
  for (char& c : name)
    if (!base::is_alnum(c) && c != '.' && c != '-') c = '_';
  return name;
}

class AptUpdate {
public:
  AptUpdate(const AptSource& source, const AptFetch& fetch, const base::Limits& limits)
      : source_(source), fetch_(fetch), limits_(limits), http_(fetch.http),
        folder_(fetch.cache / folder_name(source)) {}

  base::Result<AptFixes> run() {
    release_ = PQ_TRY(fetch_release());
    AptFixes fixes{.ecosystem = PQ_TRY(release_ecosystem(release_)),
                   .suite = source_.suite,
                   .uri = source_.uri,
                   .date = release_.date};
    PQ_TRY(fetch_lists());
    PQ_TRY(read_all());
    PQ_TRY(collect(fixes));
    prune();
    return fixes;
  }

private:
  /// What came of one package.
  struct Outcome {
    std::vector<ChangelogFix> fixes;
    std::string unread; ///< why
  };

  base::Result<AptRelease> fetch_release();
  base::Result<std::optional<std::string>> fetch_list(std::string_view stem);
  base::Result<void> fetch_lists();
  base::Result<void> read_all();
  base::Result<void> collect(AptFixes& fixes);
  base::Result<Outcome> read_package(base::HttpClient& http, const SourcePackage& package);
  base::Result<Outcome> fetch_package(base::HttpClient& http, const SourcePackage& package);
  void prune() const;

  [[nodiscard]] std::filesystem::path cached_file(const SourcePackage& package) const {
    std::string version = package.version;
    std::ranges::replace(version, ':', '=');
    return folder_ / "packages" / (package.name + "_" + version);
  }

  [[nodiscard]] std::string url(std::string_view path) const {
    return url_below(source_.uri, path);
  }

  void report(std::size_t done) {
    if (!fetch_.progress) return;
    const std::scoped_lock lock(mutex_);
    fetch_.progress(source_.suite + ": changelogs", done, packages_.size());
  }

  const AptSource& source_;
  const AptFetch& fetch_;
  const base::Limits& limits_;
  base::HttpClient http_;
  std::filesystem::path folder_;
  AptRelease release_;
  std::vector<SourcePackage> packages_;
  std::vector<Outcome> outcomes_;
  std::mutex mutex_; ///< for the progress and for `error_`
  std::optional<base::Error> error_;
};

base::Result<AptRelease> AptUpdate::fetch_release() {
  const auto file = folder_ / "InRelease";
  PQ_TRY(download(
      http_,
      {.url = url("dists/" + source_.suite + "/InRelease"), .file = file, .limit = kReleaseBytes},
      {}));
  const std::filesystem::path keyring =
      source_.keyring.empty() ? fetch_.keyring : std::filesystem::path(source_.keyring);
  const std::string text =
      PQ_TRY(base::at(source_.uri + " " + source_.suite, verify_clearsigned(file, keyring)));
  AptRelease release = PQ_TRY(parse_release(text));
  if (release.codename != source_.suite)
    return base::fail(base::Code::Malformed,
                      source_.uri + " answers with the suite \"" +
                          base::printable(release.codename) + "\" instead of " + source_.suite);
  if (release.valid_until && *release.valid_until < fetch_.now)
    return base::fail(base::Code::Malformed,
                      "the index of " + source_.uri + " " + source_.suite + " expired on " +
                          base::format_date(*release.valid_until) +
                          "; the mirror is out of date, or the clock is wrong");
  return release;
}

/// The text of a package list such as "main/source/Sources"; nothing if the archive has none.
base::Result<std::optional<std::string>> AptUpdate::fetch_list(std::string_view stem) {
  for (const char* suffix : {".xz", ".gz", ""}) {
    const ControlFile* listed = release_.file(std::string(stem) + suffix);
    if (listed == nullptr) continue;
    if (listed->size > kListBytes)
      return base::fail(base::Code::LimitExceeded, listed->name + " is too large");
    const auto file = folder_ / "list";
    PQ_TRY(download(http_,
                    {.url = url("dists/" + source_.suite + "/" + listed->name),
                     .file = file,
                     .limit = listed->size,
                     .sha256 = listed->sha256},
                    {}));
    const base::Fd open = PQ_TRY(base::open_file(file));
    auto stream =
        PQ_TRY(archive::decompress_detected(archive::file_stream(open, 0, listed->size), limits_));
    std::string text = PQ_TRY(base::at(listed->name, stream->read_all(kListBytes)));
    std::filesystem::remove(file);
    return text;
  }
  return std::nullopt;
}

base::Result<void> AptUpdate::fetch_lists() {
  std::string sources;
  std::string binaries;
  for (const std::string& component : source_.components) {
    const auto list = PQ_TRY(fetch_list(component + "/source/Sources"));
    if (!list) continue;
    sources += *list + "\n\n";
    // Any architecture will do: they all carry the source's changelog.
    for (const char* architecture : {"amd64", "arm64"}) {
      const auto packages = PQ_TRY(fetch_list(component + "/binary-" + architecture + "/Packages"));
      if (!packages) continue;
      binaries += *packages + "\n\n";
      break;
    }
  }
  packages_ = newest_sources(sources);
  if (packages_.empty())
    return base::fail(base::Code::NotFound,
                      source_.uri + " " + source_.suite + " lists no source packages");
  if (packages_.size() > kPackages)
    return base::fail(base::Code::LimitExceeded, source_.uri + " lists too many packages");
  add_binaries(binaries, packages_);
  return {};
}

/// From the first of its files that the mirror has and that has a changelog in it.
base::Result<AptUpdate::Outcome> AptUpdate::fetch_package(base::HttpClient& http,
                                                          const SourcePackage& package) {
  Outcome outcome{.fixes = {}, .unread = "no file of it can have a changelog"};
  const std::filesystem::path file = cached_file(package).string() + ".download";
  for (const ControlFile& listed : package.files) {
    if (listed.size > kPackageBytes) {
      outcome.unread = listed.name + " is too large";
      continue;
    }
    const auto fetched = download(
        http,
        {.url = url(listed.name), .file = file, .limit = listed.size, .sha256 = listed.sha256},
        {});
    if (!fetched && fetched.error().code() == base::Code::NotFound) {
      outcome.unread = "the mirror does not have it";
      continue;
    }
    if (!fetched) return std::unexpected(fetched.error());
    const auto text = package_changelog(file, limits_);
    std::filesystem::remove(file);
    auto fixes = text ? read_changelog(*text, limits_)
                      : base::Result<std::vector<ChangelogFix>>(std::unexpected(text.error()));
    if (fixes) return Outcome{std::move(*fixes), {}};
    outcome.unread = fixes.error().text();
  }
  return outcome;
}

base::Result<AptUpdate::Outcome> AptUpdate::read_package(base::HttpClient& http,
                                                         const SourcePackage& package) {
  const auto file = cached_file(package);
  const std::string header = cached_header();
  if (const auto cached = base::read_file(file, kCachedBytes);
      cached && cached->starts_with(header)) {
    Outcome outcome;
    std::string_view lines = std::string_view(*cached).substr(header.size());
    while (!lines.empty()) {
      std::string_view line = base::take_until(lines, '\n');
      const std::string_view cve = base::take_until(line, '\t');
      outcome.fixes.push_back({std::string(cve), std::string(line)});
    }
    return outcome;
  }
  Outcome outcome = PQ_TRY(base::at(package.name, fetch_package(http, package)));
  if (!outcome.unread.empty()) return outcome;
  std::string text = header;
  for (const ChangelogFix& fix : outcome.fixes)
    text += fix.cve + '\t' + fix.fixed_version + '\n';
  PQ_TRY(base::write_file_atomically(file, text));
  return outcome;
}

base::Result<void> AptUpdate::read_all() {
  std::error_code error;
  std::filesystem::create_directories(folder_ / "packages", error);
  outcomes_.resize(packages_.size());
  std::atomic<std::size_t> next = 0;
  std::atomic<std::size_t> done = 0;
  const auto work = [&] {
    base::HttpClient http(fetch_.http);
    for (std::size_t i = next++; i < packages_.size(); i = next++) {
      auto outcome = read_package(http, packages_[i]);
      if (!outcome) {
        next = packages_.size();
        const std::scoped_lock lock(mutex_);
        if (!error_) error_ = std::move(outcome).error();
        return;
      }
      outcomes_[i] = std::move(*outcome);
      report(++done);
    }
  };
  std::vector<std::jthread> workers;
  for (unsigned i = 0; i < std::max(1U, fetch_.parallel); ++i)
    workers.emplace_back(work);
  workers.clear(); // waits for them
  if (error_) return std::unexpected(*std::move(error_));
  return {};
}

base::Result<void> AptUpdate::collect(AptFixes& fixes) {
  for (std::size_t i = 0; i < packages_.size(); ++i) {
    const SourcePackage& package = packages_[i];
    if (!outcomes_[i].unread.empty()) {
      fixes.unread.push_back(package.name + " " + package.version + ": " + outcomes_[i].unread);
      continue;
    }
    ++fixes.packages;
    for (const ChangelogFix& fix : outcomes_[i].fixes)
      fixes.fixes.push_back({package.name, fix.cve, fix.fixed_version});
  }
  std::ranges::sort(fixes.fixes);
  if (fixes.packages == 0)
    return base::fail(base::Code::NotFound,
                      source_.uri + " has none of the packages that it lists");
  return {};
}

void AptUpdate::prune() const {
  std::set<std::filesystem::path> wanted;
  for (const SourcePackage& package : packages_)
    wanted.insert(cached_file(package));
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder_ / "packages", error), end;
       !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (!wanted.contains(entry->path())) std::filesystem::remove(entry->path(), ignored);
  }
}

} // namespace

base::Result<AptFixes>
fetch_apt_fixes(const AptSource& source, const AptFetch& fetch, const base::Limits& limits) {
  return AptUpdate(source, fetch, limits).run();
}

std::string format_apt_fixes(const AptFixes& fixes) {
  std::string text(kHeader);
  for (const std::string& field : {fixes.ecosystem,
                                   fixes.suite,
                                   fixes.uri,
                                   base::format_time(fixes.date),
                                   std::to_string(fixes.packages),
                                   std::to_string(fixes.unread.size())})
    text += '\t' + field;
  text += '\n';
  for (const AptFix& fix : fixes.fixes)
    text += fix.source + '\t' + fix.cve + '\t' + fix.fixed_version + '\n';
  return text;
}

base::Result<AptFixes> parse_apt_fixes(std::string_view text) {
  const auto header = base::split(base::take_until(text, '\n'), '\t');
  const auto date = header.size() == 7 ? base::parse_time(header[4]) : std::nullopt;
  const auto packages = header.size() == 7 ? base::parse_int<std::size_t>(header[5]) : std::nullopt;
  if (!date || !packages || header[0] != kHeader)
    return base::fail(base::Code::Malformed, "this is no list of an apt archive's fixes");
  AptFixes fixes{.ecosystem = std::string(header[1]),
                 .suite = std::string(header[2]),
                 .uri = std::string(header[3]),
                 .date = *date,
                 .packages = *packages};
  while (!text.empty()) {
    const auto fields = base::split(base::take_until(text, '\n'), '\t');
    if (fields.size() != 3)
      return base::fail(base::Code::Malformed, "a line of an apt archive's fixes is broken");
    fixes.fixes.push_back({std::string(fields[0]), std::string(fields[1]), std::string(fields[2])});
  }
  return fixes;
}

} // namespace portique::advisory
