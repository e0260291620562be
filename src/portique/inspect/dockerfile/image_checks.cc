// Checks of the image that a Dockerfile makes: where it starts from, as whom it runs, what it
// carries and exposes.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inspect/dockerfile/check_context.h"

namespace portique::inspect::dockerfile {

namespace {

/// Stages that start from an image of a registry whose name is known.
void for_each_base(
    const Context& context,
    const std::function<void(const Stage& stage, const ImageReference& image)>& visit) {
  for (const Stage& stage : context.file.stages)
    if (stage.known && !stage.parent && stage.base != "scratch" && !stage.base.empty())
      visit(stage, image_reference(stage.base));
}

void untagged_base(const Context& context, Hits& hits) {
  for_each_base(context, [&](const Stage& stage, const ImageReference& image) {
    if (image.tag.empty() && image.digest.empty())
      hits.add(stage.from.lines, fmt::format("{} has no tag, which means latest", image.name));
  });
}

void latest_base(const Context& context, Hits& hits) {
  for_each_base(context, [&](const Stage& stage, const ImageReference& image) {
    if (image.tag == "latest" && image.digest.empty())
      hits.add(stage.from.lines, fmt::format("{} is taken as latest", image.name));
  });
}

void undigested_base(const Context& context, Hits& hits) {
  for_each_base(context, [&](const Stage& stage, const ImageReference& image) {
    if (image.digest.empty() && !image.tag.empty() && image.tag != "latest")
      hits.add(stage.from.lines,
               fmt::format("{}:{} is whatever the registry says", image.name, image.tag));
  });
}

/// Releases whose support has ended for good: name, and the tags that stand for them.
struct Ended {
  std::string_view name;
  std::string_view tag; ///< the tag itself, or what it begins with before '.' or '-'
};

constexpr std::array kEnded{
    Ended{"debian", "7"},       Ended{"debian", "8"},       Ended{"debian", "9"},
    Ended{"debian", "10"},      Ended{"debian", "wheezy"},  Ended{"debian", "jessie"},
    Ended{"debian", "stretch"}, Ended{"debian", "buster"},  Ended{"ubuntu", "12.04"},
    Ended{"ubuntu", "14.04"},   Ended{"ubuntu", "16.04"},   Ended{"ubuntu", "18.04"},
    Ended{"ubuntu", "trusty"},  Ended{"ubuntu", "xenial"},  Ended{"ubuntu", "bionic"},
    Ended{"centos", "5"},       Ended{"centos", "6"},       Ended{"centos", "7"},
    Ended{"centos", "8"},       Ended{"centos", "centos6"}, Ended{"centos", "centos7"},
    Ended{"centos", "centos8"}, Ended{"alpine", "2"},       Ended{"alpine", "3.0"},
    Ended{"alpine", "3.1"},     Ended{"alpine", "3.2"},     Ended{"alpine", "3.3"},
    Ended{"alpine", "3.4"},     Ended{"alpine", "3.5"},     Ended{"alpine", "3.6"},
    Ended{"alpine", "3.7"},     Ended{"alpine", "3.8"},     Ended{"alpine", "3.9"},
    Ended{"alpine", "3.10"},    Ended{"alpine", "3.11"},    Ended{"alpine", "3.12"},
    Ended{"alpine", "3.13"},    Ended{"alpine", "3.14"},    Ended{"alpine", "3.15"},
    Ended{"alpine", "3.16"},    Ended{"alpine", "3.17"},    Ended{"alpine", "3.18"},
    Ended{"alpine", "3.19"},    Ended{"python", "2"},       Ended{"python", "3.5"},
    Ended{"python", "3.6"},     Ended{"python", "3.7"},     Ended{"python", "3.8"},
    Ended{"node", "8"},         Ended{"node", "10"},        Ended{"node", "12"},
    Ended{"node", "14"},        Ended{"node", "16"},        Ended{"node", "18"},
    Ended{"php", "5"},          Ended{"php", "7"},          Ended{"php", "8.0"},
    Ended{"ruby", "2"},         Ended{"ruby", "3.0"},       Ended{"ruby", "3.1"},
    Ended{"ubuntu", "20.04"},   Ended{"ubuntu", "focal"},   Ended{"python", "3.9"},
    Ended{"php", "8.1"},        Ended{"openjdk", "7"},      Ended{"fedora", "38"},
    Ended{"fedora", "39"},
};

bool stands_for(std::string_view tag, std::string_view release) {
  if (!tag.starts_with(release)) return false;
  const std::string_view rest = tag.substr(release.size());
  return rest.empty() || rest.front() == '-' || rest.front() == '.' || rest.front() == '_';
}

void ended_base(const Context& context, Hits& hits) {
  for_each_base(context, [&](const Stage& stage, const ImageReference& image) {
    std::string_view name = image.name;
    for (const std::string_view prefix : {"docker.io/", "index.docker.io/", "library/"})
      if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
    const bool ended = std::ranges::any_of(kEnded, [&](const Ended& each) {
      return each.name == name && stands_for(image.tag, each.tag);
    });
    if (ended)
      hits.add(stage.from.lines,
               fmt::format("{}:{} gets no more security updates", image.name, image.tag));
  });
}

void undeclared_base_variable(const Context& context, Hits& hits) {
  for (const auto& [name, line] : context.file.undefined)
    hits.add({line, line}, fmt::format("no ARG before the first FROM declares {}", name));
}

bool is_root(std::string_view user) {
  const std::string_view name = user.substr(0, user.find(':'));
  return name == "root" || name == "0" || base::equals_ignore_case(name, "ContainerAdministrator");
}

const Instruction* last_user(const Context& context) {
  const Instruction* last = nullptr;
  for (const Stage* stage : context.final_stages)
    for (const Instruction& instruction : stage->instructions)
      if (instruction.keyword == "USER" && !instruction.on_build) last = &instruction;
  return last;
}

void no_user(const Context& context, Hits& hits) {
  if (context.final_stages.empty() || last_user(context) != nullptr) return;
  const Stage& lowest = *context.final_stages.front();
  // Images that are made to run as somebody else say so in their name.
  if (lowest.base.contains("nonroot") || lowest.base.contains("rootless") ||
      lowest.base.contains("unprivileged"))
    return;
  hits.add(context.file.final_stage()->from.lines, "no USER is set in the final stage");
}

void root_user(const Context& context, Hits& hits) {
  const Instruction* user = last_user(context);
  if (user != nullptr && !user->substituted.empty() && !user->unknown &&
      is_root(user->substituted.front()))
    hits.add(user->lines, fmt::format("the image runs as {}", user->substituted.front()));
}

void named_user(const Context& context, Hits& hits) {
  const Instruction* user = last_user(context);
  if (user == nullptr || user->substituted.empty() || user->unknown) return;
  const std::string& name = user->substituted.front();
  if (!name.empty() && !base::is_digit(name.front()) && !is_root(name))
    hits.add(user->lines, fmt::format("the user is given by name: {}", name));
}

/// Those instructions of the final image of which only the last one counts.
void only_last(const Context& context, Hits& hits, std::string_view keyword) {
  for (const Stage& stage : context.file.stages) {
    const Instruction* last = nullptr;
    for (const Instruction& instruction : stage.instructions) {
      if (instruction.keyword != keyword || instruction.on_build) continue;
      if (last != nullptr)
        hits.add(
            last->lines,
            fmt::format("the {} in line {} replaces this one", keyword, instruction.lines.first));
      last = &instruction;
    }
  }
}

void several_cmd(const Context& context, Hits& hits) {
  only_last(context, hits, "CMD");
}

void several_entrypoint(const Context& context, Hits& hits) {
  only_last(context, hits, "ENTRYPOINT");
}

void several_healthcheck(const Context& context, Hits& hits) {
  only_last(context, hits, "HEALTHCHECK");
}

void no_healthcheck(const Context& context, Hits& hits) {
  if (context.final_stages.empty()) return;
  for (const Stage* stage : context.final_stages)
    for (const Instruction& instruction : stage->instructions)
      if (instruction.keyword == "HEALTHCHECK") return;
  hits.add(context.file.final_stage()->from.lines, "there is no HEALTHCHECK in the final stage");
}

void disabled_healthcheck(const Context& context, Hits& hits) {
  for_each_instruction(context, "HEALTHCHECK", [&](const Stage&, const Instruction& instruction) {
    if (base::equals_ignore_case(instruction.text, "NONE"))
      hits.add(instruction.lines, "HEALTHCHECK NONE takes the base image's check away");
  });
}

void shell_form(const Context& context, Hits& hits) {
  for (const std::string_view keyword : {"ENTRYPOINT", "CMD"})
    for_each_instruction(context, keyword, [&](const Stage&, const Instruction& instruction) {
      if (!instruction.json)
        hits.add(instruction.lines, fmt::format("{} is not in the exec form", keyword));
    });
}

/// "8000-8010/tcp": the ends of the range.
std::optional<std::pair<std::uint32_t, std::uint32_t>> ports_of(std::string_view text) {
  text = text.substr(0, text.find('/'));
  const std::size_t dash = text.find('-');
  const auto first = base::parse_int<std::uint32_t>(text.substr(0, dash));
  const auto last = dash == std::string_view::npos
                        ? first
                        : base::parse_int<std::uint32_t>(text.substr(dash + 1));
  if (!first || !last) return std::nullopt;
  return std::pair{*first, *last};
}

void exposed_ssh(const Context& context, Hits& hits) {
  for_each_instruction(context, "EXPOSE", [&](const Stage&, const Instruction& instruction) {
    for (const std::string& port : instruction.substituted) {
      const auto ports = ports_of(port);
      if (ports && ports->first <= 22 && ports->second >= 22)
        hits.add(instruction.lines, "port 22 is the one of SSH");
    }
  });
}

void port_out_of_range(const Context& context, Hits& hits) {
  for_each_instruction(context, "EXPOSE", [&](const Stage&, const Instruction& instruction) {
    for (const std::string& port : instruction.substituted) {
      const auto ports = ports_of(port);
      if (ports && (ports->second > 65535 || ports->second < ports->first))
        hits.add(instruction.lines, fmt::format("there is no port {}", port));
    }
  });
}

void administration_port(const Context& context, Hits& hits) {
  constexpr std::array<std::uint32_t, 9> kPorts{23, 445, 873, 2375, 3389, 5005, 5900, 6000, 9229};
  for_each_instruction(context, "EXPOSE", [&](const Stage&, const Instruction& instruction) {
    for (const std::string& port : instruction.substituted) {
      const auto ports = ports_of(port);
      if (ports && ports->first == ports->second &&
          std::ranges::find(kPorts, ports->first) != kPorts.end())
        hits.add(instruction.lines,
                 fmt::format("port {} is one of remote control or debugging", ports->first));
    }
  });
}

void maintainer(const Context& context, Hits& hits) {
  for_each_instruction(context, "MAINTAINER", [&](const Stage&, const Instruction& instruction) {
    hits.add(instruction.lines, "MAINTAINER is deprecated");
  });
}

bool is_absolute(std::string_view path) {
  const bool windows = path.size() >= 2 && base::is_alpha(path[0]) && path[1] == ':';
  return path.starts_with('/') || path.starts_with('\\') || windows;
}

void relative_workdir(const Context& context, Hits& hits) {
  for (const Stage& stage : context.file.stages) {
    bool known = false; // behind an absolute one a relative one is clear
    for (const Instruction& instruction : stage.instructions) {
      if (instruction.keyword != "WORKDIR" || instruction.substituted.empty()) continue;
      const std::string& path = instruction.substituted.front();
      const bool variable = path.empty() || instruction.unknown;
      if (!known && !variable && !is_absolute(path))
        hits.add(instruction.lines, fmt::format("{} is relative to nobody knows what", path));
      known = known || variable || is_absolute(path);
    }
  }
}

void system_workdir(const Context& context, Hits& hits) {
  constexpr std::array<std::string_view, 9> kFolders{
      "/proc", "/sys", "/dev", "/boot", "/etc", "/bin", "/sbin", "/lib", "/usr"};
  for_each_instruction(context, "WORKDIR", [&](const Stage&, const Instruction& instruction) {
    if (instruction.substituted.empty()) return;
    std::string_view path = instruction.substituted.front();
    while (path.size() > 1 && path.ends_with('/'))
      path.remove_suffix(1);
    if (std::ranges::find(kFolders, path) != kFolders.end())
      hits.add(instruction.lines, fmt::format("{} belongs to the system", path));
  });
}

void sensitive_volume(const Context& context, Hits& hits) {
  constexpr std::array<std::string_view, 7> kPaths{
      "/", "/proc", "/sys", "/dev", "/etc", "/var/run", "/run"};
  for_each_instruction(context, "VOLUME", [&](const Stage&, const Instruction& instruction) {
    const auto& paths = instruction.substituted;
    for (const std::string& path : paths)
      if (path.contains("docker.sock") || path.contains("containerd.sock") ||
          std::ranges::find(kPaths, path) != kPaths.end())
        hits.add(instruction.lines, fmt::format("{} is declared as a volume", path));
  });
}

void kill_signal(const Context& context, Hits& hits) {
  for_each_instruction(context, "STOPSIGNAL", [&](const Stage&, const Instruction& instruction) {
    if (instruction.substituted.empty()) return;
    const std::string& signal = instruction.substituted.front();
    if (signal == "9" || signal == "SIGKILL" || signal == "KILL")
      hits.add(instruction.lines, "the program cannot catch SIGKILL");
  });
}

void duplicate_stage(const Context& context, Hits& hits) {
  std::map<std::string_view, std::uint32_t> seen;
  for (const Stage& stage : context.file.stages) {
    if (stage.name.empty()) continue;
    const auto [first, is_new] = seen.try_emplace(stage.name, stage.from.lines.first);
    if (!is_new)
      hits.add(stage.from.lines,
               fmt::format("the stage in line {} has the name {} too", first->second, stage.name));
  }
}

void fixed_platform(const Context& context, Hits& hits) {
  for (const Stage& stage : context.file.stages)
    if (!stage.platform.empty() && !stage.platform.contains('$'))
      hits.add(stage.from.lines, fmt::format("the platform is fixed to {}", stage.platform));
}

void unknown_copy_source(const Context& context, Hits& hits) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < context.file.stages.size(); ++i) {
    const Stage& stage = context.file.stages[i];
    for (const Instruction& instruction : stage.instructions) {
      const std::string* from = instruction.flag("from");
      if (instruction.keyword != "COPY" || from == nullptr || from->contains('$')) continue;
      const auto number = base::parse_int<std::size_t>(*from);
      const bool own = base::to_lower(*from) == stage.name || (number && *number == i);
      if (own || names.contains(base::to_lower(*from)) || (number && *number < i)) continue;
      // A name with a dot, a slash or a tag is an image, which is legal.
      if (number || from->find_first_of("/.:@") == std::string::npos)
        hits.add(instruction.lines, fmt::format("no stage before this one is called {}", *from));
    }
    if (!stage.name.empty()) names.insert(stage.name);
  }
}

