// https://yarnpkg.com/features/caching: a zip archive a package, whose files lie below
// node_modules/NAME/ as they would if it were unpacked.
#include "portique/inventory/javascript/yarn_cache.h"

#include <algorithm>
#include <string>

#include "portique/archive/zip_reader.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/javascript/npm_installed.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::Result;

/// The largest packages of npm have some 100,000 files.
constexpr archive::ZipLimits kZipLimits{
    .entries = 500'000, .directory_bytes = 64U << 20U, .unpacked_bytes = 16ULL << 30U};

bool is_manifest(std::string_view name) {
  constexpr std::string_view kFolder = "node_modules/";
  if (!name.starts_with(kFolder) || !name.ends_with("/package.json")) return false;
  const std::string_view inside = name.substr(kFolder.size());
  const std::size_t slash = inside.find('/', inside.starts_with('@') ? inside.find('/') + 1 : 0);
  return slash != std::string_view::npos && inside.substr(slash) == "/package.json";
}

Result<void> read_archive(const FileContent& file, const base::Limits& limits, Analysis& analysis) {
  const auto reader = PQ_TRY(archive::ZipReader::open(file.source(), kZipLimits));
  for (const archive::ZipEntry& entry : reader.entries()) {
    if (!is_manifest(entry.name)) continue;
    std::string manifest;
    PQ_TRY(base::at("package.json", reader.read(entry, limits.small_text_bytes, manifest)));
    analysis = analyze_npm_installed({entry.name, base::as_bytes(manifest)}, limits);
    for (model::Package& package : analysis.packages)
      package.path = file.path();
    return {};
  }
  return base::fail(Code::Malformed, "the archive has no package");
}

} // namespace

Analysis analyze_yarn_cache(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  const std::string_view path = file.path();
  const bool is_yarns = path.starts_with(".yarn/") || path.contains("/.yarn/");
  std::byte last{};
  const std::uint64_t end = file.size() - std::min<std::uint64_t>(file.size(), 1);
  if (const auto read = file.read_at(end, std::span(&last, file.size() - end)); !read) {
    add_issue(analysis, read.error());
  } else if (is_yarns) {
    if (const auto done = read_archive(file, limits, analysis); !done)
      add_issue(analysis, done.error());
  }
  return analysis;
}

} // namespace portique::inventory
