// What public write-ups of request smuggling send: Linhart et al. (2005), Kettle "HTTP Desync
// Attacks" (2019) and "Browser-Powered Desync" (2022), CVE-2021-40346, CVE-2022-32213..15,
// CVE-2023-25690, the chunk extension attacks of 2025; and what real clients and engines send.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/http/message_head.h"

namespace portique::http {

namespace {

using namespace std::string_literals;

struct Refused {
  const char* name;
  std::string head;
  int status = 400;
};

std::string post(const std::string& headers) {
  return "POST /x HTTP/1.1\r\nHost: d\r\n" + headers + "\r\n";
}

std::string get(const std::string& line) {
  return line + "\r\nHost: d\r\n\r\n";
}

/// As a server reads: first the end of the head, then its meaning.
base::Result<RequestHead> read_request(const std::string& bytes) {
  HeadScanner scanner(HeadLimits{}.bytes);
  const auto end = PQ_TRY(scanner.find(bytes));
  if (!end) return base::fail(base::Code::Truncated, "no end");
  return parse_request_head(std::string_view(bytes).substr(0, *end));
}

const std::vector<Refused>& refused_framings() {
  static const std::vector<Refused> kCases{
      {"CL.TE", post("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n")},
      {"TE.CL", post("Transfer-Encoding: chunked\r\nContent-Length: 6\r\n")},
      {"CL 0 and TE", post("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n")},
      {"TE and CL, other case", post("transfer-encoding: chunked\r\ncontent-length: 6\r\n")},
      {"CL.CL, different", post("Content-Length: 6\r\nContent-Length: 0\r\n")},
      {"CL.CL, same", post("Content-Length: 6\r\nContent-Length: 6\r\n")},
      {"CL.CL, other case", post("Content-Length: 6\r\ncontent-length: 6\r\n")},
      {"CL as a list", post("Content-Length: 6, 6\r\n")},
      {"CL as a list of different ones", post("Content-Length: 0, 6\r\n")},
      {"CL with a plus", post("Content-Length: +6\r\n")},
      {"CL negative", post("Content-Length: -6\r\n")},
      {"CL hexadecimal", post("Content-Length: 0x6\r\n")},
      {"CL with a point", post("Content-Length: 6.0\r\n")},
      {"CL with a blank inside", post("Content-Length: 6 0\r\n")},
      {"CL with an exponent", post("Content-Length: 1e1\r\n")},
      {"CL with an underscore", post("Content-Length: 1_0\r\n")},
      {"CL empty", post("Content-Length:\r\n")},
      {"CL beyond 64 bits", post("Content-Length: 18446744073709551622\r\n")},
      {"CL beyond 63 bits", post("Content-Length: 9223372036854775808\r\n")},
      {"CL quoted", post("Content-Length: \"6\"\r\n")},
      {"CL with a form feed", post("Content-Length: 6\f\r\n")},
      {"CL with other digits", post("Content-Length: \xd9\xa6\r\n")},
      {"CL with an underscore in its name", post("Content_Length: 6\r\n")},
      {"blank before the colon", post("Content-Length : 6\r\n")},
      {"tab before the colon", post("Content-Length\t: 6\r\n")},
      {"blank before the name", post(" Content-Length: 6\r\n")},
      {"NUL in the name", post("Content-Length\0: 6\r\n"s)},
      {"NUL in the value", post("Content-Length: 6\0\r\n"s)},
      {"overflowing name (CVE-2021-40346)",
       post("Content-Length" + std::string(256, 'a') + "\r\n")},
      {"TE.TE, one obfuscated", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n")},
      {"TE.TE, same", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")},
      {"TE xchunked", post("Transfer-Encoding: xchunked\r\n"), 501},
      {"TE identity", post("Transfer-Encoding: identity\r\n"), 501},
      {"TE chunked, identity", post("Transfer-Encoding: chunked, identity\r\n"), 501},
      {"TE identity, chunked", post("Transfer-Encoding: identity, chunked\r\n"), 501},
      {"TE gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n"), 501},
      {"TE chunked twice", post("Transfer-Encoding: chunked, chunked\r\n"), 501},
      {"TE with a parameter", post("Transfer-Encoding: chunked;foo=bar\r\n"), 501},
      {"TE quoted", post("Transfer-Encoding: \"chunked\"\r\n"), 501},
      {"TE empty", post("Transfer-Encoding:\r\n"), 501},
      {"TE with a comma (CVE-2022-32215)", post("Transfer-Encoding: chunked,\r\n"), 501},
      {"TE with vertical tab",
       post("Transfer-Encoding:\x0b"
            "chunked\r\n")},
      {"TE with a control byte", post("Transfer-Encoding: chunked\x01\r\n")},
      {"TE folded", post("Transfer-Encoding:\r\n chunked\r\n")},
      {"TE folded behind another (CVE-2022-32215)",
       post("Transfer-Encoding: chunked\r\n , identity\r\n")},
      {"TE in a value, line feed alone (CVE-2022-32214)",
       post("X: y\nTransfer-Encoding: chunked\r\n")},
      {"TE in a value, CR alone", post("X: y\rTransfer-Encoding: chunked\r\n")},
      {"TE behind CR CR LF", post("X: y\r\r\nTransfer-Encoding: chunked\r\n")},
      {"TE with an underscore", post("Transfer_Encoding: chunked\r\n")},
      {"TE with a blank in its name", post("Transfer Encoding: chunked\r\n")},
      {"TE, blank before the colon", post("Transfer-Encoding : chunked\r\n")},
      {"TE in HTTP/1.0", "POST /x HTTP/1.0\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {"TE with 0x7f in the name", post("Transfer-Encoding\x7f: chunked\r\n")},
      {"TE with 0xff before it", post("\xffTransfer-Encoding: chunked\r\n")},
      {"header without a name", post(": chunked\r\n")},
      {"header without a colon", post("Transfer-Encoding chunked\r\n")},
      {"Connection drops CL", post("Connection: close, Content-Length\r\nContent-Length: 6\r\n")},
      {"Connection drops Host", post("Connection: Host\r\n")},
      {"Connection with a quote", post("Connection: \"close\"\r\n")},
      {"expectation", post("Expect: 100-continue, x\r\nContent-Length: 1\r\n"), 501},
      {"two expectations", post("Expect: 100-continue\r\nExpect: x\r\n")},
      {"two content types", post("Content-Type: text/plain\r\nContent-Type: application/json\r\n")},
      {"two upgrades", post("Upgrade: tcp\r\nUpgrade: h2c\r\n")},
  };
  return kCases;
}

const std::vector<Refused>& refused_lines() {
  static const std::vector<Refused> kCases{
      {"HTTP/0.9", "GET /x\r\n\r\n"},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\n"},
      {"HTTP/1.2", get("GET /x HTTP/1.2")},
      {"http/1.1", get("GET /x http/1.1")},
      {"HTTP/01.1", get("GET /x HTTP/01.1")},
      {"HTTP/1.1 and a blank", get("GET /x HTTP/1.1 ")},
      {"two blanks", get("GET  /x HTTP/1.1")},
      {"blank in the target", get("GET /x y HTTP/1.1")},
      {"request in the target (CVE-2023-25690)", get("GET /x HTTP/1.1\tHost: e /y HTTP/1.1")},
      {"tab as a blank", get("GET\t/x\tHTTP/1.1")},
      {"blank first", get(" GET /x HTTP/1.1")},
      {"empty line first", "\r\n" + get("GET /x HTTP/1.1")},
      {"line feeds alone", "GET /x HTTP/1.1\nHost: d\n\n"},
      {"last line feed alone", "GET /x HTTP/1.1\r\nHost: d\r\n\n"},
      {"CR alone", "GET /x HTTP/1.1\rHost: d\r\n\r\n"},
      {"no target", get("GET HTTP/1.1")},
      {"method with a colon", get("GET: /x HTTP/1.1")},
      {"long method", get(std::string(33, 'A') + " /x HTTP/1.1")},
      {"CONNECT", get("CONNECT d:80 HTTP/1.1"), 501},
      {"star", get("GET * HTTP/1.1")},
      {"no slash", get("GET x HTTP/1.1")},
      {"other scheme", get("GET file:///etc/passwd HTTP/1.1")},
      {"fragment", get("GET /x#y HTTP/1.1")},
      {"NUL in the target", get("GET /x\0y HTTP/1.1"s)},
      {"byte of UTF-8 in the target", get("GET /\xc3\xa9 HTTP/1.1")},
      {"DEL in the target", get("GET /\x7f HTTP/1.1")},
      {"no Host", "GET /x HTTP/1.1\r\n\r\n"},
      {"two Hosts", "GET /x HTTP/1.1\r\nHost: d\r\nHost: d\r\n\r\n"},
      {"Host with a blank", "GET /x HTTP/1.1\r\nHost: d e\r\n\r\n"},
      {"Host with a path", "GET /x HTTP/1.1\r\nHost: d/y\r\n\r\n"},
      {"Host with an at sign", "GET /x HTTP/1.1\r\nHost: a@d\r\n\r\n"},
      {"folded first header", "GET /x HTTP/1.1\r\n Host: d\r\n\r\n"},
  };
  return kCases;
}

TEST(RequestHead, RefusesWhatHasTwoMeanings) {
  EXPECT_GE(refused_framings().size() + refused_lines().size(), 90);
  for (const auto* cases : {&refused_framings(), &refused_lines()})
    for (const Refused& row : *cases) {
      const auto head = read_request(row.head);
      ASSERT_FALSE(head) << row.name;
      EXPECT_EQ(status_of_refusal(head.error()), row.status) << row.name;
    }
}

struct Understood {
  const char* name;
  std::string head;
  Framing framing = Framing::None;
  std::uint64_t length = 0;
  bool keep_alive = true;
  std::string upgrade{};
};

TEST(RequestHead, UnderstandsWhatClientsSend) {
  const std::vector<Understood> cases{
      {"docker", get("HEAD /_ping HTTP/1.1")},
      {"docker create",
       "POST /v1.41/containers/create HTTP/1.1\r\nHost: api.moby.localhost\r\n"
       "User-Agent: Docker-Client/28.2.2 (linux)\r\nContent-Length: 1474\r\n"
       "Content-Type: application/json\r\n\r\n",
       Framing::Length,
       1474},
      {"docker exec",
       "POST /v1.41/exec/1/start HTTP/1.1\r\nHost: api.moby.localhost\r\nConnection: Upgrade\r\n"
       "Content-Length: 29\r\nContent-Type: application/json\r\nUpgrade: TCP\r\n\r\n",
       Framing::Length,
       29,
       true,
       "tcp"},
      {"docker-py: the socket's path as host",
       "GET /info HTTP/1.1\r\nHost: %2Fvar%2Frun%2Fdocker.sock\r\n\r\n"},
      {"podman", "GET /v1.40/info HTTP/1.1\r\nHost: d\r\nAccept-Encoding: gzip\r\n\r\n"},
      {"empty host", "GET /info HTTP/1.1\r\nHost:\r\n\r\n"},
      {"IPv6 host", "GET /info HTTP/1.1\r\nHost: [::1]:2375\r\n\r\n"},
      {"absolute form", get("GET http://d/info HTTP/1.1")},
      {"OPTIONS *", get("OPTIONS * HTTP/1.1")},
      {"length 0", post("Content-Length: 0\r\n")},
      {"chunked", post("Transfer-Encoding: Chunked\r\n"), Framing::Chunked},
      {"tab before the value", post("Transfer-Encoding:\tchunked\r\n"), Framing::Chunked},
      {"no blank before the value", post("Content-Length:7\r\n"), Framing::Length, 7},
      {"largest length",
       post("Content-Length: 9223372036854775807\r\n"),
       Framing::Length,
       INT64_MAX},
      {"close", post("Connection: keep-alive, Close\r\n"), Framing::None, 0, false},
      {"HTTP/1.0", "GET /x HTTP/1.0\r\n\r\n", Framing::None, 0, false},
      {"HTTP/1.0, kept", "GET /x HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"},
      {"bytes of UTF-8 in a value", post("X-Name: \xc3\xa9\r\n")},
      {"TE is another header", post("TE: trailers, deflate\r\n")},
  };
  for (const Understood& row : cases) {
    const auto head = read_request(row.head);
    ASSERT_TRUE(head) << row.name << ": " << head.error().text();
    EXPECT_EQ(head->framing, row.framing) << row.name;
    EXPECT_EQ(head->length, row.length) << row.name;
    EXPECT_EQ(head->keep_alive, row.keep_alive) << row.name;
    EXPECT_EQ(head->upgrade, row.upgrade) << row.name;
  }
}

TEST(RequestHead, KeepsHeadersAsTheyWereSent) {
  const auto head = read_request("GET /a%2fb?c=d HTTP/1.1\r\nhOsT: d\r\nX-Odd: \t a b \t\r\n\r\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->target, "/a%2fb?c=d");
  ASSERT_EQ(head->headers.size(), 2);
  EXPECT_EQ(head->headers[0].name, "hOsT");
  EXPECT_EQ(head->headers[1].value, "a b");
}

TEST(RequestHead, BoundsHeadsAndHeaders) {
  std::string many = "GET /x HTTP/1.1\r\nHost: d\r\n";
  for (int i = 0; i < 256; ++i)
    many += "X: y\r\n";
  const auto head = read_request(many + "\r\n");
  ASSERT_FALSE(head);
  EXPECT_EQ(status_of_refusal(head.error()), 431);
  HeadScanner scanner(100);
  const std::string endless = "GET /" + std::string(95, 'a');
  EXPECT_TRUE(scanner.find(endless.substr(0, 99)));
  const auto found = scanner.find(endless);
  ASSERT_FALSE(found);
  EXPECT_EQ(status_of_refusal(found.error()), 431);
  const std::string fits = "GET /" + std::string(72, 'a') + " HTTP/1.1\r\nHost: d\r\n\r\n";
  ASSERT_EQ(fits.size(), 99);
  HeadScanner fresh(100);
  EXPECT_TRUE(fresh.find(fits + "body")->has_value());
}

TEST(HeadScanner, FindsTheSameEndWhateverThePieces) {
  const std::string bytes = get("GET /x HTTP/1.1") + get("GET /y HTTP/1.1");
  const std::size_t end = get("GET /x HTTP/1.1").size();
  HeadScanner scanner(1000);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const auto found = scanner.find(bytes.substr(0, size));
    ASSERT_TRUE(found);
    if (size < end) {
      EXPECT_FALSE(found->has_value()) << size;
      continue;
    }
    EXPECT_EQ(**found, end);
    break;
  }
}

struct Answer {
  const char* name;
  std::string head;
  const char* method;
  int status;
  Framing framing;
  bool keep_alive = true;
};

TEST(ResponseHead, KnowsWhereTheBodyEnds) {
  const std::string length = "Content-Length: 5\r\n";
  const std::vector<Answer> cases{
      {"length", "HTTP/1.1 200 OK\r\n" + length + "\r\n", "GET", 200, Framing::Length},
      {"chunked",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
       "GET",
       200,
       Framing::Chunked},
      {"neither", "HTTP/1.1 200 OK\r\n\r\n", "GET", 200, Framing::Close, false},
      {"length 0", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "GET", 200, Framing::None},
      {"to HEAD", "HTTP/1.1 200 OK\r\n" + length + "\r\n", "HEAD", 200, Framing::None},
      {"to HEAD, no length", "HTTP/1.1 200 OK\r\n\r\n", "HEAD", 200, Framing::None},
      {"204", "HTTP/1.1 204 No Content\r\n\r\n", "POST", 204, Framing::None},
      {"304", "HTTP/1.1 304 Not Modified\r\n" + length + "\r\n", "GET", 304, Framing::None},
      {"100", "HTTP/1.1 100 Continue\r\n\r\n", "POST", 100, Framing::None},
      {"101",
       "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n",
       "POST",
       101,
       Framing::None},
      {"no reason", "HTTP/1.1 404\r\n" + length + "\r\n", "GET", 404, Framing::Length},
      {"close",
       "HTTP/1.1 200 OK\r\nConnection: close\r\n" + length + "\r\n",
       "GET",
       200,
       Framing::Length,
       false},
      {"HTTP/1.0", "HTTP/1.0 200 OK\r\n" + length + "\r\n", "GET", 200, Framing::Length, false},
  };
  for (const Answer& row : cases) {
    const auto head = parse_response_head(row.head, row.method);
    ASSERT_TRUE(head) << row.name << ": " << head.error().text();
    EXPECT_EQ(head->status, row.status) << row.name;
    EXPECT_EQ(head->framing, row.framing) << row.name;
    EXPECT_EQ(head->keep_alive, row.keep_alive) << row.name;
  }
}

TEST(ResponseHead, RefusesWhatHasTwoMeanings) {
  for (const char* wrong :
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/1.1 600 OK\r\n\r\n",
        "HTTP/1.1  200 OK\r\n\r\n",
        "HTTP/2 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX y\r\n\r\n",
        "HTTP/1.1 200 OK\r\n",
        "\r\n\r\n"})
    EXPECT_FALSE(parse_response_head(wrong, "GET")) << wrong;
}

TEST(ReasonPhrase, NamesWhatWeSend) {
  EXPECT_EQ(reason_phrase(403), "Forbidden");
  EXPECT_EQ(reason_phrase(599), "");
}

} // namespace

} // namespace portique::http
