#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/python/python_requirements.h"
#include "portique/inventory/python/requirement_lines.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace fs = std::filesystem;
using Kind = RequirementLine::Kind;

TEST(RequirementLines, AreReadAsPipReadsThem) {
  const struct {
    std::string_view text;
    Kind kind;
    std::string_view line;
  } rows[] = {
      {"a==1.0", Kind::Requirement, "a==1.0"},
      {"\n\n  a==1.0 # why", Kind::Requirement, "a==1.0"},
      {"a\\\n==1.0", Kind::Requirement, "a==1.0"},
      {"a \\\r\n  == \\\r\n1.0\r\n", Kind::Requirement, "a   == 1.0"},
      {"a \\\n# a comment \\\nb", Kind::Requirement, "a"},
      {"# a comment \\\nb", Kind::Requirement, "b"},
      {"a --hash=x:1 --config-settings y", Kind::Requirement, "a"},
      {"a @ https://x/y#egg=z", Kind::Requirement, "a @ https://x/y#egg=z"},
      {"-r x.txt", Kind::Option, "-r x.txt"},
      {"--index-url https://x", Kind::Option, "--index-url https://x"},
      {"https://x/y.zip", Kind::Address, "https://x/y.zip"},
      {"git+https://x/y@1.0#egg=z", Kind::Address, "git+https://x/y@1.0#egg=z"},
      {"./x", Kind::Address, "./x"},
      {"/x", Kind::Address, "/x"},
      {"x/y", Kind::Address, "x/y"},
      {"x-1.0-py3-none-any.whl ; marker", Kind::Address, "x-1.0-py3-none-any.whl ; marker"},
  };

  for (const auto& row : rows) {
    const auto line = RequirementLineReader(row.text).next();
    ASSERT_TRUE(line) << row.text;
    EXPECT_EQ(line->kind, row.kind) << row.text;
    EXPECT_EQ(line->text, row.line) << row.text;
  }
  RequirementLineReader numbered("a \\\n b\n\nc");
  EXPECT_EQ(numbered.next()->number, 1U);
  EXPECT_EQ(numbered.next()->number, 4U);
  EXPECT_FALSE(numbered.next());
  EXPECT_FALSE(RequirementLineReader("# \n \\\n").next());
}

TEST(PythonRequirements, ReadsPins) {
  const Analysis found = analyze_text(
      kPythonRequirements,
      "requirements.txt",
      base::read_file(fs::path(PORTIQUE_TESTDATA) / "python-requirements/good/requirements.txt",
                      1U << 20U)
          .value());
  EXPECT_THAT(found.issues, IsEmpty());
  EXPECT_THAT(listed(found), ElementsAre("Flask@2.0.0", "celery@4.4.7"));
  EXPECT_THAT(find_package(found, "Flask")->hashes,
              ElementsAre("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                          "sha256:" + std::string(64, '0')));
}

TEST(PythonRequirements, ListsANameOnce) {
  const Analysis found = analyze_text(
      kPythonRequirements, "requirements.txt", "Flask==1.0\nflask == 1.0\nFLASK==1.1\n");
  EXPECT_THAT(listed(found), ElementsAre("FLASK@1.1", "Flask@1.0"));
}

TEST(PythonRequirements, ReportsWhatPipWouldNotTake) {
  const Analysis found =
      analyze_text(kPythonRequirements, "requirements.txt", "a==1\n==2\n{% if x %}\nb==2\n");
  EXPECT_THAT(listed(found), ElementsAre("a@1", "b@2"));
  ASSERT_EQ(found.issues.size(), 2U);
  EXPECT_TRUE(issues_of(found).contains("line 2: \"==2\""));
  for (const std::string_view text : {std::string_view("\xFF\xFE"
                                                       "a\0",
                                                       4),
                                      std::string_view("a\0", 2)}) {
    const Analysis wide = analyze_text(kPythonRequirements, "requirements.txt", text);
    ASSERT_EQ(wide.issues.size(), 1U);
    EXPECT_EQ(wide.issues[0].code, base::Code::Unsupported);
  }
  EXPECT_THAT(listed(analyze_text(kPythonRequirements,
                                  "requirements.txt",
                                  "\xEF\xBB\xBF"
                                  "a==1")),
              ElementsAre("a@1"));
}

TEST(PythonRequirements, ListsWhatPipReads) {
  PQ_SHARED_DATA_OR_SKIP(samples, "pkgdb/lang/requirements");
  check_samples(
      kPythonRequirements, samples, fs::path(PORTIQUE_TESTDATA) / "golden/python-requirements");
}

TEST(PythonVendored, ListsWhatPipBrings) {
  const Analysis found = analyze_text(
      kPythonVendored, "usr/lib/pip/_vendor/vendor.txt", "a==1.0  # why\nb==2.0\n    c==3.0\n");
  EXPECT_THAT(listed(found), ElementsAre("a@1.0", "b@2.0", "c@3.0"));
  EXPECT_FALSE(found.packages[0].declared) << "its code is there";
  EXPECT_EQ(found.packages[0].path, "usr/lib/pip/_vendor/vendor.txt");
}

} // namespace
} // namespace portique::inventory
