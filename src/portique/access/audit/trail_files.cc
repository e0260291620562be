#include "portique/access/audit/trail_files.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "portique/access/audit/entry_line.h"
#include "portique/access/audit/line_reader.h"
#include "portique/base/digest.h"
#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = "audit-";
constexpr std::string_view kSuffix = ".jsonl";
/// A file a minute for two years.
constexpr std::size_t kMostFiles = 1'000'000;

std::optional<std::uint64_t> first_of_name(std::string_view name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  name.remove_suffix(kSuffix.size());
  if (name.size() != 20) return std::nullopt;
  return base::parse_int<std::uint64_t>(name);
}

/// The time in a file's first line; nothing if it cannot be read there.
std::optional<base::Time> time_of_line(std::string_view line) {
  const auto value = base::parse_json(line);
  if (!value) return std::nullopt;
  return base::parse_time(base::json_string(base::json_object(&*value), "time"));
}

/// The file's last whole line and what is not signed of it; `number` 0 if it has no whole line.
base::Result<TrailEnd> end_of_file(const TrailFile& file) {
  TrailEnd end{.file = file.path};
  LineReader reader(PQ_TRY(base::open_file(file.path)));
  LineHasher hasher;
  end.first_unsigned = file.first;
  while (const auto line = PQ_TRY(base::at(file.path.string(), reader.next()))) {
    const auto start = line->is_ended && !line->is_too_long ? read_line_start(line->bytes)
                                                            : std::optional<LineStart>();
    if (!start) continue;
    if (end.number == 0) end.file_since = time_of_line(line->bytes).value_or(base::now());
    end.number = start->number;
    end.hash = hasher.of(line->bytes);
    end.kind = start->kind;
    end.size = line->offset + line->bytes.size() + 1;
    end.unsigned_lines.add(end.hash, hasher);
    if (end.kind == "head") {
      end.unsigned_lines = {};
      end.first_unsigned = end.number + 1;
    }
  }
  return end;
}

/// Moves what stands behind `size` into a file of its own.
base::Result<TornTail> set_aside(const TrailFile& file, std::uint64_t size, std::uint64_t bytes) {
  TornTail torn{.bytes = bytes};
  const base::Fd from(::open(file.path.c_str(), O_RDWR | O_CLOEXEC));
  if (!from.valid()) return base::fail_errno("cannot open " + file.path.string(), errno);
  const fs::path folder = file.path.parent_path();
  base::Fd into;
  for (int attempt = 1; !into.valid(); ++attempt) {
    torn.file = fmt::format("torn-{:020}-{}.bin", file.first, attempt);
    into = base::Fd(
        ::open((folder / torn.file).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
    if (!into.valid() && (errno != EEXIST || attempt > 10'000))
      return base::fail_errno("cannot make " + (folder / torn.file).string(), errno);
  }
  base::Hasher hasher;
  std::string chunk(256ULL << 10U, '\0');
  for (std::uint64_t done = 0; done < bytes;) {
    const auto piece =
        std::as_writable_bytes(std::span(chunk))
            .first(static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), bytes - done)));
    PQ_TRY(base::read_exact_at(from, size + done, piece));
    PQ_TRY(base::write_all(into, piece));
    hasher.update(piece);
    done += piece.size();
  }
  torn.digest = hasher.finish().text();
  if (::fsync(into.get()) != 0 || ::ftruncate(from.get(), static_cast<off_t>(size)) != 0 ||
      ::fsync(from.get()) != 0)
    return base::fail_errno("cannot shorten " + file.path.string(), errno);
  return torn;
}

} // namespace

std::string trail_file_name(std::uint64_t first) {
  return fmt::format("{}{:020}{}", kPrefix, first, kSuffix);
}

base::Result<std::vector<TrailFile>> list_trail_files(const fs::path& folder) {
  std::vector<TrailFile> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const auto first = first_of_name(at->path().filename().string());
    if (!first) continue;
    if (files.size() == kMostFiles)
      return base::fail(base::Code::LimitExceeded, folder.string() + ": too many files");
    files.push_back({at->path(), *first});
  }
  if (error) return base::fail_errno("cannot list " + folder.string(), error.value());
  std::ranges::sort(files, {}, &TrailFile::first);
  return files;
}

base::Result<Resumed> resume_trail(const fs::path& folder) {
  Resumed resumed;
  std::vector<TrailFile> files = PQ_TRY(list_trail_files(folder));
  for (; !files.empty(); files.pop_back()) {
    const TrailFile& file = files.back();
    TrailEnd end = PQ_TRY(end_of_file(file));
    const std::uint64_t size = PQ_TRY(base::file_size(PQ_TRY(base::open_file(file.path))));
    if (size > end.size) resumed.torn.push_back(PQ_TRY(set_aside(file, end.size, size - end.size)));
    if (end.number > 0) {
      resumed.end = std::move(end);
      return resumed;
    }
    // It was made, and then its first line was lost: its name is free for the next one.
    if (::unlink(file.path.c_str()) != 0)
      return base::fail_errno("cannot remove " + file.path.string(), errno);
  }
  return resumed;
}

} // namespace portique::access
