#include "portique/cli/version_compare_command.h"

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/version/schemes.h"

namespace portique::cli {

namespace {

struct Flags {
  std::string ecosystem;
  std::vector<std::string> versions;
};

base::Result<version::Scheme> find_scheme(const std::string& ecosystem) {
  if (const auto scheme = version::scheme_of_ecosystem(ecosystem)) return *scheme;
  std::string known;
  for (const std::string_view name : version::ecosystem_names())
    known += (known.empty() ? "" : ", ") + std::string(name);
  return base::fail(base::Code::InvalidArgument,
                    "there is no ecosystem '" + ecosystem + "'; there are: " + known);
}

base::Result<char>
order_of(version::Scheme scheme, const std::string_view a, const std::string_view b) {
  const std::strong_ordering order = PQ_TRY(version::compare(scheme, a, b));
  return order < 0 ? '<' : order > 0 ? '>' : '=';
}

/// The two versions of a line, separated by blanks.
base::Result<std::pair<std::string_view, std::string_view>> split_pair(std::string_view line) {
  line = base::trim(line);
  const std::size_t blank = line.find_first_of(" \t");
  const std::string_view second =
      blank == std::string_view::npos ? "" : base::trim(line.substr(blank));
  if (second.empty() || second.find_first_of(" \t") != std::string_view::npos)
    return base::fail(base::Code::Malformed, "a line must hold two versions: A B");
  return std::pair{line.substr(0, blank), second};
}

/// An answer a line, '!' for what cannot be compared, so that answers stay beside their pairs.
base::Result<void> compare_lines(version::Scheme scheme) {
  std::string line;
  std::optional<base::Error> first;
  std::size_t refused = 0;
  for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
    if (base::trim(line).empty()) continue;
    const auto pair = split_pair(line);
    auto order = pair ? order_of(scheme, pair->first, pair->second)
                      : base::Result<char>(std::unexpected(pair.error()));
    std::cout << order.value_or('!') << '\n';
    if (order) continue;
    ++refused;
    if (!first) first = std::move(order).error().at(fmt::format("line {}", number));
  }
  if (!std::cout.flush()) return base::fail(base::Code::Io, "cannot write to standard output");
  if (first && refused > 1)
    first = std::move(*first).at(fmt::format("{} pairs could not be compared, the first", refused));
  if (first) return std::unexpected(std::move(*first));
  return {};
}

base::Result<void> compare(const Flags& flags) {
  const version::Scheme scheme = PQ_TRY(find_scheme(flags.ecosystem));
  if (flags.versions.size() == 1 && flags.versions[0] == "-") return compare_lines(scheme);
  if (flags.versions.size() != 2)
    return base::fail(
        base::Code::InvalidArgument,
        "give two versions, or - to read pairs; see: portique version-compare --help");
  std::cout << PQ_TRY(order_of(scheme, flags.versions[0], flags.versions[1])) << '\n';
  if (!std::cout.flush()) return base::fail(base::Code::Io, "cannot write to standard output");
  return {};
}

} // namespace

void add_version_compare_command(CLI::App& app, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command =
      app.add_subcommand("version-compare", "Print the order of two versions: <, = or >");
  command->add_option("ECOSYSTEM", flags->ecosystem, "As OSV names it: Debian, npm, PyPI, ...")
      ->required();
  command
      ->add_option(
          "VERSIONS", flags->versions, "A B; or - to read pairs \"A B\" from standard input")
      ->required()
      ->expected(1, 2)
      ->type_name("A B");
  command->callback([flags, &invocation] {
    invocation.run = [flags] {
      const auto compared = compare(*flags);
      return compared ? ExitCode::Ok : complain(compared.error());
    };
  });
}

} // namespace portique::cli
