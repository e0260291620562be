#pragma once

// Many patterns in one pass over the bytes (Hyperscan). The only place that knows Hyperscan.

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "portique/base/byte_reader.h"
#include "portique/base/result.h"

namespace portique::inspect {

/// What processor a database is made for. One for any x86-64 with SSSE3 works on all; Hyperscan
/// refuses one for AVX2 on a processor that lacks it.
enum class PatternPlatform : std::uint8_t { Any, ThisMachine };

struct Pattern {
  std::string expression;
  bool literal = false;
  bool caseless = false;
  std::uint32_t id = 0; ///< several patterns may have the same
};

/// Longest match of a pattern in bytes; `cap` if it has no bound or a longer one.
base::Result<std::uint32_t> pattern_width(const Pattern& pattern, std::uint32_t cap);

/// Immutable; shared by any number of threads.
class PatternDatabase {
public:
  /// Code::Malformed names the pattern that Hyperscan refuses. No patterns match nothing.
  static base::Result<PatternDatabase> compile(std::span<const Pattern> patterns,
                                               PatternPlatform platform);
  /// Trusted bytes: those of serialize(), from this program's own data.
  static base::Result<PatternDatabase> deserialize(base::Bytes bytes);
  [[nodiscard]] base::Result<std::string> serialize() const;

  ~PatternDatabase();
  PatternDatabase(PatternDatabase&&) noexcept;
  PatternDatabase& operator=(PatternDatabase&&) noexcept;

  [[nodiscard]] bool empty() const;

private:
  friend class PatternScanner;
  struct State;
  explicit PatternDatabase(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Working memory of one thread; serves all databases that it was made for, which must outlive it.
class PatternScanner {
public:
  static base::Result<PatternScanner> make(std::span<const PatternDatabase* const> databases);

  ~PatternScanner();
  PatternScanner(PatternScanner&&) noexcept;
  PatternScanner& operator=(PatternScanner&&) noexcept;

  /// Hears of every match: the pattern's id and the offset behind the match's last byte.
  class Listener {
  public:
    virtual ~Listener() = default;
    virtual void matched(std::uint32_t id, std::uint64_t end) = 0;
  };

  base::Result<void> scan(const PatternDatabase& database, base::Bytes bytes, Listener& listener);

private:
  struct State;
  explicit PatternScanner(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

} // namespace portique::inspect
