#pragma once

// Lines of a trail over all of its files, also while it grows.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "portique/access/audit/line_reader.h"
#include "portique/access/audit/trail_files.h"
#include "portique/base/result.h"

namespace portique::access {

class TrailCursor {
public:
  /// A folder or one file; lines below `from` may be left out. Code::NotFound if there is no file.
  static base::Result<TrailCursor> open(const std::filesystem::path& path, std::uint64_t from = 0);

  /// The next whole line, valid until the next call; nothing at the present end. It may be asked
  /// again then: the trail may have grown, or gone on in another file.
  base::Result<std::optional<std::string_view>> next();

private:
  TrailCursor(std::filesystem::path path, std::vector<TrailFile> files, bool is_folder)
      : path_(std::move(path)), files_(std::move(files)), is_folder_(is_folder) {}

  base::Result<bool> is_there_more();
  base::Result<void> open_next();

  std::filesystem::path path_;
  std::vector<TrailFile> files_;
  std::size_t at_ = 0;       ///< the next of them to be opened
  std::uint64_t opened_ = 0; ///< first line of the present file
  bool is_folder_;
  bool is_last_look_ = false; ///< there is a next file, this one is looked at once more
  std::optional<LineReader> reader_;
};

} // namespace portique::access
