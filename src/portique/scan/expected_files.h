#pragma once

// What package databases say that the files are which their packages brought.
//
// dpkg: md5sums(5) of deb packages; files that are diverted lie elsewhere (dpkg-divert(1)).
// Configuration files are not among them. apk: the fields F, R, a and Z of the installed database.
// rpm: the tags that `rpm -V` looks at (inventory/os/rpm_files.h).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/limits.h"
#include "portique/model/issue.h"

namespace portique::scan {

enum class ChecksumKind : std::uint8_t { None, Md5, Sha1, Sha256 };

/// A checksum's first sixteen bytes; MD5 has no more.
struct Checksum {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend bool operator==(const Checksum&, const Checksum&) = default;
};

/// The first sixteen of at least as many bytes.
Checksum checksum_of(std::string_view bytes);

/// What a package database says that a file is.
struct ExpectedFile {
  std::string path;
  ChecksumKind kind = ChecksumKind::None;
  Checksum checksum{};
  std::optional<std::uint64_t> size;
  std::optional<std::uint32_t> mode; ///< permissions, setuid and its like among them
  std::uint32_t package = 0;         ///< in the list's packages

  friend bool operator==(const ExpectedFile&, const ExpectedFile&) = default;
};

/// One file of a package database.
struct ExpectedFiles {
  std::string path; ///< "var/lib/dpkg/info/bash.md5sums", "lib/apk/db/installed"
  std::vector<std::string> packages;
  std::vector<ExpectedFile> entries;

  /// The entry's package; "" if the database does not tell.
  [[nodiscard]] std::string_view package_of(const ExpectedFile& entry) const;

  friend bool operator==(const ExpectedFiles&, const ExpectedFiles&) = default;
};

/// One file that a package brings and another one has taken the place of.
struct Diversion {
  std::string from, to;
  std::string by; ///< the package whose own file stays at `from`; ":" if it is nobody's

  friend bool operator==(const Diversion&, const Diversion&) = default;
};

struct ExpectedLimits {
  /// An rpm database whose files are compared; it is held in memory. Those of images stay under
  /// 64 MiB.
  std::uint64_t rpm_database_bytes = 192ULL << 20U;
  /// Paths of one package database: 500,000 of TeX have 45 MB.
  std::uint64_t path_bytes = 128ULL << 20U;
};

/// Which kind of list, if any, lies at a path.
enum class ListKind : std::uint8_t { None, DpkgMd5sums, DpkgDiversions, Apk, Rpm };
ListKind list_kind(std::string_view path);

/// The most bytes of a list of this kind that are read.
std::uint64_t list_limit(ListKind kind, const base::Limits& limits);

/// The list in a file of a kind other than None and DpkgDiversions. What cannot be read, or not be
/// compared, is told by issues.
ExpectedFiles read_expected_files(ListKind kind,
                                  std::string_view path,
                                  std::string_view text,
                                  const base::Limits& limits,
                                  std::vector<model::Issue>& issues);

std::vector<Diversion> read_diversions(std::string_view text);

} // namespace portique::scan
