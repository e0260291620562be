// The tags that rpm's verification looks at (rpm's lib/verify.c and lib/rpmfi.c): digests, sizes
// and modes, and which of them count for which file. Owners, times, links, devices and capabilities
// are not looked at.

#include "portique/inventory/os/rpm_files.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "portique/inventory/os/rpm_bdb.h"
#include "portique/inventory/os/rpm_entries.h"
#include "portique/inventory/os/rpm_ndb.h"
#include "portique/inventory/os/rpm_sqlite.h"

namespace portique::inventory {

namespace {

using base::Bytes;
using base::Code;
using base::fail;
using base::Result;
using rpm::Entry;
using rpm::number_at;

enum Tag : std::uint32_t {
  kName = 1000,
  kFileSizes = 1028,
  kFileStates = 1029,
  kFileModes = 1030,
  kFileDigests = 1035,
  kFileFlags = 1037,
  kFileVerifyFlags = 1045,
  kDirIndexes = 1116,
  kBaseNames = 1117,
  kDirNames = 1118,
  kLongFileSizes = 5008,
  kFileDigestAlgorithm = 5011,
};

// Bits of kFileFlags.
constexpr std::uint32_t kIsConfig = 1U << 0U;
constexpr std::uint32_t kIsGhost = 1U << 6U;

// Bits of kFileVerifyFlags: what may be verified.
constexpr std::uint32_t kVerifyDigest = 1U << 0U;
constexpr std::uint32_t kVerifySize = 1U << 1U;
constexpr std::uint32_t kVerifyMode = 1U << 6U;

enum State : std::uint8_t {
  kNormal = 0,
  kWrongColour = 4, ///< another architecture's file lies there: its content is not this one's
};

struct Tags {
  Entry name, sizes, states, modes, digests, flags, verify, folder_indexes, names, folders,
      long_sizes, algorithm;
  Bytes data;

  Entry* slot(std::uint32_t tag) {
    switch (tag) {
    case kName:
      return &name;
    case kFileSizes:
      return &sizes;
    case kFileStates:
      return &states;
    case kFileModes:
      return &modes;
    case kFileDigests:
      return &digests;
    case kFileFlags:
      return &flags;
    case kFileVerifyFlags:
      return &verify;
    case kDirIndexes:
      return &folder_indexes;
    case kBaseNames:
      return &names;
    case kDirNames:
      return &folders;
    case kLongFileSizes:
      return &long_sizes;
    case kFileDigestAlgorithm:
      return &algorithm;
    default:
      return nullptr;
    }
  }
};

/// Number `index` of a list that may be left out.
template <std::unsigned_integral T>
Result<T> number_or(T otherwise, const Entry& entry, rpm::Type type, Bytes data, std::uint32_t at) {
  if (entry.count == 0) return otherwise;
  return number_at<T>(entry, type, data, at);
}

RpmDigest digest_kind(std::uint32_t algorithm) {
  for (const RpmDigest known : {RpmDigest::Md5, RpmDigest::Sha1, RpmDigest::Sha256})
    if (algorithm == static_cast<std::uint32_t>(known)) return known;
  return RpmDigest::Other;
}

/// Where the texts of an array begin: an array of empty ones must not take much memory.
Result<std::vector<std::uint32_t>> begins_of(const Entry& entry, Bytes data) {
  std::vector<std::uint32_t> begins;
  std::uint32_t next = entry.offset;
  PQ_TRY(rpm::for_each_text(entry, data, [&](std::string_view text) -> Result<void> {
    begins.push_back(next);
    next += static_cast<std::uint32_t>(text.size() + 1);
    return {};
  }));
  return begins;
}

class FileReader {
public:
  explicit FileReader(const Tags& tags) : tags_(&tags) {}

