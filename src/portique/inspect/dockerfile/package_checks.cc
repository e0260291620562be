// Checks of how RUN instructions install packages.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inspect/dockerfile/check_context.h"

namespace portique::inspect::dockerfile {

namespace {

constexpr std::array<std::string_view, 2> kApt{"apt-get", "apt"};
constexpr std::array<std::string_view, 3> kRpm{"yum", "dnf", "microdnf"};

/// The word that says what a package manager shall do; values of flags are passed over by taking
/// the first one that is known.
bool does(const ShellCommand& command,
          std::span<const std::string_view> programs,
          std::initializer_list<std::string_view> verbs) {
  if (std::ranges::find(programs, command.program()) == programs.end()) return false;
  return std::ranges::any_of(verbs, [&](std::string_view verb) { return command.has_word(verb); });
}

bool does(const ShellCommand& command,
          std::string_view program,
          std::initializer_list<std::string_view> verbs) {
  return does(command, std::span(&program, 1), verbs);
}

/// What is installed: the words behind the verb that are no flags, values of flags or files.
std::vector<std::string_view> packages_of(const ShellCommand& command, std::string_view verb) {
  constexpr std::array<std::string_view, 9> kTakesValue{
      "-o", "-t", "--target-release", "-c", "-q=", "--repository", "-X", "--virtual", "-r"};
  std::vector<std::string_view> packages;
  bool behind = false;
  for (std::size_t i = 1; i < command.words.size(); ++i) {
    const std::string_view word = command.words[i];
    if (word.starts_with('-')) {
      const bool value = std::ranges::find(kTakesValue, word) != kTakesValue.end();
      if (value || (word == "-t" && verb == "add")) ++i;
    } else if (!behind) {
      behind = word == verb;
    } else if (!word.empty() && !word.contains('$')) {
      packages.push_back(word);
    }
  }
  return packages;
}

bool is_file_or_url(std::string_view word) {
  return word.starts_with('.') || word.starts_with('/') || word.contains("://") ||
         word.ends_with(".deb") || word.ends_with(".rpm") || word.ends_with(".apk");
}

bool has_cache_mount(const Run& run) {
  return std::ranges::any_of(run.instruction->flags, [](const Flag& flag) {
    return flag.name == "mount" &&
           (flag.value.contains("type=cache") || flag.value.contains("type=tmpfs"));
  });
}

bool assumes_yes(const ShellCommand& command) {
  for (const std::string_view flag : {"-y",
                                      "--yes",
                                      "--assume-yes",
                                      "--assumeyes",
                                      "-qq",
                                      "--non-interactive",
                                      "-n",
                                      "--no-confirm"})
    if (command.has_flag(flag)) return true;
  return false;
}

void apt_without_yes(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run& run, const ShellCommand& command, std::uint32_t line) {
    if (!does(command, kApt, {"install", "upgrade", "dist-upgrade", "full-upgrade"})) return;
    const bool piped_yes =
        command.piped && std::ranges::any_of(run.commands, [&](const auto& other) {
          return other.list == command.list && other.program() == "yes";
        });
    if (!assumes_yes(command) && !command.has_flag("--force-yes") && !piped_yes)
      hits.add({line, line}, fmt::format("{} would ask, and nobody answers", command.program()));
  });
}

void apt_recommends(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (!does(command, kApt, {"install"})) return;
    const bool off = std::ranges::any_of(command.words, [](const std::string& word) {
      return word == "--no-install-recommends" || word.contains("Install-Recommends=false") ||
             word.contains("Install-Recommends=0") || word.contains("install-recommends=false");
    });
    if (!off && !packages_of(command, "install").empty())
      hits.add({line, line}, "packages that are merely recommended come along");
  });
}

/// Whether the same RUN takes the files away that the package manager left.
bool cleans(const Run& run, std::string_view path) {
  return std::ranges::any_of(run.commands, [&](const ShellCommand& command) {
    const bool removes = command.program() == "rm" || command.program() == "find";
    return removes && std::ranges::any_of(command.words, [&](const std::string& word) {
             return word.contains(path) || path.starts_with(word + "/");
           });
  });
}

