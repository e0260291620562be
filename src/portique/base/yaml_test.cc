#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/yaml.h"

namespace portique::base {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

YamlNode root_of(std::string_view text) {
  auto document = parse_single_yaml(text, {});
  EXPECT_TRUE(document.has_value()) << (document ? "" : document.error().text());
  return document ? std::move(document->root) : YamlNode{};
}

/// The tree in one line: {key=value,...}, [item,...], "quoted", plain, ~ for nothing.
std::string shape(const YamlNode& node) {
  std::string out;
  switch (node.kind) {
  case YamlNode::Kind::Null:
    return "~";
  case YamlNode::Kind::Scalar:
    return node.quoted ? '"' + node.text + '"' : node.text;
  case YamlNode::Kind::Sequence:
    for (const YamlNode& item : node.items)
      out += (out.empty() ? "" : ",") + shape(item);
    return "[" + out + "]";
  case YamlNode::Kind::Mapping:
    for (const YamlMember& member : node.members)
      out += (out.empty() ? "" : ",") + member.key + "=" + shape(member.value);
    return "{" + out + "}";
  }
  return out;
}

struct ShapeCase {
  std::string_view name;
  std::string_view text;
  std::string_view want;
};

TEST(Yaml, BuildsPlainTrees) {
  const ShapeCase cases[] = {
      {"block mapping", "a: 1\nb: two words\n", "{a=1,b=two words}"},
      {"sequence in mapping", "a:\n- x\n- y\nb:\n  - z\n", "{a=[x,y],b=[z]}"},
      {"flow", "{a: [1, {b: c}], d: }", "{a=[1,{b=c}],d=~}"},
      {"quotes", "a: '5'\nb: \"x\\ty\\u00e9\"\n", "{a=\"5\",b=\"x\ty\xC3\xA9\"}"},
      {"literal block",
       "a: |\n  one\n  two\nb: >-\n  one\n  two\n",
       "{a=\"one\ntwo\n\",b=\"one two\"}"},
      {"nothing written", "a:\nb: ~\n", "{a=~,b=~}"},
      {"JSON is YAML", "{\"a\": [true, null, 1.5e3]}", "{a=[true,~,1.5e3]}"},
      {"tags are ignored",
       "a: !custom {x: 1}\nb: !!str 5\nc: !!int '5'\n",
       "{a={x=1},b=\"5\",c=5}"},
      {"keys of any type", "1: a\ntrue: b\n~: c\n'q': d\n", "{1=a,true=b,=c,q=d}"},
      {"comments", "# head\na: 1 # tail\n# end", "{a=1}"},
      {"Windows lines", "a: 1\r\nb:\r\n  - 2\r\n", "{a=1,b=[2]}"},
      {"byte order mark",
       "\xEF\xBB\xBF"
       "a: 1",
       "{a=1}"},
      {"a lone scalar", "hello", "hello"},
      {"nothing", "", "~"},
      {"only comments", "# nothing\n", "~"},
      {"directives", "%YAML 1.2\n---\na: 1\n...\n", "{a=1}"},
  };
  for (const ShapeCase& row : cases)
    EXPECT_EQ(shape(root_of(row.text)), row.want) << row.name;
}

TEST(Yaml, ResolvesAliasesAndMergeKeys) {
  const ShapeCase cases[] = {
      {"alias of a scalar", "a: &x 5\nb: *x\n", "{a=5,b=5}"},
      {"alias of a tree", "a: &x {k: [1]}\nb: [*x, *x]\n", "{a={k=[1]},b=[{k=[1]},{k=[1]}]}"},
      {"alias as key", "a: &x name\n*x : 1\n", "{a=name,name=1}"},
      {"anchor used again", "a: &x 1\nb: *x\nc: &x 2\nd: *x\n", "{a=1,b=1,c=2,d=2}"},
      {"merge", "a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  l: 3\n", "{a={k=1,l=2},b={l=3,k=1}}"},
      {"merge after own keys", "a: &x {k: 1}\nb:\n  k: 2\n  <<: *x\n", "{a={k=1},b={k=2}}"},
      {"the first of several wins",
       "a: &x {k: 1}\nb: &y {k: 2, m: 3}\nc:\n  <<: [*x, *y]\n",
       "{a={k=1},b={k=2,m=3},c={k=1,m=3}}"},
      {"merge of a merged one",
       "a: &x {k: 1}\nb: &y {<<: *x, l: 2}\nc: {<<: *y}\n",
       "{a={k=1},b={l=2,k=1},c={l=2,k=1}}"},
      {"two merge keys",
       "a: &x {k: 1}\nb: &y {l: 2}\nc:\n  <<: *x\n  <<: *y\n",
       "{a={k=1},b={l=2},c={k=1,l=2}}"},
      {"a quoted << is a key", "\"<<\": {a: 1}", "{<<={a=1}}"},
  };
  for (const ShapeCase& row : cases)
    EXPECT_EQ(shape(root_of(row.text)), row.want) << row.name;
}

TEST(Yaml, AComposeFileKeepsWhatItsExtensionsBring) {
  const YamlNode root = root_of("x-logging: &logging\n"
                                "  driver: json-file\n"
                                "services:\n"
                                "  web: &web\n"
                                "    image: nginx:1.27\n"
                                "    logging: *logging\n"
                                "  canary:\n"
                                "    <<: *web\n"
                                "    privileged: yes\n");
  const YamlNode* canary = root.find("services")->find("canary");
  ASSERT_NE(canary, nullptr);
  EXPECT_EQ(shape(*canary), "{privileged=yes,image=nginx:1.27,logging={driver=json-file}}");
  EXPECT_FALSE(canary->members[0].merged);
  EXPECT_TRUE(canary->members[1].merged);
  EXPECT_EQ(canary->find("privileged")->boolean(), true);
  EXPECT_EQ(canary->find("logging")->find("driver")->place, (YamlPlace{2, 11}))
      << "what an alias brings stays where it was written";
}

TEST(Yaml, KnowsWhereEverythingStands) {
  const YamlNode root = root_of("# comment\n"
                                "first: 1\n"
                                "list:\n"
                                "  - one\n"
                                "  - {two: 2}\n"
                                "empty:\n"
                                "last: 'x'\n");
  EXPECT_EQ(root.place, (YamlPlace{2, 1}));
  EXPECT_EQ(root.members[0].place, (YamlPlace{2, 1}));
  EXPECT_EQ(root.find("first")->place, (YamlPlace{2, 8}));
  EXPECT_EQ(root.find("list")->place, (YamlPlace{4, 3}));
  EXPECT_EQ(root.find("list")->items[0].place, (YamlPlace{4, 5}));
  EXPECT_EQ(root.find("list")->items[1].members[0].value.place, (YamlPlace{5, 11}));
  EXPECT_EQ(root.find("empty")->place, (YamlPlace{6, 1})) << "of nothing, its key";
  EXPECT_EQ(root.find("last")->place, (YamlPlace{7, 7}));
}

TEST(Yaml, ReadsBooleansAndIntegers) {
  const YamlNode root = root_of("[true, False, YES, off, tRUE, y, 'true', 12, -3, +4, 0x1F, 0o17, "
                                "0x-1, +-2, 1.5, 99999999999999999999, '12', ~, Null, 'null']");
  std::vector<std::string> seen;
  for (const YamlNode& item : root.items) {
    const auto boolean = item.boolean();
    const auto integer = item.integer();
    seen.push_back(boolean          ? (*boolean ? "yes" : "no")
                   : integer        ? std::to_string(*integer)
                   : item.is_null() ? "null"
                                    : "text");
  }
  EXPECT_THAT(seen,
              ElementsAre("yes",
                          "no",
                          "yes",
                          "no",
                          "text",
                          "text",
                          "text",
                          "12",
                          "-3",
                          "4",
                          "31",
                          "15",
                          "text",
                          "text",
                          "text",
                          "text",
                          "text",
                          "null",
                          "null",
                          "text"));
}

TEST(Yaml, ReadsEveryDocumentOfAStream) {
  const auto documents = parse_yaml("a: &x 1\n---\n# empty\n---\n- b\n...\n---\nc: 2\n", {});
  ASSERT_TRUE(documents.has_value());
  std::vector<std::string> shapes;
  for (const YamlDocument& document : *documents)
    shapes.push_back(shape(document.root));
  EXPECT_THAT(shapes, ElementsAre("{a=1}", "~", "[b]", "{c=2}"));
  EXPECT_EQ(documents->at(3).root.place.line, 8U);
  EXPECT_EQ(parse_yaml("", {})->size(), 0U);
  EXPECT_FALSE(parse_single_yaml("a: 1\n---\nb: 2\n", {}));
  EXPECT_FALSE(parse_yaml("a: &x 1\n---\nb: *x\n", {})) << "anchors end with their document";
}

TEST(Yaml, RefusesDuplicateKeysUnlessAsked) {
  constexpr std::string_view kText = "a: 1\nb:\n  c: 1\n  c: 2\na: 3\n";
  const auto refused = parse_yaml(kText, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text(), "line 4, column 3: key 'c' stands here and in line 3");

  const auto kept = parse_single_yaml(kText, {}, DuplicateKeys::KeepLast);
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(shape(kept->root), "{a=3,b={c=2}}");
  ASSERT_EQ(kept->duplicates.size(), 2U);
  EXPECT_EQ(kept->duplicates[1].key, "a");
  EXPECT_EQ(kept->duplicates[1].first, (YamlPlace{1, 1}));
  EXPECT_EQ(kept->duplicates[1].second, (YamlPlace{5, 1}));
}

struct RefusedCase {
  std::string_view name;
  std::string text;
  Code code;
  std::string_view message;
};

TEST(Yaml, SaysWhereAndWhyItRefuses) {
  const RefusedCase cases[] = {
      {"bad indent", "a: 1\n b: 2\n", Code::Malformed, "line 2, column"},
      {"open flow", "a: [1, 2", Code::Malformed, "not valid YAML"},
      {"open quote", "a: 'x", Code::Malformed, "not valid YAML"},
      {"tab", "a:\n\tb: 1\n", Code::Malformed, "line 2"},
      {"unknown alias", "a: *nobody", Code::Malformed, "line 1, column 4"},
      {"alias inside its anchor", "a: &x [*x]", Code::Malformed, "inside its own anchor"},
      {"a list as key", "? [a, b]\n: 1\n", Code::Unsupported, "a key must be a single value"},
      {"an unrendered template", "a: {{ .Values.x }}\n", Code::Unsupported, "line 1, column 5"},
      {"merge of a scalar", "<<: 5\n", Code::Malformed, "'<<' takes a mapping"},
      {"merge of a list of scalars", "<<: [1]\n", Code::Malformed, "'<<' takes a mapping"},
      {"no UTF-8", "a: \xFF", Code::Malformed, "not UTF-8"},
      {"UTF-16",
       std::string("\xFF\xFE"
                   "a\0",
                   4),
       Code::Malformed,
       "not UTF-8"},
      {"the end that is none", "a: 1\nb: \x04 2\n", Code::Malformed, "line 2: a control character"},
      {"NUL", std::string("a: \0", 4), Code::Malformed, "control character (byte 0)"},
  };
  for (const RefusedCase& row : cases) {
    const auto documents = parse_yaml(row.text, {});
    ASSERT_FALSE(documents) << row.name;
    EXPECT_EQ(documents.error().code(), row.code) << row.name;
    EXPECT_THAT(documents.error().text(), HasSubstr(row.message)) << row.name;
  }
}

/// a: &a [x, ...]; b: &b [*a, ...]; ... each nine times as large as the one before.
std::string billion_laughs() {
  std::string text =
      "a: &a [\"lol\",\"lol\",\"lol\",\"lol\",\"lol\",\"lol\",\"lol\",\"lol\",\"lol\"]\n";
  for (char c = 'b'; c <= 'i'; ++c) {
    text += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 9; ++i)
      text += std::string(i == 0 ? "*" : ",*") + static_cast<char>(c - 1);
    text += "]\n";
  }
  return text;
}

