// What a decision costs: a developer creates a container under baseline and own, by a policy with
// the ready roles, a hundred bindings and fifty rules of its own; several threads by one policy.
#include <string>

#include <benchmark/benchmark.h>

#include "portique/access/roles/decide.h"

namespace {

namespace access = portique::access;
namespace base = portique::base;

constexpr base::Time kNow{std::chrono::days(20'600)};

std::shared_ptr<const access::AccessPolicy> make_policy() {
  std::string text = "constraints: [strict, images]\nroles:\n";
  for (int i = 0; i < 50; ++i)
    text += "  team" + std::to_string(i) +
            ": {include: developer, allow: [{actions: " + "[containers.*], name: 'team" +
            std::to_string(i) + "-*'}]}\n";
  text += "bindings:\n  developer: {users: [alice]}\n";
  for (int i = 0; i < 50; ++i)
    text += "  team" + std::to_string(i) + ": {users: [u" + std::to_string(i) + ", 'x" +
            std::to_string(i) + "-*'], groups: [g" + std::to_string(i) + "]}\n";
  text += "rules:\n";
  for (int i = 0; i < 50; ++i)
    text += "  - {name: rule" + std::to_string(i) + ", on: request, message: m, deny: " +
            "'request.action = containers.create and request.images startswith registry" +
            std::to_string(i) + " and not user.groups intersects (g" + std::to_string(i) + ")'}\n";
  auto loaded = access::AccessPolicy::load_text("bench.yaml", text, base::Limits(), kNow);
  for (const auto& diagnostic : loaded.diagnostics)
    fprintf(stderr, "%s\n", diagnostic.text().c_str());
  return loaded.policy;
}

const access::AccessPolicy& the_policy() {
  static const auto kPolicy = make_policy();
  return *kPolicy;
}

struct Act {
  Act() {
    alice.user = "alice";
    alice.groups = {"dev", "g7"};
    alice.proof = access::Proof::Certificate;
    alice.address = "192.0.2.1:4711";
    standing.scanned = kNow - std::chrono::days(1);
    standing.decision = "allow";
    standing.is_signed = true;
    workload.images = {"nginx:1.27"};
    workload.memory_limited = workload.cpu_limited = workload.pids_limited = true;
    workload.user = "1000";
    workload.ports = {{"127.0.0.1", 8080, 80, "tcp"}};
    workload.networks = {"app"};
    workload.command = {"nginx", "-g", "daemon off;"};
    workload.environment = {"PATH", "LANG"};
    view = {.gate = "guard",
            .caller = &alice,
            .action = "containers.create",
            .creates = true,
            .method = "POST",
            .path = "/containers/create",
            .version = "1.41",
            .resource = &made,
            .workload = &workload,
            .standing = &standing,
            .now = kNow};
  }

  access::Identity alice;
  access::Resource made{.kind = "container", .names = {"new"}};
  access::Resource web{.kind = "container",
                       .names = {"web", "0123"},
                       .exists = true,
                       .images = {"nginx"},
                       .owner = "bob"};
  access::WorkloadFacts workload;
  access::ImageStanding standing;
  access::RequestView view;
};

void allow_create(benchmark::State& state) {
  const Act act;
  std::size_t allowed = 0;
  for (auto _ : state)
    allowed += access::decide(the_policy(), act.view).allow ? 1 : 0;
  state.SetItemsProcessed(state.iterations());
  if (allowed != static_cast<std::size_t>(state.iterations())) state.SkipWithError("was denied");
}

void deny_privileged(benchmark::State& state) {
  Act act;
  act.workload.privileged = true;
  std::size_t denied = 0;
  for (auto _ : state)
    denied += access::decide(the_policy(), act.view).rule == "privileged" ? 1 : 0;
  state.SetItemsProcessed(state.iterations());
  if (denied != static_cast<std::size_t>(state.iterations())) state.SkipWithError("was allowed");
}

void deny_others_container(benchmark::State& state) {
  Act act;
  act.view.action = "containers.stop";
  act.view.creates = false;
  act.view.resource = &act.web;
  act.view.workload = nullptr;
  act.view.standing = nullptr;
  std::size_t allowed = 0;
  for (auto _ : state)
    allowed += access::decide(the_policy(), act.view).allow ? 1 : 0;
  state.SetItemsProcessed(state.iterations());
  if (allowed != 0) state.SkipWithError("was allowed");
}

void list_containers(benchmark::State& state) {
  Act act;
  act.view.action = "containers.list";
  act.view.changes = false;
  act.view.creates = false;
  act.view.resource = nullptr;
  act.view.workload = nullptr;
  act.view.standing = nullptr;
  std::size_t allowed = 0;
  for (auto _ : state)
    allowed += access::decide(the_policy(), act.view).allow ? 1 : 0;
  state.SetItemsProcessed(state.iterations());
  if (allowed != static_cast<std::size_t>(state.iterations())) state.SkipWithError("was denied");
}

BENCHMARK(allow_create)->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(deny_privileged);
BENCHMARK(deny_others_container);
BENCHMARK(list_containers);

} // namespace

BENCHMARK_MAIN();