void apt_lists(const Context& context, Hits& hits) {
  for (const Run& run : context.runs) {
    bool installs = false;
    for (const ShellCommand& command : run.commands)
      installs = installs || does(command, kApt, {"install"});
    if (!installs || has_cache_mount(run) || cleans(run, "/var/lib/apt/lists")) continue;
    for (std::size_t i = 0; i < run.commands.size(); ++i)
      if (does(run.commands[i], kApt, {"update"})) {
        hits.add({run.lines[i], run.lines[i]}, "the package lists stay in the layer");
        break;
      }
  }
}

void update_alone(const Context& context, Hits& hits) {
  const auto is_update = [](const ShellCommand& command) {
    return does(command, kApt, {"update"}) || does(command, "apk", {"update"}) ||
           does(command, "yum", {"update", "makecache"}) ||
           does(command, "zypper", {"refresh", "ref"});
  };
  for (const Run& run : context.runs) {
    const auto update = std::ranges::find_if(run.commands, is_update);
    if (update == run.commands.end()) continue;
    const bool uses = std::ranges::any_of(run.commands, [](const ShellCommand& command) {
      for (const std::string_view verb : {"install",
                                          "add",
                                          "upgrade",
                                          "dist-upgrade",
                                          "full-upgrade",
                                          "build-dep",
                                          "source",
                                          "in",
                                          "localinstall",
                                          "reinstall",
                                          "download",
                                          "satisfy"})
        if (command.has_word(verb)) return true;
      return command.program() == "yum" && command.operands().empty() && command.has_flag("-y");
    });
    if (!uses) {
      const std::uint32_t line = run.lines[static_cast<std::size_t>(update - run.commands.begin())];
      hits.add({line, line}, "nothing is installed in the same RUN");
    }
  }
}

void system_upgrade(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (does(command, kApt, {"dist-upgrade", "full-upgrade"}) ||
        does(command, "zypper", {"dist-upgrade", "dup"}) ||
        does(command, "do-release-upgrade", {"do-release-upgrade"}))
      hits.add({line, line}, "the release itself may change");
  });
}

void apt_for_people(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (command.program() == "apt" && !command.verb().empty())
      hits.add({line, line}, "apt is made for people at a terminal");
  });
}

void apt_unpinned(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (!does(command, kApt, {"install"})) return;
    for (const std::string_view package : packages_of(command, "install"))
      if (!package.contains('=') && !package.contains('/') && !is_file_or_url(package)) {
        hits.add({line, line}, fmt::format("{} is installed in any version", package));
        return;
      }
  });
}

void apk_cache(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run& run, const ShellCommand& command, std::uint32_t line) {
    if (does(command, "apk", {"add"}) && !command.has_flag("--no-cache") && !has_cache_mount(run) &&
        !cleans(run, "/var/cache/apk"))
      hits.add({line, line}, "the package index stays in the layer");
  });
}

void apk_unpinned(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (!does(command, "apk", {"add"})) return;
    for (const std::string_view package : packages_of(command, "add"))
      if (package.find_first_of("=<>~") == std::string_view::npos && !package.starts_with('.') &&
          !is_file_or_url(package)) {
        hits.add({line, line}, fmt::format("{} is installed in any version", package));
        return;
      }
  });
}

void rpm_without_yes(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (does(command, kRpm, {"install", "localinstall", "groupinstall", "reinstall"}) &&
        !assumes_yes(command))
      hits.add({line, line}, fmt::format("{} would ask, and nobody answers", command.program()));
  });
}

