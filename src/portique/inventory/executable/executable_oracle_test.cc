// What programs say of themselves when they run is what is read from their files: each program of
// the table that this machine has, and Go's own reader of build information if it is there.

#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/executable/executable.h"

namespace portique::inventory {
namespace {

namespace fs = std::filesystem;

/// The file that runs when the program is called: without links.
std::optional<fs::path> installed(const std::string& program) {
  const char* path = std::getenv("PATH");
  for (const std::string_view folder : base::split(path == nullptr ? "" : path, ':')) {
    std::error_code error;
    const fs::path file = fs::path(folder) / program;
    if (fs::is_regular_file(file, error)) return fs::canonical(file, error);
  }
  return std::nullopt;
}

Analysis analyze(const fs::path& path) {
  const base::Fd fd = base::open_file(path).value();
  const std::string name = path.string();
  return analyze_executable({name, fd, 0, fs::file_size(path)}, {});
}

/// Whether the text holds the version as it stands: not as a part of a longer number.
bool says(std::string_view text, std::string_view version) {
  for (std::size_t at = text.find(version); at != std::string_view::npos;
       at = text.find(version, at + 1)) {
    const bool begins = at == 0 || (!base::is_digit(text[at - 1]) && text[at - 1] != '.');
    const std::string_view rest = text.substr(at + version.size());
    const bool ends =
        rest.empty() || !(base::is_digit(rest[0]) ||
                          (rest[0] == '.' && rest.size() > 1 && base::is_digit(rest[1])));
    if (begins && ends) return true;
  }
  return false;
}

struct Program {
  std::string program;
  std::string argument;
  std::string_view package;
};

TEST(ExecutableOracle, ProgramsSayTheVersionThatTheirFilesHold) {
  const Program programs[] = {
      {"bash", "--version", "bash"},
      {"busybox", "--help", "busybox"},
      {"curl", "--version", "curl"},
      {"dnsmasq", "--version", "dnsmasq"},
      {"gcc", "--version", "gcc"},
      {"getopt", "--version", "util-linux"},
      {"git", "--version", "git"},
      {"gzip", "--version", "gzip"},
      {"java", "--version", "openjdk"},
      {"jq", "--version", "jq"},
      {"lua5.4", "-v", "lua"},
      {"nginx", "-v", "nginx"},
      {"node", "--version", "node"},
      {"openssl", "version", "openssl"},
      {"perl", "-v", "perl"},
      {"php", "--version", "php"},
      {"rsync", "--version", "rsync"},
      {"ssh", "-V", "openssh"},
      {"xz", "--version", "xz"},
      {"zstd", "--version", "zstd"},
      {"redis-server", "--version", "redis"},
  };
  std::size_t compared = 0;
  for (const Program& row : programs) {
    const auto path = installed(row.program);
    if (!path) continue;
    const auto run = base::run_program({path->string(), row.argument});
    if (!run || run->exit_status != 0) continue;
    const Analysis found = analyze(*path);
    if (!found.executable || found.executable->kind == ExecutableKind::Script) continue;
    std::string version;
    for (const model::Package& package : found.packages)
      if (package.name == row.package) version = package.version;
    EXPECT_NE(version, "") << *path;
    EXPECT_TRUE(says(run->out + run->err, version)) << *path << ": " << version << " is not in\n"
                                                    << run->out << run->err;
    ++compared;
  }
  if (compared == 0) GTEST_SKIP() << "none of the programs is installed";
}

/// "PATH VERSION" of each module that `go version -m` lists, as it was built.
std::map<std::string, std::string> modules_by_go(std::string_view output) {
  std::map<std::string, std::string> modules;
  std::string last;
  for (const std::string_view line : base::split(output, '\n')) {
    const auto words = base::split(line, '\t');
    if (words.size() < 4) continue;
    const std::string version(words[3] == "(devel)" ? "" : words[3]);
    if (words[1] == "dep") {
      last = words[2];
      modules[last] = version;
    } else if (words[1] == "=>" && !version.empty() && !words[2].starts_with('.') &&
               !words[2].starts_with('/')) {
      modules.erase(last);
      modules[std::string(words[2])] = version;
    }
  }
  return modules;
}

TEST(ExecutableOracle, GoListsTheSameModules) {
  if (!installed("go")) GTEST_SKIP() << "the go command is not installed";
  std::size_t compared = 0;
  for (const char* program : {"go",
                              "docker",
                              "dockerd",
                              "containerd",
                              "runc",
                              "podman",
                              "skopeo",
                              "buildah",
                              "kubectl",
                              "terraform",
                              "helm",
                              "esbuild"}) {
    const auto path = installed(program);
    if (!path) continue;
    const auto run = base::run_program({"go", "version", "-m", path->string()});
    if (!run || run->exit_status != 0 || !run->out.contains(": go")) continue;
    const std::string_view first = std::string_view(run->out).substr(run->out.find(": go") + 4);
    std::map<std::string, std::string> found;
    std::string library;
    const Analysis analysis = analyze(*path);
    for (const model::Package& package : analysis.packages) {
      if (package.type != "golang") continue;
      if (package.name == "stdlib") library = package.version;
      // The main module depends on all others.
      if (!package.dependencies.empty() || package.name == "stdlib" || package.name == "toolchain")
        continue;
      found[dependency_text(package).substr(0, dependency_text(package).find('@'))] =
          package.version;
    }
    EXPECT_FALSE(library.empty()) << *path;
    EXPECT_TRUE(first.starts_with(library)) << *path << ' ' << first.substr(0, 20);
    EXPECT_EQ(found, modules_by_go(run->out)) << *path;
    ++compared;
  }
  if (compared == 0) GTEST_SKIP() << "no Go program is installed";
}

} // namespace
} // namespace portique::inventory
