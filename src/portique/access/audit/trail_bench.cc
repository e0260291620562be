// How many events a second the trail takes, and how fast it is verified.
//
// usage: portique_trail_bench FOLDER     writes some hundred MB below FOLDER
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>

#include "portique/access/audit/file_trail.h"
#include "portique/access/audit/verify_trail.h"

namespace {

namespace access = portique::access;
namespace base = portique::base;
using std::chrono::duration;
using std::chrono::steady_clock;

double cpu_seconds() {
  struct rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

access::AuditEvent sample() {
  access::AuditEvent event;
  event.time = base::now();
  event.gate = "guard";
  event.caller = {.user = "alice",
                  .groups = {"developers", "docker"},
                  .proof = access::Proof::Socket,
                  .address = "unix",
                  .local = access::LocalCaller{1000, 1000, 4711, 1000, ""}};
  event.action = "containers.create";
  event.resource_kind = "container";
  event.resource = "web";
  event.method = "POST";
  event.target = "/v1.41/containers/create?name=web";
  event.request_digest = "sha256:" + std::string(64, 'a');
  event.command = "nginx -g 'daemon off;'";
  event.decision = {.allow = true,
                    .reason = "role developer allows containers.create on container web",
                    .role = "developer",
                    .policy = "sha256:" + std::string(64, 'b')};
  return event;
}

void append(const std::filesystem::path& folder,
            std::size_t threads,
            std::size_t each,
            access::SyncPolicy sync) {
  std::vector<double> waits(threads * each);
  const auto begin = steady_clock::now();
  access::TrailCounts counts;
  {
    const auto trail = access::FileTrail::open(
                           {.folder = folder, .sync = sync, .deadline = std::chrono::seconds(10)})
                           .value();
    std::vector<std::jthread> running;
    for (std::size_t t = 0; t < threads; ++t)
      running.emplace_back([&, t] {
        const access::AuditEvent event = sample();
        for (std::size_t i = 0; i < each; ++i) {
          const auto from = steady_clock::now();
          if (!trail->append(event)) std::abort();
          waits[t * each + i] = duration<double, std::micro>(steady_clock::now() - from).count();
        }
      });
    running.clear();
    counts = trail->counts();
  }
  const double seconds = duration<double>(steady_clock::now() - begin).count();
  std::ranges::sort(waits);
  fmt::print("append, {} threads, sync {}: {:.0f}/s, {:.1f} lines a write, median {:.1f} us, p99 "
             "{:.1f} us\n",
             threads,
             sync == access::SyncPolicy::Always ? "always" : "interval",
             static_cast<double>(waits.size()) / seconds,
             static_cast<double>(counts.written) / static_cast<double>(counts.batches),
             waits[waits.size() / 2],
             waits[waits.size() * 99 / 100]);
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  append(folder / "one", 1, 50'000, access::SyncPolicy::Interval);
  append(folder / "eight", 8, 20'000, access::SyncPolicy::Interval);
  append(folder / "many", 64, 10'000, access::SyncPolicy::Interval);
  append(folder / "always", 8, 500, access::SyncPolicy::Always);
  const auto begin = steady_clock::now();
  const double cpu_before = cpu_seconds();
  const auto done = access::verify_trail(folder / "many", {}).value();
  const double seconds = duration<double>(steady_clock::now() - begin).count();
  fmt::print("verify: {} lines, {:.0f} MB, {:.0f} MB/s, {:.0f} MB a second of CPU, {}\n",
             done.lines,
             static_cast<double>(done.bytes) / 1e6,
             static_cast<double>(done.bytes) / 1e6 / seconds,
             static_cast<double>(done.bytes) / 1e6 / (cpu_seconds() - cpu_before),
             done.is_whole() ? "whole" : "broken");
  return done.is_whole() ? 0 : 1;
}