void copy_from_itself(const Context& context, Hits& hits) {
  for (std::size_t i = 0; i < context.file.stages.size(); ++i) {
    const Stage& stage = context.file.stages[i];
    for (const Instruction& instruction : stage.instructions) {
      const std::string* from = instruction.flag("from");
      if (instruction.keyword != "COPY" || from == nullptr || from->empty()) continue;
      if (base::to_lower(*from) == stage.name || base::parse_int<std::size_t>(*from) == i)
        hits.add(instruction.lines, "a stage cannot copy from itself");
    }
  }
}

void unpinned_copy_image(const Context& context, Hits& hits) {
  for_each_instruction(context, "COPY", [&](const Stage&, const Instruction& instruction) {
    const std::string* from = instruction.flag("from");
    if (from == nullptr || from->contains('$') || from->find_first_of("/.:@") == std::string::npos)
      return;
    const ImageReference image = image_reference(*from);
    if (image.digest.empty() && (image.tag.empty() || image.tag == "latest"))
      hits.add(instruction.lines, fmt::format("files come from whatever {} is today", image.name));
  });
}

void copy_to_no_folder(const Context& context, Hits& hits) {
  for (const std::string_view keyword : {"COPY", "ADD"})
    for_each_instruction(context, keyword, [&](const Stage&, const Instruction& instruction) {
      const auto& words = instruction.substituted;
      const std::size_t heredocs = instruction.heredocs.size();
      if (words.size() < 3 || instruction.unknown || words.size() - 1 <= heredocs) return;
      const std::string& target = words.back();
      if (!target.ends_with('/') && target != "." && target != "..")
        hits.add(instruction.lines,
                 fmt::format("several files go to {}, without a / at its end", target));
    });
}