  Result<void> read(const VisitRpmFile& visit) const {
    const Bytes data = tags_->data;
    const std::string_view package = PQ_TRY(rpm::text_at(data, tags_->name.offset));
    const auto folders = PQ_TRY(begins_of(tags_->folders, data));
    std::uint32_t next_digest = tags_->digests.offset;
    const RpmDigest kind =
        digest_kind(PQ_TRY(number_or<std::uint32_t>(1, tags_->algorithm, rpm::kInt32, data, 0)));
    std::uint32_t index = 0;
    return rpm::for_each_text(tags_->names, data, [&](std::string_view name) -> Result<void> {
      const std::uint32_t at = index++;
      std::string_view digest;
      if (at < tags_->digests.count) {
        digest = PQ_TRY(rpm::text_at(data, next_digest));
        next_digest += static_cast<std::uint32_t>(digest.size() + 1);
      }
      RpmFile file{.name = name, .kind = kind};
      const bool compares_content = PQ_TRY(describe(at, file));
      if (!compares_content && !file.size && !file.mode) return {};
      const auto folder =
          PQ_TRY(number_at<std::uint32_t>(tags_->folder_indexes, rpm::kInt32, data, at));
      if (folder >= folders.size())
        return fail(Code::Malformed,
                    fmt::format("file {} lies in folder {}, which is none", at, folder));
      file.folder = PQ_TRY(rpm::text_at(data, folders[folder]));
      if (compares_content) file.digest = digest;
      return visit(package, file);
    });
  }

private:
  /// What of the file is to be compared; whether its digest is.
  Result<bool> describe(std::uint32_t at, RpmFile& file) const {
    constexpr unsigned kFormatBits = 0170000;
    constexpr unsigned kRegular = 0100000;
    const Bytes data = tags_->data;
    const unsigned mode = PQ_TRY(number_at<std::uint16_t>(tags_->modes, rpm::kInt16, data, at));
    if ((mode & kFormatBits) != kRegular) return false;
    const auto flags = PQ_TRY(number_or<std::uint32_t>(0, tags_->flags, rpm::kInt32, data, at));
    if ((flags & (kIsConfig | kIsGhost)) != 0) return false;
    const rpm::Type state_type = tags_->states.type == rpm::kChar ? rpm::kChar : rpm::kInt8;
    const auto state =
        PQ_TRY(number_or<std::uint8_t>(kNormal, tags_->states, state_type, data, at));
    if (state != kNormal && state != kWrongColour) return false;
    const auto verify = PQ_TRY(number_or<std::uint32_t>(~0U, tags_->verify, rpm::kInt32, data, at));
    if (state == kNormal && (verify & kVerifySize) != 0) PQ_TRY(read_size(at, file));
    if ((verify & kVerifyMode) != 0) file.mode = mode & ~kFormatBits;
    return state == kNormal && (verify & kVerifyDigest) != 0;
  }

  Result<void> read_size(std::uint32_t at, RpmFile& file) const {
    const Bytes data = tags_->data;
    if (tags_->long_sizes.count != 0)
      file.size = PQ_TRY(number_at<std::uint64_t>(tags_->long_sizes, rpm::kInt64, data, at));
    else if (tags_->sizes.count != 0)
      file.size = PQ_TRY(number_at<std::uint32_t>(tags_->sizes, rpm::kInt32, data, at));
    return {};
  }

  const Tags* tags_;
};

/// Hands the files of all headers on.
class FilesOfHeaders : public RpmHeaders {
public:
  FilesOfHeaders(const FileContent& database, const base::Limits& limits, const VisitRpmFile& visit)
      : RpmHeaders(database, limits), visit_(&visit) {}

  Result<void> add(Bytes header) override {
    Result<void> refused;
    // What is wrong with the header itself does not end the reading; what the visitor says does.
    static_cast<void>(for_each_rpm_file(
        header, [&](std::string_view package, const RpmFile& file) -> Result<void> {
          refused = (*visit_)(package, file);
          return refused;
        }));
    return refused;
  }

private:
  const VisitRpmFile* visit_;
};

} // namespace

Result<void> for_each_rpm_file(Bytes header, const VisitRpmFile& visit) {
  Tags tags;
  PQ_TRY(rpm::for_each_entry(header, [&](const Entry& entry, Bytes data) -> Result<void> {
    tags.data = data;
    if (Entry* slot = tags.slot(entry.tag)) *slot = entry;
    return {};
  }));
  return FileReader(tags).read(visit);
}

Result<void> for_each_rpm_file(const FileContent& database,
                               const base::Limits& limits,
                               const VisitRpmFile& visit) {
  FilesOfHeaders headers(database, limits, visit);
  if (database.path().ends_with(".sqlite")) return read_rpm_sqlite(database, limits, headers);
  if (database.path().ends_with(".db")) return read_rpm_ndb(database, headers);
  return read_rpm_bdb(database, headers);
}

bool is_rpm_database(std::string_view path) {
  const auto has = [path](const auto& locations) {
    return std::ranges::find(locations, path) != locations.end();
  };
  return has(kRpmSqliteLocations) || has(kRpmNdbLocations) || has(kRpmBdbLocations);
}

} // namespace portique::inventory