void rpm_cache(const Context& context, Hits& hits) {
  for (const Run& run : context.runs) {
    const bool clean = std::ranges::any_of(
        run.commands, [](const ShellCommand& command) { return does(command, kRpm, {"clean"}); });
    if (clean || has_cache_mount(run) || cleans(run, "/var/cache/yum") ||
        cleans(run, "/var/cache/dnf"))
      continue;
    for (std::size_t i = 0; i < run.commands.size(); ++i)
      if (does(run.commands[i], kRpm, {"install", "groupinstall", "localinstall", "update"})) {
        hits.add({run.lines[i], run.lines[i]}, "the package cache stays in the layer");
        break;
      }
  }
}

void zypper_without_yes(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (does(command, "zypper", {"install", "in", "remove", "rm", "patch", "update", "up"}) &&
        !assumes_yes(command))
      hits.add({line, line}, "zypper would ask, and nobody answers");
  });
}

void zypper_cache(const Context& context, Hits& hits) {
  for (const Run& run : context.runs) {
    const bool clean = std::ranges::any_of(run.commands, [](const ShellCommand& command) {
      return does(command, "zypper", {"clean", "cc"});
    });
    if (clean || has_cache_mount(run) || cleans(run, "/var/cache/zypp")) continue;
    for (std::size_t i = 0; i < run.commands.size(); ++i)
      if (does(run.commands[i], "zypper", {"install", "in"})) {
        hits.add({run.lines[i], run.lines[i]}, "the package cache stays in the layer");
        break;
      }
  }
}

bool is_pip(const ShellCommand& command) {
  const std::string_view program = command.program();
  if (program == "pip" || program == "pip3" || program.starts_with("pip3.")) return true;
  return program.starts_with("python") && command.words.size() > 2 && command.words[1] == "-m" &&
         command.words[2] == "pip";
}

bool environment_sets(const Context& context, std::string_view name) {
  for (const Stage& stage : context.file.stages)
    for (const Instruction& instruction : stage.instructions)
      for (const NamedValue& pair : instruction.pairs)
        if (pair.name == name) return true;
  return false;
}

void pip_cache(const Context& context, Hits& hits) {
  if (environment_sets(context, "PIP_NO_CACHE_DIR")) return;
  for_each_command(context, [&](const Run& run, const ShellCommand& command, std::uint32_t line) {
    if (is_pip(command) && command.has_word("install") && !command.has_flag("--no-cache-dir") &&
        !has_cache_mount(run) && !run.instruction->text.contains("PIP_NO_CACHE_DIR"))
      hits.add({line, line}, "pip keeps what it downloaded");
  });
}

void pip_unpinned(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (!is_pip(command) || !command.has_word("install")) return;
    for (const std::string_view flag :
         {"-r", "--requirement", "-c", "--constraint", "-e", "--editable"})
      if (command.has_flag(flag)) return;
    for (const std::string_view package : packages_of(command, "install"))
      if (!package.contains("==") && !package.contains('@') && !package.contains("~=") &&
          !is_file_or_url(package) && !package.ends_with(".whl") && !package.ends_with(".txt")) {
        hits.add({line, line}, fmt::format("{} is installed in any version", package));
        return;
      }
  });
}

void npm_unpinned(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    const bool npm = does(command, "npm", {"install", "i", "add"});
    const bool yarn = does(command, "yarn", {"add"}) || does(command, "pnpm", {"add"});
    if (!npm && !yarn) return;
    const std::string_view verb = command.verb();
    for (const std::string_view package : packages_of(command, verb)) {
      // "@scope/name@1.2.3": the first sign belongs to the name.
      const bool pinned = package.find('@', 1) != std::string_view::npos &&
                          !package.ends_with("@latest") && !package.ends_with("@next");
      if (!pinned && !is_file_or_url(package) && !package.ends_with(".tgz") &&
          !package.contains(':') && !package.contains('#')) {
        hits.add({line, line}, fmt::format("{} is installed in any version", package));
        return;
      }
    }
  });
}

void npm_without_lock(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (does(command, "npm", {"install", "i"}) && packages_of(command, command.verb()).empty() &&
        !command.has_flag("-g") && !command.has_flag("--global"))
      hits.add({line, line}, "npm install may change what the lock file says");
  });
}

