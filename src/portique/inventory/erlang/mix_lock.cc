// mix.lock, a map of Elixir:
// https://github.com/elixir-lang/elixir/blob/main/lib/mix/lib/mix/dep/lock.ex with what
// https://github.com/hexpm/hex/blob/main/lib/hex/scm.ex writes for a package:
//
//   "plug": {:hex, :plug, "1.11.0", INNER, [:mix], [{:mime, "~> 1.0", [hex: :mime, repo: ...,
//            optional: false]}, ...], "hexpm", OUTER},
//   "own": {:git, "https://...", COMMIT, [...]},
//
// Older files stop before OUTER (the SHA-256 of the archive), or even before INNER. What a package
// is there for stands in mix.exs only, which is a program.
#include "portique/inventory/erlang/mix_lock.h"

#include <algorithm>
#include <string>
#include <utility>

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

/// Where in a package's tuple what stands.
enum : std::size_t { kScm = 0, kName = 1, kVersion = 2, kDependencies = 5, kRepo = 6, kOuter = 7 };

void add_dependencies(const ErlangTerm& list, model::Package& package) {
  for (const ErlangTerm& dependency : list.items) {
    const ErlangTerm* options = dependency.at(2);
    const ErlangTerm* optional = options == nullptr ? nullptr : options->find("optional");
    if (optional != nullptr && optional->text == "true") continue;
    const ErlangTerm* real = options == nullptr ? nullptr : options->find("hex");
    const std::string_view name = real != nullptr ? real->text : dependency.text_at(0);
    if (base::is_word(name)) package.dependencies.push_back(utf8_value(name));
  }
}

model::Package hex_package(const ErlangTerm& entry) {
  model::Package package{.type = "hex",
                         .name = utf8_value(entry.text_at(kName)),
                         .version = utf8_value(entry.text_at(kVersion))};
  // "hexpm:organisation" has private packages.
  std::string_view repository = entry.text_at(kRepo);
  if (base::take_until(repository, ':') == "hexpm" && base::is_word(repository))
    package.ns = utf8_value(repository);
  if (const ErlangTerm* dependencies = entry.at(kDependencies))
    add_dependencies(*dependencies, package);
  constexpr std::size_t kSha256Digits = 64;
  if (const std::string_view outer = entry.text_at(kOuter);
      outer.size() == kSha256Digits && base::is_word(outer))
    package.hashes.push_back("sha256:" + base::to_lower(utf8_value(outer)));
  return package;
}

/// {:git, URL, COMMIT, OPTIONS}
model::Package git_package(const ErlangTerm& entry) {
  model::Package package{
      .type = "hex", .name = utf8_value(entry.key), .version = utf8_value(entry.text_at(2))};
  set_purl(package, {{"vcs_url", vcs_url(entry.text_at(1), entry.text_at(2))}});
  return package;
}

} // namespace

Analysis analyze_mix_lock(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  std::string buffer;
  const auto terms = read_erlang_terms(file, ErlangDialect::Elixir, limits, buffer, analysis);
  if (!terms) return analysis;
  if (terms->empty() || terms->front().kind != Kind::Map) {
    add_issue(analysis, Code::Malformed, "this is no lock file of Mix");
    return analysis;
  }
  DeclaredPackages declared(file.path(), limits, analysis);
  for (const ErlangTerm& entry : terms->front().items) {
    const std::string_view scm = entry.text_at(kScm);
    if (scm == "path") continue; // the project's own
    const bool is_known = entry.is_tuple() && (scm == "hex" || scm == "git");
    model::Package package;
    if (is_known) package = scm == "hex" ? hex_package(entry) : git_package(entry);
    if (!base::is_word(package.name) || !base::is_word(package.version)) {
      if (!issues_are_full(analysis))
        add_issue(analysis,
                  is_known ? Code::Malformed : Code::Unsupported,
                  fmt::format("line {}: {} {}",
                              entry.line,
                              excerpt(entry.key),
                              is_known ? "has no valid name and version"
                                       : "is of a kind that is not known"));
      continue;
    }
    if (!declared.add(std::move(package))) break;
  }
  declared.finish();
  return analysis;
}

} // namespace portique::inventory
