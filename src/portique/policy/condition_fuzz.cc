// Any text as a condition of every domain: it is refused with a place inside the text, or compiled;
// then it is run with and without the index, which must agree.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "portique/policy/compiler.h"
#include "portique/policy/evaluation.h"
#include "portique/policy/json_source.h"

namespace {

using namespace std::string_view_literals;
namespace policy = portique::policy;

const boost::json::object& sample() {
  static const boost::json::value kValue = boost::json::parse(R"({
    "evt.type": "openat", "evt.dir": "<", "evt.arg": {"flags": "O_RDWR|O_CREAT"},
    "proc.name": "bash", "proc.pname": "sshd", "proc.aname": ["sshd", "systemd"], "proc.tty": 0,
    "proc.cmdline": "bash -c aWQ=", "fd.name": "/etc/shadow", "fd.num": 3, "fd.sip": "10.1.2.3",
    "fd.sport": 22, "container.id": "host", "evt.buffer": "\u0000abc", "evt.is_open_read": true,
    "finding.severity": "high", "finding.epss": 0.5, "image.tags": ["a:1", "b:2"],
    "image.labels": {"a": "b"}, "image.age": "90d", "package.name": "openssl",
    "request.body": {"HostConfig": {"Privileged": true, "Binds": ["/:/host"], "Memory": 5}}})");
  return kValue.get_object();
}

void run(std::string_view text, policy::Domain domain) {
  const portique::base::Limits limits;
  const std::string condition(text);
  const auto expr = policy::parse_condition(condition, limits);
  if (!expr) {
    if (expr.error().span.begin > condition.size() + 1) std::abort();
    return;
  }
  policy::Definitions definitions;
  definitions.lists["names"].items = {"bash", "sh"};
  policy::Macro& macro = definitions.macros["open"];
  macro.name = "open";
  macro.text = "evt.type in (open, openat)";
  macro.expr = *policy::parse_condition(macro.text, limits);
  policy::Program program(domain);
  policy::Compiler compiler(program, definitions, limits);
  const auto node = compiler.compile(*expr, condition);
  if (!node) return;
  program.add_condition(*node);
  program.finish();
  policy::Evaluation evaluation(program);
  const policy::JsonSource source(policy::field_table(domain), sample());
  evaluation.begin(source);
  const bool holds = evaluation.holds(0);
  evaluation.begin(source);
  if (holds == evaluation.matches().empty()) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto domain : {policy::Domain::Event, policy::Domain::Image, policy::Domain::Request})
    run(text, domain);
  return 0;
}
