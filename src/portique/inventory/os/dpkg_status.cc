// dpkg's status file: deb822 stanzas, one a package (dpkg-query(1), deb-control(5)). Built-Using
// and Static-Built-Using are left aside: they name sources whose code may be inside, not packages
// that are installed.
//
// In status.d of distroless images every package has a file of its own, under a name that need not
// be the package's, beside checksums and scripts. There, what does not look like a control record
// is not ours and raises no issue.

#include "portique/inventory/os/dpkg_status.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/os/deb822.h"

namespace portique::inventory {

namespace {

using base::Code;

// deb-version(7): [epoch:]upstream[-revision].
bool is_version(std::string_view text) {
  const auto made_of = [](std::string_view part, std::string_view others) {
    return !part.empty() && std::ranges::all_of(part, [&](char c) {
      return base::is_alnum(c) || others.contains(c);
    });
  };
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    const auto epoch = base::parse_int<std::int32_t>(text.substr(0, colon));
    if (!epoch || *epoch < 0) return false;
    text.remove_prefix(colon + 1);
  }
  const std::size_t dash = text.rfind('-');
  if (dash != std::string_view::npos && !made_of(text.substr(dash + 1), "+.~")) return false;
  return made_of(text.substr(0, dash), ".+~-:");
}

enum class Presence : std::uint8_t { Present, Absent, Unknown };

// The third word of Status says how far the package is; the first two are wishes and errors.
Presence presence_of(std::string_view status) {
  std::string_view word;
  for (int i = 0; i < 3; ++i) {
    status = base::trim(status);
    word = status.substr(0, status.find_first_of(" \t"));
    status.remove_prefix(word.size());
  }
  if (!base::trim(status).empty()) return Presence::Unknown;
  for (const std::string_view present : {"installed",
                                         "unpacked",
                                         "half-configured",
                                         "half-installed",
                                         "triggers-awaited",
                                         "triggers-pending",
                                         "post-inst-failed", // opkg's
                                         "removal-failed"}) {
    if (base::equals_ignore_case(word, present)) return Presence::Present;
  }
  for (const std::string_view absent : {"not-installed", "config-files"}) {
    if (base::equals_ignore_case(word, absent)) return Presence::Absent;
  }
  return Presence::Unknown;
}

struct Record {
  std::size_t line = 0; ///< of its first field, 0 if there was none
  std::string_view package, status, version, architecture, source, maintainer;
  bool has_package = false;
  bool has_status = false;
};

class StatusReader {
public:
  StatusReader(std::string_view purl_type, const base::Limits& limits, Analysis& analysis)
      : purl_type_(purl_type), limits_(&limits), analysis_(&analysis) {}

  void read(std::string_view text) {
    Deb822Reader reader(text);
    while (const auto item = reader.next()) {
      switch (item->kind) {
      case Deb822Item::Kind::Field:
        field(*item);
        break;
      case Deb822Item::Kind::EndOfStanza:
        finish();
        break;
      case Deb822Item::Kind::Broken:
        issue(Code::Malformed, item->line, [&] {
          return excerpt(item->value) + " is no field of a record";
        });
        break;
      }
      if (full_) return;
    }
  }

  /// Whether any field was seen that only a control record has.
  [[nodiscard]] bool saw_control_field() const { return saw_control_field_; }

private:
  template <typename Describe> void issue(Code code, std::size_t line, Describe describe) {
    if (issues_are_full(*analysis_)) return;
    add_issue(*analysis_, code, fmt::format("line {}: {}", line, describe()));
  }

  static std::string_view* slot(Record& record, std::string_view name) {
    const auto is = [&](std::string_view other) { return base::equals_ignore_case(name, other); };
    switch (name.size()) {
    case 6:
      return is("Status") ? &record.status : is("Source") ? &record.source : nullptr;
    case 7:
      return is("Package") ? &record.package : is("Version") ? &record.version : nullptr;
    case 10:
      return is("Maintainer") ? &record.maintainer : nullptr;
    case 12:
      return is("Architecture") ? &record.architecture : nullptr;
    default:
      return nullptr;
    }
  }

