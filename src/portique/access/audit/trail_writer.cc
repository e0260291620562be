// docs/audit-trail.md has the format.

#include "portique/access/audit/trail_writer.h"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portique/base/file.h"
#include "portique/base/text.h"

namespace portique::access {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

namespace {

/// Groups may be given the trail to read, the folder's other files are their own matter.
constexpr mode_t kFileMode = 0640;

void sync_folder(const fs::path& folder) {
  const base::Fd open(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (open.valid()) (void)::fsync(open.get());
}

} // namespace

std::optional<SyncPolicy> parse_sync_policy(std::string_view text) {
  if (text == "off") return SyncPolicy::Off;
  if (text == "interval") return SyncPolicy::Interval;
  if (text == "always") return SyncPolicy::Always;
  return std::nullopt;
}

base::Result<std::unique_ptr<TrailWriter>> TrailWriter::open(TrailOptions options) {
  std::unique_ptr<TrailWriter> writer(new TrailWriter(std::move(options)));
  writer->reported_drops_.resize(writer->options_.sinks.size());
  PQ_TRY(writer->lock());
  PQ_TRY(writer->load_keys());
  PQ_TRY(writer->resume());
  PQ_TRY(writer->ready_file());
  Draft draft = writer->draft();
  writer->add_notes(draft);
  LineMembers start("start");
  start.time("time", writer->options_.clock()).text("format", kTrailFormat);
  start.number("pid", ::getpid()).text("key", writer->key_fingerprint_);
  writer->add_line(draft, start.bytes());
  PQ_TRY(writer->add_head(draft));
  PQ_TRY(writer->commit(std::move(draft)));
  return writer;
}

base::Result<void> TrailWriter::lock() {
  std::error_code error;
  fs::create_directories(options_.folder, error);
  const fs::path path = options_.folder / kLockFile;
  lock_ = base::Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock_.valid()) return base::fail_errno("cannot open " + path.string(), errno);
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0)
    return errno == EWOULDBLOCK
               ? base::fail(base::Code::InvalidArgument,
                            options_.folder.string() + ": another process writes this trail")
               : base::fail_errno("cannot lock " + path.string(), errno);
  return {};
}

base::Result<void> TrailWriter::load_keys() {
  const fs::path path = options_.key.empty() ? options_.folder / kSigningKeyFile : options_.key;
  key_ = PQ_TRY(SigningKey::read_or_make(path));
  const VerifyingKey verifying = PQ_TRY(key_->verifying_key());
  key_fingerprint_ = verifying.fingerprint();
  const fs::path beside = path.parent_path() / kPublicKeyFile;
  const auto known = base::read_file(beside, 16ULL << 10U);
  if (known && *known == verifying.pem()) return {};
  return base::write_file_atomically(beside, verifying.pem());
}

base::Result<void> TrailWriter::resume() {
  Resumed resumed = PQ_TRY(resume_trail(options_.folder));
  for (const TornTail& torn : resumed.torn)
    notes_.push_back(LineMembers("recovered")
                         .time("time", options_.clock())
                         .text("reason", "the trail ended in the middle of a line")
                         .text("torn_file", torn.file)
                         .number("torn_bytes", static_cast<std::int64_t>(torn.bytes))
                         .text("torn_digest", torn.digest)
                         .bytes());
  TrailEnd& end = resumed.end;
  if (end.number > 0) {
    position_ = {end.number, end.hash, std::move(end.unsigned_lines), end.first_unsigned};
    path_ = end.file;
    offset_ = end.size;
    file_since_ = end.file_since;
  }
  note_lost_lines();
  if (path_.empty()) return {};
  base::Fd file(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.valid()) return base::fail_errno("cannot open " + path_.string(), errno);
  file_ = std::make_shared<const base::Fd>(std::move(file));
  return {};
}

/// The newest head may vouch for lines that are not there any more. Their numbers are not given
/// again: whoever verifies the trail must see that they are missing.
void TrailWriter::note_lost_lines() {
  const fs::path path = options_.folder / kHeadFile;
  const auto kept = base::read_file(path, kLineBytes);
  if (!kept) return;
  const std::string_view line = base::trim(*kept);
  const auto start = read_line_start(line);
  const std::size_t signature_at = line.rfind(kSignatureMember);
  if (!start || start->kind != "head" || start->number <= position_.number ||
      signature_at == std::string_view::npos)
    return;
  std::string_view encoded = line.substr(signature_at + kSignatureMember.size());
  if (!encoded.ends_with("\"}")) return;
  encoded.remove_suffix(2);
  const auto signature = base::from_base64(encoded);
  const auto key = key_->verifying_key();
  if (!signature || !key || !key->verify(line.substr(0, signature_at), *signature)) return;
  notes_.push_back(LineMembers("recovered")
                       .time("time", options_.clock())
                       .text("reason", "lines that a head vouches for are gone")
                       .number("lost_from", static_cast<std::int64_t>(position_.number + 1))
                       .number("lost_to", static_cast<std::int64_t>(start->number))
                       .bytes());
  position_ = {start->number, hasher_.of(line), {}, start->number + 1};
  path_.clear();
  file_.reset();
}