void gem_unpinned(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (does(command, "gem", {"install"}) && !command.has_flag("-v") &&
        !command.has_flag("--version") &&
        std::ranges::none_of(
            command.operands(),
            [](auto word) { return word.contains(':') || word.ends_with(".gem"); }) &&
        !command.operands().empty())
      hits.add({line, line},
               fmt::format("{} is installed in any version", command.operands().front()));
  });
}

void go_unpinned(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (!does(command, "go", {"install"}) || command.verb() != "install") return;
    for (const std::string_view module : command.operands())
      if (module.ends_with("@latest") || module.ends_with("@master") || module.ends_with("@main"))
        hits.add({line, line}, fmt::format("{} is whatever is newest", module));
  });
}

void unsigned_packages(const Context& context, Hits& hits) {
  constexpr std::array<std::string_view, 10> kFlags{"--allow-unauthenticated",
                                                    "--force-yes",
                                                    "--nogpgcheck",
                                                    "--no-gpg-checks",
                                                    "--no-gpg-check",
                                                    "--allow-untrusted",
                                                    "--trusted-host",
                                                    "--allow-insecure-repositories",
                                                    "--nosignature",
                                                    "--skip-broken-signatures"};
  constexpr std::array<std::string_view, 11> kPrograms{
      "apt-get", "apt", "yum", "dnf", "microdnf", "zypper", "apk", "pip", "pip3", "rpm", "tdnf"};
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (std::ranges::find(kPrograms, command.program()) == kPrograms.end() && !is_pip(command))
      return;
    for (const std::string_view flag : kFlags)
      if (command.has_flag(flag)) {
        hits.add({line, line}, fmt::format("{} turns the check off", flag));
        return;
      }
    for (const std::string& word : command.words)
      if (word.contains("gpgcheck=0") || word.contains("AllowUnauthenticated=true"))
        hits.add({line, line}, fmt::format("{} turns the check off", word));
  });
}

void yarn_cache(const Context& context, Hits& hits) {
  for (const Run& run : context.runs) {
    const bool clean = std::ranges::any_of(run.commands, [](const ShellCommand& command) {
      return command.program() == "yarn" && command.has_word("cache") && command.has_word("clean");
    });
    if (clean || has_cache_mount(run) || cleans(run, "yarn")) continue;
    for (std::size_t i = 0; i < run.commands.size(); ++i)
      if (run.commands[i].program() == "yarn" && run.commands[i].verb() == "install") {
        hits.add({run.lines[i], run.lines[i]}, "yarn keeps what it downloaded");
        break;
      }
  }
}

constexpr std::array kChecks{
    Check{"PQ-DF-050", apt_without_yes},  Check{"PQ-DF-051", apt_recommends},
    Check{"PQ-DF-052", apt_lists},        Check{"PQ-DF-053", update_alone},
    Check{"PQ-DF-054", system_upgrade},   Check{"PQ-DF-055", apt_for_people},
    Check{"PQ-DF-056", apt_unpinned},     Check{"PQ-DF-057", apk_cache},
    Check{"PQ-DF-058", apk_unpinned},     Check{"PQ-DF-059", rpm_without_yes},
    Check{"PQ-DF-060", rpm_cache},        Check{"PQ-DF-061", zypper_without_yes},
    Check{"PQ-DF-062", zypper_cache},     Check{"PQ-DF-063", pip_cache},
    Check{"PQ-DF-064", pip_unpinned},     Check{"PQ-DF-065", npm_unpinned},
    Check{"PQ-DF-066", npm_without_lock}, Check{"PQ-DF-067", gem_unpinned},
    Check{"PQ-DF-068", go_unpinned},      Check{"PQ-DF-069", unsigned_packages},
    Check{"PQ-DF-070", yarn_cache},
};

} // namespace

std::span<const Check> package_checks() {
  return kChecks;
}

} // namespace portique::inspect::dockerfile
