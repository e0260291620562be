#include "portique/advisory/apt_feed.h"

#include <algorithm>

#include "portique/advisory/apt_archive.h"
#include "portique/advisory/apt_sources.h"
#include "portique/base/digest.h"
#include "portique/base/file.h"

namespace portique::advisory {

namespace {

constexpr const char* kKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

base::Result<std::vector<AptSource>> chosen_sources(const FeedChoices& choices) {
  if (choices.apt_source.empty()) return configured_sources(choices.apt_config);
  return std::vector{PQ_TRY(parse_apt_source(choices.apt_source))};
}

} // namespace

base::Result<bool> fetch_apt(const FeedContext& context, FeedState& state) {
  auto sources = PQ_TRY(chosen_sources(context.choices));
  const AptFetch fetch{.cache = context.folder,
                       .keyring = context.choices.apt_keyring.empty() ? kKeyring
                                                                      : context.choices.apt_keyring,
                       .now = context.now,
                       .http = context.http,
                       .progress = context.progress};
  FeedState fresh;
  model::FeedInfo& info = fresh.content.info;
  info.name = "apt";
  for (AptSource& source : sources) {
    if (!context.choices.apt_keyring.empty()) source.keyring.clear(); // the user's word counts
    const AptFixes fixes = PQ_TRY(fetch_apt_fixes(source, fetch, context.limits));
    info.source += (info.source.empty() ? "" : ", ") + source.uri + " " + source.suite;
    info.updated = std::max(info.updated.value_or(fixes.date), fixes.date);
    for (const std::string& line : fixes.unread)
      fresh.content.unread.push_back(source.suite + ": " + line);
    const std::string text = format_apt_fixes(fixes);
    const std::string digest(base::digest_of(base::as_bytes(text)).hex());
    const auto file = context.folder / (digest.substr(0, 16) + ".tsv");
    PQ_TRY(base::write_file_atomically(file, text));
    fresh.content.apt_fixes.push_back(file);
  }
  std::error_code ignored;
  for (const auto& old : state.content.apt_fixes)
    if (std::ranges::find(fresh.content.apt_fixes, old) == fresh.content.apt_fixes.end())
      std::filesystem::remove(old, ignored);
  const bool changed = fresh.content.apt_fixes != state.content.apt_fixes;
  state = std::move(fresh);
  return changed;
}

} // namespace portique::advisory