bool is_url(std::string_view word) {
  return word.starts_with("http://") || word.starts_with("https://") || word.starts_with("ftp://");
}

bool is_git(std::string_view word) {
  return word.starts_with("git@") || word.starts_with("git://") || word.starts_with("ssh://") ||
         (is_url(word) && (word.ends_with(".git") || word.contains(".git#")));
}

bool is_archive(std::string_view word) {
  constexpr std::array<std::string_view, 12> kEndings{".bz2",

                                                      ".lzma",
                                                      ".tar",
                                                      ".tar.gz",
                                                      ".tgz",
                                                      ".tar.bz2",
                                                      ".tbz2",
                                                      ".tar.xz",
                                                      ".txz",
                                                      ".tar.zst",
                                                      ".gz",
                                                      ".xz"};
  return std::ranges::any_of(kEndings, [&](auto ending) { return word.ends_with(ending); });
}

void add_for_copy(const Context& context, Hits& hits) {
  for_each_instruction(context, "ADD", [&](const Stage&, const Instruction& instruction) {
    const auto& words = instruction.substituted;
    if (instruction.unknown || words.size() < 2 || !instruction.heredocs.empty()) return;
    const bool needs_add = std::any_of(words.begin(), words.end() - 1, [](const auto& word) {
      return is_url(word) || is_git(word) || is_archive(word);
    });
    if (!needs_add) hits.add(instruction.lines, "ADD takes nothing here that COPY would not");
  });
}

