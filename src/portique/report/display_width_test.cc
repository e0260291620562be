#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>

#include <gtest/gtest.h>

#include "portique/base/text.h"
#include "portique/report/display_width.h"

namespace portique::report {

namespace {

TEST(DisplayWidth, CountsColumnsOfATerminal) {
  struct Case {
    std::string_view text;
    std::size_t want;
  };

  const Case cases[] = {
      {"", 0},
      {"abc", 3},
      {"é", 1},
      {"e\u0301", 1}, // e and a combining acute accent
      {"全角", 4},
      {"ｆｕｌｌ", 8},
      {"한글", 4},
      {"\u1112\u1161\u11AB", 2}, // the same syllable written as three jamo
      {"\U0001F600", 2},
      {"\u2764\uFE0F", 1}, // a narrow character with a variation selector
      {"│ ╰ … ·", 7},
      {"\uFFFD", 1},
      {"שלום", 4},
      {"a\xFFz", 3}, // no UTF-8: one column a byte
  };
  for (const Case& c : cases)
    EXPECT_EQ(display_width(c.text), c.want) << c.text;
}

TEST(DisplayWidth, CutsBetweenCharacters) {
  struct Case {
    std::string_view text;
    std::size_t columns;
    std::string_view ellipsis;
    std::string_view want;
  };

  const Case cases[] = {
      {"abc", 3, "…", "abc"},
      {"abcd", 3, "…", "ab…"},
      {"abcd", 3, "...", "..."},
      {"abcd", 2, "...", ""},
      {"abcd", 0, "…", ""},
      {"", 0, "…", ""},
      {"全角文字", 8, "…", "全角文字"},
      {"全角文字", 7, "…", "全角文…"},
      {"全角文字", 6, "…", "全角…"}, // one column stays empty
      {"e\u0301e\u0301e\u0301", 2, "…", "e\u0301…"},
      {"ab\u0301", 2, "…", "ab\u0301"},
  };
  for (const Case& c : cases) {
    const std::string cut = cut_to_width(c.text, c.columns, c.ellipsis);
    EXPECT_EQ(cut, c.want) << c.text << " to " << c.columns;
    EXPECT_LE(display_width(cut), c.columns);
  }
}

std::string encode(std::uint32_t c) {
  std::string out;
  const auto tail = [&](unsigned shift) {
    out += static_cast<char>(0x80U | ((c >> shift) & 0x3FU));
  };
  if (c < 0x80) return std::string(1, static_cast<char>(c));
  if (c < 0x800) {
    out += static_cast<char>(0xC0U | (c >> 6U));
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0U | (c >> 12U));
    tail(6), tail(0);
  } else {
    out += static_cast<char>(0xF0U | (c >> 18U));
    tail(12), tail(6), tail(0);
  }
  return out;
}

/// Runs of assigned printable characters of one width, as Python's copy of Unicode has them:
/// first, last, width.
constexpr const char* kOracle = R"py(
import unicodedata as u
def width(c):
    k = u.category(c)
    if k in ('Cc', 'Cf', 'Cn', 'Co', 'Cs', 'Zl', 'Zp'):
        return None
    if k in ('Mn', 'Me') or 0x1160 <= ord(c) <= 0x11FF:
        return 0
    return 2 if u.east_asian_width(c) in 'WF' else 1
first, last = 0xA0, width(chr(0xA0))
for c in range(0xA1, 0x110001):
    w = width(chr(c)) if c < 0x110000 else None
    if w != last:
        if last is not None:
            print(first, c - 1, last)
        first, last = c, w
)py";

TEST(DisplayWidth, AgreesWithTheUnicodeDatabase) {
  constexpr const char* kPython = "/usr/bin/python3";
  if (!std::filesystem::exists(kPython)) GTEST_SKIP() << kPython << " is not installed";
  const std::string command = std::string(kPython) + " -c \"" + kOracle + "\"";
  const std::unique_ptr<FILE, int (*)(FILE*)> oracle(popen(command.c_str(), "r"), pclose);
  ASSERT_NE(oracle, nullptr);
  std::array<char, 64> line{};
  std::size_t compared = 0;
  std::size_t wrong = 0;
  while (std::fgets(line.data(), line.size(), oracle.get()) != nullptr) {
    std::string_view rest = base::trim(line.data());
    const auto first = base::parse_int<std::uint32_t>(base::take_until(rest, ' '));
    const auto last = base::parse_int<std::uint32_t>(base::take_until(rest, ' '));
    const auto want = base::parse_int<std::size_t>(rest);
    ASSERT_TRUE(first && last && want);
    for (std::uint32_t code = *first; code <= *last; ++code, ++compared) {
      const std::size_t got = display_width(encode(code));
      if (got != *want && ++wrong < 20) ADD_FAILURE() << std::hex << code << ": " << got;
    }
  }
  EXPECT_EQ(wrong, 0U);
  EXPECT_GT(compared, 130'000U);
}

} // namespace
} // namespace portique::report
