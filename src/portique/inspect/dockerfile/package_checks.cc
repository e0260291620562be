// Checks of how RUN instructions install packages.
#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inspect/dockerfile/check_context.h"

namespace portique::inspect::dockerfile {

namespace {

constexpr std::array<std::string_view, 3> kApt{"apt-get", "apt", "aptitude"};
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
  constexpr std::array<std::string_view, 22> kTakesValue{"-o",
                                                         "-t",
                                                         "--target-release",
                                                         "-c",
                                                         "--repository",
                                                         "-X",
                                                         "--virtual",
                                                         "-r",
                                                         "--index-url",
                                                         "-i",
                                                         "--extra-index-url",
                                                         "--trusted-host",
                                                         "--root-user-action",
                                                         "--target",
                                                         "--prefix",
                                                         "--find-links",
                                                         "-f",
                                                         "--loglevel",
                                                         "--registry",
                                                         "--platform",
                                                         "--python-version",
                                                         "--repo"};
  std::vector<std::string_view> packages;
  bool behind = false;
  for (std::size_t i = 1; i < command.words.size(); ++i) {
    const std::string_view word = command.words[i];
    if (word.starts_with('-')) {
      if (std::ranges::find(kTakesValue, word) != kTakesValue.end()) ++i;
    } else if (!behind) {
      behind = word == verb;
    } else if (!word.empty() && !word.contains('$')) {
      packages.push_back(word);
    }
  }
  return packages;
}

bool is_file_or_url(std::string_view word) {
  for (const std::string_view ending : {".tar", ".gz", ".tgz", ".whl", ".zip", ".bz2"})
    if (word.ends_with(ending)) return true;
  return word.starts_with('.') || word.starts_with('/') || word.starts_with('~') ||
         word.contains("://") || word.ends_with(".deb") || word.ends_with(".rpm") ||
         word.ends_with(".apk");
}

bool has_cache_mount(const Run& run) {
  return std::ranges::any_of(run.instruction->flags, [](const Flag& flag) {
    return flag.name == "mount" &&
           (flag.value.contains("type=cache") || flag.value.contains("type=tmpfs"));
  });
}

bool assumes_yes(const ShellCommand& command) {
  // Twice quiet is yes for apt.
  const auto quiet = std::ranges::count_if(
      command.words, [](const std::string& word) { return word == "-q" || word == "--quiet"; });
  if (quiet >= 2 || command.has_word("-q=2")) return true;
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

/// Whether what a RUN leaves behind becomes part of the image: stages that only build do not count.
bool stays(const Context& context, const Run& run) {
  return std::ranges::find(context.final_stages, &context.file.stages[run.stage]) !=
         context.final_stages.end();
}

/// The last command that fits; nothing if none does.
std::optional<std::size_t> last_of(const Run& run, const auto& fits) {
  for (std::size_t i = run.commands.size(); i-- > 0;)
    if (fits(run.commands[i])) return i;
  return std::nullopt;
}

/// Tells the first command that fills a cache, unless one behind the last of them empties it.
void uncleaned(const Context& context,
               Hits& hits,
               const auto& fills,
               const auto& empties,
               std::string_view message) {
  for (const Run& run : context.runs) {
    if (!stays(context, run) || has_cache_mount(run)) continue;
    const auto first = std::ranges::find_if(run.commands, fills);
    if (first == run.commands.end()) continue;
    const auto emptied = last_of(run, empties);
    if (emptied && *emptied > *last_of(run, fills)) continue;
    const std::uint32_t line = run.lines[static_cast<std::size_t>(first - run.commands.begin())];
    hits.add({line, line}, std::string(message));
  }
}

/// Whether a command removes files below a path.
bool removes(const ShellCommand& command, std::string_view path) {
  return (command.program() == "rm" || command.program() == "find") &&
         std::ranges::any_of(command.words, [&](const std::string& word) {
           return word.contains(path) || path.starts_with(word + "/");
         });
}

/// Whether the same RUN takes the files away that the package manager left.
bool cleans(const Run& run, std::string_view path) {
  return std::ranges::any_of(run.commands,
                             [&](const ShellCommand& command) { return removes(command, path); });
}

void apt_lists(const Context& context, Hits& hits) {
  for (const Run& run : context.runs) {
    bool installs = false;
    for (const ShellCommand& command : run.commands)
      installs = installs || does(command, kApt, {"install"});
    if (!installs || !stays(context, run) || has_cache_mount(run) ||
        cleans(run, "/var/lib/apt/lists"))
      continue;
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
    if (stays(context, run) && does(command, "apk", {"add"}) && !command.has_flag("--no-cache") &&
        !has_cache_mount(run) && !cleans(run, "/var/cache/apk"))
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
  for (const std::string_view program : kRpm)
    uncleaned(
        context,
        hits,
        [&](const ShellCommand& command) {
          return does(command,
                      program,
                      {"install",
                       "in",
                       "groupinstall",
                       "localinstall",
                       "update",
                       "upgrade",
                       "up",
                       "upgrade-minimal",
                       "up-min",
                       "reinstall",
                       "rei"});
        },
        [&](const ShellCommand& command) {
          return does(command, program, {"clean"}) || removes(command, "/var/cache/yum") ||
                 removes(command, "/var/cache/dnf") || removes(command, "/var/cache/libdnf5");
        },
        "the package cache stays in the layer");
}

void zypper_without_yes(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (does(command, "zypper", {"install", "in", "remove", "rm", "patch", "update", "up"}) &&
        !assumes_yes(command))
      hits.add({line, line}, "zypper would ask, and nobody answers");
  });
}

void zypper_cache(const Context& context, Hits& hits) {
  uncleaned(
      context,
      hits,
      [](const ShellCommand& command) { return does(command, "zypper", {"install", "in"}); },
      [](const ShellCommand& command) {
        return does(command, "zypper", {"clean", "cc"}) || removes(command, "/var/cache/zypp");
      },
      "the package cache stays in the layer");
}

bool is_pip(const ShellCommand& command) {
  const std::string_view program = command.program();
  if (program == "pip" || program == "pip2" || program == "pip3" || program.starts_with("pip3."))
    return true;
  return program.starts_with("python") && command.words.size() > 2 && command.words[1] == "-m" &&
         command.words[2] == "pip";
}

/// Whether a value switches something on, as pip reads its environment.
bool is_on(std::string_view value) {
  while (!value.empty() && (value.front() == '"' || value.front() == '\''))
    value.remove_prefix(1);
  return !value.empty() && !value.starts_with('0') && !value.starts_with("off") &&
         !value.starts_with("no") && !value.starts_with("false");
}

bool pip_is_told(const Context& context, const Run& run) {
  constexpr std::string_view kName = "PIP_NO_CACHE_DIR";
  for (const Stage& stage : context.file.stages)
    for (const Instruction& instruction : stage.instructions)
      for (const NamedValue& pair : instruction.pairs)
        if (pair.name == kName && is_on(pair.value.value_or(""))) return true;
  const std::string_view text = run.instruction->text;
  const std::size_t at = text.find(std::string(kName) + "=");
  return at != std::string_view::npos && is_on(text.substr(at + kName.size() + 1));
}

void pip_cache(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run& run, const ShellCommand& command, std::uint32_t line) {
    if (is_pip(command) && command.has_word("install") && !command.has_flag("--no-cache-dir") &&
        stays(context, run) && !has_cache_mount(run) && !pip_is_told(context, run))
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
      if (package.find_first_of("=<>!~@") == std::string_view::npos && !is_file_or_url(package) &&
          !package.ends_with(".txt")) {
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
      const bool git = package.starts_with("git+") || package.starts_with("git:");
      const bool pinned = git ? package.contains('#')
                              : package.find('@', 1) != std::string_view::npos &&
                                    !package.ends_with("@latest") && !package.ends_with("@next");
      const bool local = !git && (is_file_or_url(package) || package.contains(':'));
      if (!pinned && !local) {
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
    if (!does(command, "gem", {"install", "i"}) || command.has_flag("-v") ||
        command.has_flag("--version"))
      return;
    for (const std::string_view gem : command.operands())
      if (!gem.contains(':') && !gem.ends_with(".gem") && !gem.contains('$')) {
        hits.add({line, line}, fmt::format("{} is installed in any version", gem));
        return;
      }
  });
}

void go_unpinned(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    const std::string_view verb = command.verb();
    if (command.program() != "go" || (verb != "install" && verb != "get" && verb != "run")) return;
    for (const std::string_view module : command.operands()) {
      // A path without a dot in its first part is one of the sources themselves.
      const std::string_view host = module.substr(0, module.find('/'));
      const bool remote = host.contains('.') && !module.starts_with('.') && module.contains('/');
      const bool open = remote && !module.contains('@');
      if (open || module.ends_with("@latest") || module.ends_with("@master") ||
          module.ends_with("@main")) {
        hits.add({line, line}, fmt::format("{} is whatever is newest", module));
        return;
      }
    }
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
  uncleaned(
      context,
      hits,
      [](const ShellCommand& command) {
        return command.program() == "yarn" && command.verb() == "install";
      },
      [](const ShellCommand& command) {
        return (command.program() == "yarn" && command.has_word("cache") &&
                command.has_word("clean")) ||
               removes(command, "yarn");
      },
      "yarn keeps what it downloaded");
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
