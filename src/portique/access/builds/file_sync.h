#pragma once

// Files that a session hands to the engine: fsutil's packets, of which BuildKit's FileSync is made.
// https://github.com/tonistiigi/fsutil (types/wire.proto, types/stat.proto)

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "portique/base/result.h"

namespace portique::access {

/// One transfer of a folder: the client tells every file's state, the engine asks for the content
/// of those that it has not got, the client sends it.
class FileSync {
public:
  struct File {
    std::string path;
    std::string state; ///< digest of all that the client said of it: name, size, time, ...
    std::string link;  ///< where a link leads, "" if it is none
    std::string content;
    bool regular = false;
    bool complete = false; ///< `content` is all of it
  };

  /// Called with a file whose last byte has come and has not been passed on.
  using OnFile = std::function<base::Result<void>(const File&)>;

  FileSync(std::size_t most_bytes, OnFile on_file);

  /// Whether a packet of the engine says that it wants no more.
  static base::Result<bool> is_finish(std::string_view packet);

  /// A packet of the client.
  base::Result<void> sent(std::string_view packet);

  [[nodiscard]] const std::vector<File>& files() const { return files_; }

private:
  base::Result<void> state(std::string_view message);

  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  OnFile on_file_;
  std::vector<File> files_; ///< by their number
};

} // namespace portique::access