void unverified_add(const Context& context, Hits& hits) {
  for_each_instruction(context, "ADD", [&](const Stage&, const Instruction& instruction) {
    if (instruction.flag("checksum") != nullptr) return;
    for (const std::string& word : instruction.substituted)
      if (is_url(word) && !is_git(word)) {
        hits.add(instruction.lines, "what is downloaded is not compared with a checksum");
        return;
      }
  });
}

void plain_http_add(const Context& context, Hits& hits) {
  for_each_instruction(context, "ADD", [&](const Stage&, const Instruction& instruction) {
    for (const std::string& word : instruction.substituted)
      if (word.starts_with("http://") || word.starts_with("ftp://") || word.starts_with("git://")) {
        hits.add(instruction.lines, "the connection is not encrypted");
        return;
      }
  });
}

void unpinned_git_add(const Context& context, Hits& hits) {
  for_each_instruction(context, "ADD", [&](const Stage&, const Instruction& instruction) {
    for (const std::string& word : instruction.substituted) {
      if (!is_git(word)) continue;
      const std::size_t hash = word.find('#');
      const std::string_view commit =
          hash == std::string::npos ? std::string_view() : std::string_view(word).substr(hash + 1);
      const std::string_view id = commit.substr(0, commit.find(':'));
      const bool pinned = id.size() >= 40 && std::ranges::all_of(id, base::is_alnum);
      if (!pinned) hits.add(instruction.lines, "no commit of the repository is named");
    }
  });
}

