#include "portique/access/redaction.h"

#include <algorithm>
#include <array>

#include "portique/access/secret_names.h"
#include "portique/base/text.h"

namespace portique::access {

namespace {

constexpr std::size_t kMostBytes = 4096;

/// Besides what names a secret anywhere, words that do so before a value of a command or a query.
bool names_secret(std::string_view name) {
  static constexpr std::array<std::string_view, 4> kWords{"private", "auth", "pwd", "session"};
  const std::string lower = base::to_lower(name);
  return names_a_secret(lower) || std::ranges::any_of(kWords, [&](std::string_view word) {
           return lower.find(word) != std::string::npos;
         });
}

/// Options of one letter that take a password: mysql -p, curl -u, sshpass -p, redis-cli -a, ...
bool is_secret_letter(std::string_view program, std::string_view word) {
  struct Row {
    std::string_view program;
    std::string_view option;
  };

  static constexpr std::array kRows{Row{"mysql", "-p"},
                                    Row{"mysqldump", "-p"},
                                    Row{"mysqladmin", "-p"},
                                    Row{"mariadb", "-p"},
                                    Row{"mariadb-dump", "-p"},
                                    Row{"sshpass", "-p"},
                                    Row{"curl", "-u"},
                                    Row{"curl", "-U"},
                                    Row{"curl", "--user"},
                                    Row{"curl", "--proxy-user"},
                                    Row{"wget", "--http-user"},
                                    Row{"redis-cli", "-a"},
                                    Row{"ldapsearch", "-w"},
                                    Row{"mongo", "-p"},
                                    Row{"mongosh", "-p"},
                                    Row{"docker", "-p"}};
  return std::ranges::any_of(kRows, [&](const Row& row) {
    return row.program == program && word.starts_with(row.option);
  });
}

/// Header lines: "Authorization: Bearer ...".
bool mask_header(std::string& word) {
  const std::size_t colon = word.find(':');
  if (colon == std::string::npos || colon > 40 || !names_secret(word.substr(0, colon)))
    return false;
  if (word.compare(colon, 3, "://") == 0) return false;
  word.replace(colon + 1, std::string::npos, " " + std::string(kRedacted));
  return true;
}

/// A shell's script is one word: each of its own words is looked at.
std::string masked_script(std::string_view script) {
  std::string out;
  bool hide_next = false;
  std::string program;
  std::size_t at = 0;
  while (at < script.size()) {
    const std::size_t begin = script.find_first_not_of(" \t\n;|&()", at);
    if (begin == std::string_view::npos) break;
    const std::size_t end = std::min(script.find_first_of(" \t\n;|&()", begin), script.size());
    const std::string_view between = script.substr(at, begin - at);
    if (between.find_first_of("\n;|&()") != std::string_view::npos) program.clear();
    out.append(between);
    const std::string_view word = script.substr(begin, end - begin);
    at = end;
    if (hide_next) {
      out += kRedacted;
      hide_next = false;
      continue;
    }
    const std::size_t equals = word.find('=');
    if (equals != std::string_view::npos && names_secret(word.substr(0, equals))) {
      out.append(word.substr(0, equals + 1)).append(kRedacted);
      continue;
    }
    if (program.empty() && equals == std::string_view::npos)
      program = word.substr(word.rfind('/') + 1);
    if (word.starts_with('-') && is_secret_letter(program, word)) {
      hide_next = word.size() == 2 || word.starts_with("--");
      out.append(hide_next ? word : word.substr(0, 2)).append(hide_next ? "" : kRedacted);
      continue;
    }
    hide_next = word.starts_with('-') && names_secret(word);
    out.append(word);
  }
  out.append(script.substr(std::min(at, script.size())));
  return out;
}

/// An encoded URL with a user before its host: remote=https%3A%2F%2Fme%3Asecret%40git.example
bool hides_login(std::string_view value) {
  const std::string lower = base::to_lower(value);
  return lower.find("%40") != std::string::npos &&
         (lower.find("%2f%2f") != std::string::npos || lower.find("://") != std::string::npos);
}

std::string cut(std::string text) {
  std::string clean = base::to_utf8(text);
  if (clean.size() <= kMostBytes) return clean;
  clean.resize(kMostBytes);
  // Not in the middle of a character.
  while (!clean.empty() && !base::is_utf8(clean))
    clean.pop_back();
  return clean + "...";
}

} // namespace

void mask_logins(std::string& text) {
  for (std::size_t at = text.find("//"); at != std::string::npos; at = text.find("//", at + 2)) {
    const std::size_t begin = at + 2;
    const std::size_t end = std::min(text.find_first_of("/?# \t\n\"'\\,", begin), text.size());
    const std::string_view login = std::string_view(text).substr(begin, end - begin);
    const std::size_t colon = login.find(':');
    const std::size_t sign = login.rfind('@');
    if (colon == std::string_view::npos || sign == std::string_view::npos || sign <= colon + 1)
      continue;
    text.replace(begin + colon + 1, sign - colon - 1, kRedacted);
  }
}

std::string masked_command(std::span<const std::string> words) {
  std::string out;
  bool hide_next = false;
  std::string program;
  for (std::string word : words) {
    if (out.size() > kMostBytes) break;
    if (program.empty() && word.find('=') == std::string::npos)
      program = word.substr(word.rfind('/') + 1);
    if (hide_next) {
      word = kRedacted;
      hide_next = false;
    } else if (const std::size_t equals = word.find('=');
               equals != std::string::npos && equals < 100 &&
               word.find_first_of(" \t\n") == std::string::npos &&
               names_secret(word.substr(0, equals))) {
      word.replace(equals + 1, std::string::npos, kRedacted);
    } else if (word.starts_with('-') && is_secret_letter(program, word)) {
      if (word.size() > 2 && !word.starts_with("--"))
        word.replace(2, std::string::npos, kRedacted);
      else
        hide_next = true;
    } else if (word.starts_with('-') && word.find(' ') == std::string::npos && names_secret(word)) {
      hide_next = true;
    } else if (!mask_header(word) && word.find_first_of(" \t\n") != std::string::npos) {
      word = masked_script(word);
    }
    mask_logins(word);
    out += (out.empty() ? "" : " ") + word;
  }
  return cut(std::move(out));
}

bool shows_secret(std::span<const std::string> words) {
  std::size_t size = words.empty() ? 0 : words.size() - 1;
  for (const std::string& word : words) {
    size += word.size();
    std::string_view rest = word;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find_first_of(",;&"), rest.size());
      const std::string_view option = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const std::size_t equals = option.find('=');
      if (equals != std::string_view::npos && names_secret(option.substr(0, equals))) return true;
    }
  }
  const std::string masked = masked_command(words);
  if (masked.size() != size) return true;
  std::string_view rest = masked;
  return !std::ranges::all_of(words, [&](const std::string& word) {
    const bool same = rest.starts_with(word);
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    return same;
  });
}

bool shows_secret(std::string_view word) {
  const std::string one(word);
  return shows_secret(std::span(&one, 1));
}

std::string masked_target(std::string_view target) {
  const std::size_t question = target.find('?');
  std::string out(target.substr(0, question));
  if (question != std::string_view::npos) {
    std::string_view rest = target.substr(question + 1);
    char separator = '?';
    while (!rest.empty() && out.size() <= kMostBytes) {
      const std::string_view pair = base::take_until(rest, '&');
      const std::size_t equals = pair.find('=');
      const std::string_view key = pair.substr(0, equals);
      out += separator;
      separator = '&';
      // Build arguments hold passwords as often as not, and so do the ENV of a commit's changes.
      const bool hides =
          equals != std::string_view::npos &&
          (names_secret(key) || hides_login(pair.substr(equals + 1)) ||
           base::equals_ignore_case(key, "buildargs") || base::equals_ignore_case(key, "changes") ||
           base::equals_ignore_case(key, "labels") || key.find('%') != std::string_view::npos);
      out.append(key);
      if (equals == std::string_view::npos) continue;
      out.append("=").append(hides ? kRedacted : pair.substr(equals + 1));
    }
  }
  mask_logins(out);
  return cut(std::move(out));
}

} // namespace portique::access
