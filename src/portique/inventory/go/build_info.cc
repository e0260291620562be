// The build information of Go programs: a blob that begins with a magic string, at the start of the
// section ".go.buildinfo" (ELF), "__go_buildinfo" (Mach-O), or somewhere in the first writable data
// (PE, and files without sections). Since Go 1.18 two strings with their lengths follow it; before
// there were the addresses of two Go strings.
// Format: https://pkg.go.dev/debug/buildinfo and its source; the lines are those of
// https://pkg.go.dev/runtime/debug#BuildInfo

#include "portique/inventory/go/build_info.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/binary/binary_fields.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::fail;
using base::Result;
using namespace std::string_view_literals;

constexpr std::string_view kMagic = "\xff Go buildinf:"sv;
constexpr std::size_t kHeader = 32;
constexpr std::uint64_t kBigEndian = 1;
constexpr std::uint64_t kInline = 2;
/// How much writable data is searched where no section tells the place: the linker puts the blob
/// first, and only what C code brings can stand before it ...
constexpr std::uint64_t kSearched = 1U << 20U;
/// ... but little where other sections have names, as in nearly all programs that are not Go's.
constexpr std::uint64_t kSearchedBesideSections = 64U << 10U;
/// Lengths are varints of at most ten bytes.
constexpr std::size_t kLongestVarint = 10;

struct Range {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// Sections that only Go's linker makes.
bool is_go(const BinaryImage& image) {
  constexpr std::array kNames{
      ".go.buildinfo"sv, ".gopclntab"sv, ".note.go.buildid"sv, "__go_buildinfo"sv, "__gopclntab"sv};
  return std::ranges::any_of(kNames,
                             [&](std::string_view name) { return image.section(name) != nullptr; });
}

/// Where the blob may lie.
std::vector<Range> candidates(const BinaryImage& image) {
  for (const std::string_view name : {".go.buildinfo"sv, "__go_buildinfo"sv})
    if (const BinarySection* section = image.section(name))
      return {{section->offset, std::min(section->size, kSearched)}};
  const bool elf = image.what.kind == ExecutableKind::Elf;
  const std::uint64_t most = elf && !image.sections.empty() ? kSearchedBesideSections : kSearched;
  for (const BinarySegment& segment : image.segments)
    if (segment.writable && !segment.runnable && segment.size >= kHeader)
      return {{segment.offset, std::min(segment.size, most)}};
  return {};
}

class BlobReader {
public:
  BlobReader(const FileContent& file, const BinaryImage& image, const base::Limits& limits)
      : file_(&file), image_(&image), limits_(&limits) {}

  /// Go's version and the module lines, behind the blob's header at `at`.
  Result<std::pair<std::string, std::string>> read(std::uint64_t at) const {
    const std::string header = PQ_TRY(read_range(*file_, *image_, at, kHeader));
    const auto pointer_size = static_cast<unsigned char>(header[14]);
    const auto flags = static_cast<unsigned char>(header[15]);
    if ((flags & kInline) != 0) {
      at += kHeader;
      std::string version = PQ_TRY(inline_string(at));
      return std::pair(std::move(version), PQ_TRY(inline_string(at)));
    }
    if (pointer_size != 4 && pointer_size != 8)
      return fail(Code::Malformed, "Go's build information has pointers of no known size");
    const BinaryFields fields(header, (flags & kBigEndian) != 0);
    std::string version =
        PQ_TRY(string_at(PQ_TRY(fields.number(16, pointer_size)), flags, pointer_size));
    return std::pair(std::move(version),
                     PQ_TRY(string_at(PQ_TRY(fields.number(16 + pointer_size, pointer_size)),
                                      flags,
                                      pointer_size)));
  }

private:
  /// A string behind its length; `at` moves behind it.
  Result<std::string> inline_string(std::uint64_t& at) const {
    const std::uint64_t end = file_->size() - std::min(image_->start, file_->size());
    const std::uint64_t room = end - std::min(at, end);
    const std::string raw =
        PQ_TRY(read_range(*file_, *image_, at, std::min<std::uint64_t>(room, kLongestVarint)));
    std::uint64_t length = 0;
    std::size_t used = 0;
    while (true) {
      if (used == raw.size()) return fail(Code::Malformed, "Go's build information has no length");
      const auto byte = static_cast<unsigned char>(raw[used]);
      length |= (byte & 0x7fULL) << (7 * used);
      ++used;
      if ((byte & 0x80U) == 0) break;
    }
    at += used;
    const std::string text = PQ_TRY(bounded(at, length));
    at += length;
    return text;
  }

