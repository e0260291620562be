// sources.list(5). Not handled: keys written into the file itself (Signed-By with a key block; the
// default keyring is used then), and mirror+, cdrom and file methods, which name no archive that
// can be fetched.

#include "portique/advisory/apt_sources.h"

#include <algorithm>

#include "portique/advisory/debian_control.h"
#include "portique/base/file.h"
#include "portique/base/http_url.h"
#include "portique/base/text.h"

namespace portique::advisory {

namespace {

constexpr std::uint64_t kFileBytes = 1ULL << 20U;

std::string without_slash(std::string_view uri) {
  while (uri.ends_with('/'))
    uri.remove_suffix(1);
  return std::string(uri);
}

std::string keyring_of(std::string_view value) {
  const auto words = control_words(value);
  const bool file = words.size() == 1 && words[0].starts_with('/');
  return file ? std::string(words[0]) : std::string();
}

/// The value of "signed-by" in "[arch=amd64 signed-by=/x.gpg]".
std::string keyring_of_options(std::string_view options) {
  for (std::string_view word : control_words(options))
    if (base::to_lower(base::take_until(word, '=')) == "signed-by") return keyring_of(word);
  return {};
}

bool is_deb_type(std::string_view type) {
  return type == "deb" || type == "deb-src";
}

base::Result<void> read_into(const std::filesystem::path& file, std::vector<AptSource>& sources) {
  const std::string text = PQ_TRY(base::read_file(file, kFileBytes));
  const auto found =
      file.extension() == ".sources" ? parse_deb822_sources(text) : parse_sources_list(text);
  for (const AptSource& source : found) {
    if (!is_debian_security(source)) continue;
    const bool known = std::ranges::any_of(sources, [&](const AptSource& other) {
      return other.uri == source.uri && other.suite == source.suite;
    });
    if (!known) sources.push_back(source);
  }
  return {};
}

} // namespace

std::vector<AptSource> parse_sources_list(std::string_view text) {
  std::vector<AptSource> sources;
  while (!text.empty()) {
    std::string_view line = base::take_until(text, '\n');
    line = base::trim(base::take_until(line, '#'));
    std::string_view type = line.substr(0, line.find_first_of(" \t["));
    if (!is_deb_type(type)) continue;
    line = base::trim(line.substr(type.size()));
    AptSource source;
    if (line.starts_with('[')) {
      line.remove_prefix(1);
      source.keyring = keyring_of_options(base::take_until(line, ']'));
    }
    const auto words = control_words(line);
    if (words.size() < 2) continue;
    source.uri = without_slash(words[0]);
    source.suite = without_slash(words[1]);
    source.components.assign(words.begin() + 2, words.end());
    sources.push_back(std::move(source));
  }
  return sources;
}

std::vector<AptSource> parse_deb822_sources(std::string_view text) {
  std::vector<AptSource> sources;
  ControlReader reader(text);
  while (const auto paragraph = reader.next()) {
    const std::string enabled = base::to_lower(base::trim(paragraph->field("Enabled")));
    if (enabled == "no" || enabled == "false" || enabled == "0") continue;
    const auto types = control_words(paragraph->field("Types"));
    if (std::ranges::none_of(types, is_deb_type)) continue;
    const auto components = control_words(paragraph->field("Components"));
    for (const std::string_view uri : control_words(paragraph->field("URIs")))
      for (const std::string_view suite : control_words(paragraph->field("Suites")))
        sources.push_back({.uri = without_slash(uri),
                           .suite = without_slash(suite),
                           .components = {components.begin(), components.end()},
                           .keyring = keyring_of(paragraph->field("Signed-By"))});
  }
  return sources;
}

bool is_debian_security(const AptSource& source) {
  const auto url = base::parse_http_url(source.uri);
  if (!url || !source.suite.ends_with("-security") || source.suite.find('/') != std::string::npos)
    return false;
  return source.uri.ends_with("/debian-security") || source.uri.ends_with("/debian") ||
         url->host == "security.debian.org";
}

base::Result<std::vector<AptSource>> configured_sources(const std::filesystem::path& etc_apt) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  if (std::filesystem::exists(etc_apt / "sources.list", error))
    files.push_back(etc_apt / "sources.list");
  for (std::filesystem::directory_iterator entry(etc_apt / "sources.list.d", error), end;
       !error && entry != end;
       entry.increment(error)) {
    const auto extension = entry->path().extension();
    if (extension == ".list" || extension == ".sources") files.push_back(entry->path());
  }
  std::ranges::sort(files);
  std::vector<AptSource> sources;
  for (const auto& file : files)
    PQ_TRY(read_into(file, sources));
  if (sources.empty())
    return base::fail(base::Code::NotFound,
                      "apt (" + etc_apt.string() +
                          ") is configured for no Debian security archive; name one with "
                          "--apt-source \"URL SUITE\"");
  return sources;
}

base::Result<AptSource> parse_apt_source(std::string_view text) {
  const auto words = control_words(text);
  if (words.size() < 2)
    return base::fail(base::Code::InvalidArgument,
                      "an apt source is written \"URL SUITE [COMPONENT...]\", not \"" +
                          base::printable(text) + "\"");
  const auto url = PQ_TRY(base::parse_http_url(words[0]));
  AptSource source{.uri = without_slash(url.text), .suite = without_slash(words[1])};
  source.components.assign(words.begin() + 2, words.end());
  if (source.components.empty()) source.components = {"main"};
  if (source.suite.empty() || source.suite.find("..") != std::string::npos)
    return base::fail(base::Code::InvalidArgument,
                      "\"" + base::printable(words[1]) + "\" is not a suite");
  return source;
}

} // namespace portique::advisory
