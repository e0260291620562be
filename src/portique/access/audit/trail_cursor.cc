#include "portique/access/audit/trail_cursor.h"

#include <algorithm>

#include "portique/base/file.h"

namespace portique::access {

namespace fs = std::filesystem;

base::Result<TrailCursor> TrailCursor::open(const fs::path& path, std::uint64_t from) {
  std::error_code error;
  const bool is_folder = fs::is_directory(path, error);
  std::vector<TrailFile> files;
  if (is_folder)
    files = PQ_TRY(list_trail_files(path));
  else
    files.push_back({path, 1});
  if (files.empty())
    return base::fail(base::Code::NotFound, path.string() + ": no file of an audit trail is there");
  TrailCursor cursor(path, std::move(files), is_folder);
  while (cursor.at_ + 1 < cursor.files_.size() && cursor.files_[cursor.at_ + 1].first <= from)
    ++cursor.at_;
  PQ_TRY(cursor.open_next());
  return cursor;
}

base::Result<bool> TrailCursor::is_there_more() {
  if (at_ < files_.size()) return true;
  if (!is_folder_) return false;
  files_ = PQ_TRY(list_trail_files(path_));
  at_ = static_cast<std::size_t>(std::ranges::upper_bound(files_, opened_, {}, &TrailFile::first) -
                                 files_.begin());
  return at_ < files_.size();
}

base::Result<void> TrailCursor::open_next() {
  const TrailFile& file = files_[at_++];
  reader_.emplace(PQ_TRY(base::open_file(file.path)));
  opened_ = file.first;
  is_last_look_ = false;
  return {};
}

base::Result<std::optional<std::string_view>> TrailCursor::next() {
  while (true) {
    while (const auto line = PQ_TRY(reader_->next(true)))
      if (!line->is_too_long) return line->bytes;
    if (is_last_look_) {
      PQ_TRY(open_next());
      continue;
    }
    if (!PQ_TRY(is_there_more())) return std::nullopt;
    // The next file is begun only after the last line of this one was written, which may have been
    // just now.
    is_last_look_ = true;
  }
}

} // namespace portique::access
