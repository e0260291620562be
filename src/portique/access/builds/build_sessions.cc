#include "portique/access/builds/build_sessions.h"

#include <algorithm>

namespace portique::access {

namespace {

/// `docker buildx bake` begins a build for each of its targets, some dozens in large projects.
constexpr std::size_t kMostBuilds = 64;

} // namespace

void BuildSessions::began(std::string_view session, const BuildArguments& arguments) {
  if (session.empty()) return;
  const std::lock_guard lock(mutex_);
  std::vector<BuildArguments>* builds = sessions_.find(session);
  if (builds == nullptr) builds = &sessions_.put(session, {});
  if (builds->size() > kMostBuilds || std::ranges::find(*builds, arguments) != builds->end())
    return;
  builds->push_back(arguments);
}

std::vector<BuildArguments> BuildSessions::arguments_of(std::string_view session) {
  const std::lock_guard lock(mutex_);
  const std::vector<BuildArguments>* found = sessions_.find(session);
  if (found == nullptr || found->size() > kMostBuilds) return {};
  return *found;
}

void BuildSessions::remember_file(std::string_view state, std::string content) {
  constexpr std::size_t kMostBytes = 64U << 10U; // a longer Dockerfile is asked for again
  if (content.size() > kMostBytes) return;
  const std::lock_guard lock(mutex_);
  files_.put(state, std::move(content));
}

std::optional<std::string> BuildSessions::file(std::string_view state) {
  const std::lock_guard lock(mutex_);
  const std::string* found = files_.find(state);
  if (found == nullptr) return std::nullopt;
  return *found;
}

} // namespace portique::access
