#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/advisory/debian_control.h"

namespace portique::advisory {
namespace {

using ::testing::ElementsAre;

TEST(DebianControl, ReadsParagraphsAndContinuations) {
  ControlReader reader("\n# comment\nPackage: a\nFiles:\n one\n two\nEmpty:\nlast: x \n\n \n"
                       "no field\n orphan\nPackage: b");
  const auto first = reader.next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->field("package"), "a");
  EXPECT_THAT(control_words(first->field("Files")), ElementsAre("one", "two"));
  EXPECT_EQ(first->field("Empty"), "");
  EXPECT_EQ(first->field("absent"), "");
  const auto second = reader.next();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->field("Package"), "b");
  EXPECT_FALSE(reader.next());
}

TEST(DebianControl, KeepsTheFirstLineOfAFoldedField) {
  ControlReader reader("A: first\n second\n\n");
  EXPECT_THAT(control_words(reader.next()->field("A")), ElementsAre("first", "second"));
}

TEST(DebianControl, ReadsChecksumLines) {
  const std::string digest(64, 'a');
  const auto files = control_files("\n " + digest + " 12 x.tar.xz\n bad 1 y\n " + digest +
                                   " many z\n " + digest + " 1\n");
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].name, "x.tar.xz");
  EXPECT_EQ(files[0].size, 12U);
  EXPECT_EQ(files[0].sha256, digest);
}

TEST(DebianControl, HasNothingInNothing) {
  EXPECT_FALSE(ControlReader("").next());
  EXPECT_FALSE(ControlReader("\n\n \n").next());
  EXPECT_TRUE(control_words(" \n\t").empty());
}

} // namespace
} // namespace portique::advisory