  /// A Go string: its header at `address` has the address and length of its bytes.
  Result<std::string>
  string_at(std::uint64_t address, unsigned char flags, std::size_t pointer_size) const {
    if (address == 0) return std::string();
    const auto at = image_->offset_of(address, 2 * pointer_size);
    if (!at) return fail(Code::Malformed, "Go's build information points outside the file");
    const std::string header = PQ_TRY(read_range(*file_, *image_, *at, 2 * pointer_size));
    const BinaryFields fields(header, (flags & kBigEndian) != 0);
    const std::uint64_t length = PQ_TRY(fields.number(pointer_size, pointer_size));
    if (length == 0) return std::string();
    const auto bytes = image_->offset_of(PQ_TRY(fields.number(0, pointer_size)), length);
    if (!bytes) return fail(Code::Malformed, "Go's build information points outside the file");
    return bounded(*bytes, length);
  }

  Result<std::string> bounded(std::uint64_t at, std::uint64_t length) const {
    if (length > limits_->go_build_info_bytes)
      return fail(Code::LimitExceeded, "Go's build information is too long");
    return read_range(*file_, *image_, at, length);
  }

  const FileContent* file_;
  const BinaryImage* image_;
  const base::Limits* limits_;
};

/// The offset of the blob in the image, if it is in the range.
Result<std::optional<std::uint64_t>>
find_blob(const FileContent& file, const BinaryImage& image, Range range) {
  const std::string data = PQ_TRY(read_range(file, image, range.offset, range.size));
  const void* found = ::memmem(data.data(), data.size(), kMagic.data(), kMagic.size());
  if (found == nullptr) return std::nullopt;
  return range.offset + static_cast<std::uint64_t>(static_cast<const char*>(found) - data.data());
}

/// The lines between the 16 bytes on each side that mark them.
std::string_view unwrapped(std::string_view wrapped) {
  if (wrapped.size() < 33 || wrapped[wrapped.size() - 17] != '\n') return {};
  return wrapped.substr(16, wrapped.size() - 32);
}

/// A value that Go quoted: only what is escaped inside quotes.
std::string unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '`' && text.back() == '`')
    return std::string(text.substr(1, text.size() - 2));
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  std::string plain;
  text = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      ++i;
      plain += text[i] == 'n' || text[i] == 't' ? ' ' : text[i];
    } else {
      plain += text[i];
    }
  }
  return plain;
}

/// "PATH\tVERSION\tSUM"; the sum may be missing.
Result<GoModule> module_of(std::string_view text) {
  const auto parts = base::split(text, '\t');
  if (parts.size() < 2 || parts.size() > 3 || parts[0].empty())
    return fail(Code::Malformed, excerpt(text) + " is no module in Go's build information");
  return GoModule{utf8_value(parts[0]),
                  utf8_value(parts[1]),
                  parts.size() == 3 ? utf8_value(parts[2]) : std::string()};
}

} // namespace

Result<void>
read_go_module_lines(std::string_view text, const base::Limits& limits, GoBuildInfo& info) {
  GoDependency* last = nullptr;
  while (!text.empty()) {
    std::string_view line = base::take_until(text, '\n');
    const std::string_view key = base::take_until(line, '\t');
    if (key == "path") {
      info.path = utf8_value(line);
    } else if (key == "mod") {
      info.main = GoDependency{PQ_TRY(module_of(line)), std::nullopt};
      last = &*info.main;
    } else if (key == "dep") {
      if (info.dependencies.size() >= limits.packages)
        return fail(Code::LimitExceeded, "Go's build information names too many modules");
      info.dependencies.push_back({PQ_TRY(module_of(line)), std::nullopt});
      last = &info.dependencies.back();
    } else if (key == "=>") {
      if (last == nullptr)
        return fail(Code::Malformed, "Go's build information replaces no module");
      last->replacement = PQ_TRY(module_of(line));
      last = nullptr;
    } else if (key == "build") {
      const std::string_view name = base::take_until(line, '=');
      if (name == "-ldflags") info.linker_flags = unquoted(line);
    }
  }
  return {};
}

Result<void> read_go_build_info(const FileContent& file,
                                const BinaryImage& image,
                                const base::Limits& limits,
                                std::optional<GoBuildInfo>& info) {
  for (const Range range : candidates(image)) {
    const auto at = PQ_TRY(find_blob(file, image, range));
    if (!at) continue;
    const auto [version, lines] = PQ_TRY(BlobReader(file, image, limits).read(*at));
    if (version.empty()) continue;
    info = GoBuildInfo{.go_version = utf8_value(version)};
    return read_go_module_lines(unwrapped(lines), limits, *info);
  }
  if (is_go(image))
    return fail(Code::Malformed,
                "a Go program without build information: it was built before Go 1.13, or changed; "
                "its modules are not known");
  return {};
}

} // namespace portique::inventory
