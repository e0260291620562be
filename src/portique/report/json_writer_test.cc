#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/report/json_writer.h"

namespace portique::report {

namespace {

std::string written(const std::function<void(JsonWriter&)>& write) {
  std::string text;
  const Sink sink = [&](std::string_view bytes) -> base::Result<void> {
    text += bytes;
    return {};
  };
  Output out(sink);
  JsonWriter json(out);
  write(json);
  EXPECT_TRUE(out.finish());
  return text;
}

/// A text as it stands inside a document.
std::string literal(std::string_view text) {
  return written([&](JsonWriter& json) { json.element(text); });
}

TEST(JsonWriter, EscapesWhatATerminalWouldActOn) {
  struct Case {
    std::string_view text;
    std::string_view want;
  };

  const Case cases[] = {
      {"", R"("")"},
      {"plain", R"("plain")"},
      {"q\"b\\", R"("q\"b\\")"},
      {"\n\r\t", R"("\n\r\t")"},
      {std::string_view("\0\x1B\x7F", 3), R"("\u0000\u001b\u007f")"},
      {"\u009B", R"("\u009b")"},
      {"\u202E", R"("\u202e")"},
      {"\U000E0041", R"("\udb40\udc41")"},
      {"é 名 \U0001F600", "\"é 名 \U0001F600\""},
      {"a\xFF\xE2\x82z", "\"a\uFFFD\uFFFD\uFFFDz\""},
      {"\xED\xA0\x80", "\"\uFFFD\uFFFD\uFFFD\""}, // a surrogate is no UTF-8
  };
  for (const Case& c : cases)
    EXPECT_EQ(literal(c.text), c.want);
}

TEST(JsonWriter, EveryTextReadsBackTheSame) {
  std::string text;
  for (int c = 0; c < 0x80; ++c)
    text += static_cast<char>(c);
  text += "\u0080\u009F\u061C\uFEFF\U000E007F\U0010FFFF";
  const auto value = base::parse_json(literal(text));
  ASSERT_TRUE(value) << value.error().text();
  EXPECT_EQ(std::string_view(value->as_string()), text);
}

TEST(JsonWriter, LaysTheDocumentOut) {
  const std::string text = written([](JsonWriter& json) {
    json.begin_object();
    json.integer("integer", 18'446'744'073'709'551'615ULL);
    json.number("number", 0.1);
    json.number("whole", 9);
    json.number("not finite", std::nan(""));
    json.boolean("yes", true);
    json.text_or_null("none", "");
    json.time("time", base::parse_time("2024-02-29T12:00:00Z"));
    json.time("no time", std::nullopt);
    const std::vector<std::string> texts{"a", "b"};
    json.texts("texts", texts);
    json.begin_array("empty");
    json.end_array();
    json.begin_array("objects");
    json.begin_object();
    json.end_object();
    json.begin_object();
    json.null("x");
    json.end_object();
    json.end_array();
    json.end_object();
    json.finish();
  });
  EXPECT_EQ(text, R"({
  "integer": 18446744073709551615,
  "number": 0.1,
  "whole": 9,
  "not finite": null,
  "yes": true,
  "none": null,
  "time": "2024-02-29T12:00:00Z",
  "no time": null,
  "texts": ["a", "b"],
  "empty": [],
  "objects": [
    {},
    {
      "x": null
    }
  ]
}
)");
}

} // namespace
} // namespace portique::report
