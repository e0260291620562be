#pragma once

// Writes the lines of a trail: chains them, signs heads, begins new files. What could not be
// written leaves neither bytes in the file nor a trace in the chain, so that the next attempt goes
// on where the last success ended. For one thread; FileTrail makes it safe for many.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "portique/access/audit/entry_line.h"
#include "portique/access/audit/line_sink.h"
#include "portique/access/audit/merkle.h"
#include "portique/access/audit/signing_key.h"
#include "portique/access/audit/trail_files.h"
#include "portique/base/fd.h"
#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::access {

/// When lines are forced out of the page cache. Whatever is chosen, a line that was answered
/// survives the death of the process; this is about the death of the machine.
enum class SyncPolicy : std::uint8_t { Off, Interval, Always };

/// "off", "interval", "always".
std::optional<SyncPolicy> parse_sync_policy(std::string_view text);

struct TrailOptions {
  std::filesystem::path folder;
  /// signing-key.pem in the folder if empty.
  std::filesystem::path key;
  std::uint64_t file_bytes = 64ULL << 20U;  ///< a new file is begun beyond it
  std::chrono::seconds file_age{0};         ///< and at this age; 0: at none
  std::uint32_t kept_files = 0;             ///< older ones are removed; 0: none
  std::uint32_t head_lines = 1000;          ///< signed at the latest after so many lines
  std::chrono::milliseconds head_age{5000}; ///< and when the oldest unsigned one is so old
  SyncPolicy sync = SyncPolicy::Interval;
  std::chrono::milliseconds sync_interval{1000};
  std::chrono::milliseconds deadline{500};      ///< of one append()
  std::vector<std::shared_ptr<LineSink>> sinks; ///< shared with those who count what they drop
  /// Masks secrets in an event before it is written; none: events are written as they are.
  std::function<void(AuditEvent&)> mask;
  std::function<base::Time()> clock = &base::now;
};

/// A file shared with the thread that forces it to the disk: it must not be closed under it.
using SharedFile = std::shared_ptr<const base::Fd>;

class TrailWriter {
public:
  /// Takes the folder's lock (Code::InvalidArgument if another process has it), makes the key if
  /// there is none, takes up the chain, writes that it begins, and signs that.
  static base::Result<std::unique_ptr<TrailWriter>> open(TrailOptions options);

  TrailWriter(const TrailWriter&) = delete;
  TrailWriter& operator=(const TrailWriter&) = delete;
  ~TrailWriter() = default;

  /// Appends lines by one write(2), with a head behind them if one is due; the number of the first
  /// one. On failure none of them is in the trail.
  base::Result<std::uint64_t> write(std::span<const std::string_view> members);

  /// Signs what is not signed yet, if it has waited long enough, and begins a new file if the age
  /// of the present one says so.
  base::Result<void> tend();

  /// When tend() has something to do; nothing if all is signed.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> due() const;

  /// Writes that the trail ends here, and signs that.
  base::Result<void> finish();

  /// The present file, for fdatasync. Any thread may ask.
  [[nodiscard]] SharedFile file() const;

  [[nodiscard]] std::uint64_t heads() const { return heads_; }

private:
  explicit TrailWriter(TrailOptions options) : options_(std::move(options)) {}

  struct Position {
    std::uint64_t number = 0;
    Hash hash = kNoLine;
    MerkleTree tree;
    std::uint64_t first_unsigned = 1;
  };

  /// Lines that are being put together, and where the chain would stand behind them.
  struct Draft {
    std::string bytes;
    Position position;
    std::string head;                 ///< the last head among them, "" if there is none
    std::vector<std::uint64_t> drops; ///< what the sinks have dropped, as the lines say
  };

  base::Result<void> lock();
  base::Result<void> load_keys();
  base::Result<void> resume();
  void note_lost_lines();
  base::Result<void> ready_file();
  base::Result<void> begin_file();
  base::Result<void> rotate();
  void remove_old_files(const std::vector<TrailFile>& files, std::size_t kept);
  void check_present_file();
  [[nodiscard]] Draft draft() const;
  void add_line(Draft& draft, std::string_view members);
  base::Result<void> add_head(Draft& draft);
  void add_notes(Draft& draft);
  base::Result<void> commit(Draft draft);
  base::Result<void> write_bytes(std::string_view bytes);
  void announce(const Draft& draft);
  [[nodiscard]] bool is_age_due() const;

  TrailOptions options_;
  base::Fd lock_;
  std::optional<SigningKey> key_;
  std::string key_fingerprint_;
  LineHasher hasher_;
  Position position_;
  std::optional<std::chrono::steady_clock::time_point> unsigned_since_;
  mutable std::mutex file_mutex_; ///< guards file_ against file()
  SharedFile file_;
  std::filesystem::path path_;
  base::Time file_since_;
  std::uint64_t offset_ = 0;       ///< where the file's whole lines end
  bool is_dirty_ = false;          ///< there may be bytes behind `offset_`
  std::vector<std::string> notes_; ///< members of lines that say what happened to the trail
  std::vector<std::uint64_t> reported_drops_;
  std::uint64_t heads_ = 0;
};

} // namespace portique::access
