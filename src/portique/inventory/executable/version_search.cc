// The file passes through one window. In it the needle of a pattern is looked for with memmem(),
// and only around it the pattern itself is tried, so that most of a file is passed over at the
// speed of memory. RE2 takes linear time on whatever the file holds.

#include "portique/inventory/executable/version_search.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include <re2/re2.h>

namespace portique::inventory {

namespace {

using base::Result;

constexpr std::size_t kWindow = 4U << 20U;
/// Longest match, and farthest distance of a needle from it.
constexpr std::size_t kMatch = 1U << 10U;
/// What two windows share, so that a match that one cuts is whole in the other.
constexpr std::size_t kOverlap = 4 * kMatch;
constexpr std::string_view kNamePlace = "{name}";

std::size_t find(std::string_view text, std::string_view needle) {
  const void* found = ::memmem(text.data(), text.size(), needle.data(), needle.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

std::string filled_in(std::string_view pattern, std::string_view name_version) {
  std::string filled(pattern);
  const std::size_t at = filled.find(kNamePlace);
  if (at != std::string::npos) filled.replace(at, kNamePlace.size(), name_version);
  return filled;
}

class Matcher {
public:
  Matcher(const VersionPattern& pattern, std::string_view name_version)
      : needle_(filled_in(pattern.needle, name_version)),
        regex_(
            filled_in(pattern.pattern, RE2::QuoteMeta({name_version.data(), name_version.size()})),
            options()) {}

  /// The version in a window; nothing if there is none, or only one that the end of a window which
  /// is not the `last` may have cut.
  [[nodiscard]] std::optional<std::string> search(std::string_view window, bool last) const {
    if (!regex_.ok()) return std::nullopt;
    const std::size_t end = last ? window.size() : window.size() - std::min(kMatch, window.size());
    if (needle_.empty()) return match(window, 0, window.size(), end);
    for (std::size_t from = 0; from < window.size();) {
      const std::size_t behind = find(window.substr(from), needle_);
      if (behind == std::string_view::npos) return std::nullopt;
      const std::size_t at = from + behind;
      const std::size_t first = at - std::min(at, 2 * kMatch);
      const std::size_t size = std::min(window.size() - first, at - first + 3 * kMatch);
      if (auto version = match(window, first, size, end)) return version;
      from = at + kMatch; // matches around the needles passed over were in reach
    }
    return std::nullopt;
  }

private:
  static RE2::Options options() {
    RE2::Options options;
    options.set_encoding(RE2::Options::EncodingLatin1);
    options.set_log_errors(false);
    return options;
  }

  /// In `size` bytes from `first`; what reaches beyond `end` does not count.
  [[nodiscard]] std::optional<std::string>
  match(std::string_view window, std::size_t first, std::size_t size, std::size_t end) const {
    re2::StringPiece groups[2];
    const re2::StringPiece text(window.data(), window.size());
    if (!regex_.Match(text, first, first + size, RE2::UNANCHORED, groups, 2)) return std::nullopt;
    const auto match_end =
        static_cast<std::size_t>(groups[0].data() + groups[0].size() - window.data());
    if (match_end > end || groups[1].empty()) return std::nullopt;
    return std::string(groups[1].data(), groups[1].size());
  }

  std::string needle_;
  RE2 regex_;
};

/// Hands the file over window by window until `take` says that it has seen enough.
template <typename Take> Result<void> for_each_window(const FileContent& file, Take take) {
  std::string buffer;
  if (file.size() <= kWindow) {
    take(PQ_TRY(file.text(buffer)), true);
    return {};
  }
  buffer.resize(kWindow);
  for (std::uint64_t at = 0;; at += kWindow - kOverlap) {
    const std::uint64_t size = std::min<std::uint64_t>(kWindow, file.size() - at);
    const bool last = at + size == file.size();
    PQ_TRY(file.read_at(at, std::as_writable_bytes(std::span(buffer).first(size))));
    if (!take(std::string_view(buffer).substr(0, size), last) || last) return {};
  }
}

} // namespace

Result<std::optional<std::string>> find_version(const FileContent& file,
                                                const VersionSearch& search) {
  std::vector<std::unique_ptr<Matcher>> matchers;
  for (const VersionPattern& pattern : search.patterns)
    if (!search.name_version.empty() || !pattern.pattern.contains(kNamePlace))
      matchers.push_back(std::make_unique<Matcher>(pattern, search.name_version));
  std::optional<std::string> best;
  bool is_proved = search.proof.empty();
  PQ_TRY(for_each_window(file, [&](std::string_view window, bool last) {
    is_proved = is_proved || find(window, search.proof) != std::string_view::npos;
    for (std::size_t i = 0; i < matchers.size(); ++i) {
      auto version = matchers[i]->search(window, last);
      if (!version) continue;
      best = std::move(version);
      matchers.resize(i); // only surer ones can still change it
    }
    return !matchers.empty() || !is_proved;
  }));
  return is_proved ? best : std::nullopt;
}

} // namespace portique::inventory
