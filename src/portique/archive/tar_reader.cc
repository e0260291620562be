// The tar format as the container engines read it; headers are decoded in tar_header, pax and
// tar_sparse. Where tar programs differ (which members carry content, which name wins), the
// engines' reading decides, because it is their result that runs. Not handled: multi-volume
// archives, and incremental dumps beyond the directory itself.
#include "portique/archive/tar_reader.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

namespace portique::archive {

using base::Bytes;
using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::uint64_t padding_of(std::uint64_t size) {
  return (kTarBlock - size % kTarBlock) % kTarBlock;
}

/// Whether members of this kind are no file, and their content is nobody's.
bool is_passed_over(char type) {
  constexpr std::string_view kNoFiles = "VMNAXE"; // label, continuation, names, Solaris' ACLs ...
  return kNoFiles.find(type) != std::string_view::npos;
}

EntryType entry_type(char type, std::string_view path) {
  switch (type) {
  case '\0': // old archives tell folders by their names only
    return path.ends_with('/') ? EntryType::Directory : EntryType::File;
  case '1':
    return EntryType::HardLink;
  case '2':
    return EntryType::Symlink;
  case '3':
    return EntryType::CharDevice;
  case '4':
    return EntryType::BlockDevice;
  case '5':
  case 'D': // GNU's incremental dump of a folder, with a list of names as content
    return EntryType::Directory;
  case '6':
    return EntryType::Fifo;
  default: // POSIX: what is not known is taken for a file
    return EntryType::File;
  }
}

/// Whether the header's size tells of content behind it. For folders, links and devices it does
/// not, whatever it is.
bool may_have_content(char type, EntryType entry) {
  return entry == EntryType::File || type == 'D';
}

} // namespace

Result<const TarEntry*> TarReader::next() {
  if (ended_) return nullptr;
  PQ_TRY(leave_member());
  auto member = find_member();
  if (!member)
    return std::unexpected(
        std::move(member).error().at("tar header at byte " + std::to_string(header_offset_)));
  return member;
}

Result<const TarEntry*> TarReader::find_member() {
  Extensions extensions;
  while (PQ_TRY(read_header_block())) {
    if (++headers_ > limits_->layer_entries)
      return fail(Code::LimitExceeded,
                  "the archive has more than " + std::to_string(limits_->layer_entries) +
                      " entries");
    const TarHeader header = PQ_TRY(parse_tar_header(block_));
    if (PQ_TRY(read_extension(header, extensions))) continue;
    if (is_passed_over(header.type)) {
      set_stored(header.size);
      PQ_TRY(leave_member());
      extensions = {};
      continue;
    }
    PQ_TRY(start_member(header, extensions));
    return &entry_;
  }
  if (extensions.any) return fail(Code::Truncated, "the archive ends behind an extended header");
  ended_ = true;
  return nullptr;
}

/// False at the end of the archive.
Result<bool> TarReader::read_header_block() {
  header_offset_ = offset_;
  const std::size_t count = PQ_TRY(stream_->read(block_));
  offset_ += count;
  if (count == 0) return false;
  if (count < kTarBlock) return fail(Code::Truncated, "the archive ends inside the header");
  if (!is_zero_block(block_)) return true;
  const std::size_t second = PQ_TRY(stream_->read(block_));
  offset_ += second;
  if (second == 0) return false;
  if (second < kTarBlock) return fail(Code::Truncated, "the archive ends inside its end mark");
  if (!is_zero_block(block_))
    return fail(Code::Malformed, "a single block of zeros stands between members");
  return false;
}

/// True if the header was not a member's own.
Result<bool> TarReader::read_extension(const TarHeader& header, Extensions& extensions) {
  switch (header.type) {
  case 'x':
    extensions.pax = PQ_TRY(parse_pax(base::as_bytes(PQ_TRY(read_special(header)))));
    break;
  case 'g':
    PQ_TRY(parse_pax(base::as_bytes(PQ_TRY(read_special(header)))));
    return true;
  case 'L':
    extensions.long_name = PQ_TRY(read_special(header));
    extensions.long_name.resize(
        std::min(extensions.long_name.find('\0'), extensions.long_name.size()));
    break;
  case 'K':
    extensions.long_link = PQ_TRY(read_special(header));
    extensions.long_link.resize(
        std::min(extensions.long_link.find('\0'), extensions.long_link.size()));
    break;
  default:
    return false;
  }
  extensions.any = true;
  return true;
}

