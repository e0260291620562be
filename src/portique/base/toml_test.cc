#include <string>

#include <gtest/gtest.h>

#include "portique/base/json.h"
#include "portique/base/run_program.h"
#include "portique/base/toml.h"

namespace portique::base {
namespace {

namespace json = boost::json;

TEST(Toml, IsReadAsJson) {
  const auto value = parse_toml(R"toml(
title = "a \u00e9"
raw = 'C:\x'
count = 0x1F
big = -9_000
ratio = 1.5
yes = true
when = 1979-05-27T07:32:00.5-07:30
utc = 1979-05-27 07:32:00Z
local = 1979-05-27T07:32:00
day = 1979-05-27
hour = 07:32:01
long = """
one
"two" """
[[package]]
name = "x"
deps = [{ name = "y", "extra.key" = [] }, # with a comment ]
        { name = "z" }]
[package.source.inner]
a.b = 1
[[package]]
)toml",
                                {});
  ASSERT_TRUE(value) << value.error().text();
  EXPECT_EQ(*value, json::parse(R"json({
    "title": "a \u00e9", "raw": "C:\\x", "count": 31, "big": -9000, "ratio": 1.5, "yes": true,
    "when": "1979-05-27T07:32:00.5-07:30", "utc": "1979-05-27T07:32:00Z",
    "local": "1979-05-27T07:32:00", "day": "1979-05-27", "hour": "07:32:01",
    "long": "one\n\"two\" ",
    "package": [
      {"name": "x", "deps": [{"name": "y", "extra.key": []}, {"name": "z"}],
       "source": {"inner": {"a": {"b": 1}}}},
      {}]})json"));
}

TEST(Toml, AnEmptyTextIsAnEmptyObject) {
  for (const std::string_view text : {"", "# nothing", "\n\n", "\xEF\xBB\xBF"})
    EXPECT_EQ(parse_toml(text, {}), json::value(json::object())) << text;
}

TEST(Toml, RefusesWhatIsNotToml) {
  const struct {
    std::string_view text;
    std::string_view place;
  } rows[] = {
      {"a", "line 1, column 2"},
      {"a = ", "line 1, column 5"},
      {"= 1", "line 1"},
      {"a = 1 b = 2", "line 1, column 7"},
      {"a = 1\na = 2", "line 2"},
      {"[a]\n[a]", "line 2"},
      {"[a]\n[[a]]", "line 2"},
      {"[[a]]\n[a]", "line 2"},
      {"a = []\n[[a]]", "line 2"},
      {"a = {}\n[a.b]", "line 2"},
      {"a = {}\na.b = 1", "line 2"},
      {"a.b = 1\n[a]", "line 2"},
      {"[a.b]\n[a]\nb.c = 1", "line 3"},
      {"a = 1\na.b = 1", "line 2"},
      {"[a", "line 1"},
      {"[[a]", "line 1"},
      {"[]", "line 1"},
      {"a = {b = 1,}", "line 1"},
      {"a = {b = 1\n}", "line 1"},
      {"a = {b = 1, b = 2}", "line 1"},
      {"a = [1 2]", "line 1"},
      {"a = [1,,2]", "line 1"},
      {"a = 1\n\nb = \"x\ny\"", "line 3"},
      {"a = \"\xff\"", "UTF-8"},
      {"a = \"\\x\"", "line 1"},
      {"a = \"\\ud800\"", "line 1"},
      {"a = \"\\u-123\"", "line 1"},
      {"a = \"\\U00110000\"", "line 1"},
      {"a = '''", "line 1"},
      {"a = \"\x01\"", "line 1"},
      {"a = 1 # \x01", "line 1"},
      {"a = 1\rb = 2", "line 1"},
      {"a = 99999999999999999999", "line 1"},
      {"{\"a\": 1}", "line 1"},
      {"a = \"\u00e9\" # \u00e9\n\u00e9 = 1", "line 2"},
      {"a = 1 \ufee2", "line 1"},
  };

  for (const auto& row : rows) {
    const auto value = parse_toml(row.text, {});
    ASSERT_FALSE(value) << row.text;
    EXPECT_EQ(value.error().code(), Code::Malformed) << row.text;
    EXPECT_TRUE(value.error().message().contains(row.place)) << value.error().message();
  }
}

TEST(Toml, RefusesValuesThatAreNone) {
  for (const std::string_view word : {"01",
                                      "1_",
                                      "_1",
                                      "1__0",
                                      "0x",
                                      "+0x1",
                                      "0o8",
                                      "1.",
                                      ".5",
                                      "1e",
                                      "1e+",
                                      "1._5",
                                      "True",
                                      "yes",
                                      "inf_",
                                      "1979-13-01",
                                      "1979-02-29",
                                      "1979-04-31",
                                      "1979-1-01",
                                      "24:00:00",
                                      "07:60:00",
                                      "07:32",
                                      "07:32:00.",
                                      "07:32:00Z",
                                      "1979-05-27T",
                                      "1979-05-27T07:32:00+7:00",
                                      "1979-05-27T07:32:00+24:00"}) {
    EXPECT_FALSE(parse_toml("a = " + std::string(word), {})) << word;
  }
}

TEST(Toml, AddsToTablesWhereTomlAllows) {
  const auto value = parse_toml("[a.b.c]\nx = 1\n[a]\nb.y = 2\nz.z = 3\n[a.z.w]\n[[l]]\n[l.m]\n"
                                "[[l]]\n[l.m]\n",
                                {});
  ASSERT_TRUE(value) << value.error().text();
  EXPECT_EQ(*value, json::parse(R"({"a": {"b": {"c": {"x": 1}, "y": 2}, "z": {"z": 3, "w": {}}},
                            "l": [{"m": {}}, {"m": {}}]})"));
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i)
    all += text;
  return all;
}