  void field(const Deb822Item& item) {
    std::string_view* value = slot(record_, item.name);
    if (value == &record_.package && record_.has_package) {
      issue(Code::Malformed, item.line, [] {
        return "a record begins without a blank line before it";
      });
      finish();
    }
    if (record_.line == 0) record_.line = item.line;
    if (value == nullptr) return;
    if (value == &record_.package) record_.has_package = true;
    if (value == &record_.status) record_.has_status = true;
    saw_control_field_ |= value == &record_.package || value == &record_.version;
    if (item.value.size() > limits_->field_bytes) {
      issue(Code::LimitExceeded, item.line, [&] {
        return fmt::format("field {} is too long", item.name);
      });
      return;
    }
    *value = base::trim(item.value);
  }

  void finish() {
    const Record record = std::exchange(record_, {});
    if (record.line == 0) return;
    if (!is_deb_package_name(record.package)) {
      issue(Code::Malformed, record.line, [&] {
        return std::string(record.package.empty()
                               ? "a record without a package name"
                               : excerpt(record.package) + " is no package name");
      });
      return;
    }
    if (!present(record)) return;
    if (!base::is_word(record.version)) {
      issue(Code::Malformed, record.line, [&] {
        return fmt::format("package {} has {}",
                           record.package.substr(0, 100),
                           record.version.empty()
                               ? "no version"
                               : "the invalid version " + excerpt(record.version));
      });
      return;
    }
    if (!is_version(record.version)) {
      issue(Code::Malformed, record.line, [&] {
        return fmt::format("package {} has the invalid version {}",
                           record.package.substr(0, 100),
                           excerpt(record.version));
      });
    }
    add(record);
  }

  bool present(const Record& record) {
    if (!record.has_status) return true;
    const Presence presence = presence_of(record.status);
    if (presence == Presence::Unknown) {
      issue(Code::Malformed, record.line, [&] {
        return fmt::format("package {} has the unknown status {}; it is taken for installed",
                           record.package.substr(0, 100),
                           excerpt(record.status));
      });
    }
    return presence != Presence::Absent;
  }

  void add(const Record& record) {
    if (analysis_->packages.size() >= limits_->packages) {
      issue(Code::LimitExceeded, record.line, [] {
        return "too many packages; the rest is not read";
      });
      full_ = true;
      return;
    }
    model::Package package{
        .type = std::string(purl_type_),
        .name = std::string(record.package),
        .version = std::string(record.version),
        .arch = utf8_value(record.architecture),
        .source_name = std::string(record.package),
        .source_version = std::string(record.version),
        .maintainer = utf8_value(record.maintainer),
    };
    if (!record.source.empty()) set_source(record, package);
    analysis_->packages.push_back(std::move(package));
  }

  // "name" or "name (version)".
  void set_source(const Record& record, model::Package& package) {
    std::string_view rest = record.source;
    const std::string_view name = base::trim(base::take_until(rest, '('));
    const std::string_view version =
        base::trim(rest.ends_with(')') ? rest.substr(0, rest.size() - 1) : std::string_view{});
    const bool has_version = record.source.contains('(');
    if (!is_deb_package_name(name) || (has_version && !base::is_word(version))) {
      issue(Code::Malformed, record.line, [&] {
        return fmt::format("package {} has the invalid source {}",
                           record.package.substr(0, 100),
                           excerpt(record.source));
      });
      return;
    }
    package.source_name = name;
    if (has_version) package.source_version = version;
  }

  std::string_view purl_type_;
  const base::Limits* limits_;
  Analysis* analysis_;
  Record record_;
  bool saw_control_field_ = false;
  bool full_ = false;
};

bool is_single_record(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash != std::string_view::npos && path.substr(0, slash).ends_with("status.d");
}

bool is_package_script(std::string_view path) {
  return std::ranges::any_of(
      std::to_array<std::string_view>({".md5sums", ".preinst", ".postinst", ".prerm", ".postrm"}),
      [&](std::string_view suffix) { return path.ends_with(suffix); });
}

} // namespace

bool read_package_records(std::string_view text,
                          std::string_view purl_type,
                          const base::Limits& limits,
                          Analysis& analysis) {
  StatusReader reader(purl_type, limits, analysis);
  reader.read(text);
  return reader.saw_control_field();
}

Analysis analyze_dpkg_status(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  const bool single = is_single_record(file.path());
  if (single && is_package_script(file.path())) return analysis;
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  const bool saw_control_field = read_package_records(*text, "deb", limits, analysis);
  if (single && !saw_control_field) return {};
  for (model::Package& package : analysis.packages)
    package.path = file.path();
  return analysis;
}

} // namespace portique::inventory
