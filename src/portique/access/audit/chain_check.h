#pragma once

// Names what was done to a trail. What was read is cut into runs: lines that follow each other in
// the file, by number, and by hash. An untouched trail is one run, and every act of tampering
// leaves seams; which one it was is read off how the runs on both sides of a seam fit.

#include <cstdint>
#include <string>
#include <vector>

#include "portique/access/audit/entry_line.h"
#include "portique/access/audit/line_hash.h"

namespace portique::access {

enum class DefectKind : std::uint8_t {
  Changed,   ///< a line's bytes are not those that were written
  Removed,   ///< lines are not there any more
  Inserted,  ///< a line that the chain does not know
  Moved,     ///< lines stand at another place than the one they were written at
  Torn,      ///< the last line has no end
  Signature, ///< a head's signature does not fit what it should vouch for
};

/// "changed", "removed", ...
std::string_view defect_name(DefectKind kind);

struct TrailDefect {
  DefectKind kind = DefectKind::Changed;
  std::uint64_t first = 0; ///< number of the line; 0 if it has none
  std::uint64_t last = 0;  ///< of a range; equal to `first` for one line
  std::string file;        ///< name of the file where it shows
  std::uint64_t row = 0;   ///< line of that file, from 1; 0 if it is about none
  std::string text;        ///< one sentence
};

/// Where a line stands.
struct LinePlace {
  std::uint32_t file = 0;
  std::uint64_t row = 0;
};

/// Takes the lines in the order in which they stand.
class ChainCheck {
public:
  /// Names of the files that places refer to.
  explicit ChainCheck(std::vector<std::string> files) : files_(std::move(files)) {}

  /// False if the line does not follow the one before.
  bool add(const LineStart& start, const Hash& hash, LinePlace place);

  /// Something that is no line of a trail.
  void add_junk(LinePlace place);

  /// Seams so far; an untouched trail has none.
  [[nodiscard]] std::uint64_t seams() const;

  /// More seams than anybody reads, or memory should hold: it is no use to go on.
  [[nodiscard]] bool is_hopeless() const;

  [[nodiscard]] bool empty() const { return runs_.empty(); }

  /// Number of the first and of the last line, the highest of all.
  [[nodiscard]] std::uint64_t first() const;
  [[nodiscard]] std::uint64_t last() const;

  /// What was done, by the lines' numbers.
  [[nodiscard]] std::vector<TrailDefect> defects() const;

private:
  struct Run {
    bool is_junk = false;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    Hash before{}; ///< what the first line says of the line before it
    Hash before_last{};
    Hash hash{}; ///< of the last line
    LinePlace begin;
    LinePlace end;
    std::size_t order = 0;
    bool is_explained = false;
  };

  class Report;

  std::vector<std::string> files_;
  std::vector<Run> runs_;
};

} // namespace portique::access