TEST(Toml, RefusesWhatWouldExhaustTheStack) {
  const std::string bombs[] = {
      "a = " + repeated("[", 1'000'000),
      "a = " + repeated("{a=", 1'000'000),
      repeated("a.", 1'000'000) + "a = 1",
      repeated("\"=,[\".", 1'000'000) + "a = 1",
      repeated("'\"'. ", 1'000'000) + "a = 1",
      "[" + repeated("a.", 1'000'000) + "a]",
      "[[" + repeated("a .", 1'000'000) + "a]]",
      "x = { y = \"\"\"a\"\"\"\", " + repeated("a.", 1'000'000) + "a = 1}",
      "x = \"\"\"\n\"\"\"\n" + repeated("\"\\\"\".", 1'000'000) + "a = 1",
  };

  for (const std::string& bomb : bombs)
    EXPECT_FALSE(parse_toml(bomb, {})) << bomb.substr(0, 20);
  // Each of them by itself is allowed.
  const std::string keys = repeated("a.", 40);
  EXPECT_EQ(parse_toml("[" + keys + "b]\n" + keys + "c = 1", {}).error().code(),
            Code::LimitExceeded);
}

TEST(Toml, HoldsItsBudgets) {
  Limits limits;
  limits.toml_values = 100;
  EXPECT_TRUE(parse_toml("a = [" + repeated("1,", 99) + "]", limits));
  EXPECT_EQ(parse_toml("a = [" + repeated("1,", 100) + "]", limits).error().code(),
            Code::LimitExceeded);
  EXPECT_TRUE(parse_toml("a = \"" + repeated("1,", 110) + "\" # " + repeated(",", 110), limits));
  limits.toml_bytes = 100;
  EXPECT_EQ(parse_toml(std::string(101, '#'), limits).error().code(), Code::LimitExceeded);
}

TEST(Toml, CountsDotsOfKeysOnly) {
  const std::string text = "a = [" + repeated("1.5, ", 200) + "]\nb = \"" + repeated("...", 200) +
                           "\"\nc = '''\n" + repeated(".", 200) + "'''\n# " + repeated(".", 200) +
                           "\na2.b.c = 1.5";
  const auto value = parse_toml(text, {});
  EXPECT_TRUE(value) << value.error().text();
}

// Python's own reader is the oracle for the values of a document that uses every form.
TEST(Toml, AgreesWithPython) {
  const std::string text = R"toml(
bare_key-1 = "\b\t\n\f\r\"\\ \U0001F600"
"quoted key" = 'literal \ "x"'
'' = ""
octal = 0o755
binary = 0b1101
hexadecimal = 0xDEAD_beef
float = [1e3, -0.01, 6.25e-2, +1.0, 9_224.5]
trim = """\
   one \
   two
   """
quotes = """a ""quoted"" text"""
apostrophes = '''it''s '''
[table."with.dot".inner]
array = [[1, 2], ["a"], [{x.y = 1, z = []}]]
[[list]]
[list.sub]
a = 1
[[list]]
[[list.sub]]
[[list.sub]]
b = false
)toml";
  const auto answer = run_program({"python3",
                                   "-c",
                                   "import json, sys, tomllib\n"
                                   "print(json.dumps(tomllib.loads(sys.argv[1])))",
                                   text});
  if (!answer || answer->exit_status != 0) GTEST_SKIP() << "python3 with tomllib is needed";
  const auto value = parse_toml(text, {});
  ASSERT_TRUE(value) << value.error().text();
  EXPECT_EQ(*value, json::parse(answer->out));
}

} // namespace
} // namespace portique::base
