// Headers of plugins and themes,
// https://developer.wordpress.org/plugins/plugin-basics/header-requirements/, are "Name: value"
// lines of a comment within the first 8 KiB, as get_file_data() of WordPress reads them.
#include "portique/inventory/wordpress/wordpress.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::Result;

constexpr std::uint64_t kHeaderBytes = 8192;

Result<std::string> beginning_of(const FileContent& file) {
  std::string text(std::min(file.size(), kHeaderBytes), '\0');
  PQ_TRY(file.read_at(0, std::as_writable_bytes(std::span(text))));
  return text;
}

/// The value of a header, "" if there is none.
std::string header_of(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    std::string_view line = base::take_until(text, '\n');
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.starts_with("<?php")) line.remove_prefix(5);
    line.remove_prefix(std::min(line.find_first_not_of(" \t/*#@"), line.size()));
    if (line.size() <= name.size() || line[name.size()] != ':' ||
        !base::equals_ignore_case(line.substr(0, name.size()), name)) {
      continue;
    }
    line.remove_prefix(name.size() + 1);
    line = line.substr(0, std::min(line.find("*/"), line.find("?>")));
    return utf8_value(base::trim(line));
  }
  return {};
}

/// "akismet" of "wp-content/plugins/akismet/akismet.php", "hello" of
/// "wp-content/plugins/hello.php".
std::string_view slug_of(std::string_view path) {
  const std::size_t slash = std::min(path.rfind('/'), path.size());
  const std::string_view file = path.substr(std::min(slash + 1, path.size()));
  const std::string_view folder = path.substr(0, slash);
  const std::string_view last = folder.substr(folder.rfind('/') + 1);
  return last == "plugins" || last == "mu-plugins" ? file.substr(0, file.rfind('.')) : last;
}

void add_package(Analysis& analysis, const FileContent& file, model::Package package) {
  if (!base::is_word(package.name) || !base::is_word(package.version)) {
    add_issue(analysis,
              Code::Malformed,
              fmt::format("{} {} has {}",
                          package.type,
                          excerpt(package.name),
                          package.version.empty() ? "no version" : "no valid name and version"));
    return;
  }
  package.path = file.path();
  analysis.packages.push_back(std::move(package));
}

Analysis analyze_header(const FileContent& file, std::string type, std::string_view name_header) {
  Analysis analysis;
  const auto text = beginning_of(file);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  if (header_of(*text, name_header).empty()) return analysis;
  model::Package package{.type = std::move(type),
                         .name = std::string(slug_of(file.path())),
                         .version = header_of(*text, "Version")};
  if (std::string licence = header_of(*text, "License"); !licence.empty())
    package.licences.push_back(std::move(licence));
  add_package(analysis, file, std::move(package));
  return analysis;
}

} // namespace

Analysis analyze_wordpress_plugin(const FileContent& file, const base::Limits& /*limits*/) {
  return analyze_header(file, "wordpress-plugin", "Plugin Name");
}

Analysis analyze_wordpress_theme(const FileContent& file, const base::Limits& /*limits*/) {
  return analyze_header(file, "wordpress-theme", "Theme Name");
}

Analysis analyze_wordpress_core(const FileContent& file, const base::Limits& /*limits*/) {
  Analysis analysis;
  const auto text = beginning_of(file);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  // $wp_version = '6.4.2';
  std::string_view rest = *text;
  std::string_view version;
  while (!rest.empty() && version.empty()) {
    std::string_view line = base::trim(base::take_until(rest, '\n'));
    if (!line.starts_with("$wp_version")) continue;
    base::take_until(line, line.contains('"') ? '"' : '\'');
    version = line.substr(0, line.find_first_of("'\""));
  }
  add_package(
      analysis, file, {.type = "generic", .name = "wordpress", .version = std::string(version)});
  return analysis;
}

} // namespace portique::inventory
