// rpm's header structure, immutable region included: https://rpm-software-management.github.io/rpm/
// manual/format_header.html. In a database it has no magic before it. Only the tags that describe
// the package and name its files are looked at; signatures are passed over.

#include "portique/inventory/os/rpm_header.h"

#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/os/rpm_entries.h"

namespace portique::inventory {

namespace {

using base::ByteReader;
using base::Bytes;
using base::Code;
using base::fail;
using base::Result;
using rpm::Entry;
using rpm::for_each_entry;
using rpm::for_each_text;
using rpm::kI18nString;
using rpm::kInt16;
using rpm::kInt32;
using rpm::kString;
using rpm::kStringArray;
using rpm::number_at;
using rpm::text_at;

enum Tag : std::uint32_t {
  kName = 1000,
  kVersion = 1001,
  kRelease = 1002,
  kEpoch = 1003,
  kVendor = 1011,
  kLicence = 1014,
  kPackager = 1015,
  kArch = 1022,
  kOldFileNames = 1027,
  kFileModes = 1030,
  kSourceRpm = 1044,
  kDirIndexes = 1116,
  kBaseNames = 1117,
  kDirNames = 1118,
  kModularityLabel = 5096,
};

struct Fields {
  std::string_view name, version, release, vendor, licence, packager, arch, source_rpm,
      module_label;
  std::optional<std::uint32_t> epoch;

  std::string_view* slot(std::uint32_t tag) {
    switch (tag) {
    case kName:
      return &name;
    case kVersion:
      return &version;
    case kRelease:
      return &release;
    case kVendor:
      return &vendor;
    case kLicence:
      return &licence;
    case kPackager:
      return &packager;
    case kArch:
      return &arch;
    case kSourceRpm:
      return &source_rpm;
    case kModularityLabel:
      return &module_label;
    default:
      return nullptr;
    }
  }
};

Result<void> read_field(const Entry& entry, Bytes data, Fields& fields) {
  if (entry.tag == kEpoch) {
    if (entry.type != kInt32 || entry.count == 0)
      return fail(Code::Malformed, "the epoch is no number");
    ByteReader at(data);
    PQ_TRY(at.seek(entry.offset));
    fields.epoch = PQ_TRY(at.be<std::uint32_t>());
    return {};
  }
  std::string_view* slot = fields.slot(entry.tag);
  if (slot == nullptr) return {};
  if ((entry.type != kString && entry.type != kStringArray && entry.type != kI18nString) ||
      entry.count == 0)
    return fail(Code::Malformed, fmt::format("tag {} is no text", entry.tag));
  *slot = PQ_TRY(text_at(data, entry.offset));
  return {};
}

Result<Fields> read_fields(Bytes header) {
  Fields fields;
  PQ_TRY(for_each_entry(
      header, [&](const Entry& entry, Bytes data) { return read_field(entry, data, fields); }));
  return fields;
}

/// The tags that name files.
struct FileTags {
  Entry old_names, names, folders, folder_indexes, modes;
  Bytes data;