void whole_context(const Context& context, Hits& hits) {
  for (const Stage* stage : context.final_stages)
    for (const Instruction& instruction : stage->instructions) {
      if (instruction.keyword != "COPY" && instruction.keyword != "ADD") continue;
      const auto& words = instruction.substituted;
      if (instruction.flag("from") != nullptr || instruction.flag("exclude") != nullptr) continue;
      if (words.size() == 2 && (words[0] == "." || words[0] == "./" || words[0] == "/" ||
                                words[0] == "*" || words[0] == "./*"))
        hits.add(instruction.lines, "the whole build context goes into the image");
    }
}

void whole_stage(const Context& context, Hits& hits) {
  for_each_instruction(context, "COPY", [&](const Stage&, const Instruction& instruction) {
    const auto& words = instruction.substituted;
    if (instruction.flag("from") != nullptr && words.size() == 2 && words[0] == "/" &&
        words[1] == "/")
      hits.add(instruction.lines, "everything of another stage is copied");
  });
}

void wide_copy_mode(const Context& context, Hits& hits) {
  for (const std::string_view keyword : {"COPY", "ADD"})
    for_each_instruction(context, keyword, [&](const Stage&, const Instruction& instruction) {
      const std::string* mode = instruction.flag("chmod");
      if (mode == nullptr || mode->empty()) return;
      const char others = mode->back();
      const bool octal = std::ranges::all_of(*mode, base::is_digit) && mode->size() >= 3;
      if ((octal && (others == '7' || others == '6' || others == '3' || others == '2')) ||
          mode->contains("o+w") || mode->contains("a+w") || mode->contains("a+rw"))
        hits.add(instruction.lines, fmt::format("--chmod={} lets everybody write", *mode));
    });
}

