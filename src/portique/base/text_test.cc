#include <gtest/gtest.h>

#include "portique/base/text.h"

namespace portique::base {
namespace {

TEST(Text, KnowsAWord) {
  for (const std::string_view word : {"a", "1:2.3-4~x+y", "!~", "a/b"})
    EXPECT_TRUE(is_word(word)) << word;
  for (const std::string_view text : {"", " ", "a b", "a\t", "\x7f", "\x1b", "caf\xc3\xa9"}) {
    EXPECT_FALSE(is_word(text)) << text;
  }
}

TEST(Text, SplitsAndTrims) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(split("a,,b", ',').size(), 3U);
  EXPECT_EQ(split("", ',').size(), 1U);
  std::string_view rest = "key: value: more";
  EXPECT_EQ(take_until(rest, ':'), "key");
  EXPECT_EQ(rest, " value: more");
  EXPECT_EQ(take_until(rest, '#'), " value: more");
  EXPECT_TRUE(rest.empty());
}

TEST(Text, ParsesWholeNumbersOnly) {
  EXPECT_EQ(parse_int<int>("42"), 42);
  for (const std::string_view bad : {"", "4 ", " 4", "4x", "99999999999999999999"})
    EXPECT_EQ(parse_int<int>(bad), std::nullopt) << bad;
  EXPECT_EQ(parse_int<unsigned>("-1"), std::nullopt);
  EXPECT_EQ(parse_int<unsigned>("ff", 16), 255U);
}

TEST(Text, KnowsUtf8) {
  for (const std::string_view good : {"", "a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"})
    EXPECT_TRUE(is_utf8(good)) << good;
  // overlong, surrogate, beyond U+10FFFF, cut off, lone continuation
  for (const std::string_view bad :
       {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"})
    EXPECT_FALSE(is_utf8(bad));
  EXPECT_EQ(to_utf8("a\xFFz"), "a\xEF\xBF\xBDz");
}

TEST(Text, ShowsControlCharactersInsteadOfSendingThem) {
  EXPECT_EQ(printable("a\x1B[2Jb"), "a\xEF\xBF\xBD[2Jb");
  EXPECT_EQ(printable("a\xE2\x80\xAE"
                      "b"),
            "a\xEF\xBF\xBD"
            "b")
      << "a right-to-left override";
  EXPECT_EQ(printable("\xC3\xA9"), "\xC3\xA9");
  // C1 control, Arabic letter mark, zero-width space, pop isolate, byte order mark, tag letter
  for (const std::string_view hidden :
       {"\u009B", "\u061C", "\u200B", "\u2069", "\uFEFF", "\U000E0041"})
    EXPECT_EQ(printable(hidden), "\uFFFD");
}

TEST(Text, DecodesOneCharacter) {
  EXPECT_EQ(decode_utf8("").length, 0U);
  EXPECT_EQ(decode_utf8("\x80").length, 0U);
  EXPECT_EQ(decode_utf8("ab").length, 1U);
  EXPECT_EQ(decode_utf8("\U0001F600x").length, 4U);
  EXPECT_EQ(decode_utf8("\U0001F600x").code_point, 0x1F600U);
}

TEST(Text, IgnoresCaseOfAsciiOnly) {
  EXPECT_TRUE(equals_ignore_case("CVE-2024-1", "cve-2024-1"));
  EXPECT_FALSE(equals_ignore_case("a", "ab"));
  EXPECT_EQ(to_lower("ÀB"), "Àb");
  EXPECT_EQ(to_hex(std::string_view("\x00\xfe", 2)), "00fe");
}

TEST(Text, Base64GoesBothWays) {
  for (const auto& [plain, coded] : {std::pair<std::string, std::string>{"", ""},
                                     {"f", "Zg=="},
                                     {"fo", "Zm8="},
                                     {"foo", "Zm9v"},
                                     {"foobar", "Zm9vYmFy"},
                                     {std::string("\0\xff\xfe", 3), "AP/+"}}) {
    EXPECT_EQ(to_base64(plain), coded);
    EXPECT_EQ(from_base64(coded), plain);
  }
  EXPECT_EQ(from_base64("Zg"), "f") << "without padding";
  for (const char* broken : {"Z", "Zg=", "Z===", "Zh==", "Zm9v\n", "Zm-v", "=Zg=", "Zg==Zg=="})
    EXPECT_FALSE(from_base64(broken)) << broken;
}

TEST(Text, FitsPatternsWithOneStar) {
  const struct {
    std::string_view pattern;
    std::string_view text;
    bool fits;
  } rows[] = {{"a", "a", true},
              {"a", "b", false},
              {"*", "", true},
              {"*", "anything", true},
              {"*.jar", "a.jar", true},
              {"*.jar", ".jar", true},
              {"*.jar", "a.jars", false},
              {"a*b", "ab", true},
              {"a*b", "acb", true},
              {"a*b", "a", false},
              {"aa*a", "aa", false},
              {"aa*a", "aaa", true}};

  for (const auto& row : rows)
    EXPECT_EQ(fits_star(row.pattern, row.text), row.fits) << row.pattern << " " << row.text;
}

} // namespace
} // namespace portique::base
