#pragma once

// A trail in a folder: many threads append, and one of them writes for all that wait.

#include <cstdint>
#include <memory>
#include <string>

#include "portique/access/audit/trail.h"
#include "portique/access/audit/trail_writer.h"
#include "portique/base/result.h"

namespace portique::access {

/// Since the trail was opened.
struct TrailCounts {
  std::uint64_t written = 0; ///< events
  std::uint64_t refused = 0; ///< events that could not be written in time
  std::uint64_t late = 0;    ///< events that were written although their caller had given up
  std::uint64_t batches = 0; ///< write(2) calls
  std::uint64_t heads = 0;   ///< signatures
  std::string last_error;    ///< why the last one was refused, "" if none was
};

class FileTrail : public Trail {
public:
  /// Fails if the folder cannot be written, or another process writes the same trail.
  static base::Result<std::unique_ptr<FileTrail>> open(TrailOptions options);

  /// Writes what waits, the end of the trail, and its signature.
  ~FileTrail() override;

  /// Code::Timeout after the deadline, Code::Io if the line cannot be written. What was refused is
  /// counted, and the count is written as soon as writing works again. If a write finishes after
  /// its caller gave up, a line says so. The one caller that writes for the others waits for the
  /// disk, however long that takes.
  base::Result<std::uint64_t> append(AuditEvent event) override;

  [[nodiscard]] TrailCounts counts() const;

private:
  struct State;
  explicit FileTrail(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

} // namespace portique::access
