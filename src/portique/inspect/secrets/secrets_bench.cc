// Speed of the secret scanner on a mixed tree: what lies in the folders named by
// PORTIQUE_BENCH_TREE (several separated by ':'), by default those of this machine that images are
// full of too.

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/inspect/secrets/builtin_rules.h"
#include "portique/inspect/secrets/secret_scanner.h"

namespace portique::inspect {
namespace {

namespace fs = std::filesystem;

struct File {
  std::string path;
  std::string content;
};

std::vector<File> read_tree(std::string_view folders, std::uint64_t most_bytes) {
  std::vector<File> files;
  while (!folders.empty()) {
    const fs::path folder(base::take_until(folders, ':'));
    std::uint64_t bytes = 0;
    std::error_code error;
    for (fs::recursive_directory_iterator entry(folder, error), end;
         !error && entry != end && bytes < most_bytes;
         entry.increment(error)) {
      if (entry->is_symlink(error) || !entry->is_regular_file(error)) continue;
      auto content = base::read_file(entry->path(), 64 << 20);
      if (!content) continue;
      bytes += content->size();
      files.push_back({entry->path().string().substr(1), *std::move(content)});
    }
  }
  return files;
}

void scan_mixed_tree(benchmark::State& state) {
  const char* named = std::getenv("PORTIQUE_BENCH_TREE");
  const std::vector<File> files =
      read_tree(named != nullptr ? named : "/usr/bin:/usr/lib/python3:/usr/share:/etc", 128 << 20);
  SecretRuleBook book;
  auto rules = builtin_secret_rules();
  if (!rules) return state.SkipWithError(rules.error().text().c_str());
  book.sets.push_back(std::make_shared<const SecretRules>(std::move(*rules)));
  auto scanner = SecretScanner::make(book, SecretSalt("salt"), {});
  if (!scanner) return state.SkipWithError(scanner.error().text().c_str());
  std::uint64_t bytes = 0;
  std::uint64_t hits = 0;
  for ([[maybe_unused]] auto round : state)
    for (const File& file : files) {
      bytes += file.content.size();
      if (!scanner->begin(file.path, base::as_bytes(file.content))) continue;
      scanner->content(base::as_bytes(file.content));
      hits += scanner->end().hits.size();
    }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.counters["hits"] = static_cast<double>(hits) / static_cast<double>(state.iterations());
  state.counters["files"] = static_cast<double>(files.size());
}

BENCHMARK(scan_mixed_tree)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace portique::inspect

BENCHMARK_MAIN();
