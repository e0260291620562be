// apk-tools' installed database: records of "X:value" lines, a blank line after each. Of the file
// list, F (a folder) and R (a file in it) are read; their modes and checksums (M, a, Z) are not.
// Format: https://wiki.alpinelinux.org/wiki/Apk_spec

#include "portique/inventory/os/apk_installed.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/owned_files.h"

namespace portique::inventory {

namespace {

using base::Code;

class InstalledReader {
public:
  InstalledReader(const base::Limits& limits, Analysis& analysis)
      : limits_(&limits), analysis_(&analysis), owned_(limits, analysis) {}

  void read(std::string_view text) {
    while (!text.empty() && !full_) {
      std::string_view line = base::take_until(text, '\n');
      if (line.ends_with('\r')) line.remove_suffix(1);
      ++line_;
      if (line.empty()) {
        finish();
      } else {
        field(line);
      }
    }
    finish();
  }

private:
  struct Record {
    std::size_t line = 0;                ///< of its first field, 0 if there was none
    std::optional<std::uint64_t> folder; ///< hash of the last F
    std::string_view name, version, arch, licence, origin, maintainer;
  };

  template <typename Describe> void issue(Code code, std::size_t line, Describe describe) {
    if (issues_are_full(*analysis_)) return;
    add_issue(*analysis_, code, fmt::format("line {}: {}", line, describe()));
  }

  void field(std::string_view line) {
    if (line.size() < 2 || line[1] != ':' || !base::is_alpha(line[0])) {
      issue(
          Code::Malformed, line_, [&] { return excerpt(line) + " is no field of an apk record"; });
      return;
    }
    if (line[0] == 'P' && !record_.name.empty()) {
      issue(
          Code::Malformed, line_, [] { return "a record begins without a blank line before it"; });
      finish();
    }
    if (record_.line == 0) record_.line = line_;
    if (line[0] == 'F' || line[0] == 'R') {
      owned_file(line);
      return;
    }
    std::string_view* value = slot(line[0]);
    if (value == nullptr) return;
    if (line.size() > limits_->field_bytes) {
      issue(Code::LimitExceeded, line_, [&] {
        return fmt::format("field {}: is too long", line[0]);
      });
      return;
    }
    *value = base::trim(line.substr(2));
  }

  void owned_file(std::string_view line) {
    const std::string_view path = line.substr(2);
    if (path.size() > limits_->path_bytes) {
      issue(Code::LimitExceeded, line_, [] { return "the path is too long"; });
      return;
    }
    if (line[0] == 'F') {
      record_.folder = folder_hash(path, buffer_);
    } else if (record_.folder) {
      owned_.add_in(*record_.folder, path);
    } else {
      issue(Code::Malformed, line_, [] { return "a file without a folder before it"; });
    }
  }

  std::string_view* slot(char letter) {
    switch (letter) {
    case 'P':
      return &record_.name;
    case 'V':
      return &record_.version;
    case 'A':
      return &record_.arch;
    case 'L':
      return &record_.licence;
    case 'o':
      return &record_.origin;
    case 'm':
      return &record_.maintainer;
    default:
      return nullptr;
    }
  }

  void finish() {
    const Record record = std::exchange(record_, {});
    if (record.line == 0) return;
    if (add(record))
      owned_.give_to(record.name);
    else
      owned_.drop();
  }

  /// Whether the record is one of a package.
  bool add(const Record& record) {
    if (!base::is_word(record.name)) {
      issue(Code::Malformed, record.line, [&] {
        return std::string(record.name.empty() ? "a record without a package name"
                                               : excerpt(record.name) + " is no package name");
      });
      return false;
    }
    if (!base::is_word(record.version)) {
      issue(Code::Malformed, record.line, [&] {
        return fmt::format("package {} has {}",
                           record.name.substr(0, 100),
                           record.version.empty()
                               ? "no version"
                               : "the invalid version " + excerpt(record.version));
      });
      return false;
    }
    if (analysis_->packages.size() >= limits_->packages) {
      issue(Code::LimitExceeded, record.line, [] {
        return "too many packages; the rest is not read";
      });
      full_ = true;
      return false;
    }
    model::Package package{
        .type = "apk",
        .name = std::string(record.name),
        .version = std::string(record.version),
        .arch = utf8_value(record.arch),
        .source_name = utf8_value(record.origin.empty() ? record.name : record.origin),
        .source_version = std::string(record.version),
        .maintainer = utf8_value(record.maintainer),
    };
    if (!record.licence.empty()) package.licences.push_back(utf8_value(record.licence));
    analysis_->packages.push_back(std::move(package));
    return true;
  }

  const base::Limits* limits_;
  Analysis* analysis_;
  OwnedPaths owned_;
  std::string buffer_;
  Record record_;
  std::size_t line_ = 0;
  bool full_ = false;
};

} // namespace

Analysis analyze_apk_installed(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  InstalledReader(limits, analysis).read(*text);
  for (model::Package& package : analysis.packages)
    package.path = file.path();
  return analysis;
}

} // namespace portique::inventory
