#include "portique/image/archive_blobs.h"

#include "portique/archive/decompress.h"
#include "portique/archive/layer_path.h"
#include "portique/archive/tar_reader.h"
#include "portique/base/file.h"
#include "portique/base/text.h"

namespace portique::image {

using base::Code;
using base::fail;

namespace {

/// As deep as Linux follows symbolic links.
constexpr int kLinkDepth = 40;

/// An archive of docker save has a handful of members a layer; far more is an attack on memory.
constexpr std::size_t kMembers = 100'000;

/// All documents of a streamed archive together; they are kept in memory.
constexpr std::uint64_t kDocumentBytes = 16ULL << 20U;

std::string cleaned(std::string_view path) {
  std::string clean;
  archive::clean_path(path, clean);
  return clean;
}

/// The member that a link in `member` names: a hard link by its path in the archive, a symbolic
/// link relative to the folder it lies in.
std::string link_target(const archive::TarEntry& entry, std::string_view member) {
  if (entry.type == archive::EntryType::HardLink || entry.link_target.starts_with('/'))
    return cleaned(entry.link_target);
  const std::size_t slash = member.rfind('/');
  const std::string_view folder =
      slash == std::string_view::npos ? std::string_view{} : member.substr(0, slash + 1);
  return cleaned(std::string(folder) + entry.link_target);
}

bool is_link(const archive::TarEntry& entry) {
  return entry.type == archive::EntryType::HardLink || entry.type == archive::EntryType::Symlink;
}

bool is_document(base::Bytes head) {
  const std::string_view text = base::trim(base::as_text(head));
  return text.starts_with('{') || text.starts_with('[');
}

/// A tar archive has its magic at byte 257; compressed ones are told by their own.
bool is_layer(base::Bytes head) {
  if (archive::detect_compression(head) != archive::Compression::None) return true;
  constexpr std::size_t kMagic = 257;
  return head.size() >= kMagic + 5 && base::as_text(head.subspan(kMagic, 5)) == "ustar";
}

} // namespace

void MemberLinks::add(std::string member, std::string target) {
  targets_.insert_or_assign(std::move(member), std::move(target));
}

base::Result<std::string> MemberLinks::follow(std::string_view member) const {
  std::string name = cleaned(member);
  for (int depth = 0; depth < kLinkDepth; ++depth) {
    const auto link = targets_.find(name);
    if (link == targets_.end()) return name;
    name = link->second;
  }
  return fail(Code::Malformed, "the member " + base::printable(member) + " is a link to itself");
}

base::Result<std::unique_ptr<SeekableArchive>> SeekableArchive::index(const base::Fd& file,
                                                                      const base::Limits& limits) {
  auto store = std::unique_ptr<SeekableArchive>(new SeekableArchive(file));
  const auto stream = archive::file_stream(file, 0, PQ_TRY(base::file_size(file)));
  archive::TarReader reader(*stream, limits);
  while (const archive::TarEntry* entry = PQ_TRY(reader.next())) {
    if (store->members_.size() >= kMembers)
      return fail(Code::LimitExceeded,
                  "the archive has more than " + std::to_string(kMembers) + " members");
    std::string name = cleaned(entry->path);
    if (is_link(*entry)) {
      store->links_.add(name, link_target(*entry, name));
    } else if (entry->type == archive::EntryType::File) {
      if (const auto offset = reader.content_offset())
        store->members_.insert_or_assign(std::move(name), Member{*offset, entry->size});
    }
  }
  return store;
}

base::Result<std::unique_ptr<archive::ByteStream>> SeekableArchive::open(std::string_view name) {
  const std::string target = PQ_TRY(resolve(name));
  const auto member = members_.find(target);
  if (member == members_.end())
    return fail(Code::NotFound, "the archive has no member " + base::printable(target));
  return archive::file_stream(*file_, member->second.offset, member->second.size);
}

base::Result<std::unique_ptr<StreamedArchive>> StreamedArchive::read(archive::ByteStream& stream,
                                                                     const base::Limits& limits,
                                                                     const OnLayer& on_layer) {
  auto store = std::make_unique<StreamedArchive>();
  archive::TarReader reader(stream, limits);
  std::uint64_t document_bytes = 0;
  std::size_t members = 0;
  while (const archive::TarEntry* entry = PQ_TRY(reader.next())) {
    if (++members > kMembers)
      return fail(Code::LimitExceeded,
                  "the archive has more than " + std::to_string(kMembers) + " members");
    std::string name = cleaned(entry->path);
    if (is_link(*entry)) store->links_.add(name, link_target(*entry, name));
    if (entry->type != archive::EntryType::File) continue;
    const std::uint64_t size = entry->size;
    const auto content = archive::member_stream(reader);
    const base::Bytes head = PQ_TRY(base::at(name, content->peek(512)));
    if (is_layer(head)) {
      PQ_TRY(base::at(base::printable(name), on_layer(name, *content)));
    } else if (is_document(head) && size <= limits.config_bytes) {
      document_bytes += size;
      if (document_bytes > kDocumentBytes)
        return fail(Code::LimitExceeded, "the archive's JSON documents are too large together");
      store->documents_.insert_or_assign(
          name, PQ_TRY(base::at(base::printable(name), content->read_all(limits.config_bytes))));
    }
  }
  return store;
}

base::Result<std::unique_ptr<archive::ByteStream>> StreamedArchive::open(std::string_view name) {
  const std::string target = PQ_TRY(resolve(name));
  const auto document = documents_.find(target);
  if (document == documents_.end())
    return fail(Code::NotFound, "the archive has no document " + base::printable(target));
  return archive::memory_stream(base::as_bytes(document->second));
}

} // namespace portique::image