/// The content of an extended header.
Result<std::string> TarReader::read_special(const TarHeader& header) {
  if (header.size > limits_->tar_header_bytes)
    return fail(Code::LimitExceeded,
                "the extended header is larger than " + std::to_string(limits_->tar_header_bytes) +
                    " bytes");
  set_stored(header.size);
  std::string text(header.size, '\0');
  const std::size_t count = PQ_TRY(stream_->read(std::as_writable_bytes(std::span(text))));
  offset_ += count;
  stored_left_ -= count;
  if (count < text.size())
    return fail(Code::Truncated, "the archive ends inside the extended header");
  PQ_TRY(leave_member());
  return text;
}

Result<void> TarReader::start_member(const TarHeader& header, Extensions& extensions) {
  set_names(header, extensions);
  entry_.type = entry_type(header.type, entry_.path);
  entry_.mode = header.mode;
  entry_.uid = extensions.pax.uid.value_or(header.uid);
  entry_.gid = extensions.pax.gid.value_or(header.gid);
  entry_.mtime = extensions.pax.mtime.value_or(header.mtime);
  const std::uint64_t size = extensions.pax.size.value_or(header.size);
  bool content = may_have_content(header.type, entry_.type);
  if (entry_.type == EntryType::HardLink && size > 0) content = PQ_TRY(hard_link_has_content());
  set_stored(content ? size : 0);
  entry_.size = entry_.type == EntryType::Directory ? 0 : stored_left_;
  PQ_TRY(start_sparse(header, extensions.pax.sparse));
  content_offset_ = offset_;
  return check_paths();
}

void TarReader::set_names(const TarHeader& header, Extensions& extensions) {
  if (!extensions.long_name.empty()) {
    entry_.path = std::move(extensions.long_name);
  } else if (!extensions.pax.path.empty()) {
    entry_.path = std::move(extensions.pax.path);
  } else {
    entry_.path.assign(header.prefix);
    if (!header.prefix.empty()) entry_.path += '/';
    entry_.path += header.name;
  }
  if (!extensions.long_link.empty())
    entry_.link_target = std::move(extensions.long_link);
  else if (!extensions.pax.link_path.empty())
    entry_.link_target = std::move(extensions.pax.link_path);
  else
    entry_.link_target.assign(header.link_name);
}

/// A hard link with a size: pax(1) stores the file's content with each link, while the engines and
/// GNU tar take the size for a remark. What they can read has a header or the end behind the link.
Result<bool> TarReader::hard_link_has_content() {
  const Bytes front = PQ_TRY(stream_->peek(kTarBlock));
  if (front.size() < kTarBlock) return false;
  const TarBlock block = front.first<kTarBlock>();
  return !is_zero_block(block) && !parse_tar_header(block);
}

Result<void> TarReader::start_sparse(const TarHeader& header, const PaxSparse& pax) {
  const bool old_gnu = header.type == 'S';
  const bool in_content = pax.major == "1" && pax.minor == "0";
  const bool in_records = (pax.major == "0" && (pax.minor == "0" || pax.minor == "1")) ||
                          (pax.major.empty() && pax.minor.empty() && pax.has_map);
  sparse_ = old_gnu || in_content || in_records;
  if (!sparse_) {
    cursor_.start(stored_left_);
    return {};
  }
  if (entry_.type != EntryType::File) return fail(Code::Malformed, "only files can be sparse");
  SparseMap map = PQ_TRY(old_gnu ? read_old_gnu_map(header) : read_pax_map(pax, in_content));
  PQ_TRY(check_sparse_map(map, entry_.size, stored_left_));
  cursor_.start(std::move(map), entry_.size);
  return {};
}

Result<SparseMap> TarReader::read_old_gnu_map(const TarHeader& header) {
  if (header.format != TarFormat::Gnu)
    return fail(Code::Malformed, "a sparse member needs a GNU header");
  SparseMap map;
  const OldGnuSparse sparse = PQ_TRY(read_old_gnu_sparse(block_, map));
  entry_.size = sparse.real_size;
  bool extended = sparse.extended;
  std::uint64_t map_bytes = 0;
  while (extended) {
    PQ_TRY(read_map_block(map_bytes));
    extended = PQ_TRY(read_old_gnu_sparse_extension(block_, map));
  }
  return map;
}

