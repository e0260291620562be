// https://www.erlang.org/doc/apps/kernel/app.html, as compilers write it:
//
//   {application, cowboy, [{vsn, "2.9.0"}, {applications, [kernel, stdlib, crypto, cowlib]}, ...]}.
//
// Releases have nothing else that names their packages. The file does not tell where an application
// comes from; what belongs to the platform is known by name.
#include "portique/inventory/erlang/otp_application.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/erlang/erlang_term.h"
#include "portique/inventory/lock_document.h"

namespace portique::inventory {

namespace {

using base::Code;

/// Applications of Erlang/OTP from release 17 on, and of Elixir; sorted.
constexpr std::array<std::string_view, 60> kPlatform{
    "asn1",
    "common_test",
    "compiler",
    "cosEvent",
    "cosEventDomain",
    "cosFileTransfer",
    "cosNotification",
    "cosProperty",
    "cosTime",
    "cosTransactions",
    "crypto",
    "debugger",
    "dialyzer",
    "diameter",
    "edoc",
    "eex",
    "eldap",
    "elixir",
    "erl_docgen",
    "erl_interface",
    "erts",
    "et",
    "eunit",
    "ex_unit",
    "ftp",
    "gs",
    "hipe",
    "ic",
    "iex",
    "inets",
    "jinterface",
    "kernel",
    "logger",
    "megaco",
    "mix",
    "mnesia",
    "observer",
    "odbc",
    "orber",
    "os_mon",
    "ose",
    "otp_mibs",
    "parsetools",
    "percept",
    "public_key",
    "reltool",
    "runtime_tools",
    "sasl",
    "snmp",
    "ssh",
    "ssl",
    "stdlib",
    "syntax_tools",
    "test_server",
    "tftp",
    "tools",
    "typer",
    "webtool",
    "wx",
    "xmerl",
};
static_assert(std::ranges::is_sorted(kPlatform));

/// The value of {KEY, VALUE} in a list, or nullptr.
const ErlangTerm* value_of(const ErlangTerm& list, std::string_view key) {
  for (const ErlangTerm& pair : list.items)
    if (pair.is_tuple() && pair.text_at(0) == key) return pair.at(1);
  return nullptr;
}

/// Of {application, NAME, OPTIONS}; name or version are empty if it is not such.
model::Package package_of(const ErlangTerm& term) {
  model::Package package;
  const ErlangTerm* options = term.at(2);
  if (!term.is_tuple() || term.text_at(0) != "application" || options == nullptr) return package;
  package.name = utf8_value(term.text_at(1));
  package.type = std::ranges::binary_search(kPlatform, package.name) ? "otp" : "hex";
  if (const ErlangTerm* version = value_of(*options, "vsn"))
    package.version = utf8_value(version->text);
  for (const std::string_view list : {"applications", "included_applications"}) {
    const ErlangTerm* needed = value_of(*options, list);
    if (needed == nullptr) continue;
    for (const ErlangTerm& name : needed->items)
      if (base::is_word(name.text)) package.dependencies.push_back(utf8_value(name.text));
  }
  std::ranges::sort(package.dependencies);
  const auto surplus = std::ranges::unique(package.dependencies);
  package.dependencies.erase(surplus.begin(), surplus.end());
  return package;
}

} // namespace

Analysis analyze_otp_application(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  std::string buffer;
  const auto terms = read_erlang_terms(file, ErlangDialect::Erlang, limits, buffer, analysis);
  if (!terms) return analysis;
  model::Package package = terms->empty() ? model::Package{} : package_of(terms->front());
  if (!base::is_word(package.name) || !base::is_word(package.version)) {
    add_issue(analysis, Code::Malformed, "the application has no valid name and version");
    return analysis;
  }
  package.path = file.path();
  analysis.packages.push_back(std::move(package));
  return analysis;
}

} // namespace portique::inventory
