#include "portique/access/builds/build_sessions.h"

namespace portique::access {

void BuildSessions::began(std::string_view session, const BuildArguments& arguments) {
  if (session.empty()) return;
  const std::lock_guard lock(mutex_);
  sessions_.put(session, arguments);
}

std::optional<BuildArguments> BuildSessions::arguments_of(std::string_view session) {
  const std::lock_guard lock(mutex_);
  const BuildArguments* found = sessions_.find(session);
  if (found == nullptr) return std::nullopt;
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