  Entry* slot(std::uint32_t tag) {
    switch (tag) {
    case kOldFileNames:
      return &old_names;
    case kBaseNames:
      return &names;
    case kDirNames:
      return &folders;
    case kDirIndexes:
      return &folder_indexes;
    case kFileModes:
      return &modes;
    default:
      return nullptr;
    }
  }
};

/// Whether a file of the list is neither folder nor link; taken for granted if no mode says so.
Result<bool> is_regular(const FileTags& tags, std::uint32_t index) {
  constexpr unsigned kFormatBits = 0170000;
  constexpr unsigned kRegular = 0100000;
  if (tags.modes.count == 0) return true;
  const unsigned mode = PQ_TRY(number_at<std::uint16_t>(tags.modes, kInt16, tags.data, index));
  return (mode & kFormatBits) == kRegular;
}

/// "bash-5.1.8-6.el9.src.rpm" into name and version-release.
bool split_source_rpm(std::string_view file, std::string_view& name, std::string_view& version) {
  for (const std::string_view suffix : {".src.rpm", ".nosrc.rpm"})
    if (file.ends_with(suffix)) file.remove_suffix(suffix.size());
  const std::size_t release = file.rfind('-');
  if (release == std::string_view::npos || release == 0) return false;
  const std::size_t dash = file.rfind('-', release - 1);
  if (dash == std::string_view::npos || dash == 0) return false;
  name = file.substr(0, dash);
  version = file.substr(dash + 1);
  return true;
}

std::string with_epoch(const std::optional<std::uint32_t>& epoch, const std::string& version) {
  return epoch ? fmt::format("{}:{}", *epoch, version) : version;
}

} // namespace

Result<model::Package> read_rpm_header(Bytes header) {
  const Fields fields = PQ_TRY(read_fields(header));
  for (const auto& [text, what] :
       {std::pair{fields.name, "name"}, {fields.version, "version"}, {fields.release, "release"}})
    if (!base::is_word(text))
      return fail(Code::Malformed,
                  text.empty() ? fmt::format("the package has no {}", what)
                               : fmt::format("{} is no {}", excerpt(text), what));
  const std::string version = fmt::format("{}-{}", fields.version, fields.release);
  model::Package package{
      .type = "rpm",
      .name = std::string(fields.name),
      .version = with_epoch(fields.epoch, version),
      .arch = utf8_value(fields.arch),
      .epoch = fields.epoch,
      .source_rpm = utf8_value(fields.source_rpm),
      .module_label = fields.module_label == "(none)" ? "" : utf8_value(fields.module_label),
      .maintainer = utf8_value(fields.packager.empty() ? fields.vendor : fields.packager),
  };
  if (!fields.licence.empty()) package.licences.push_back(utf8_value(fields.licence));
  std::string_view source_name = package.name;
  std::string_view source_version = version;
  split_source_rpm(package.source_rpm, source_name, source_version);
  package.source_name = source_name;
  // A header does not tell its source's epoch; it is nearly always the package's own.
  package.source_version = with_epoch(fields.epoch, std::string(source_version));
  return package;
}

Result<void> read_rpm_files(Bytes header, OwnedPaths& owned) {
  FileTags tags;
  PQ_TRY(for_each_entry(header, [&](const Entry& entry, Bytes data) -> Result<void> {
    tags.data = data;
    if (Entry* slot = tags.slot(entry.tag)) *slot = entry;
    return {};
  }));
  std::uint32_t index = 0;
  PQ_TRY(for_each_text(tags.old_names, tags.data, [&](std::string_view path) -> Result<void> {
    if (PQ_TRY(is_regular(tags, index++))) owned.add(path);
    return {};
  }));
  std::vector<std::uint64_t> folders;
  std::string buffer;
  PQ_TRY(for_each_text(tags.folders, tags.data, [&](std::string_view folder) -> Result<void> {
    folders.push_back(folder_hash(folder, buffer));
    return {};
  }));
  index = 0;
  return for_each_text(tags.names, tags.data, [&](std::string_view name) -> Result<void> {
    const auto folder =
        PQ_TRY(number_at<std::uint32_t>(tags.folder_indexes, kInt32, tags.data, index));
    if (folder >= folders.size())
      return fail(Code::Malformed,
                  fmt::format("file {} lies in folder {}, which is none", index, folder));
    if (PQ_TRY(is_regular(tags, index++))) owned.add_in(folders[folder], name);
    return {};
  });
}

Result<void> RpmHeaders::allow(std::uint64_t header_bytes) {
  if (header_bytes > limits_->rpm_header_bytes)
    return fail(Code::LimitExceeded,
                fmt::format("a package record has {} bytes, more than {}",
                            header_bytes,
                            limits_->rpm_header_bytes));
  if (header_bytes > bytes_left_)
    return fail(Code::Malformed, "the package records overlap: they are larger than the file");
  bytes_left_ -= header_bytes;
  return {};
}

Result<void> RpmPackages::add(Bytes header) {
  ++seen_;
  auto package = read_rpm_header(header);
  if (!package) {
    if (!issues_are_full(analysis_))
      add_issue(analysis_, std::move(package).error().at(fmt::format("package record {}", seen_)));
    return {};
  }
  if (package->name == "gpg-pubkey") return {};
  if (analysis_.packages.size() >= limits_->packages)
    return fail(Code::LimitExceeded, "too many packages; the rest is not read");
  const auto files = read_rpm_files(header, owned_);
  if (!files && !issues_are_full(analysis_))
    add_issue(analysis_,
              base::Error(files.error()).at(fmt::format("files of package {}", package->name)));
  owned_.give_to(package->name);
  analysis_.packages.push_back(std::move(*package));
  return {};
}

Analysis RpmPackages::finish(const Result<void>& read, std::string_view path) && {
  if (!read) add_issue(analysis_, read.error());
  for (model::Package& package : analysis_.packages)
    package.path = path;
  return std::move(analysis_);
}

} // namespace portique::inventory
