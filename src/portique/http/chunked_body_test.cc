#include <gtest/gtest.h>

#include "portique/http/chunked_body.h"

namespace portique::http {

namespace {

using namespace std::string_literals;

struct Good {
  const char* name;
  std::string bytes;
  std::string content;
};

TEST(ChunkedBody, ReadsContent) {
  const std::vector<Good> cases{
      {"empty", "0\r\n\r\n", ""},
      {"one", "5\r\nhello\r\n0\r\n\r\n", "hello"},
      {"several", "1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "abc"},
      {"upper and lower hexadecimal",
       "A\r\n0123456789\r\nb\r\n0123456789a\r\n0\r\n\r\n",
       "01234567890123456789a"},
      {"leading noughts", "0005\r\nhello\r\n000\r\n\r\n", "hello"},
      {"extension", "5;name=\"value\"\r\nhello\r\n0;last\r\n\r\n", "hello"},
      {"line ends in the content", "4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n"},
  };
  for (const Good& row : cases) {
    const std::string with_next = row.bytes + "GET / HTTP/1.1\r\n";
    ChunkedBody whole(ChunkedBody::Trailers::Refuse);
    std::string content;
    const auto used = whole.feed(with_next, &content);
    ASSERT_TRUE(used) << row.name << ": " << used.error().text();
    EXPECT_EQ(*used, row.bytes.size()) << row.name;
    EXPECT_EQ(content, row.content) << row.name;
    EXPECT_TRUE(whole.done()) << row.name;
    EXPECT_EQ(whole.size(), row.content.size()) << row.name;

    ChunkedBody pieces(ChunkedBody::Trailers::Refuse);
    content.clear();
    for (std::size_t i = 0; i < row.bytes.size(); ++i) {
      EXPECT_FALSE(pieces.done()) << row.name;
      ASSERT_EQ(pieces.feed(row.bytes.substr(i, 1), &content), 1U) << row.name;
    }
    EXPECT_TRUE(pieces.done()) << row.name;
    EXPECT_EQ(content, row.content) << row.name;
  }
}

struct Bad {
  const char* name;
  std::string bytes;
};

TEST(ChunkedBody, RefusesWhatHasTwoMeanings) {
  const std::vector<Bad> cases{
      {"line feed alone behind the size", "5\nhello\r\n0\r\n\r\n"},
      {"line feed alone behind the content", "5\r\nhello\n0\r\n\r\n"},
      {"line feed alone at the end", "0\r\n\n"},
      {"CR alone behind the size", "5\rhello\r\n0\r\n\r\n"},
      {"line feed in an extension (TERM.EXT)", "5;\nhello\r\n0\r\n\r\n"},
      {"CR in an extension (EXT.TERM)", "5;a\rb\r\nhello\r\n0\r\n\r\n"},
      {"NUL in an extension", "5;\0\r\nhello\r\n0\r\n\r\n"s},
      {"longer than it says", "4\r\nhello\r\n0\r\n\r\n"},
      {"shorter than it says", "6\r\nhello\r\n0\r\n\r\n"},
      {"0x", "0x5\r\nhello\r\n0\r\n\r\n"},
      {"sign", "+5\r\nhello\r\n0\r\n\r\n"},
      {"negative", "-1\r\nhello\r\n0\r\n\r\n"},
      {"blank before", " 5\r\nhello\r\n0\r\n\r\n"},
      {"blank behind", "5 \r\nhello\r\n0\r\n\r\n"},
      {"tab behind", "5\t\r\nhello\r\n0\r\n\r\n"},
      {"no size", "\r\nhello\r\n0\r\n\r\n"},
      {"extension without a size", ";x\r\nhello\r\n0\r\n\r\n"},
      {"underscore", "1_0\r\n0123456789abcdef\r\n0\r\n\r\n"},
      {"16 digits", "8000000000000005\r\nhello\r\n0\r\n\r\n"},
      {"wraps round 64 bits", "10000000000000005\r\nhello\r\n0\r\n\r\n"},
      {"17 noughts", "00000000000000000\r\n\r\n"},
      {"trailer", "0\r\nX: y\r\n\r\n"},
      {"trailer that says where it ends", "0\r\nContent-Length: 5\r\n\r\n"},
      {"no empty line", "0\r\nGET / HTTP/1.1\r\n"},
      {"point", "5.0\r\nhello\r\n0\r\n\r\n"},
      {"letters", "g\r\n\r\n"},
      {"endless extension", "5;" + std::string(20'000, 'x')},
  };
  for (const Bad& row : cases) {
    ChunkedBody body(ChunkedBody::Trailers::Refuse);
    EXPECT_FALSE(body.feed(row.bytes, nullptr)) << row.name;
    EXPECT_FALSE(body.done()) << row.name;
  }
}

TEST(ChunkedBody, PassesTheTrailersOfAnswers) {
  const std::string bytes = "1\r\na\r\n0\r\nGrpc-Status: 0\r\nX: y\r\n\r\n";
  ChunkedBody body(ChunkedBody::Trailers::Pass);
  std::string content;
  EXPECT_EQ(body.feed(bytes + "rest", &content), bytes.size());
  EXPECT_EQ(content, "a");
  ChunkedBody endless(ChunkedBody::Trailers::Pass);
  EXPECT_FALSE(endless.feed("0\r\n" + std::string(20'000, 'x'), nullptr));
  ChunkedBody control(ChunkedBody::Trailers::Pass);
  EXPECT_FALSE(control.feed("0\r\nX\0: y\r\n\r\n"s, nullptr));
}

} // namespace

} // namespace portique::http