SharedFile TrailWriter::file() const {
  const std::scoped_lock lock(file_mutex_);
  return file_;
}

std::optional<steady_clock::time_point> TrailWriter::due() const {
  std::optional<steady_clock::time_point> at;
  if (unsigned_since_) at = *unsigned_since_ + options_.head_age;
  return at;
}

TrailWriter::Draft TrailWriter::draft() const {
  return {.bytes = {}, .position = position_, .head = {}, .drops = reported_drops_};
}

void TrailWriter::add_line(Draft& draft, std::string_view members) {
  Position& position = draft.position;
  const std::string line = line_text(++position.number, position.hash, members);
  position.hash = hasher_.of(line);
  position.tree.add(position.hash, hasher_);
  draft.bytes += line;
  draft.bytes += '\n';
}

base::Result<void> TrailWriter::add_head(Draft& draft) {
  Position& position = draft.position;
  LineMembers members("head");
  members.time("time", options_.clock());
  members.number("first", static_cast<std::int64_t>(position.first_unsigned));
  members.number("lines", static_cast<std::int64_t>(position.tree.size()));
  members.text("root", hash_text(position.tree.root(hasher_))).text("key", key_fingerprint_);
  std::string line = line_text(position.number + 1, position.hash, members.bytes());
  line.pop_back(); // the brace: the signature goes before it
  const std::string signature = PQ_TRY(key_->sign(line));
  line += kSignatureMember;
  line += base::to_base64(signature) + "\"}";
  ++position.number;
  position.hash = hasher_.of(line);
  position.tree = {};
  position.first_unsigned = position.number + 1;
  draft.bytes += line;
  draft.bytes += '\n';
  draft.head = std::move(line);
  return {};
}

void TrailWriter::add_notes(Draft& draft) {
  for (const std::string& note : notes_)
    add_line(draft, note);
  for (std::size_t i = 0; i < options_.sinks.size(); ++i) {
    const std::uint64_t dropped = options_.sinks[i]->dropped();
    if (dropped == draft.drops[i]) continue;
    LineMembers members("export");
    members.time("time", options_.clock()).text("sink", options_.sinks[i]->name());
    members.number("dropped", static_cast<std::int64_t>(dropped - draft.drops[i]));
    draft.drops[i] = dropped;
    add_line(draft, members.bytes());
  }
}

base::Result<std::uint64_t> TrailWriter::write(std::span<const std::string_view> members) {
  PQ_TRY(ready_file());
  Draft draft = this->draft();
  add_notes(draft);
  const std::uint64_t first = draft.position.number + 1;
  for (const std::string_view one : members)
    add_line(draft, one);
  if (draft.position.tree.size() >= options_.head_lines) PQ_TRY(add_head(draft));
  PQ_TRY(commit(std::move(draft)));
  return first;
}

base::Result<void> TrailWriter::tend() {
  PQ_TRY(ready_file());
  if (!unsigned_since_ || steady_clock::now() < *unsigned_since_ + options_.head_age) return {};
  Draft draft = this->draft();
  add_notes(draft);
  PQ_TRY(add_head(draft));
  return commit(std::move(draft));
}

base::Result<void> TrailWriter::finish() {
  PQ_TRY(ready_file());
  Draft draft = this->draft();
  add_notes(draft);
  add_line(draft, LineMembers("stop").time("time", options_.clock()).bytes());
  PQ_TRY(add_head(draft));
  PQ_TRY(commit(std::move(draft)));
  if (options_.sync != SyncPolicy::Off && ::fdatasync(file_->get()) != 0)
    return base::fail_errno("cannot force the trail to the disk", errno);
  return {};
}

base::Result<void> TrailWriter::commit(Draft draft) {
  PQ_TRY(write_bytes(draft.bytes));
  position_ = std::move(draft.position);
  reported_drops_ = draft.drops;
  notes_.clear();
  if (position_.tree.size() == 0)
    unsigned_since_.reset();
  else if (!unsigned_since_ || !draft.head.empty())
    unsigned_since_ = steady_clock::now();
  announce(draft);
  return {};
}

void TrailWriter::announce(const Draft& draft) {
  if (!draft.head.empty()) {
    ++heads_;
    // A copy for whoever compares; the head itself stands in the trail.
    (void)base::write_file_atomically(options_.folder / kHeadFile, draft.head + '\n');
  }
  if (options_.sinks.empty()) return;
  std::string_view rest = draft.bytes;
  while (!rest.empty()) {
    const std::string_view line = base::take_until(rest, '\n');
    for (const auto& sink : options_.sinks)
      sink->offer(line);
  }
}

