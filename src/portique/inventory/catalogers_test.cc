#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/inventory/catalogers.h"

namespace portique::inventory {
namespace {

namespace fs = std::filesystem;

std::string wanted_by(std::string_view path) {
  static const PathMatcher matcher;
  const auto found = matcher.match(path);
  return found ? std::string(catalogers()[*found].id) : "";
}

// Programs are offered by their first bytes where no ending fits.
bool is_wanted(const Cataloger& cataloger, std::string_view path) {
  const std::string wanted = wanted_by(path);
  return wanted == cataloger.id || (wanted.empty() && cataloger.executables);
}

struct Placed {
  const Cataloger* cataloger;
  fs::path folder; ///< of its family
};

// Every cataloger with the folder where its tests lie.
std::vector<Placed> placed_catalogers() {
  std::vector<Placed> placed;
  for (const CatalogerFamily& family : cataloger_families())
    for (const Cataloger& cataloger : family.catalogers)
      placed.push_back({&cataloger, fs::path(PORTIQUE_TESTDATA).parent_path() / family.folder});
  return placed;
}

// What a location looks like when its "*" stand for something.
std::string example_of(std::string_view location) {
  std::string path;
  for (const std::string_view component : base::split(location, '/')) {
    if (!path.empty()) path += '/';
    const std::size_t star = component.find('*');
    path += component.substr(0, star);
    if (star != std::string_view::npos) path.append("anything").append(component.substr(star + 1));
  }
  return path;
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code none;
  for (const auto& entry : fs::recursive_directory_iterator(folder, none)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  return files;
}

TEST(Catalogers, HaveIdsOfTheirOwn) {
  std::set<std::string_view> ids;
  for (const Cataloger& cataloger : catalogers()) {
    EXPECT_TRUE(ids.insert(cataloger.id).second) << cataloger.id << " stands twice in the table";
    EXPECT_TRUE(std::ranges::all_of(cataloger.id, [](char c) {
      return c == '-' || base::is_digit(c) || (c >= 'a' && c <= 'z');
    })) << cataloger.id;
    EXPECT_GE(cataloger.version, 1U) << cataloger.id;
    EXPECT_NE(cataloger.analyze, nullptr) << cataloger.id;
    EXPECT_NE(cataloger.size_limit, nullptr) << cataloger.id;
  }
}

TEST(Catalogers, CoverTheirLocationsByTheirEndings) {
  for (const Cataloger& cataloger : catalogers()) {
    EXPECT_TRUE(!cataloger.endings.empty() || cataloger.executables) << cataloger.id;
    for (const std::string_view location : cataloger.locations) {
      EXPECT_FALSE(location.starts_with('/')) << location;
      EXPECT_EQ(wanted_by(example_of(location)), cataloger.id) << location;
    }
    for (const std::string_view ending : cataloger.endings) {
      EXPECT_FALSE(ending.ends_with("*/*") || ending == "*") << ending << " would fit everything";
      const std::string_view last = ending.substr(ending.rfind('/') + 1);
      if (last != "*" && last.contains('*')) {
        EXPECT_TRUE(last.rfind('.') != last.npos && last.rfind('.') > last.find('*'))
            << ending << " has no extension to find it by";
      }
      EXPECT_EQ(wanted_by(example_of(ending)), cataloger.id) << ending;
    }
  }
}

// Fixtures lie below the family's testdata/<id>/good and testdata/<id>/broken, at the path they
// have in an image.
TEST(Catalogers, ReadTheirGoodFixturesWithoutIssue) {
  for (const Placed& placed : placed_catalogers()) {
    const Cataloger& cataloger = *placed.cataloger;
    const fs::path folder = placed.folder / "testdata" / cataloger.id / "good";
    const auto files = files_below(folder);
    EXPECT_FALSE(files.empty()) << folder << " needs a fixture";
    for (const fs::path& file : files) {
      const std::string path = fs::relative(file, folder).string();
      EXPECT_TRUE(is_wanted(cataloger, path)) << path;
      const std::string content = base::read_file(file, 64U << 20U).value();
      const Analysis found = cataloger.analyze({path, base::as_bytes(content)}, {});
      EXPECT_TRUE(!found.packages.empty() || !found.licences.empty() || !found.owned.empty() ||
                  found.distro)
          << file;
      for (const model::Issue& issue : found.issues)
        ADD_FAILURE() << file << ": " << issue.message;
      for (const model::Package& package : found.packages) {
        EXPECT_EQ(package.path, path);
        EXPECT_NE(package.name, "");
        EXPECT_NE(package.type, "") << package.name;
        EXPECT_EQ(package.declared, cataloger.evidence == Evidence::Declared) << package.name;
        if (!model::is_os_package(package)) continue;
        EXPECT_NE(package.source_name, "") << package.name;
        EXPECT_NE(package.source_version, "") << package.name;
        EXPECT_EQ(package.ns, "") << "the merge sets it";
      }
    }
  }
}

TEST(Catalogers, ReportTheirBrokenFixtures) {
  for (const Placed& placed : placed_catalogers()) {
    const Cataloger& cataloger = *placed.cataloger;
    const fs::path folder = placed.folder / "testdata" / cataloger.id / "broken";
    const auto files = files_below(folder);
    EXPECT_FALSE(files.empty()) << folder << " needs a fixture";
    for (const fs::path& file : files) {
      const std::string path = fs::relative(file, folder).string();
      EXPECT_TRUE(is_wanted(cataloger, path)) << path;
      const std::string content = base::read_file(file, 64U << 20U).value();
      const Analysis found = cataloger.analyze({path, base::as_bytes(content)}, {});
      EXPECT_FALSE(found.issues.empty()) << file << " is not broken";
    }
  }
}

TEST(Catalogers, SurviveFilesThatEndEarly) {
  for (const Placed& placed : placed_catalogers()) {
    const Cataloger& cataloger = *placed.cataloger;
    const fs::path folder = placed.folder / "testdata" / cataloger.id / "good";
    for (const fs::path& file : files_below(folder)) {
      const std::string path = fs::relative(file, folder).string();
      const std::string content = base::read_file(file, 64U << 20U).value();
      const std::size_t step = std::max<std::size_t>(content.size() / 500, 1);
      for (std::size_t size = 0; size < content.size(); size += step) {
        const auto bytes = base::as_bytes(std::string_view(content).substr(0, size));
        const Analysis found = cataloger.analyze({path, bytes}, {});
        EXPECT_LE(found.issues.size(), 100U);
      }
    }
  }
}

TEST(Catalogers, ReportAFileThatCannotBeRead) {
  const auto folder = base::TempDir::create("catalogers").value();
  const fs::path path = folder.path() / "short";
  ASSERT_TRUE(base::write_file_atomically(path, "P:a"));
  const base::Fd fd = base::open_file(path).value();
  for (const Cataloger& cataloger : catalogers()) {
    const std::string name =
        cataloger.endings.empty() ? "usr/bin/program" : example_of(cataloger.endings.front());
    const Analysis found = cataloger.analyze({name, fd, 0, 1000}, {});
    EXPECT_FALSE(found.issues.empty()) << cataloger.id;
  }
}

TEST(Catalogers, HaveAFuzzTargetWithSeeds) {
  for (const Placed& placed : placed_catalogers()) {
    std::string unit(placed.cataloger->id);
    std::ranges::replace(unit, '-', '_');
    EXPECT_FALSE(files_below(placed.folder / "testdata" / "fuzz" / unit).empty())
        << "testdata/fuzz/" << unit;
    EXPECT_TRUE(fs::exists(placed.folder / (unit + "_fuzz.cc"))) << unit;
  }
}

// The page with what stands between its two marks replaced; PORTIQUE_UPDATE_GOLDEN=1 writes it.
void expect_between_marks(const std::string& page_name,
                          const std::string& mark,
                          const std::string& want) {
  const fs::path page = fs::path(PORTIQUE_TESTDATA).parent_path() / "../../.." / page_name;
  const std::string text = base::read_file(page, 1U << 20U).value();
  const std::string begin = "<!-- " + mark + " -->\n";
  const std::string end = "<!-- end of " + mark + " -->\n";
  const std::size_t from = text.find(begin);
  const std::size_t to = text.find(end);
  ASSERT_TRUE(from != text.npos && to != text.npos && from < to) << page << " lacks " << begin;
  const std::string made = text.substr(0, from) + begin + want + text.substr(to);
  if (std::getenv("PORTIQUE_UPDATE_GOLDEN") != nullptr)
    ASSERT_TRUE(base::write_file_atomically(page, made));
  else
    EXPECT_EQ(made, text) << page << " is out of date; PORTIQUE_UPDATE_GOLDEN=1 writes it anew";
}

TEST(Catalogers, StandInTheDocumentation) {
  expect_between_marks("docs/catalogers.md", "catalogers", catalogers_markdown());
  expect_between_marks("README.md", "ecosystems", ecosystems_markdown());
}

TEST(PathMatcher, TellsWhoWantsAPath) {
  const struct {
    std::string_view path;
    std::string_view cataloger;
  } rows[] = {
      {"lib/apk/db/installed", "apk-installed"},
      {"usr/lib/apk/db/installed", "apk-installed"},
      {"data/link-target/apk/db/installed", "apk-installed"},
      {"apk/db/installed", "apk-installed"},
      {"db/installed", ""},
      {"installed", ""},
      {"lib/xapk/db/installed", ""},
      {"lib/apk/db/installed/", ""},
      {"lib/apk/db/installed/more", ""},
      {"lib/apk/db/installed.new", ""},
      {"var/lib/dpkg/status", "dpkg-status"},
      {"var/lib/dpkg/status.d/libc6", "dpkg-status"},
      {"var/lib/dpkg/status.d", ""},
      {"var/lib/dpkg/status.d/a/b", ""},
      {"var/lib/dpkg/status-old", ""},
      {"var/lib/dpkg/available", ""},
      {"usr/share/doc/libc6/copyright", "deb-copyright"},
      {"usr/share/doc/copyright", ""},
      {"usr/share/doc/libc6/more/copyright", ""},
      {"etc/os-release", "os-release"},
      {"usr/lib/os.release.d/os-release-fedora", "os-release"},
      {"etc/debian_version", "distro-fallback"},
      {"usr/bin/bash", ""},
      {"", ""},
      {"/", ""},
  };

  for (const auto& row : rows)
    EXPECT_EQ(wanted_by(row.path), row.cataloger) << row.path;
}

// The walk asks for every path; a no has to cost next to nothing. The bound is wide, so that it
// holds on a busy machine and in builds with sanitizers, and still fails if patterns are tried in
// turn or memory is taken.
TEST(PathMatcher, SaysNoAtOnce) {
  const PathMatcher matcher;
  std::vector<std::string> paths;
  for (int i = 0; i < 1000; ++i) {
    paths.push_back("usr/lib/python3/dist-packages/package" + std::to_string(i) + "/module_" +
                    std::to_string(i * 7) + ".py");
  }
  double best = std::numeric_limits<double>::max();
  for (int round = 0; round < 50; ++round) {
    std::size_t wanted = 0;
    const auto start = std::chrono::steady_clock::now();
    for (const std::string& path : paths)
      wanted += matcher.match(path).has_value() ? 1U : 0U;
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
    ASSERT_EQ(wanted, 0U);
    best = std::min(best, spent.count() / static_cast<double>(paths.size()));
  }
  RecordProperty("nanoseconds_per_path", std::to_string(best));
  EXPECT_LT(best, 1000.0) << "ns a path";
}

} // namespace
} // namespace portique::inventory
