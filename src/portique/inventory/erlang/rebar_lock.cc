// rebar.lock, terms of Erlang that rebar3 writes:
// https://github.com/erlang/rebar3/blob/main/apps/rebar/src/rebar_config.erl
//
//   {"1.2.0",
//   [{<<"ranch">>,{pkg,<<"ranch">>,<<"1.8.0">>},1},
//    {<<"own">>,{git,"https://...",{ref,COMMIT}},0}]}.
//   [
//   {pkg_hash,[{<<"ranch">>, INNER}, ...]},
//   {pkg_hash_ext,[{<<"ranch">>, OUTER}, ...]}
//   ].
//
// The first version of the format was the list alone. OUTER is the SHA-256 of the archive.
#include "portique/inventory/erlang/rebar_lock.h"

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/erlang/erlang_term.h"
#include "portique/inventory/lock_document.h"

namespace portique::inventory {

namespace {

using base::Code;
using Kind = ErlangTerm::Kind;

/// The list of what is locked, or nullptr.
const ErlangTerm* locks_of(const std::vector<ErlangTerm>& terms) {
  if (terms.empty()) return nullptr;
  const ErlangTerm& first = terms.front();
  if (first.kind == Kind::List) return &first;
  const ErlangTerm* list = first.is_tuple() ? first.at(1) : nullptr;
  return list != nullptr && list->kind == Kind::List ? list : nullptr;
}

/// SHA-256 of the archives by the name of the lock.
std::unordered_map<std::string_view, std::string_view>
hashes_of(const std::vector<ErlangTerm>& terms) {
  std::unordered_map<std::string_view, std::string_view> hashes;
  if (terms.size() < 2) return hashes;
  constexpr std::size_t kSha256Digits = 64;
  for (const ErlangTerm& table : terms[1].items) {
    if (table.text_at(0) != "pkg_hash_ext" || table.at(1) == nullptr) continue;
    for (const ErlangTerm& pair : table.at(1)->items)
      if (const std::string_view hash = pair.text_at(1);
          hash.size() == kSha256Digits && base::is_word(hash))
        hashes.emplace(pair.text_at(0), hash);
  }
  return hashes;
}

/// Of {NAME, SOURCE, LEVEL}; name or version are empty if it is not such.
model::Package package_of(const ErlangTerm& lock) {
  model::Package package{.type = "hex"};
  const ErlangTerm* source = lock.at(1);
  if (!lock.is_tuple() || source == nullptr || !source->is_tuple()) return package;
  const std::string_view kind = source->text_at(0);
  if (kind == "pkg") {
    package.name = utf8_value(source->text_at(1));
    package.version = utf8_value(source->text_at(2));
    return package;
  }
  // {git | git_subdir | hg, URL, {ref, COMMIT}, ...}
  const ErlangTerm* revision = source->at(2);
  package.name = utf8_value(lock.text_at(0));
  package.version = utf8_value(revision == nullptr ? "" : revision->text_at(1));
  if (kind.starts_with("git"))
    set_purl(package, {{"vcs_url", vcs_url(source->text_at(1), package.version)}});
  return package;
}

} // namespace

Analysis analyze_rebar_lock(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  std::string buffer;
  const auto terms = read_erlang_terms(file, ErlangDialect::Erlang, limits, buffer, analysis);
  if (!terms) return analysis;
  const ErlangTerm* locks = locks_of(*terms);
  if (locks == nullptr) {
    add_issue(analysis, Code::Malformed, "this is no lock file of rebar3");
    return analysis;
  }
  const auto hashes = hashes_of(*terms);
  DeclaredPackages declared(file.path(), limits, analysis);
  for (const ErlangTerm& lock : locks->items) {
    model::Package package = package_of(lock);
    if (!base::is_word(package.name) || !base::is_word(package.version)) {
      if (!issues_are_full(analysis))
        add_issue(analysis,
                  Code::Malformed,
                  fmt::format("line {}: {} has no valid name and version",
                              lock.line,
                              excerpt(lock.text_at(0))));
      continue;
    }
    if (const auto hash = hashes.find(lock.text_at(0)); hash != hashes.end())
      package.hashes.push_back("sha256:" + base::to_lower(utf8_value(hash->second)));
    if (!declared.add(std::move(package))) break;
  }
  declared.finish();
  return analysis;
}

} // namespace portique::inventory
