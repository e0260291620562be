// Checks of what RUN instructions do otherwise, and of secrets on their way into the image.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inspect/config_files/secret_names.h"
#include "portique/inspect/dockerfile/check_context.h"

namespace portique::inspect::dockerfile {

namespace {

constexpr std::array<std::string_view, 12> kInterpreters{
    "sh", "bash", "ash", "dash", "zsh", "ksh", "python", "python3", "perl", "ruby", "node", "php"};

bool is_download(const ShellCommand& command) {
  return command.program() == "curl" || command.program() == "wget";
}

bool holds_download(std::string_view word) {
  for (const std::string_view start : {"$(", "<(", "`"})
    for (const std::string_view program : {"curl", "wget"})
      if (word.contains(std::string(start) + std::string(program))) return true;
  return false;
}

void piped_download(const Context& context, Hits& hits) {
  for (const Run& run : context.runs)
    for (std::size_t i = 0; i < run.commands.size(); ++i) {
      const ShellCommand& command = run.commands[i];
      const bool interpreter =
          std::ranges::find(kInterpreters, command.program()) != kInterpreters.end();
      const bool evaluates = interpreter || command.program() == "eval" ||
                             command.program() == "source" || command.program() == ".";
      bool from_network = evaluates && std::ranges::any_of(command.words, holds_download);
      for (std::size_t k = 0; k < i && interpreter && command.piped; ++k)
        from_network =
            from_network || (run.commands[k].list == command.list && is_download(run.commands[k]));
      if (from_network)
        hits.add({run.lines[i], run.lines[i]},
                 fmt::format("{} runs what was just downloaded", command.program()));
    }
}

void unverified_tls(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    const std::string_view program = command.program();
    const bool curl =
        program == "curl" && (command.has_flag("-k") || command.has_flag("--insecure"));
    const bool wget = program == "wget" && command.has_flag("--no-check-certificate");
    const bool git =
        program == "git" && (command.has_word("http.sslVerify=false") ||
                             (command.has_word("http.sslVerify") && command.has_word("false")) ||
                             (command.has_word("http.sslverify") && command.has_word("false")));
    const bool npm =
        (program == "npm" || program == "yarn") &&
        (command.has_word("strict-ssl=false") || command.has_word("--strict-ssl=false") ||
         (command.has_word("strict-ssl") && command.has_word("false")));
    if (curl || wget || git || npm)
      hits.add({line, line}, fmt::format("{} takes any certificate", program));
  });
}

void unverified_tls_environment(const Context& context, Hits& hits) {
  struct Setting {
    std::string_view name;
    std::string_view value;
  };

  constexpr std::array kSettings{Setting{"NODE_TLS_REJECT_UNAUTHORIZED", "0"},
                                 Setting{"PYTHONHTTPSVERIFY", "0"},
                                 Setting{"GIT_SSL_NO_VERIFY", "true"},
                                 Setting{"GIT_SSL_NO_VERIFY", "1"},
                                 Setting{"NPM_CONFIG_STRICT_SSL", "false"},
                                 Setting{"GOINSECURE", "*"},
                                 Setting{"GONOSUMDB", "*"},
                                 Setting{"GOFLAGS", "-insecure"},
                                 Setting{"CURL_INSECURE", "1"}};
  for (const std::string_view keyword : {"ENV", "ARG"})
    for_each_instruction(context, keyword, [&](const Stage&, const Instruction& instruction) {
      for (const NamedValue& pair : instruction.pairs) {
        std::string value = pair.value.value_or("");
        std::erase_if(value, [](char c) { return c == '"' || c == '\''; });
        if (std::ranges::any_of(kSettings, [&](const Setting& setting) {
              return setting.name == pair.name && setting.value == value;
            }))
          hits.add(instruction.lines, fmt::format("{}={} takes any certificate", pair.name, value));
      }
    });
}

void plain_download(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (!is_download(command)) return;
    for (const std::string& word : command.words)
      if ((word.starts_with("http://") || word.starts_with("ftp://")) &&
          !word.starts_with("http://localhost") && !word.starts_with("http://127.")) {
        hits.add({line, line}, "the connection is not encrypted");
        return;
      }
  });
}

void sudo_used(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (command.sudo) hits.add({line, line}, "a command runs through sudo");
  });
}

void cd_alone(const Context& context, Hits& hits) {
  for (const Run& run : context.runs) {
    if (run.commands.empty() || run.commands.front().program() != "cd") continue;
    hits.add({run.lines.front(), run.lines.front()}, "the folder is changed for this RUN alone");
  }
}

