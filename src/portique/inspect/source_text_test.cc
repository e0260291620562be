#include <string>

#include <gtest/gtest.h>

#include "portique/inspect/source_text.h"

namespace portique::inspect {
namespace {

TEST(SourceText, FindsLines) {
  const struct {
    std::string_view name;
    std::string_view text;
    std::uint32_t lines;
    std::string_view second;
  } rows[] = {
      {"empty", "", 1, ""},
      {"one line", "a", 1, ""},
      {"an end is no line of its own", "a\n", 1, ""},
      {"line ends of Windows", "a\r\nb\r\n", 2, "b"},
      {"an empty line", "a\n\nc", 3, ""},
  };

  for (const auto& row : rows) {
    const SourceTextView text(row.text);
    EXPECT_EQ(text.line_count(), row.lines) << row.name;
    EXPECT_EQ(text.line(2), row.second) << row.name;
    EXPECT_EQ(text.line(0), "") << row.name;
    EXPECT_EQ(text.line(99), "") << row.name;
  }
}

TEST(SourceText, KnowsTheLineOfAByte) {
  const SourceTextView text("ab\ncd\n\nef");
  EXPECT_EQ(text.line_of(0), 1U);
  EXPECT_EQ(text.line_of(2), 1U);
  EXPECT_EQ(text.line_of(3), 2U);
  EXPECT_EQ(text.line_of(6), 3U);
  EXPECT_EQ(text.line_of(7), 4U);
  EXPECT_EQ(text.line_of(1000), 4U);
}

TEST(SourceText, CutsExcerpts) {
  std::string many;
  for (int i = 1; i <= 30; ++i)
    many += std::to_string(i) + "\n";
  const SourceTextView text(many);
  EXPECT_EQ(text.excerpt({2, 3}), "2\n3");
  EXPECT_EQ(text.excerpt({2, 1}), "2") << "an end before the start is the start";
  EXPECT_EQ(text.excerpt({0, 0}), "");
  EXPECT_EQ(text.excerpt({30, 99}), "30");
  EXPECT_EQ(text.excerpt({1, 30}), "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n...");
  const std::string wide(1000, 'x');
  EXPECT_EQ(SourceTextView(wide).excerpt({1, 1}), std::string(240, 'x') + "...");
  EXPECT_EQ(SourceTextView("a\xFF").excerpt({1, 1}), "a\xEF\xBF\xBD");
}

} // namespace
} // namespace portique::inspect
