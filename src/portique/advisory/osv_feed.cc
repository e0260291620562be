// The export has a folder an ecosystem: all.zip with every record, ID.json each of them, and
// modified_id.csv that says when each changed last, newest first. Where few changed, only those are
// fetched, into changed/ beside the zip; where many did, or the zip is a week old, all.zip is.
// A record that the export drops (rather than withdraws) disappears with the next all.zip.
//
// A folder as the mirror is read in place, nothing is copied.

#include "portique/advisory/osv_feed.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/version/schemes.h"

namespace portique::advisory {

namespace {

constexpr std::string_view kExport = "https://osv-vulnerabilities.storage.googleapis.com";
constexpr std::uint64_t kListBytes = 1ULL << 20U;
constexpr std::uint64_t kIndexBytes = 256ULL << 20U;
constexpr std::uint64_t kZipBytes = 8ULL << 30U;
/// More single records than this take longer than the zip.
constexpr std::size_t kSingles = 200;
constexpr auto kZipAge = std::chrono::days(7);

bool is_url(std::string_view mirror) {
  return mirror.find("://") != std::string_view::npos;
}

/// A name that is one path component and hides nothing.
bool is_file_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && name.size() <= 200 &&
         std::ranges::all_of(name, [](char c) {
           return base::is_alnum(c) || std::string_view("-_.+ :").find(c) != std::string_view::npos;
         });
}

/// The ecosystems of an ecosystems.txt, without those that only add a release.
std::vector<std::string> listed_ecosystems(std::string_view list) {
  std::set<std::string> names;
  while (!list.empty()) {
    std::string_view line = base::trim(base::take_until(list, '\n'));
    const std::string_view name = base::take_until(line, ':');
    if (is_file_name(name)) names.emplace(name);
  }
  return {names.begin(), names.end()};
}

base::Result<std::vector<std::string>> chosen_ecosystems(const FeedContext& context,
                                                         const std::vector<std::string>& listed,
                                                         std::string_view mirror) {
  std::vector<std::string> chosen;
  for (const std::string& name : context.choices.ecosystems) {
    if (std::ranges::find(listed, name) == listed.end())
      return base::fail(base::Code::InvalidArgument,
                        std::string(mirror) + " has no ecosystem \"" + base::printable(name) +
                            "\"");
    chosen.push_back(name);
  }
  if (context.choices.ecosystems.empty())
    std::ranges::copy_if(listed, std::back_inserter(chosen), [](const std::string& name) {
      return version::scheme_of_ecosystem(name).has_value();
    });
  if (chosen.empty())
    return base::fail(base::Code::NotFound,
                      std::string(mirror) + " has no ecosystem that can be matched");
  return chosen;
}

/// A folder with the export's layout, read where it lies.
base::Result<bool>
read_folder(const FeedContext& context, const std::filesystem::path& mirror, FeedState& state) {
  std::vector<std::string> listed;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(mirror, error), end; !error && entry != end;
       entry.increment(error))
    if (std::filesystem::exists(entry->path() / "all.zip", error))
      listed.push_back(entry->path().filename().string());
  if (error || listed.empty())
    return base::fail(base::Code::NotFound,
                      mirror.string() + " has no ECOSYSTEM/all.zip; --mirror takes a folder or a "
                                        "URL laid out like the OSV export");
  std::ranges::sort(listed);
  const auto chosen = PQ_TRY(chosen_ecosystems(context, listed, mirror.string()));
  FeedState fresh;
  fresh.content.info.name = "osv";
  fresh.content.info.source = std::filesystem::absolute(mirror, error).string();
  for (const std::string& name : chosen) {
    const auto zip = std::filesystem::absolute(mirror / name / "all.zip", error);
    fresh.content.osv.push_back(zip);
    const auto stamp = std::filesystem::last_write_time(zip, error).time_since_epoch().count();
    fresh.files[name].last_modified =
        std::to_string(std::filesystem::file_size(zip, error)) + " " + std::to_string(stamp);
  }
  const bool changed = fresh.files != state.files || fresh.content.osv != state.content.osv;
  state = std::move(fresh);
  return changed;
}

/// One ecosystem of a mirror that is reached by URL.
class EcosystemUpdate {
public:
  EcosystemUpdate(const FeedContext& context,
                  base::HttpClient& http,
                  const std::string& base_url,
                  const std::string& name)
      : context_(context), http_(http), url_(url_below(base_url, name)),
        folder_(context.folder / name) {}

  /// Whether anything changed; `zip` and `index` are the validators of both files.
  base::Result<bool> run(FetchedFile& zip, FetchedFile& index) {
    std::error_code error;
    const bool have =
        std::filesystem::exists(folder_ / "all.zip", error) && zip.fetched.has_value();
    if (!have) zip = {}, index = {};
    const std::string since = index.newest;
    const auto records = PQ_TRY(changed_records(index, since));
    const bool fresh = have && context_.now - *zip.fetched < kZipAge;
    const bool few = records && !since.empty() && records->size() <= kSingles;
    if (fresh && few) {
      for (const ModifiedRecord& record : *records)
        PQ_TRY(fetch_record(record.id));
      return !records->empty();
    }
    return fetch_zip(zip);
  }