/// "0777", "a+rwx": whether everybody may write.
bool is_open_to_all(std::string_view mode) {
  if (mode.size() >= 3 && mode.size() <= 5 && std::ranges::all_of(mode, base::is_digit))
    return mode.back() == '7' || mode.back() == '6' || mode.back() == '2' || mode.back() == '3';
  const std::size_t plus = mode.find('+');
  if (plus == std::string_view::npos) return false;
  const std::string_view who = mode.substr(0, plus);
  const std::string_view what = mode.substr(plus + 1);
  return (who.contains('o') || who.contains('a')) && what.contains('w') && !what.contains('t');
}

bool is_sticky(std::string_view mode) {
  return mode.size() == 4 && base::is_digit(mode.front()) && (mode.front() - '0') % 2 == 1;
}

void open_mode(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (command.program() != "chmod" || command.words.size() < 3) return;
    for (std::size_t i = 1; i < command.words.size(); ++i) {
      const std::string& word = command.words[i];
      if (word.starts_with('-')) continue;
      if (is_open_to_all(word) && !is_sticky(word))
        hits.add({line, line}, fmt::format("mode {} lets everybody write", word));
      return;
    }
  });
}

void set_user_id(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (command.program() != "chmod") return;
    const std::string_view mode = command.verb();
    const bool octal =
        mode.size() == 4 && std::ranges::all_of(mode, base::is_digit) &&
        (mode.front() == '4' || mode.front() == '6' || mode.front() == '2' || mode.front() == '7');
    if (octal || mode.starts_with("u+s") || mode.starts_with("g+s") || mode.starts_with("+s") ||
        mode.starts_with("a+s") || mode.starts_with("ug+s"))
      hits.add({line, line}, fmt::format("mode {} runs the file with its owner's rights", mode));
  });
}

void no_pipefail(const Context& context, Hits& hits) {
  for (const Run& run : context.runs) {
    if (run.pipefail || run.instruction->json) continue;
    for (std::size_t i = 0; i < run.commands.size(); ++i) {
      const ShellCommand& command = run.commands[i];
      if (!command.piped || i == 0 || run.commands[i - 1].program() == "yes" ||
          run.commands[i - 1].program() == "echo" || run.commands[i - 1].program() == "printf")
        continue;
      hits.add({run.lines[i], run.lines[i]}, "a failure before the pipe goes unnoticed");
      break;
    }
  }
}

void curl_and_wget(const Context& context, Hits& hits) {
  for (std::size_t stage = 0; stage < context.file.stages.size(); ++stage) {
    std::uint32_t first_curl = 0;
    std::uint32_t first_wget = 0;
    for_each_command(context, [&](const Run& run, const ShellCommand& command, std::uint32_t line) {
      if (run.stage != stage) return;
      if (command.program() == "curl" && first_curl == 0) first_curl = line;
      if (command.program() == "wget" && first_wget == 0) first_wget = line;
    });
    if (first_curl == 0 || first_wget == 0) continue;
    const std::uint32_t line = std::max(first_curl, first_wget);
    hits.add({line, line},
             fmt::format("the other one is used in line {}", std::min(first_curl, first_wget)));
  }
}

void pointless_program(const Context& context, Hits& hits) {
  constexpr std::array<std::string_view, 13> kPrograms{"ssh",
                                                       "vim",
                                                       "nano",
                                                       "shutdown",
                                                       "reboot",
                                                       "service",
                                                       "systemctl",
                                                       "ps",
                                                       "free",
                                                       "top",
                                                       "kill",
                                                       "mount",
                                                       "ifconfig"};
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (std::ranges::find(kPrograms, command.program()) != kPrograms.end())
      hits.add({line, line},
               fmt::format("{} has no use while an image is built", command.program()));
  });
}

void sparse_log(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (command.program() != "useradd" || command.has_flag("-l") ||
        command.has_flag("--no-log-init"))
      return;
    for (std::size_t i = 1; i + 1 < command.words.size(); ++i) {
      const std::string& word = command.words[i];
      const bool names_id = word == "--uid" || (word.starts_with('-') && !word.starts_with("--") &&
                                                word.ends_with('u'));
      if (names_id && command.words[i + 1].size() > 5)
        hits.add(
            {line, line},
            fmt::format("the log for user {} is written as a huge file", command.words[i + 1]));
    }
  });
}

void noisy_wget(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (command.program() != "wget") return;
    for (const std::string_view flag : {"-q",
                                        "--quiet",
                                        "-nv",
                                        "--no-verbose",
                                        "--progress",
                                        "-o",
                                        "--output-file",
                                        "-a",
                                        "--append-output"})
      if (command.has_flag(flag)) return;
    hits.add({line, line}, "wget draws a progress bar into the log");
  });
}

void linked_shell(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (command.program() == "ln" && command.words.back() == "/bin/sh")
      hits.add({line, line}, "the shell of the whole image is replaced");
  });
}