Result<SparseMap> TarReader::read_pax_map(const PaxSparse& pax, bool in_content) {
  if (!pax.name.empty()) entry_.path = pax.name;
  entry_.size = pax.size ? *pax.size : pax.real_size.value_or(entry_.size);
  if (!in_content) {
    if (!pax.block_count || pax.map.size() % 2 != 0 || *pax.block_count != pax.map.size() / 2)
      return fail(Code::Malformed, "the sparse map has another length than it says");
    return sparse_map_of(pax.map);
  }
  SparseMapText text;
  bool complete = false;
  std::uint64_t map_bytes = 0;
  while (!complete) {
    if (stored_left_ < kTarBlock)
      return fail(Code::Malformed, "the sparse map is longer than the member");
    PQ_TRY(read_map_block(map_bytes));
    stored_left_ -= kTarBlock;
    complete = PQ_TRY(text.feed(block_));
  }
  return text.take();
}

/// The next block of a sparse map, into block_.
Result<void> TarReader::read_map_block(std::uint64_t& map_bytes) {
  map_bytes += kTarBlock;
  if (map_bytes > limits_->tar_header_bytes)
    return fail(Code::LimitExceeded,
                "the sparse map is larger than " + std::to_string(limits_->tar_header_bytes) +
                    " bytes");
  const std::size_t count = PQ_TRY(stream_->read(block_));
  offset_ += count;
  if (count < kTarBlock) return fail(Code::Truncated, "the archive ends inside the sparse map");
  return {};
}

Result<void> TarReader::check_paths() const {
  if (entry_.path.size() > limits_->path_bytes || entry_.link_target.size() > limits_->path_bytes)
    return fail(Code::LimitExceeded,
                "the path is longer than " + std::to_string(limits_->path_bytes) + " bytes");
  return {};
}

void TarReader::set_stored(std::uint64_t size) {
  stored_left_ = size;
  padding_ = padding_of(size);
}

std::unexpected<base::Error> TarReader::ends_early() const {
  return fail(Code::Truncated,
              "the archive ends at byte " + std::to_string(offset_) + ", inside of a member");
}

/// Takes the rest of the content and its padding, which the last member of an archive may lack.
Result<void> TarReader::leave_member() {
  const std::uint64_t rest = stored_left_ + padding_;
  if (rest == 0) return {};
  const std::uint64_t skipped = PQ_TRY(stream_->skip_up_to(rest));
  offset_ += skipped;
  if (skipped < stored_left_) return ends_early();
  stored_left_ = 0;
  padding_ = 0;
  return {};
}

Result<Bytes> TarReader::content() {
  static constexpr std::array<std::byte, 32UL * 1024> kZeros{};
  const SparseCursor::Front front = cursor_.front();
  if (front.length == 0) return Bytes{};
  if (front.hole) {
    const std::size_t zeros = std::min<std::uint64_t>(front.length, kZeros.size());
    cursor_.advance(zeros);
    return Bytes(kZeros).first(zeros);
  }
  const Bytes piece = PQ_TRY(stream_->next(front.length));
  if (piece.empty()) return ends_early();
  offset_ += piece.size();
  stored_left_ -= piece.size();
  cursor_.advance(piece.size());
  return piece;
}

Result<std::uint64_t> TarReader::skip_content(std::uint64_t count) {
  std::uint64_t passed = 0;
  while (passed < count) {
    const SparseCursor::Front front = cursor_.front();
    const std::uint64_t part = std::min(front.length, count - passed);
    if (part == 0) break;
    if (!front.hole) {
      const std::uint64_t skipped = PQ_TRY(stream_->skip_up_to(part));
      offset_ += skipped;
      stored_left_ -= skipped;
      if (skipped < part) return ends_early();
    }
    cursor_.advance(part);
    passed += part;
  }
  return passed;
}

std::optional<std::uint64_t> TarReader::content_offset() const {
  if (sparse_) return std::nullopt;
  return content_offset_;
}

namespace {

class MemberStream final : public ByteStream {
public:
  explicit MemberStream(TarReader& reader) : reader_(&reader) {}

private:
  Result<Bytes> read_piece() override { return reader_->content(); }

  Result<std::uint64_t> seek_over(std::uint64_t count) override {
    return reader_->skip_content(count);
  }

  TarReader* reader_;
};

} // namespace

std::unique_ptr<ByteStream> member_stream(TarReader& reader) {
  return std::make_unique<MemberStream>(reader);
}

} // namespace portique::archive
