#include <gtest/gtest.h>

#include "portique/base/xml.h"
#include "portique/report/xml_writer.h"

namespace portique::report {
namespace {

template <typename Write> std::string written(const Write& write) {
  std::string text;
  const Sink sink = [&](std::string_view bytes) -> base::Result<void> {
    text += bytes;
    return {};
  };
  Output out(sink);
  XmlWriter xml(out);
  write(xml);
  EXPECT_TRUE(out.finish());
  return text;
}

TEST(XmlWriter, IndentsElementsAndKeepsTextTogether) {
  const std::string text = written([](XmlWriter& xml) {
    xml.begin("bom");
    xml.attribute("version", "1");
    xml.begin("components");
    xml.text("name", "a & b");
    xml.begin("empty");
    xml.end();
    xml.end();
    xml.end();
  });
  EXPECT_EQ(text,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<bom version=\"1\">\n"
            "  <components>\n"
            "    <name>a &amp; b</name>\n"
            "    <empty/>\n"
            "  </components>\n"
            "</bom>\n");
}

TEST(XmlWriter, WhatIsWrittenIsRead) {
  const std::string values[] = {
      "<>&\"'", "two\nlines\tand\rmore", "]]>", "é😀", "<!-- -->", "a=\"b\""};
  for (const std::string& value : values) {
    const std::string text = written([&](XmlWriter& xml) {
      xml.begin("e");
      xml.attribute("a", value);
      xml.begin("t");
      xml.content("x" + value + "x");
      xml.end();
      xml.end();
    });
    const auto document = base::XmlDocument::parse(text, {});
    ASSERT_TRUE(document) << text;
    EXPECT_EQ(document->root().attribute("a"), value);
    EXPECT_EQ(document->root().child_text("t"), "x" + value + "x");
  }
}

TEST(XmlWriter, ReplacesWhatXmlCannotHold) {
  const std::string text = written(
      [](XmlWriter& xml) { xml.text("e", std::string("\0\x01\x1B[m\xff\xEF\xBF\xBF", 9)); });
  EXPECT_NE(text.find("<e>\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD[m\xEF\xBF\xBD\xEF\xBF\xBD</e>"),
            std::string::npos)
      << text;
}

} // namespace
} // namespace portique::report