void ssh_server(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (!command.has_word("install") && !command.has_word("add") && !command.has_word("in")) return;
    for (const std::string_view package : {"openssh-server",
                                           "dropbear",
                                           "telnetd",
                                           "vsftpd",
                                           "tigervnc-standalone-server",
                                           "xrdp",
                                           "telnet-server"})
      if (command.has_word(package))
        hits.add({line, line}, fmt::format("{} lets people log in", package));
  });
}

void sudoers(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    if (std::ranges::any_of(command.words,
                            [](const std::string& word) { return word.contains("NOPASSWD"); }))
      hits.add({line, line}, "a user may become root without a password");
  });
}

void insecure_run(const Context& context, Hits& hits) {
  for_each_instruction(context, "RUN", [&](const Stage&, const Instruction& instruction) {
    const std::string* security = instruction.flag("security");
    if (security != nullptr && *security == "insecure")
      hits.add(instruction.lines, "the command runs without any confinement");
  });
}

void host_network_run(const Context& context, Hits& hits) {
  for_each_instruction(context, "RUN", [&](const Stage&, const Instruction& instruction) {
    const std::string* network = instruction.flag("network");
    if (network != nullptr && *network == "host")
      hits.add(instruction.lines, "the command uses the network of the builder's machine");
  });
}

void unpinned_clone(const Context& context, Hits& hits) {
  for (const Run& run : context.runs)
    for (std::size_t i = 0; i < run.commands.size(); ++i) {
      const ShellCommand& clone = run.commands[i];
      if (clone.program() != "git" || clone.verb() != "clone" || clone.has_flag("-b") ||
          clone.has_flag("--branch") || clone.has_flag("--revision"))
        continue;
      const bool later =
          std::any_of(run.commands.begin() + static_cast<std::ptrdiff_t>(i),
                      run.commands.end(),
                      [](const ShellCommand& command) {
                        return command.program() == "git" &&
                               (command.has_word("checkout") || command.has_word("reset") ||
                                command.has_word("switch"));
                      });
      if (!later) hits.add({run.lines[i], run.lines[i]}, "the newest commit is taken");
    }
}

// --- secrets --------------------------------------------------------------------------------

void secret_environment(const Context& context, Hits& hits) {
  for_each_instruction(context, "ENV", [&](const Stage&, const Instruction& instruction) {
    for (const NamedValue& pair : instruction.pairs)
      if (is_secret_name(pair.name) && pair.value && is_secret_value(*pair.value))
        hits.add(instruction.lines, fmt::format("{} holds a value", pair.name), {*pair.value});
  });
}

void secret_argument(const Context& context, Hits& hits) {
  const auto check = [&](const Instruction& instruction) {
    for (const NamedValue& pair : instruction.pairs)
      if (is_secret_name(pair.name))
        hits.add(instruction.lines,
                 fmt::format("{} is a build argument", pair.name),
                 pair.value && !pair.value->empty() ? std::vector{*pair.value}
                                                    : std::vector<std::string>{});
  };
  for (const Instruction& instruction : context.file.arguments)
    check(instruction);
  for_each_instruction(
      context, "ARG", [&](const Stage&, const Instruction& instruction) { check(instruction); });
}

void secret_file(const Context& context, Hits& hits) {
  constexpr std::array<std::string_view, 18> kNames{".env",
                                                    ".npmrc",
                                                    ".pypirc",
                                                    ".netrc",
                                                    "_netrc",
                                                    "id_rsa",
                                                    "id_dsa",
                                                    "id_ecdsa",
                                                    "id_ed25519",
                                                    ".htpasswd",
                                                    ".git-credentials",
                                                    ".dockercfg",
                                                    ".pgpass",
                                                    "credentials.json",
                                                    "secrets.yml",
                                                    "secrets.yaml",
                                                    "service-account.json",
                                                    "kubeconfig"};
  constexpr std::array<std::string_view, 7> kEndings{
      ".pem", ".key", ".p12", ".pfx", ".jks", ".keystore", ".kdbx"};
  constexpr std::array<std::string_view, 5> kFolders{
      ".ssh", ".aws", ".gnupg", ".kube", ".docker/config.json"};
  for (const std::string_view keyword : {"COPY", "ADD"})
    for_each_instruction(context, keyword, [&](const Stage&, const Instruction& instruction) {
      const auto& words = instruction.substituted;
      if (words.size() < 2 || instruction.flag("from") != nullptr) return;
      for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        std::string_view path = words[i];
        while (path.ends_with('/'))
          path.remove_suffix(1);
        const std::string_view name = path.substr(path.rfind('/') + 1);
        const auto ends = [&](std::string_view end) { return path.ends_with(end); };
        if (std::ranges::find(kNames, name) != kNames.end() ||
            std::ranges::any_of(kEndings, ends) || std::ranges::any_of(kFolders, ends))
          hits.add(instruction.lines, fmt::format("{} usually holds secrets", path));
      }
    });
}