void relative_copy_target(const Context& context, Hits& hits) {
  for (const Stage& stage : context.file.stages) {
    bool has_workdir = stage.parent.has_value();
    for (const Instruction& instruction : stage.instructions) {
      if (instruction.keyword == "WORKDIR") has_workdir = true;
      if (instruction.keyword != "COPY" || has_workdir || instruction.substituted.empty() ||
          instruction.unknown)
        continue;
      if (!is_absolute(instruction.substituted.back()))
        hits.add(
            instruction.lines,
            fmt::format("{} is relative, and no WORKDIR is set", instruction.substituted.back()));
    }
  }
}

void foreign_frontend(const Context& context, Hits& hits) {
  const std::string& syntax = context.file.syntax;
  if (syntax.empty()) return;
  std::string_view name = image_reference(syntax).name;
  if (name.starts_with("docker.io/")) name.remove_prefix(10);
  const std::uint32_t line = context.file.syntax_line;
  if (name != "docker/dockerfile" && name != "docker/dockerfile-upstream")
    hits.add({line, line}, fmt::format("the build is run by {}", syntax));
}

void on_build_trigger(const Context& context, Hits& hits) {
  for (const Stage& stage : context.file.stages)
    for (const Instruction& instruction : stage.instructions)
      if (instruction.on_build)
        hits.add(instruction.lines,
                 fmt::format("{} will run in builds on top of this image", instruction.keyword));
}

