// The records of a zip's changed/ folder replace those of the same id in the zip.

#include "portique/advisory/feed_build.h"

#include <algorithm>
#include <set>

#include "portique/advisory/apt_advisories.h"
#include "portique/advisory/apt_archive.h"
#include "portique/advisory/build.h"
#include "portique/advisory/database_builder.h"
#include "portique/advisory/osv_loader.h"
#include "portique/base/file.h"

namespace portique::advisory {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kFixesBytes = 256ULL << 20U;

std::set<std::string, std::less<>> names_in(const fs::path& folder) {
  std::set<std::string, std::less<>> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    names.insert(entry->path().filename().string());
  return names;
}

class FeedBuild {
public:
  explicit FeedBuild(const base::Limits& limits) : limits_(limits) {}

  base::Result<void> add(const FeedContent& feed) {
    if (!feed.osv.empty()) PQ_TRY(add_osv(feed));
    if (!feed.apt_fixes.empty()) PQ_TRY(add_apt(feed));
    if (!feed.kev.empty()) PQ_TRY(add_kev_file(feed.kev, feed.info.source, limits_, builder_));
    if (!feed.epss.empty()) PQ_TRY(add_epss_file(feed.epss, feed.info.source, limits_, builder_));
    return {};
  }

  base::Result<std::vector<std::string>> finish(const fs::path& output, base::Time now) {
    PQ_TRY(builder_.finish(output, now));
    return std::move(notes_);
  }

private:
  base::Result<void> add_osv(const FeedContent& feed) {
    model::FeedInfo info = feed.info;
    for (const fs::path& path : feed.osv) {
      const fs::path changed = path.parent_path() / "changed";
      LoadOptions options;
      if (path != changed && std::ranges::find(feed.osv, changed) != feed.osv.end())
        options.replaced = names_in(changed);
      const LoadSummary summary = PQ_TRY(load_osv(path, builder_, limits_, options));
      info.records += summary.records;
      if (summary.newest)
        info.updated = std::max(info.updated.value_or(*summary.newest), *summary.newest);
      if (summary.refused > 0)
        notes_.push_back(std::to_string(summary.refused) + " records of " + path.string() +
                         " were refused" +
                         (summary.reasons.empty() ? "" : ", the first: " + summary.reasons[0]));
    }
    builder_.set_feed(info);
    return {};
  }

  base::Result<void> add_apt(const FeedContent& feed) {
    model::FeedInfo info = feed.info;
    for (const fs::path& path : feed.apt_fixes) {
      const AptFixes fixes = PQ_TRY(
          base::at(path.string(), parse_apt_fixes(PQ_TRY(base::read_file(path, kFixesBytes)))));
      for (const model::Advisory& advisory : advisories_of(fixes)) {
        builder_.add(advisory);
        ++info.records;
      }
    }
    builder_.set_feed(info);
    return {};
  }

  const base::Limits& limits_;
  DatabaseBuilder builder_;
  std::vector<std::string> notes_;
};

} // namespace

base::Result<std::vector<std::string>> build_from_feeds(const std::vector<FeedContent>& feeds,
                                                        const fs::path& output,
                                                        base::Time now,
                                                        const base::Limits& limits) {
  FeedBuild build(limits);
  for (const FeedContent& feed : feeds)
    PQ_TRY(base::at(feed.info.name, build.add(feed)));
  return build.finish(output, now);
}

} // namespace portique::advisory
