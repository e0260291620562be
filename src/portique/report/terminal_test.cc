#include <functional>

#include <gtest/gtest.h>

#include "portique/report/terminal.h"

namespace portique::report {

namespace {

std::string drawn(const WriteOptions& options, const std::function<void(Terminal&)>& draw) {
  std::string text;
  const Sink sink = [&](std::string_view bytes) -> base::Result<void> {
    text += bytes;
    return {};
  };
  Output out(sink);
  Terminal terminal(out, options);
  draw(terminal);
  EXPECT_TRUE(out.finish());
  return text;
}

constexpr WriteOptions kTerminal20{.unicode = true, .width = 20};

TEST(Terminal, CutsLinesOnlyOnATerminal) {
  const auto draw = [](Terminal& terminal) {
    terminal.line({{"0123456789"}, {"0123456789abc", Style::Bold}, {"gone"}});
  };
  EXPECT_EQ(drawn(kTerminal20, draw), "0123456789012345678…\n");
  EXPECT_EQ(drawn({.width = 20}, draw), "01234567890123456...\n");
  EXPECT_EQ(drawn({}, draw), "01234567890123456789abcgone\n");
}

TEST(Terminal, SendsColoursOnlyWhenAsked) {
  const auto draw = [](Terminal& terminal) {
    terminal.line({{"plain "}, {"high", Style::High}, {"", Style::Low}});
  };
  EXPECT_EQ(drawn({}, draw), "plain high\n");
  EXPECT_EQ(drawn({.colour = true}, draw), "plain \x1B[1;31mhigh\x1B[0m\n");
}

TEST(Terminal, ShowsControlCharactersInsteadOfSendingThem) {
  const std::string evil = "a\x1B[2J\r\nb";
  const std::string want = "a\uFFFD[2J\uFFFD\uFFFDb";
  EXPECT_EQ(drawn({}, [&](Terminal& t) { t.line({{evil}}); }), want + "\n");
  EXPECT_EQ(drawn({}, [&](Terminal& t) { t.paragraph({evil}, {evil}); }), want + want + "\n");
  EXPECT_EQ(drawn({}, [&](Terminal& t) { t.line_with_right({{evil}}, {{evil}}); }),
            want + "  " + want + "\n");
  EXPECT_EQ(drawn({}, [&](Terminal& t) { t.flow(std::vector<Piece>{{evil}}); }), want + "\n");
}

TEST(Terminal, DropsBlanksAtTheEndOfALine) {
  EXPECT_EQ(drawn({}, [](Terminal& t) { t.line({{"a"}, {"   "}, {""}}); }), "a\n");
  EXPECT_EQ(drawn({}, [](Terminal& t) { t.line({{"   "}}); }), "\n");
}

TEST(Terminal, PutsTextAtTheRightEdge) {
  const auto draw = [](std::string left, std::string right) {
    return [left, right](Terminal& terminal) { terminal.line_with_right({{left}}, {{right}}); };
  };
  EXPECT_EQ(drawn(kTerminal20, draw("left", "right")), "left           right\n");
  EXPECT_EQ(drawn(kTerminal20, draw("left and too long", "right")), "left and too…  right\n");
  EXPECT_EQ(drawn(kTerminal20, draw("left", "right but too long")), "left  right but too…\n");
  EXPECT_EQ(drawn({}, draw("left", "right")), "left  right\n");
}

TEST(Terminal, BreaksSentencesBetweenWords) {
  const auto draw = [](Terminal& terminal) {
    terminal.paragraph({"note: "}, {"one two three four-and-much-longer"});
  };
  EXPECT_EQ(drawn(kTerminal20, draw), "note: one two three\n      four-and-much…\n");
  EXPECT_EQ(drawn({}, draw), "note: one two three four-and-much-longer\n");
}

TEST(Terminal, BreaksCountsBetweenPieces) {
  const std::vector<Piece> pieces{
      {"Total 9: "}, {"4 high"}, {", "}, {"5 low"}, {" "}, {"(9 fixable)"}};
  const auto draw = [&](Terminal& terminal) { terminal.flow(pieces); };
  EXPECT_EQ(drawn(kTerminal20, draw), "Total 9: 4 high,\n  5 low\n  (9 fixable)\n");
  EXPECT_EQ(drawn({}, draw), "Total 9: 4 high, 5 low (9 fixable)\n");
}

TEST(Terminal, BreaksCommandsSoThatTheyCanBePasted) {
  const std::vector<std::string> words{"dnf", "upgrade", "one", "two", "a-name-longer-than-a-line"};
  const auto draw = [&](Terminal& terminal) { terminal.command("$ ", words); };
  EXPECT_EQ(drawn(kTerminal20, draw),
            "$ dnf upgrade one \\\n    two \\\n    a-name-longer-than-a-line\n");
  EXPECT_EQ(drawn({}, draw), "$ dnf upgrade one two a-name-longer-than-a-line\n");
}

TEST(Columns, StandBelowEachOther) {
  const std::vector<std::vector<Piece>> rows{{{"a"}, {"1.0"}, {""}, {"last"}},
                                             {{"名前"}, {"1.0-a-long-version"}, {""}, {"more"}}};
  Columns columns({10, 8, 5, 0});
  for (const auto& row : rows)
    columns.measure(row);
  const auto draw = [&](Terminal& terminal) {
    for (const auto& row : rows)
      terminal.line(columns.row(row, terminal));
  };
  EXPECT_EQ(drawn({.unicode = true, .width = 40}, draw),
            "a     1.0       last\n名前  1.0-a-l…  more\n")
      << "the third column is empty and left out";
  EXPECT_EQ(drawn({}, draw), "a     1.0       last\n名前  1.0-a-long-version  more\n")
      << "nothing is cut without a terminal, and one long cell does not pad the others";
}

TEST(Output, HandsTheSinksErrorOn) {
  int calls = 0;
  const Sink sink = [&](std::string_view) -> base::Result<void> {
    ++calls;
    return base::fail(base::Code::Io, "disk full");
  };
  Output out(sink);
  for (int i = 0; i < 1000; ++i)
    out.append(std::string(1000, 'x'));
  const auto result = out.finish();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().text(), "disk full");
  EXPECT_EQ(calls, 1) << "nothing is sent after the first error";
}

} // namespace
} // namespace portique::report
