// An image's history goes on where its base's ended. A base ends, by custom, with the instruction
// that says what it runs: a CMD or ENTRYPOINT below the last layer was written by the base.
// Labels: https://github.com/opencontainers/image-spec/blob/main/annotations.md
#include "portique/image/base_hint.h"

#include <algorithm>
#include <ranges>

#include "portique/base/text.h"

namespace portique::image {

namespace {

/// "CMD" of BuildKit, "/bin/sh -c #(nop)  CMD" of the builder before it.
bool says_what_to_run(const Config::Step& step) {
  if (!step.empty_layer) return false;
  std::string_view text = step.created_by;
  constexpr std::string_view kNoOperation = "#(nop)";
  if (const std::size_t at = text.find(kNoOperation); at != std::string_view::npos)
    text.remove_prefix(at + kNoOperation.size());
  text = base::trim(text);
  return text.starts_with("CMD ") || text.starts_with("ENTRYPOINT ");
}

/// Debian's images are imported since 2024, with this as their only step.
bool is_whole_debian(const Config::Step& step) {
  return !step.empty_layer && step.created_by.starts_with("# debian.sh ");
}

std::size_t guess_layers(const std::vector<Config::Step>& history) {
  const auto layers_in = [](auto begin, auto end) {
    return static_cast<std::size_t>(
        std::count_if(begin, end, [](const Config::Step& step) { return !step.empty_layer; }));
  };
  const std::size_t all = layers_in(history.begin(), history.end());
  const auto last_layer = std::ranges::find_if(
      history.rbegin(), history.rend(), [](const Config::Step& step) { return !step.empty_layer; });
  const auto boundary = std::find_if(last_layer, history.rend(), says_what_to_run);
  if (boundary != history.rend()) return layers_in(history.begin(), boundary.base());
  return all > 1 && !history.empty() && is_whole_debian(history.front()) ? 1 : 0;
}

} // namespace

model::BaseHint base_hint_of(const Config& config) {
  model::BaseHint hint{.name = config.base_name, .digest = config.base_digest};
  const std::size_t guessed = guess_layers(config.history);
  if (guessed < config.diff_ids.size()) hint.layers = guessed;
  return hint;
}

} // namespace portique::image