void legacy_pairs(const Context& context, Hits& hits) {
  for (const std::string_view keyword : {"ENV", "LABEL"})
    for_each_instruction(context, keyword, [&](const Stage&, const Instruction& instruction) {
      if (instruction.legacy_pairs)
        hits.add(instruction.lines, fmt::format("{} without '=' is deprecated", keyword));
    });
}

void dangerous_environment(const Context& context, Hits& hits) {
  constexpr std::array<std::string_view, 3> kLoaders{
      "LD_PRELOAD", "LD_AUDIT", "DYLD_INSERT_LIBRARIES"};
  for_each_instruction(context, "ENV", [&](const Stage&, const Instruction& instruction) {
    for (const NamedValue& pair : instruction.pairs) {
      if (std::ranges::find(kLoaders, pair.name) != kLoaders.end())
        hits.add(instruction.lines, fmt::format("{} is loaded into every program", pair.name));
    }
  });
}

void writable_search_path(const Context& context, Hits& hits) {
  for_each_instruction(context, "ENV", [&](const Stage&, const Instruction& instruction) {
    for (const NamedValue& pair : instruction.pairs) {
      if (pair.name != "PATH" || !pair.value) continue;
      std::string value = *pair.value;
      std::erase(value, '"');
      for (const std::string_view part : base::split(value, ':'))
        if (part.empty() || part == "." || part.starts_with("./") || part.starts_with("/tmp"))
          hits.add(instruction.lines,
                   fmt::format("'{}' in PATH is a folder that others may write to", part));
    }
  });
}

constexpr std::array kChecks{
    Check{"PQ-DF-001", untagged_base},
    Check{"PQ-DF-002", latest_base},
    Check{"PQ-DF-003", undigested_base},
    Check{"PQ-DF-004", ended_base},
    Check{"PQ-DF-005", no_user},
    Check{"PQ-DF-006", root_user},
    Check{"PQ-DF-007", named_user},
    Check{"PQ-DF-008", several_cmd},
    Check{"PQ-DF-009", several_entrypoint},
    Check{"PQ-DF-010", several_healthcheck},
    Check{"PQ-DF-011", no_healthcheck},
    Check{"PQ-DF-012", disabled_healthcheck},
    Check{"PQ-DF-013", shell_form},
    Check{"PQ-DF-014", exposed_ssh},
    Check{"PQ-DF-015", port_out_of_range},
    Check{"PQ-DF-016", administration_port},
    Check{"PQ-DF-017", maintainer},
    Check{"PQ-DF-018", relative_workdir},
    Check{"PQ-DF-019", system_workdir},
    Check{"PQ-DF-020", sensitive_volume},
    Check{"PQ-DF-021", kill_signal},
    Check{"PQ-DF-022", duplicate_stage},
    Check{"PQ-DF-023", fixed_platform},
    Check{"PQ-DF-024", unknown_copy_source},
    Check{"PQ-DF-025", copy_from_itself},
    Check{"PQ-DF-026", unpinned_copy_image},
    Check{"PQ-DF-027", copy_to_no_folder},
    Check{"PQ-DF-028", add_for_copy},
    Check{"PQ-DF-029", unverified_add},
    Check{"PQ-DF-030", plain_http_add},
    Check{"PQ-DF-031", unpinned_git_add},
    Check{"PQ-DF-032", whole_context},
    Check{"PQ-DF-033", whole_stage},
    Check{"PQ-DF-034", wide_copy_mode},
    Check{"PQ-DF-035", relative_copy_target},
    Check{"PQ-DF-036", foreign_frontend},
    Check{"PQ-DF-037", on_build_trigger},
    Check{"PQ-DF-038", legacy_pairs},
    Check{"PQ-DF-039", dangerous_environment},
    Check{"PQ-DF-040", writable_search_path},
    Check{"PQ-DF-041", undeclared_base_variable},
};

} // namespace

std::span<const Check> image_checks() {
  return kChecks;
}

} // namespace portique::inspect::dockerfile
