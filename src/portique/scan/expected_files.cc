#include "portique/scan/expected_files.h"

#include <charconv>
#include <utility>

#include "portique/archive/layer_path.h"
#include "portique/base/text.h"
#include "portique/inventory/os/rpm_files.h"

namespace portique::scan {

namespace {

constexpr std::string_view kDpkgInfo = "var/lib/dpkg/info/";
constexpr std::string_view kDiversions = "var/lib/dpkg/diversions";
constexpr std::string_view kMd5sums = ".md5sums";

constexpr std::size_t kBytes = 16;

std::string_view without_leading_slash(std::string_view path) {
  while (path.starts_with('/'))
    path.remove_prefix(1);
  return path;
}

/// The first sixteen bytes that hexadecimal digits stand for; nothing if they are none or too few.
std::optional<Checksum> checksum_of_hex(std::string_view text) {
  if (text.size() < kBytes * 2) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < kBytes * 2; i += 2) {
    std::uint8_t value = 0;
    const char* const end = text.data() + i + 2;
    if (std::from_chars(text.data() + i, end, value, 16).ptr != end) return std::nullopt;
    bytes.push_back(static_cast<char>(value));
  }
  return checksum_of(bytes);
}

class ListReader {
public:
  ListReader(std::string_view path, const base::Limits& limits, std::vector<model::Issue>& issues)
      : limits_(&limits), issues_(&issues) {
    list_.path = path;
  }

  /// "<32 hex digits>  usr/bin/bash", a line a file.
  ExpectedFiles read_md5sums(std::string_view text) {
    std::string_view package = std::string_view(list_.path).substr(kDpkgInfo.size());
    package.remove_suffix(kMd5sums.size());
    list_.packages.emplace_back(package.substr(0, package.find(':')));
    for (const std::string_view line : base::split(text, '\n')) {
      if (line.size() < 35) continue;
      const auto checksum = checksum_of_hex(line.substr(0, 32));
      const std::string_view path = without_leading_slash(base::trim(line.substr(33)));
      if (!checksum || path.empty()) continue;
      if (!add({.path = std::string(path), .kind = ChecksumKind::Md5, .checksum = *checksum}))
        break;
    }
    return std::move(list_);
  }

  /// P: names a package, F: a folder, R: a file in it, a: its owner, group and mode, Z:Q1 its SHA-1
  /// in base64. Z of a link is of what it says.
  ExpectedFiles read_apk(std::string_view text) {
    std::string folder;
    std::string file;
    std::uint32_t mode = kApkMode;
    for (const std::string_view line : base::split(text, '\n')) {
      if (line.starts_with("P:")) {
        begin_package(line.substr(2));
      } else if (line.starts_with("F:")) {
        folder = line.substr(2);
        file.clear();
      } else if (line.starts_with("R:")) {
        file = (folder.empty() ? "" : folder + "/") + std::string(line.substr(2));
        mode = kApkMode;
      } else if (line.starts_with("a:")) {
        const std::string_view octal = line.substr(line.rfind(':') + 1);
        std::from_chars(octal.data(), octal.data() + octal.size(), mode, 8);
      } else if (line.starts_with("Z:Q1") && !file.empty()) {
        const auto raw = base::from_base64(line.substr(4));
        // What is in etc/ is there to be changed; the database does not tell which files are.
        if (!raw || raw->size() < kBytes || file.starts_with("etc/")) continue;
        if (!add({.path = file,
                  .kind = ChecksumKind::Sha1,
                  .checksum = checksum_of(*raw),
                  .mode = mode & kPermissions}))
          break;
      }
    }
    return std::move(list_);
  }

  ExpectedFiles read_rpm(std::string_view bytes) {
    const inventory::FileContent database(list_.path, base::as_bytes(bytes));
    const auto read = inventory::for_each_rpm_file(
        database,
        *limits_,
        [this](std::string_view package, const inventory::RpmFile& file) -> base::Result<void> {
          if (list_.packages.empty() || list_.packages.back() != package) begin_package(package);
          if (!add_rpm_file(file)) return base::fail(base::Code::LimitExceeded, kTooMany);
          return {};
        });
    // What is wrong with the database itself its cataloger says.
    static_cast<void>(read);
    if (unknown_digests_ != 0)
      issues_->push_back(
          {base::Code::Unsupported,
           std::to_string(unknown_digests_) +
               " files have checksums of a kind that is not known; they are compared "
               "by size and mode alone",
           list_.path});
    return std::move(list_);
  }

private:
  /// Of a file without the field a.
  static constexpr std::uint32_t kApkMode = 0644;
  static constexpr std::uint32_t kPermissions = 07777;
  static constexpr const char* kTooMany =
      "the package database lists too many files; the rest is not compared";

