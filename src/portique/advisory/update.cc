// What a feed says of itself (state.json) is written only after the database was swapped in: an
// update that fails half way asks again for the same things the next time.

#include "portique/advisory/update.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>

#include "portique/base/fd.h"
#include "portique/base/file.h"

namespace portique::advisory {

namespace {

/// Held until the descriptor is closed, by the kernel's doing also where the program is killed.
base::Result<base::Fd> lock(const std::filesystem::path& file) {
  base::Fd held(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!held.valid()) return base::fail_errno("cannot open " + file.string(), errno);
  if (::flock(held.get(), LOCK_EX | LOCK_NB) == 0) return held;
  if (errno == EWOULDBLOCK)
    return base::fail(base::Code::Io,
                      "another update is under way (" + file.string() + " is locked); wait for it");
  return base::fail_errno("cannot lock " + file.string(), errno);
}

base::Result<std::filesystem::path> make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return base::fail_errno("cannot make the folder " + folder.string(), error.value());
  return folder;
}

base::Result<void> check_names(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (find_feed(name) != nullptr) continue;
    std::string known;
    for (const Feed& feed : feeds())
      known += (known.empty() ? "" : ", ") + std::string(feed.name);
    return base::fail(base::Code::InvalidArgument,
                      "there is no feed \"" + name + "\"; the feeds are " + known);
  }
  return {};
}

bool is_wanted(const Feed& feed, const std::vector<std::string>& names) {
  return names.empty() ? feed.usual : std::ranges::find(names, feed.name) != names.end();
}

/// Builds beside the old file and puts it in its place.
base::Result<std::vector<std::string>> rebuild(const UpdateRequest& request,
                                               const std::vector<FeedContent>& contents) {
  PQ_TRY(make_folder(request.database.parent_path()));
  const std::filesystem::path beside = request.database.string() + ".new";
  std::error_code error;
  std::filesystem::remove(beside, error);
  auto built = request.build(contents, beside);
  if (built) {
    std::filesystem::rename(beside, request.database, error);
    if (!error) return built;
    built = base::fail_errno("cannot replace " + request.database.string(), error.value());
  }
  std::filesystem::remove(beside, error);
  return built;
}

} // namespace

base::Result<UpdateOutcome> update_database(const UpdateRequest& request,
                                            const base::Limits& limits) {
  PQ_TRY(check_names(request.feeds));
  const auto folder = PQ_TRY(make_folder(request.cache_dir / "feeds"));
  const base::Fd held = PQ_TRY(lock(folder / "lock"));

  std::error_code error;
  UpdateOutcome outcome;
  outcome.rebuilt = !std::filesystem::exists(request.database, error);
  std::vector<FeedContent> contents;
  std::vector<std::pair<std::filesystem::path, FeedState>> fetched;
  for (const Feed& feed : feeds()) {
    const auto own = folder / feed.name;
    auto known = load_feed_state(own);
    if (!is_wanted(feed, request.feeds)) {
      if (known) contents.push_back(known->content);
      continue;
    }
    FeedState state = known.value_or(FeedState());
    const FeedContext context{.folder = PQ_TRY(make_folder(own)),
                              .choices = request.choices,
                              .http = request.http,
                              .limits = limits,
                              .progress = request.progress,
                              .now = request.now};
    const bool changed = PQ_TRY(base::at(std::string(feed.name), feed.fetch(context, state)));
    outcome.rebuilt = outcome.rebuilt || changed || !known;
    contents.push_back(state.content);
    fetched.emplace_back(own, std::move(state));
  }
  for (const FeedContent& content : contents) {
    outcome.feeds.push_back(content.info);
    std::ranges::copy(content.unread, std::back_inserter(outcome.unread));
  }
  if (outcome.rebuilt) outcome.notes = PQ_TRY(rebuild(request, contents));
  for (const auto& [own, state] : fetched)
    PQ_TRY(save_feed_state(own, state));
  return outcome;
}

} // namespace portique::advisory