/// "https://user:password@host".
std::string_view password_of_url(std::string_view word) {
  const std::size_t scheme = word.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view authority = word.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/ "));
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return {};
  const std::string_view user = authority.substr(0, at);
  const std::size_t colon = user.find(':');
  const std::string_view password =
      colon == std::string_view::npos ? std::string_view() : user.substr(colon + 1);
  return password.contains('$') ? std::string_view() : password;
}

void secret_in_command(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    for (std::size_t i = 1; i < command.words.size(); ++i) {
      const std::string& word = command.words[i];
      if (const std::string_view password = password_of_url(word); !password.empty())
        hits.add({line, line}, "a URL holds a password", {std::string(password)});
      const std::size_t equals = word.find('=');
      if (word.starts_with("--") && equals != std::string::npos &&
          is_secret_name(std::string_view(word).substr(2, equals - 2)) &&
          is_secret_value(word.substr(equals + 1)))
        hits.add({line, line},
                 fmt::format("{} holds a secret", word.substr(0, equals)),
                 {word.substr(equals + 1)});
      const bool user_flag = command.program() == "curl" && (word == "-u" || word == "--user");
      if (user_flag && i + 1 < command.words.size() && command.words[i + 1].contains(':') &&
          !command.words[i + 1].contains('$'))
        hits.add({line, line}, "curl is given a password", {command.words[i + 1]});
      if (base::to_lower(word).starts_with("authorization:") && !word.contains('$'))
        hits.add({line, line}, "a header holds a secret", {word.substr(14)});
    }
  });
}

void fixed_password(const Context& context, Hits& hits) {
  for (const Run& run : context.runs)
    for (std::size_t i = 0; i < run.commands.size(); ++i) {
      const ShellCommand& command = run.commands[i];
      if (command.program() == "chpasswd" && command.piped && i > 0) {
        const ShellCommand& before = run.commands[i - 1];
        const bool fixed = before.program() == "echo" || before.program() == "printf";
        if (fixed && std::ranges::none_of(
                         before.words, [](const std::string& word) { return word.contains('$'); }))
          hits.add({run.lines[i - 1], run.lines[i - 1]},
                   "a password is set here",
                   {before.words.back()});
      }
      if (command.program() == "passwd" && command.piped)
        hits.add({run.lines[i], run.lines[i]}, "a password is set here");
    }
}

void printed_secret(const Context& context, Hits& hits) {
  for_each_command(context, [&](const Run&, const ShellCommand& command, std::uint32_t line) {
    const bool reads = std::ranges::any_of(
        command.words, [](const std::string& word) { return word.starts_with("/run/secrets/"); });
    const bool copies = command.program() == "cp" || command.program() == "install" ||
                        (command.program() == "cat" && !command.outputs.empty() &&
                         command.outputs.front() != "/dev/null");
    if (reads && copies) hits.add({line, line}, "a mounted secret is written into the layer");
  });
}

constexpr std::array kChecks{
    Check{"PQ-DF-080", piped_download},
    Check{"PQ-DF-081", unverified_tls},
    Check{"PQ-DF-082", unverified_tls_environment},
    Check{"PQ-DF-083", plain_download},
    Check{"PQ-DF-084", sudo_used},
    Check{"PQ-DF-085", cd_alone},
    Check{"PQ-DF-086", open_mode},
    Check{"PQ-DF-087", set_user_id},
    Check{"PQ-DF-088", no_pipefail},
    Check{"PQ-DF-089", curl_and_wget},
    Check{"PQ-DF-090", pointless_program},
    Check{"PQ-DF-091", sparse_log},
    Check{"PQ-DF-092", noisy_wget},
    Check{"PQ-DF-093", linked_shell},
    Check{"PQ-DF-094", ssh_server},
    Check{"PQ-DF-095", sudoers},
    Check{"PQ-DF-096", insecure_run},
    Check{"PQ-DF-097", host_network_run},
    Check{"PQ-DF-098", unpinned_clone},
    Check{"PQ-DF-110", secret_environment},
    Check{"PQ-DF-111", secret_argument},
    Check{"PQ-DF-112", secret_file},
    Check{"PQ-DF-113", secret_in_command},
    Check{"PQ-DF-114", fixed_password},
    Check{"PQ-DF-115", printed_secret},
};

} // namespace

std::span<const Check> command_checks() {
  return kChecks;
}

} // namespace portique::inspect::dockerfile