  void begin_package(std::string_view name) { list_.packages.emplace_back(name); }

  bool add_rpm_file(const inventory::RpmFile& file) {
    using inventory::RpmDigest;
    ExpectedFile expected{.size = file.size, .mode = file.mode};
    archive::clean_path(std::string(file.folder).append(file.name), expected.path);
    if (expected.path.empty()) return true;
    if (const auto checksum = checksum_of_hex(file.digest)) {
      expected.checksum = *checksum;
      if (file.kind == RpmDigest::Md5) expected.kind = ChecksumKind::Md5;
      if (file.kind == RpmDigest::Sha1) expected.kind = ChecksumKind::Sha1;
      if (file.kind == RpmDigest::Sha256) expected.kind = ChecksumKind::Sha256;
      if (file.kind == RpmDigest::Other) ++unknown_digests_;
    }
    return add(std::move(expected));
  }

  /// Whether there is room for another one.
  bool add(ExpectedFile entry) {
    bytes_ += entry.path.size();
    if (list_.entries.size() >= limits_->checksummed_files ||
        bytes_ > ExpectedLimits{}.path_bytes) {
      issues_->push_back({base::Code::LimitExceeded, kTooMany, list_.path});
      return false;
    }
    if (!list_.packages.empty())
      entry.package = static_cast<std::uint32_t>(list_.packages.size() - 1);
    list_.entries.push_back(std::move(entry));
    return true;
  }

  const base::Limits* limits_;
  std::vector<model::Issue>* issues_;
  ExpectedFiles list_;
  std::uint64_t bytes_ = 0;
  std::uint64_t unknown_digests_ = 0;
};

} // namespace

Checksum checksum_of(std::string_view bytes) {
  Checksum checksum;
  for (std::size_t i = 0; i < kBytes; ++i) {
    std::uint64_t& half = i < kBytes / 2 ? checksum.high : checksum.low;
    half = half << 8U | static_cast<std::uint8_t>(bytes[i]);
  }
  return checksum;
}

std::string_view ExpectedFiles::package_of(const ExpectedFile& entry) const {
  return entry.package < packages.size() ? std::string_view(packages[entry.package])
                                         : std::string_view{};
}

ListKind list_kind(std::string_view path) {
  if (path.starts_with(kDpkgInfo) && path.ends_with(kMd5sums)) return ListKind::DpkgMd5sums;
  if (path == kDiversions) return ListKind::DpkgDiversions;
  if (path == "lib/apk/db/installed" || path == "usr/lib/apk/db/installed") return ListKind::Apk;
  return inventory::is_rpm_database(path) ? ListKind::Rpm : ListKind::None;
}

std::uint64_t list_limit(ListKind kind, const base::Limits& limits) {
  return kind == ListKind::Rpm ? ExpectedLimits{}.rpm_database_bytes : limits.text_database_bytes;
}

ExpectedFiles read_expected_files(ListKind kind,
                                  std::string_view path,
                                  std::string_view text,
                                  const base::Limits& limits,
                                  std::vector<model::Issue>& issues) {
  ListReader reader(path, limits, issues);
  if (kind == ListKind::Rpm) return reader.read_rpm(text);
  if (kind == ListKind::Apk) return reader.read_apk(text);
  return reader.read_md5sums(text);
}

/// Three lines each: from, to, the package whose file stays.
std::vector<Diversion> read_diversions(std::string_view text) {
  const std::vector<std::string_view> lines = base::split(text, '\n');
  std::vector<Diversion> diversions;
  for (std::size_t i = 0; i + 2 < lines.size(); i += 3)
    diversions.push_back({std::string(without_leading_slash(lines[i])),
                          std::string(without_leading_slash(lines[i + 1])),
                          std::string(lines[i + 2])});
  return diversions;
}

} // namespace portique::scan
