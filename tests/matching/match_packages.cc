// Matches language packages that no file of an image has to hold: reads "TYPE NAMESPACE NAME
// VERSION" lines with tabs between them, and prints for each finding "LINE ID FIXED ADVISORY,..."
// with tabs, and "LINE ! why" for what could not be decided.

#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "portique/advisory/database.h"
#include "portique/advisory/match.h"
#include "portique/base/text.h"

int main(int argc, char** argv) {
  using namespace std::string_literals;
  namespace advisory = portique::advisory;
  if (argc != 2) {
    std::fputs("usage: match_packages DATABASE < packages\n", stderr);
    return 2;
  }
  const auto database = advisory::Database::open(argv[1]);
  if (!database) {
    std::fputs((database.error().text() + '\n').c_str(), stderr);
    return 3;
  }
  std::string line;
  for (std::size_t number = 0; std::getline(std::cin, line); ++number) {
    const auto parts = portique::base::split(line, '\t');
    if (parts.size() != 4) return 2;
    portique::model::Package package;
    package.type = parts[0];
    package.ns = parts[1];
    package.name = parts[2];
    package.version = parts[3];
    const auto matches = advisory::match(*database, {}, {{package}}, {.kernel_headers = true});
    if (!matches) return 3;
    for (const auto& finding : matches->findings)
      fmt::print("{}\t{}\t{}\t{}\n",
                 number,
                 finding.id,
                 finding.fixed_version.value_or(""s),
                 fmt::join(finding.advisories, ","));
    for (const auto& issue : matches->issues)
      fmt::print("{}\t!\t{}\n", number, issue.message);
  }
  return 0;
}
