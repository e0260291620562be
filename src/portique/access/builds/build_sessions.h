#pragma once

// What connections of one build have to know of each other: the request that starts it comes over
// one, its Dockerfile over another.

#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "portique/access/builds/build_facts.h"

namespace portique::access {

/// Shared by all connections of a guard; several threads may call it.
class BuildSessions {
public:
  /// A build of that session was let through with these arguments.
  void began(std::string_view session, const BuildArguments& arguments);

  /// Arguments of each build that the session began: it may be any of them that reads a file.
  /// Empty: it began none, as far as is known, or more than are kept.
  std::vector<BuildArguments> arguments_of(std::string_view session);

  /// An engine that has a file already does not ask for its content again; what it said is kept
  /// under the digest of its state.
  void remember_file(std::string_view state, std::string content);
  std::optional<std::string> file(std::string_view state);

private:
  /// The least recently used one goes first.
  template <typename T> class Recent {
  public:
    explicit Recent(std::size_t most) : most_(most) {}

    T* find(std::string_view key) {
      const auto found = index_.find(std::string(key));
      if (found == index_.end()) return nullptr;
      items_.splice(items_.begin(), items_, found->second);
      return &items_.front().second;
    }

    T& put(std::string_view key, T value) {
      if (T* known = find(key)) return *known = std::move(value);
      items_.emplace_front(std::string(key), std::move(value));
      index_.emplace(items_.front().first, items_.begin());
      if (items_.size() > most_) {
        index_.erase(items_.back().first);
        items_.pop_back();
      }
      return items_.front().second;
    }

  private:
    std::size_t most_;
    std::list<std::pair<std::string, T>> items_;
    std::unordered_map<std::string, typename std::list<std::pair<std::string, T>>::iterator> index_;
  };

  std::mutex mutex_;
  Recent<std::vector<BuildArguments>> sessions_{1000};
  Recent<std::string> files_{1000};
};

} // namespace portique::access
