#include "portique/access/docker/file_owner_book.h"

// {"key":"container/0123...","user":"alice","time":"2024-02-29T12:00:00Z"}; without "user" the
// thing is gone.

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

namespace json = boost::json;
using base::Code;
using base::Result;

namespace {

/// A million things that were created and not removed; each line has some 150 bytes.
constexpr std::uint64_t kBookBytes = 256ULL << 20U;
constexpr std::size_t kEntries = 1'000'000;
/// Below that a file with much of the past in it does not matter.
constexpr std::size_t kLinesWorthCompacting = 10'000;
/// The engine notes a creation before the gate sees the answer; clocks are the same machine's.
constexpr std::chrono::seconds kClockSlack{5};

std::string key_of(ResourceKind kind, std::string_view id) {
  return std::string(resource_kind_name(kind)) + "/" + std::string(id);
}

} // namespace

Result<std::unique_ptr<FileOwnerBook>> FileOwnerBook::open(const std::filesystem::path& path) {
  base::Fd file(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid()) return base::fail_errno("cannot open " + path.string(), errno);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
    return base::fail(Code::Io, path.string() + " is in use by another process");
  std::unique_ptr<FileOwnerBook> book(new FileOwnerBook(path, std::move(file)));
  PQ_TRY(base::at(path.string(), book->load()));
  return book;
}

Result<void> FileOwnerBook::load() {
  const std::string text = PQ_TRY(base::read_file(path_, kBookBytes));
  std::string_view rest = text;
  while (!rest.empty()) {
    const bool whole = rest.find('\n') != std::string_view::npos;
    const std::string_view one = base::take_until(rest, '\n');
    if (whole)
      take(one);
    else
      ++unreadable_;
  }
  // A torn last line must not swallow the next one.
  if (!text.empty() && !text.ends_with('\n')) PQ_TRY(add("\n"));
  if (lines_ > kLinesWorthCompacting && lines_ > 2 * entries_.size()) return compact();
  return {};
}

void FileOwnerBook::take(std::string_view line) {
  ++lines_;
  if (line.empty()) return;
  const auto value = base::parse_json(line);
  const auto* object = value ? value->if_object() : nullptr;
  const std::string_view key = base::json_string(object, "key");
  const std::string_view user = base::json_string(object, "user");
  const auto time = base::parse_time(base::json_string(object, "time"));
  if (key.empty() || !time) {
    ++unreadable_;
    return;
  }
  if (user.empty())
    entries_.erase(std::string(key));
  else
    entries_.insert_or_assign(std::string(key), Entry{.user = std::string(user), .time = *time});
}

std::string FileOwnerBook::line(const std::string& key, const Entry& entry) {
  json::object object{{"key", key}};
  if (!entry.user.empty()) object["user"] = entry.user;
  object["time"] = base::format_time(entry.time);
  return json::serialize(object) + "\n";
}

Result<void> FileOwnerBook::add(std::string_view line) {
  PQ_TRY(base::write_all(file_, std::as_bytes(std::span(line))));
  ++lines_;
  return {};
}

Result<void> FileOwnerBook::compact() {
  std::string text;
  for (const auto& [key, entry] : entries_)
    text += line(key, entry);
  PQ_TRY(base::write_file_atomically(path_, text));
  // The lock was on the file that is now replaced.
  base::Fd file(::open(path_.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW));
  if (!file.valid()) return base::fail_errno("cannot open " + path_.string(), errno);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
    return base::fail(Code::Io, path_.string() + " is in use by another process");
  file_ = std::move(file);
  lines_ = entries_.size();
  return {};
}

Result<std::string> FileOwnerBook::owner(ResourceKind kind, std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key_of(kind, id));
  return found == entries_.end() ? std::string() : found->second.user;
}

Result<void> FileOwnerBook::record(ResourceKind kind, std::string_view id, std::string_view owner) {
  if (id.empty() || owner.empty()) return {};
  if (!base::is_utf8(id) || !base::is_utf8(owner))
    return base::fail(Code::Malformed, "an owner's name or an id is not UTF-8");
  const std::lock_guard lock(mutex_);
  const std::string key = key_of(kind, id);
  if (entries_.contains(key)) return {};
  if (entries_.size() >= kEntries)
    return base::fail(Code::LimitExceeded, "the book of owners is full");
  const Entry entry{.user = std::string(owner), .time = base::now()};
  PQ_TRY(add(line(key, entry)));
  entries_.emplace(key, entry);
  return {};
}

Result<void> FileOwnerBook::remove(Entries::iterator found) {
  PQ_TRY(add(line(found->first, {.user = {}, .time = found->second.time})));
  entries_.erase(found);
  return {};
}

Result<void> FileOwnerBook::forget(ResourceKind kind, std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key_of(kind, id));
  if (found == entries_.end()) return {};
  return remove(found);
}

Result<void>
FileOwnerBook::forget_earlier(ResourceKind kind, std::string_view id, base::Time created) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key_of(kind, id));
  if (found == entries_.end() || created <= found->second.time + kClockSlack) return {};
  return remove(found);
}

std::size_t FileOwnerBook::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

} // namespace portique::access