TEST(Yaml, HoldsItsBudgets) {
  std::string wide = "a: &a '" + std::string(1U << 20U, 'x') + "'\nb: [";
  for (int i = 0; i < 32; ++i)
    wide += "*a,";
  wide += "]\n";
  std::string deep_block;
  for (int i = 0; i < 600; ++i)
    deep_block += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  std::string documents;
  for (int i = 0; i < 10'001; ++i)
    documents += "---\n";
  std::string many = "[";
  for (int i = 0; i < 600'000; ++i)
    many += "1,";
  many += "]";
  // Each level holds the one before: nothing is large, all of it together nests too deep.
  std::string deep_alias = "a0: &a0 []\n";
  for (int i = 1; i < 150; ++i)
    deep_alias += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" +
                  std::to_string(i - 1) + "]\n";
  const RefusedCase cases[] = {
      {"alias bomb", billion_laughs(), Code::LimitExceeded, "values, aliases resolved"},
      {"long text many times", wide, Code::LimitExceeded, "bytes of text, aliases resolved"},
      {"open brackets", std::string(200'000, '['), Code::LimitExceeded, "nested"},
      {"open braces", std::string(200'000, '{'), Code::LimitExceeded, "nested"},
      {"dashes",
       [] {
         std::string text;
         for (int i = 0; i < 5000; ++i)
           text += "- ";
         return text;
       }(),
       Code::LimitExceeded,
       "nested"},
      {"indentation", deep_block, Code::LimitExceeded, "nested"},
      {"depth by aliases", deep_alias, Code::LimitExceeded, "nested deeper than 100"},
      {"many documents", documents, Code::LimitExceeded, "documents"},
      {"many values", many, Code::LimitExceeded, "values"},
      {"a large file", std::string(9U << 20U, '#'), Code::LimitExceeded, "bytes of YAML"},
  };
  for (const RefusedCase& row : cases) {
    const auto documents_read = parse_yaml(row.text, {});
    ASSERT_FALSE(documents_read) << row.name;
    EXPECT_EQ(documents_read.error().code(), row.code)
        << row.name << ": " << documents_read.error().text();
    EXPECT_THAT(documents_read.error().text(), HasSubstr(row.message)) << row.name;
  }
}

} // namespace
} // namespace portique::base
