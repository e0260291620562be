#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/os/deb822.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// "1 Name=value", "2 .", "3 !line"
std::vector<std::string> items(std::string_view text) {
  std::vector<std::string> out;
  Deb822Reader reader(text);
  while (const auto item = reader.next()) {
    std::string row = std::to_string(item->line) + ' ';
    switch (item->kind) {
    case Deb822Item::Kind::Field:
      row += std::string(item->name) + '=' + std::string(item->value);
      break;
    case Deb822Item::Kind::EndOfStanza:
      row += '.';
      break;
    case Deb822Item::Kind::Broken:
      row += '!' + std::string(item->value);
      break;
    }
    out.push_back(std::move(row));
  }
  EXPECT_FALSE(reader.next()) << "the end stays the end";
  return out;
}

TEST(Deb822, GivesFieldsAndEndsOfStanzas) {
  EXPECT_THAT(items("A: 1\nB:2\n\n\nC : 3 4 \n"),
              ElementsAre("1 A=1", "2 B=2", "3 .", "5 C=3 4", "5 ."));
  EXPECT_THAT(items("A: 1"), ElementsAre("1 A=1", "1 ."));
  EXPECT_THAT(items("A:\nB: x:y\n"), ElementsAre("1 A=", "2 B=x:y", "2 ."));
  EXPECT_THAT(items("A: 1\r\n\r\nB: 2\r\n"), ElementsAre("1 A=1", "2 .", "3 B=2", "3 ."));
  EXPECT_THAT(items(""), IsEmpty());
  EXPECT_THAT(items("\n\n  \n# x\n"), IsEmpty());
}

TEST(Deb822, KeepsContinuationLinesInTheValue) {
  EXPECT_THAT(items("A: 1\n two\n\tthree\n .\n  \n five \nB: 2\n"),
              ElementsAre("1 A=1\n two\n\tthree\n .\n  \n five", "7 B=2", "7 ."));
  EXPECT_THAT(items("A:\n one\n"), ElementsAre("1 A=\n one", "2 ."));
  EXPECT_THAT(items("A: 1\n \n \n\nB: 2"), ElementsAre("1 A=1", "4 .", "5 B=2", "5 ."));
}

TEST(Deb822, PassesOverComments) {
  EXPECT_THAT(items("# c\nA: 1\n# c: d\nB: 2\n"), ElementsAre("2 A=1", "4 B=2", "4 ."));
}

TEST(Deb822, NamesBrokenLines) {
  EXPECT_THAT(items("no colon\nA: 1\n\n orphan\nB: 2\n: x\n-A: x\nA B: x\n"),
              ElementsAre("1 !no colon",
                          "2 A=1",
                          "3 .",
                          "4 ! orphan",
                          "5 B=2",
                          "6 !: x",
                          "7 !-A: x",
                          "8 !A B: x",
                          "8 ."));
}

} // namespace
} // namespace portique::inventory
