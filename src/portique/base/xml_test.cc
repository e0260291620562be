#include <string>

#include <gtest/gtest.h>

#include "portique/base/xml.h"

namespace portique::base {
namespace {

XmlDocument parse(std::string_view text) {
  auto document = XmlDocument::parse(text, {});
  EXPECT_TRUE(document) << document.error().text();
  return std::move(document).value();
}

TEST(Xml, ReadsElementsTextAndAttributes) {
  const XmlDocument document =
      parse("<?xml version=\"1.0\"?><!-- before --><a x='1 &amp; 2' y=\"&quot;\">\n one "
            "<!-- in between --><b>inner</b><![CDATA[<two>]]> &#x20AC; <b>again</b><c/></a>");
  const XmlElement root = document.root();
  EXPECT_EQ(root.name(), "a");
  EXPECT_EQ(root.attribute("x"), "1 & 2");
  EXPECT_EQ(root.attribute("y"), "\"");
  EXPECT_EQ(root.attribute("z"), "");
  EXPECT_EQ(root.text(), "one <two> \xE2\x82\xAC");
  EXPECT_EQ(root.child_text("b"), "inner");
  ASSERT_EQ(root.children("b").size(), 2U);
  EXPECT_EQ(root.children("b")[1].text(), "again");
  ASSERT_EQ(root.children().size(), 3U);
  EXPECT_EQ(root.children()[2].name(), "c");
}

TEST(Xml, NoneHasEmptyAnswers) {
  const XmlElement none;
  EXPECT_FALSE(none);
  EXPECT_EQ(none.name(), "");
  EXPECT_EQ(none.text(), "");
  EXPECT_EQ(none.attribute("a"), "");
  EXPECT_FALSE(none.child("a"));
  EXPECT_TRUE(none.children().empty());
  const XmlDocument document = parse("<a/>");
  EXPECT_EQ(document.root().child("b").child("c").child_text("d"), "");
}

TEST(Xml, LeavesPrefixesOut) {
  const XmlDocument document = parse("<p:a xmlns:p='urn:x' p:k='v'><p:b>1</p:b><q:b>2</q:b></p:a>");
  EXPECT_EQ(document.root().name(), "a");
  EXPECT_EQ(document.root().attribute("k"), "v");
  EXPECT_EQ(document.root().children("b").size(), 2U);
}

TEST(Xml, ReadsOtherEncodings) {
  EXPECT_EQ(parse("\xEF\xBB\xBF<a>\xC3\xA9</a>").root().text(), "\xC3\xA9");
  EXPECT_EQ(parse("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</a>").root().text(),
            "\xC3\xA9");
  const std::string utf16("\xFF\xFE<\0a\0>\0\xE9\0<\0/\0a\0>\0", 18);
  EXPECT_EQ(parse(utf16).root().text(), "\xC3\xA9");
}

TEST(Xml, DefinesAndReadsNoEntities) {
  const XmlDocument document =
      parse("<!DOCTYPE a [<!ENTITY x \"expanded\"><!ENTITY f SYSTEM \"file:///etc/passwd\">]>"
            "<a>&x;&f;&lt;</a>");
  EXPECT_EQ(document.root().text(), "&x;&f;<");
}

TEST(Xml, SaysWhatIsBroken) {
  const struct {
    std::string_view text;
    std::string_view place;
  } rows[] = {
      {"", "line 1"},
      {"<!-- nothing -->", "line 1"},
      {"no markup", "line 1"},
      {"<a>\n<b>\n</a>", "line 3"},
      {"<a>\n\n", "line 2"},
      {"<a x=1/>", "line 1"},
      {"<a><b></b>", "line 1"},
      {"</a>", "line 1"},
      {"<a>&", "line 1"},
  };

  for (const auto& row : rows) {
    const auto document = XmlDocument::parse(row.text, {});
    ASSERT_FALSE(document) << row.text;
    EXPECT_EQ(document.error().code(), Code::Malformed) << row.text;
    EXPECT_TRUE(document.error().text().starts_with(row.place)) << document.error().text();
  }
}

// pugixml would end there, and what follows would be lost without a word.
TEST(Xml, RefusesZeros) {
  EXPECT_FALSE(XmlDocument::parse(std::string_view("<a/>\0<b/>", 9), {}));
  EXPECT_FALSE(XmlDocument::parse(std::string_view("\xFF\xFE<\0a\0/\0>\0\0\0x\0", 14), {}));
}

TEST(Xml, KeepsWithinItsLimits) {
  Limits limits;
  limits.xml_depth = 3;
  EXPECT_TRUE(XmlDocument::parse("<a><b><c/></b></a>", limits));
  EXPECT_TRUE(XmlDocument::parse("<a><b><c/></b><b>x</b><b/></a>", limits));
  EXPECT_EQ(XmlDocument::parse("<a><b/><b><c/><c><d/></c></b></a>", limits).error().code(),
            Code::LimitExceeded);
  limits.xml_nodes = 4;
  EXPECT_TRUE(XmlDocument::parse("<a b='1'><c/></a>", limits));
  EXPECT_EQ(XmlDocument::parse("<a b='1'><c/><c/></a>", limits).error().code(),
            Code::LimitExceeded);
  limits.xml_bytes = 8;
  EXPECT_EQ(XmlDocument::parse("<a></a>  ", limits).error().code(), Code::LimitExceeded);
}

TEST(Xml, SurvivesDepth) {
  std::string deep;
  for (int i = 0; i < 400'000; ++i)
    deep += "<a>";
  EXPECT_FALSE(XmlDocument::parse(deep, {}));
  for (int i = 0; i < 400'000; ++i)
    deep += "</a>";
  EXPECT_EQ(XmlDocument::parse(deep, {}).error().code(), Code::LimitExceeded);
}

TEST(Xml, MayBeMoved) {
  XmlDocument first = parse("<a>1</a>");
  const XmlDocument second = std::move(first);
  EXPECT_EQ(second.root().text(), "1");
}

} // namespace
} // namespace portique::base