  void add_files(std::vector<std::filesystem::path>& files) const {
    std::error_code error;
    files.push_back(folder_ / "all.zip");
    if (std::filesystem::exists(folder_ / "changed", error)) files.push_back(folder_ / "changed");
  }

private:
  /// What the index says changed since; nothing if the mirror has no index.
  base::Result<std::optional<std::vector<ModifiedRecord>>> changed_records(FetchedFile& index,
                                                                           std::string_view since) {
    const auto file = folder_ / "modified_id.csv";
    const auto fetched = download(http_,
                                  {.url = url_ + "/modified_id.csv",
                                   .file = file,
                                   .limit = kIndexBytes,
                                   .etag = index.etag,
                                   .last_modified = index.last_modified},
                                  context_.progress);
    if (!fetched && fetched.error().code() == base::Code::NotFound) return std::nullopt;
    if (!fetched) return std::unexpected(fetched.error());
    if (!fetched->changed) return std::vector<ModifiedRecord>();
    const std::string text = PQ_TRY(base::read_file(file, kIndexBytes));
    std::filesystem::remove(file);
    auto records = modified_since(text, since);
    for (const ModifiedRecord& record : records)
      index.newest = std::max(index.newest, record.modified);
    index.etag = fetched->etag;
    index.last_modified = fetched->last_modified;
    return records;
  }

  base::Result<void> fetch_record(const std::string& id) {
    const auto fetched = download(http_,
                                  {.url = url_below(url_, id + ".json"),
                                   .file = folder_ / "changed" / (id + ".json"),
                                   .limit = context_.limits.advisory_bytes},
                                  context_.progress);
    // Gone between the index and now: the next all.zip will be without it.
    if (!fetched && fetched.error().code() != base::Code::NotFound)
      return std::unexpected(fetched.error());
    return {};
  }

  base::Result<bool> fetch_zip(FetchedFile& zip) {
    const auto fetched = PQ_TRY(download(http_,
                                         {.url = url_ + "/all.zip",
                                          .file = folder_ / "all.zip",
                                          .limit = kZipBytes,
                                          .etag = zip.etag,
                                          .last_modified = zip.last_modified},
                                         context_.progress));
    std::error_code ignored;
    if (fetched.changed) std::filesystem::remove_all(folder_ / "changed", ignored);
    zip.etag = fetched.etag;
    zip.last_modified = fetched.last_modified;
    zip.fetched = context_.now;
    return fetched.changed;
  }

  const FeedContext& context_;
  base::HttpClient& http_;
  std::string url_;
  std::filesystem::path folder_;
};

base::Result<bool>
fetch_export(const FeedContext& context, const std::string& mirror, FeedState& state) {
  base::HttpClient http(context.http);
  const std::string list = PQ_TRY(http.get_text(url_below(mirror, "ecosystems.txt"), kListBytes));
  const auto chosen = PQ_TRY(chosen_ecosystems(context, listed_ecosystems(list), mirror));
  if (state.content.info.source != mirror) state = {};
  FeedState fresh;
  fresh.content.info = {.name = "osv", .source = mirror, .updated = {}, .records = 0};
  bool changed = false;
  for (const std::string& name : chosen) {
    FetchedFile zip = state.files[name];
    FetchedFile index = state.files[name + "/modified"];
    EcosystemUpdate update(context, http, mirror, name);
    changed = PQ_TRY(base::at(name, update.run(zip, index))) || changed;
    update.add_files(fresh.content.osv);
    fresh.files[name] = zip;
    fresh.files[name + "/modified"] = index;
    if (const auto newest = base::parse_time(index.newest))
      fresh.content.info.updated = std::max(fresh.content.info.updated.value_or(*newest), *newest);
  }
  changed = changed || fresh.content.osv != state.content.osv;
  state = std::move(fresh);
  return changed;
}

} // namespace

std::vector<ModifiedRecord> modified_since(std::string_view index, std::string_view since) {
  const auto after = base::parse_time(since);
  std::vector<ModifiedRecord> records;
  while (!index.empty()) {
    std::string_view line = base::trim(base::take_until(index, '\n'));
    const std::string_view modified = base::take_until(line, ',');
    const auto time = base::parse_time(modified);
    if (!time || !is_file_name(line) || (after && *time < *after)) continue;
    // Times have fractions that base::Time has not: within a second the text decides.
    if (after && *time == *after && modified <= since) continue;
    records.push_back({std::string(modified), std::string(line)});
  }
  return records;
}

base::Result<bool> fetch_osv(const FeedContext& context, FeedState& state) {
  const std::string mirror =
      context.choices.osv_mirror.empty() ? std::string(kExport) : context.choices.osv_mirror;
  return is_url(mirror) ? fetch_export(context, mirror, state)
                        : read_folder(context, mirror, state);
}

} // namespace portique::advisory
