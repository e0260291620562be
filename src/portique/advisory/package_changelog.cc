// dpkg-source(1) for the source forms, deb(5) and ar(5) for binary packages. A source tarball has
// debian/changelog (format 3.0 quilt) or NAME-VERSION/debian/changelog (native); format 1.0 has a
// unified diff that adds the file; a binary package has it gzipped below usr/share/doc.

#include "portique/advisory/package_changelog.h"

#include <array>
#include <optional>

#include "portique/archive/byte_stream.h"
#include "portique/archive/decompress.h"
#include "portique/archive/layer_path.h"
#include "portique/archive/tar_reader.h"
#include "portique/base/file.h"
#include "portique/base/text.h"

namespace portique::advisory {

namespace {

using archive::ByteStream;

constexpr std::string_view kArMagic = "!<arch>\n";
constexpr std::size_t kArHeader = 60;
constexpr int kArMembers = 16;

/// Source packages: how the path of a member says that it is the changelog.
bool is_source_changelog(std::string_view path) {
  if (path == "debian/changelog") return true;
  base::take_until(path, '/');
  return path == "debian/changelog";
}

/// Binary packages: usr/share/doc/NAME/changelog.Debian.gz, or changelog.gz of a native one.
bool is_binary_changelog(std::string_view path) {
  if (!path.starts_with("usr/share/doc/")) return false;
  path.remove_prefix(14);
  base::take_until(path, '/');
  return path == "changelog.Debian.gz" || path == "changelog.gz";
}

/// Up to `limit` bytes of the reader's present member.
base::Result<std::string> member_text(archive::TarReader& tar, std::uint64_t limit) {
  return archive::member_stream(tar)->read_all(limit);
}

base::Result<std::string>
changelog_in_tar(ByteStream& stream, bool (*wanted)(std::string_view), const base::Limits& limits) {
  archive::TarReader tar(stream, limits);
  std::string path;
  std::string native; // changelog.gz is upstream's own where changelog.Debian.gz is there too
  while (const archive::TarEntry* entry = PQ_TRY(tar.next())) {
    if (entry->type != archive::EntryType::File) continue;
    archive::clean_path(entry->path, path);
    if (!wanted(path)) continue;
    std::string text = PQ_TRY(member_text(tar, limits.text_database_bytes));
    if (!path.ends_with("/changelog.gz")) return text;
    native = std::move(text);
  }
  if (native.empty()) return base::fail(base::Code::NotFound, "the package has no changelog");
  return native;
}

/// The lines that a unified diff adds to .../debian/changelog.
base::Result<std::string> changelog_in_diff(std::string_view diff) {
  std::string text;
  bool inside = false;
  while (!diff.empty()) {
    std::string_view line = base::take_until(diff, '\n');
    if (line.starts_with("+++ ")) {
      line.remove_prefix(4);
      inside = is_source_changelog(base::take_until(line, '\t'));
    } else if (line.starts_with("--- ")) {
      inside = false;
    } else if (inside && line.starts_with('+')) {
      text += line.substr(1);
      text += '\n';
    }
  }
  if (text.empty()) return base::fail(base::Code::NotFound, "the package has no changelog");
  return text;
}

struct ArMember {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// Where data.tar.* lies in a .deb.
base::Result<ArMember> data_member(const base::Fd& file) {
  const std::uint64_t end = PQ_TRY(base::file_size(file));
  std::uint64_t at = kArMagic.size();
  for (int i = 0; i < kArMembers && at + kArHeader <= end; ++i) {
    std::array<std::byte, kArHeader> header{};
    PQ_TRY(base::read_exact_at(file, at, header));
    const std::string_view text = base::as_text(header);
    const auto size = base::parse_int<std::uint64_t>(base::trim(text.substr(48, 10)));
    at += kArHeader;
    if (!size || *size > end - at || text.substr(58) != "`\n") break;
    if (text.starts_with("data.tar")) return ArMember{at, *size};
    at += *size + *size % 2;
  }
  return base::fail(base::Code::Malformed, "the binary package has no data.tar");
}

base::Result<std::string> changelog_in_deb(const base::Fd& file, const base::Limits& limits) {
  const ArMember data = PQ_TRY(data_member(file));
  auto tar = PQ_TRY(
      archive::decompress_detected(archive::file_stream(file, data.offset, data.size), limits));
  const std::string packed = PQ_TRY(changelog_in_tar(*tar, is_binary_changelog, limits));
  auto text =
      PQ_TRY(archive::decompress_detected(archive::memory_stream(base::as_bytes(packed)), limits));
  return text->read_all(limits.text_database_bytes);
}

} // namespace

base::Result<std::string> package_changelog(const std::filesystem::path& path,
                                            const base::Limits& limits) {
  const base::Fd file = PQ_TRY(base::open_file(path));
  const std::uint64_t size = PQ_TRY(base::file_size(file));
  auto raw = archive::file_stream(file, 0, size);
  if (base::as_text(PQ_TRY(raw->peek(kArMagic.size()))).starts_with(kArMagic))
    return changelog_in_deb(file, limits);
  auto stream = PQ_TRY(archive::decompress_detected(std::move(raw), limits));
  const std::string_view head = base::as_text(PQ_TRY(stream->peek(4)));
  if (head.starts_with("--- ") || head.starts_with("diff"))
    return changelog_in_diff(PQ_TRY(stream->read_all(limits.text_database_bytes)));
  return changelog_in_tar(*stream, is_source_changelog, limits);
}

} // namespace portique::advisory
