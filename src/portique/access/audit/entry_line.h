#pragma once

// The lines of a trail (docs/audit-trail.md). Every line is one JSON object that begins in exactly
// one way,
//   {"n":17,"previous":"<64 hexadecimal digits>","kind":"decision"
// so that the chain can be checked without reading JSON. A line's hash is the SHA-256 of its bytes
// without the line feed.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "portique/access/audit/audit_event.h"
#include "portique/access/audit/line_hash.h"

namespace portique::access {

inline constexpr std::string_view kTrailFormat = "portique-audit/1";
/// What lines of heads end with: these bytes, the signature in base64, a quote and a brace. What
/// stands before is what is signed.
inline constexpr std::string_view kSignatureMember = ",\"signature\":\"";
/// The longest line that a reader takes: with every text at its bound (kTextBytes) and every
/// character escaped a line has some 750 KiB.
inline constexpr std::size_t kLineBytes = 1ULL << 20U;
/// One text of an event; what is longer is cut, and says so. Command lines of builds that carry
/// whole scripts are the longest.
inline constexpr std::size_t kTextBytes = 4096;

/// The members of a line behind its beginning, in the order in which they are given. Texts that are
/// empty and lists without items are left out.
class LineMembers {
public:
  explicit LineMembers(std::string_view kind);

  LineMembers& text(std::string_view name, std::string_view value, std::size_t most = kTextBytes);
  LineMembers& number(std::string_view name, std::int64_t value);
  LineMembers& flag(std::string_view name, bool value);
  LineMembers& list(std::string_view name, std::span<const std::string> items);
  /// `value` is JSON on one line already.
  LineMembers& json(std::string_view name, std::string_view value);
  LineMembers& time(std::string_view name, base::Time value);

  /// `"kind":"decision","time":...`
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

private:
  std::string bytes_;
};

LineMembers event_members(const AuditEvent& event);

/// What the first line's "previous" holds.
inline constexpr Hash kNoLine{};

/// One line without its line feed.
std::string line_text(std::uint64_t number, const Hash& previous, std::string_view members);

/// The beginning of a line.
struct LineStart {
  std::uint64_t number = 0;
  Hash previous{};
  std::string_view kind; ///< borrowed from the line
};

/// Nothing if the line does not begin as lines of a trail do.
std::optional<LineStart> read_line_start(std::string_view line);

} // namespace portique::access
