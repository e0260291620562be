// Sections begin in the first column. Within GEM, GIT, PATH and PLUGIN SOURCE, "specs:" is followed
// by one gem a line, indented by four blanks, and below each its dependencies, indented by six:
//
//   GEM
//     specs:
//       faker (1.9.3)
//         i18n (>= 0.7)
//
// CHECKSUMS has "  faker (1.9.3) sha256=...". A version may have its platform behind a dash:
// "nokogiri (1.15.0-x86_64-linux)". What comes from PATH is the project itself and left out.
#include "portique/inventory/ruby/gemfile_lock.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"

namespace portique::inventory {

namespace {

using base::Code;

struct GemLine {
  std::string_view name;
  std::string_view version; ///< with its platform
};

/// "name (1.2.3)"; an empty version if there is none.
GemLine gem_of(std::string_view line) {
  GemLine gem{base::trim(base::take_until(line, '(')), {}};
  const std::size_t close = line.find(')');
  if (close != std::string_view::npos) gem.version = base::trim(line.substr(0, close));
  return gem;
}

class LockReader {
public:
  LockReader(DeclaredPackages& declared, Analysis& analysis)
      : declared_(&declared), analysis_(&analysis) {}

  void read(std::string_view text) {
    for (std::string_view line : base::split(text, '\n')) {
      ++line_;
      if (line.ends_with('\r')) line.remove_suffix(1);
      read_line(line);
    }
    if (!saw_section_) {
      add_issue(*analysis_, Code::Malformed, "this is no lock file of Bundler");
      return;
    }
    for (model::Package& package : gems_) {
      const auto hash = hashes_.find(package.name + "@" + package.version);
      if (hash != hashes_.end()) package.hashes.push_back(hash->second);
      if (!declared_->add(std::move(package))) return;
    }
  }

private:
  void read_line(std::string_view line) {
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    if (indent == line.size()) return;
    const std::string_view content = line.substr(indent);
    if (indent == 0) {
      section_ = content;
      saw_section_ |= content == "GEM" || content == "GIT" || content == "PATH" ||
                      content == "PLATFORMS" || content == "DEPENDENCIES";
      in_gem_ = false;
      return;
    }
    if (section_ == "CHECKSUMS") return read_checksum(content);
    if (section_ != "GEM" && section_ != "GIT" && section_ != "PLUGIN SOURCE") return;
    if (indent == 4) return read_gem(content);
    if (indent == 6 && in_gem_)
      if (const std::string_view name = gem_of(content).name; base::is_word(name))
        gems_.back().dependencies.push_back(
            utf8_value(name.ends_with('!') ? name.substr(0, name.size() - 1) : name));
  }

  void read_gem(std::string_view content) {
    const GemLine gem = gem_of(content);
    in_gem_ = base::is_word(gem.name) && base::is_word(gem.version);
    if (!in_gem_) {
      add_issue(*analysis_,
                Code::Malformed,
                fmt::format("line {}: {} is no gem with its version", line_, excerpt(content)));
      return;
    }
    // Gem versions have no dashes: what follows one is the platform.
    std::string_view version = gem.version;
    const std::string_view number = base::take_until(version, '-');
    model::Package package{
        .type = "gem", .name = utf8_value(gem.name), .version = utf8_value(number)};
    package.arch = utf8_value(version);
    gems_.push_back(std::move(package));
  }

  void read_checksum(std::string_view content) {
    constexpr std::string_view kSha256 = "sha256=";
    const GemLine gem = gem_of(content);
    const std::size_t at = content.find(kSha256);
    if (at == std::string_view::npos) return;
    std::string_view hex = content.substr(at + kSha256.size());
    hex = hex.substr(0, hex.find_first_of(" ,"));
    constexpr std::size_t kHexDigits = 64;
    if (hex.size() == kHexDigits && base::is_word(hex))
      hashes_.emplace(utf8_value(gem.name) + "@" + utf8_value(gem.version),
                      "sha256:" + utf8_value(hex));
  }

  DeclaredPackages* declared_;
  Analysis* analysis_;
  std::string_view section_;
  std::size_t line_ = 0;
  bool saw_section_ = false;
  bool in_gem_ = false;
  std::vector<model::Package> gems_;
  std::unordered_map<std::string, std::string> hashes_; ///< by NAME@VERSION without platform
};

} // namespace

Analysis analyze_gemfile_lock(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  DeclaredPackages declared(file.path(), limits, analysis);
  LockReader(declared, analysis).read(*text);
  declared.finish();
  return analysis;
}

} // namespace portique::inventory