/// All of it or nothing: what a failing write left behind is cut off, now or before the next one.
base::Result<void> TrailWriter::write_bytes(std::string_view bytes) {
  const int file = file_->get();
  std::uint64_t at = offset_;
  int error = 0;
  is_dirty_ = true;
  for (std::string_view rest = bytes; !rest.empty() && error == 0;) {
    const ssize_t count = ::pwrite(file, rest.data(), rest.size(), static_cast<off_t>(at));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      error = count < 0 ? errno : EIO;
      break;
    }
    rest.remove_prefix(static_cast<std::size_t>(count));
    at += static_cast<std::uint64_t>(count);
  }
  if (error == 0 && options_.sync == SyncPolicy::Always && ::fdatasync(file) != 0) error = errno;
  if (error != 0) {
    is_dirty_ = ::ftruncate(file, static_cast<off_t>(offset_)) != 0;
    return base::fail_errno("cannot write " + path_.string(), error);
  }
  is_dirty_ = false;
  offset_ = at;
  return {};
}

bool TrailWriter::is_age_due() const {
  return options_.file_age.count() > 0 && options_.clock() - file_since_ >= options_.file_age;
}

base::Result<void> TrailWriter::ready_file() {
  if (file_ != nullptr) check_present_file();
  if (file_ == nullptr) return begin_file();
  if (is_dirty_) {
    if (::ftruncate(file_->get(), static_cast<off_t>(offset_)) != 0)
      return base::fail_errno("cannot cut off a torn line of " + path_.string(), errno);
    is_dirty_ = false;
  }
  if (offset_ >= options_.file_bytes || is_age_due()) return rotate();
  return {};
}

/// Somebody may have removed, replaced or changed the file behind our back. Then the trail goes on
/// in a new one, and says so; what is missing will be seen by whoever verifies it.
void TrailWriter::check_present_file() {
  struct stat named{};
  struct stat open{};
  std::string reason;
  if (::fstat(file_->get(), &open) != 0 || ::stat(path_.c_str(), &named) != 0)
    reason = "the file is gone";
  else if (named.st_dev != open.st_dev || named.st_ino != open.st_ino)
    reason = "the file was replaced";
  else if (static_cast<std::uint64_t>(open.st_size) != offset_ && !is_dirty_)
    reason = "somebody else changed the file's size";
  if (reason.empty()) return;
  notes_.push_back(LineMembers("recovered")
                       .time("time", options_.clock())
                       .text("reason", reason)
                       .text("file", path_.filename().string())
                       .bytes());
  const std::scoped_lock lock(file_mutex_);
  file_.reset();
  is_dirty_ = false;
}

base::Result<void> TrailWriter::begin_file() {
  std::vector<TrailFile> files = PQ_TRY(list_trail_files(options_.folder));
  const fs::path path = options_.folder / trail_file_name(position_.number + 1);
  base::Fd made(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode));
  if (!made.valid()) return base::fail_errno("cannot make " + path.string(), errno);
  files.push_back({path, position_.number + 1});
  const std::size_t kept = options_.kept_files == 0 || files.size() <= options_.kept_files
                               ? files.size()
                               : options_.kept_files;
  SharedFile before;
  {
    const std::scoped_lock lock(file_mutex_);
    before = std::exchange(file_, std::make_shared<const base::Fd>(std::move(made)));
  }
  const fs::path path_before = std::exchange(path_, path);
  const std::uint64_t offset_before = std::exchange(offset_, 0);
  LineMembers members("file");
  members.time("time", options_.clock()).text("format", kTrailFormat);
  members.text("key", key_fingerprint_);
  members.number("oldest", static_cast<std::int64_t>(files[files.size() - kept].first));
  Draft draft = this->draft();
  // Lines of a file that had to be left unsigned are signed in the next one, so that whoever takes
  // up the trail need not look into the file before.
  const bool is_unsigned = draft.position.tree.size() > 0;
  add_line(draft, members.bytes());
  auto written = is_unsigned ? add_head(draft) : base::Result<void>();
  std::vector<std::string> notes = std::move(notes_);
  if (written) written = commit(std::move(draft));
  notes_ = std::move(notes);
  if (!written) {
    // The next attempt makes it anew; the file before is still good if there was one.
    ::unlink(path.c_str());
    const std::scoped_lock lock(file_mutex_);
    file_ = std::move(before);
    path_ = path_before;
    offset_ = offset_before;
    is_dirty_ = false;
    return written;
  }
  file_since_ = options_.clock();
  if (options_.sync != SyncPolicy::Off) {
    if (before != nullptr) (void)::fdatasync(before->get());
    sync_folder(options_.folder);
  }
  remove_old_files(files, kept);
  return {};
}

base::Result<void> TrailWriter::rotate() {
  if (position_.tree.size() > 0) {
    Draft draft = this->draft();
    PQ_TRY(add_head(draft));
    std::vector<std::string> notes = std::move(notes_);
    auto written = commit(std::move(draft));
    notes_ = std::move(notes);
    PQ_TRY(std::move(written));
  }
  return begin_file();
}

void TrailWriter::remove_old_files(const std::vector<TrailFile>& files, std::size_t kept) {
  for (std::size_t i = 0; i + kept < files.size(); ++i)
    (void)::unlink(files[i].path.c_str());
}

} // namespace portique::access
