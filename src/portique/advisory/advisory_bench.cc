// How fast the database is opened and packages are matched, on one thread. Exits with 1 where a
// figure misses what bench/run promises.
//
// The database is the one that PORTIQUE_BENCH_DB names, else the starter database. The packages are
// its own: every source package that it has entries of for Debian, as many of no name that it
// knows, all of different names and versions, so that no answer is taken from the one before.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "portique/advisory/affected_record.h"
#include "portique/advisory/database.h"
#include "portique/advisory/lmdb_file.h"
#include "portique/advisory/match.h"
#include "portique/advisory/package_name.h"
#include "portique/advisory/starter.h"
#include "portique/base/file.h"
#include "portique/version/schemes.h"

namespace {

namespace advisory = portique::advisory;
namespace base = portique::base;
namespace model = portique::model;

struct Fixture {
  std::filesystem::path file;
  std::string release; ///< of the Debian that it knows most packages of
  /// Up to date and unknown packages; up to date ones and such that everything was fixed in later.
  std::vector<model::Package> current;
  std::vector<model::Package> outdated;
};

model::Package package_of(std::string name, std::string version) {
  model::Package package;
  package.type = "deb";
  package.source_name = name;
  package.source_version = version;
  package.name = std::move(name);
  package.version = std::move(version);
  return package;
}

/// The largest fixed bound of a package's entries; "" if there is none.
std::string newest_fix(base::Bytes group) {
  const auto& order = portique::version::scheme_info(portique::version::Scheme::Dpkg);
  std::string newest;
  advisory::AffectedRecord record;
  static_cast<void>(advisory::for_each_entry(group, [&](base::Bytes entry) -> base::Result<void> {
    PQ_TRY(advisory::unpack_affected(entry, record));
    for (const auto& range : record.ranges)
      for (const auto& event : range.events)
        if (event.kind == model::EventKind::Fixed && order.valid(event.version) &&
            (newest.empty() || order.compare(event.version, newest) > 0))
          newest = event.version;
    return {};
  }));
  return newest;
}

base::Result<Fixture> make_fixture(const std::filesystem::path& file) {
  Fixture fixture{.file = file};
  const auto reader = PQ_TRY(advisory::LmdbReader::open(file));
  std::map<std::string, std::map<std::string, std::string>> fixes; // release -> name -> version
  PQ_TRY(reader.for_each(
      advisory::kPackagesTable, [&](std::string_view key, base::Bytes value) -> base::Result<void> {
        if (!key.starts_with("Debian")) return {};
        const std::string name(key.substr(key.find('\0') + 1));
        return advisory::for_each_group(
            value, [&](std::string_view ecosystem, base::Bytes group) -> base::Result<void> {
              fixes[std::string(ecosystem)][name] = newest_fix(group);
              return {};
            });
      }));
  const auto most = std::ranges::max_element(
      fixes, {}, [](const auto& release) { return release.second.size(); });
  if (most == fixes.end())
    return base::fail(base::Code::NotFound, file.string() + " has nothing about Debian");
  fixture.release = most->first.substr(most->first.find(':') + 1);
  for (const auto& [name, version] : most->second) {
    if (version.empty()) continue;
    fixture.current.push_back(package_of(name, version));
    fixture.current.push_back(package_of(name + "-of-nobody", version));
    fixture.outdated.push_back(package_of(name, version));
    fixture.outdated.push_back(package_of(name, "0~"));
  }
  return fixture;
}

model::Distro debian(const Fixture& fixture) {
  model::Distro distro;
  distro.id = "debian";
  distro.version_id = fixture.release;
  return distro;
}

void match_all(benchmark::State& state,
               const Fixture& fixture,
               const std::vector<model::Package>& packages) {
  const auto database = advisory::Database::open(fixture.file).value();
  std::size_t findings = 0;
  for (auto _ : state) {
    const auto matches = advisory::match(database, debian(fixture), packages, {});
    findings = matches.value().findings.size();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(packages.size()) * state.iterations());
  state.counters["findings"] = static_cast<double>(findings);
  state.counters["packages"] = static_cast<double>(packages.size());
}

void open_and_look_up(benchmark::State& state, const Fixture& fixture) {
  const std::string key = advisory::package_key("Debian", fixture.current.front().name);
  for (auto _ : state) {
    const auto database = advisory::Database::open(fixture.file).value();
    if (database.entries(key).empty()) state.SkipWithError("the package is not there");
  }
}

struct Claim {
  std::string name;
  double bound;
  bool at_least; ///< items a second; else at most so many microseconds
};

const std::vector<Claim> kClaims{{"match", 300'000, true}, {"open_and_look_up", 1'000, false}};

/// Prints as usual, and holds what was measured against the claims.
class ClaimReporter : public benchmark::ConsoleReporter {
public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs)
      for (const Claim& claim : kClaims)
        if (run.benchmark_name() == claim.name) check(claim, run);
  }

  [[nodiscard]] bool held() const { return held_; }

private:
  void check(const Claim& claim, const Run& run) {
    const double value =
        claim.at_least ? run.counters.at("items_per_second").value
                       : run.real_accumulated_time / static_cast<double>(run.iterations) * 1e6;
    const bool good =
        !run.error_occurred && (claim.at_least ? value >= claim.bound : value <= claim.bound);
    held_ = held_ && good;
    fmt::print("{} {:<46} {:>12.0f}{} {} {:.0f}\n",
               good ? "ok  " : "MISS",
               claim.name,
               value,
               claim.at_least ? "/s" : "us",
               claim.at_least ? ">=" : "<=",
               claim.bound);
  }

  bool held_ = true;
};

/// The named database, or the starter unpacked into `folder`.
base::Result<std::filesystem::path> database_file(const std::filesystem::path& folder) {
  if (const char* named = std::getenv("PORTIQUE_BENCH_DB")) return named;
  PQ_TRY(advisory::open_starter(folder));
  for (const auto& entry : std::filesystem::directory_iterator(folder / "starter"))
    return entry.path();
  return base::fail(base::Code::NotFound, "the starter database was not unpacked");
}

base::Result<bool> run() {
  const auto folder = PQ_TRY(base::TempDir::create("portique-advisory-bench"));
  const Fixture fixture = PQ_TRY(make_fixture(PQ_TRY(database_file(folder.path()))));
  benchmark::RegisterBenchmark("match",
                               [&](auto& state) { match_all(state, fixture, fixture.current); });
  benchmark::RegisterBenchmark("match_with_findings", [&](auto& state) {
    match_all(state, fixture, fixture.outdated);
  })->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("open_and_look_up", [&](auto& state) {
    open_and_look_up(state, fixture);
  })->Unit(benchmark::kMicrosecond);
  ClaimReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return reporter.held();
}

} // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const auto held = run();
  if (!held) std::fputs((held.error().text() + '\n').c_str(), stderr);
  return held && *held ? 0 : 1;
}
