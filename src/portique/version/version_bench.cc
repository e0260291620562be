// Comparisons a second of every order of versions, over versions as they are in the wild. Exits
// with 1 where one is slower than bench/run promises: a scan compares each package with every bound
// of its advisories.

#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "portique/version/schemes.h"

namespace {

namespace version = portique::version;

constexpr double kLeast = 1'000'000;

/// Versions that meet in one package: equal beginnings, so that comparing goes to the end.
std::vector<std::string_view> samples(version::Scheme scheme) {
  switch (scheme) {
  case version::Scheme::Dpkg:
    return {"1.1.1n-0+deb11u4", "1.1.1n-0+deb11u3", "1:2.36.1-8+deb11u1", "5.10.205-2~bpo10+1"};
  case version::Scheme::Rpm:
    return {"1:1.1.1k-12.el8_9",
            "1:1.1.1k-9.el8_7",
            "2.28-236.el8.7",
            "1.20.2-8.module_el8.9.0+3774+79f95f2a"};
  case version::Scheme::Apk:
    return {"1.1.1d-r2", "1.1.1d-r3", "3.0.0_alpha2-r1", "20191127-r4"};
  case version::Scheme::Pep440:
    return {"1.26.14", "1.26.15rc1", "2023.7.22", "4.2.0.post1"};
  case version::Scheme::Maven:
    return {"2.13.4.2", "2.14.0-rc1", "31.1-jre", "5.3.20.RELEASE"};
  case version::Scheme::RubyGems:
    return {"6.1.4.1", "7.0.0.rc1", "1.13.10", "2.2.6.4"};
  case version::Scheme::NuGet:
    return {"4.3.1", "13.0.1", "5.0.0-preview.8.20407.11", "6.0.0.1"};
  case version::Scheme::Packagist:
    return {"v4.4.49", "5.4.20", "6.0.0-RC1", "8.9.20"};
  case version::Scheme::Go:
    return {"v0.0.0-20220722155237-a158d28d115b", "v1.8.1", "v2.0.0+incompatible", "v0.17.0"};
  default:
    return {"4.17.21", "4.17.20", "1.0.0-rc.1+build.5", "18.2.0"};
  }
}

void compare(benchmark::State& state, const version::SchemeInfo& scheme) {
  const auto versions = samples(scheme.scheme);
  for (auto _ : state)
    for (const std::string_view a : versions)
      for (const std::string_view b : versions)
        benchmark::DoNotOptimize(scheme.compare(a, b));
  state.SetItemsProcessed(state.iterations() *
                          static_cast<std::int64_t>(versions.size() * versions.size()));
}

class ClaimReporter : public benchmark::ConsoleReporter {
public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      const double value = run.counters.at("items_per_second").value;
      if (value >= kLeast) continue;
      held_ = false;
      fmt::print("MISS {} compares {:.0f} pairs a second, fewer than {:.0f}\n",
                 run.benchmark_name(),
                 value,
                 kLeast);
    }
  }

  [[nodiscard]] bool held() const { return held_; }

private:
  bool held_ = true;
};

} // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  for (const version::SchemeInfo& scheme : version::schemes())
    benchmark::RegisterBenchmark(std::string(scheme.name).c_str(),
                                 [&](auto& state) { compare(state, scheme); });
  ClaimReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return reporter.held() ? 0 : 1;
}
