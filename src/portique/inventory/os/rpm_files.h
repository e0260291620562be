#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "portique/base/byte_reader.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/inventory/file_content.h"
#include "portique/inventory/os/rpm_header.h"

namespace portique::inventory {

/// How a package's files are digested: numbers of OpenPGP, which rpm uses (RFC 4880, 9.4).
enum class RpmDigest : std::uint8_t { Md5 = 1, Sha1 = 2, Sha256 = 8, Other = 0xff };

/// What a package says of one regular file that `rpm -V` would compare. Borrows from the header.
struct RpmFile {
  std::string_view folder; ///< "/usr/bin/"
  std::string_view name;   ///< "bash"
  RpmDigest kind = RpmDigest::Md5;
  std::string_view digest; ///< hexadecimal; "" if the content may change
  std::optional<std::uint64_t> size;
  std::optional<std::uint32_t> mode; ///< permissions, setuid and its like among them
};

using VisitRpmFile =
    std::function<base::Result<void>(std::string_view package, const RpmFile& file)>;

/// Calls `visit` with the regular files of a header that are still what the package brought if
/// nobody touched them: those are left out that are configuration, are made when the program runs
/// (%ghost), were not installed or belong to another package by now; and of the others what the
/// package says that is not to be verified (%verify).
base::Result<void> for_each_rpm_file(base::Bytes header, const VisitRpmFile& visit);

/// ... of all headers of a database; which of rpm's forms it has is told by its name. A header that
/// is broken is passed over: the cataloger reports it. An error of `visit` ends it.
base::Result<void> for_each_rpm_file(const FileContent& database,
                                     const base::Limits& limits,
                                     const VisitRpmFile& visit);

/// Whether rpm keeps a database at this path.
bool is_rpm_database(std::string_view path);

} // namespace portique::inventory
