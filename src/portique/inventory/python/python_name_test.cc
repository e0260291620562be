#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/run_program.h"
#include "portique/base/text.h"
#include "portique/inventory/python/python_name.h"

namespace portique::inventory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(PythonName, KnowsPackages) {
  EXPECT_EQ(pypi_package("Zope.Interface", "1.0")->name, "Zope.Interface") << "as written";
  EXPECT_EQ(pypi_package("a", "2004a!1.0+local")->version, "2004a!1.0+local");
  for (const std::string_view name : {"", "-a", "a-", "a b", "a/b", "\xc3\xa9", "a\n", "a@b"})
    EXPECT_FALSE(pypi_package(name, "1.0")) << name;
  EXPECT_FALSE(pypi_package(std::string(300, 'a'), "1.0"));
  for (const std::string_view version : {"", " ", "1 2", "1\n"})
    EXPECT_FALSE(pypi_package("a", version)) << version;
  EXPECT_EQ(normal_python_name("Foo.-_bar--Baz"), "foo-bar-baz");
}

TEST(PythonName, ReadsRequirements) {
  const struct {
    std::string_view text;
    std::string_view name;
    std::string_view specifiers;
    std::string_view pinned;
    std::string_view marker;
  } rows[] = {
      {"a", "a", "", "", ""},
      {"a==1.0", "a", "==1.0", "1.0", ""},
      {" a [x, y] (== 1.0) ; os_name == 'x' ", "a", "== 1.0", "1.0", "os_name == 'x'"},
      {"a===1.0-x", "a", "===1.0-x", "1.0-x", ""},
      {"a==1.*", "a", "==1.*", "", ""},
      {"a>=1,<2", "a", ">=1,<2", "", ""},
      {"a==1.0,!=2", "a", "==1.0,!=2", "", ""},
      {"a~=1.0", "a", "~=1.0", "", ""},
      {"A._-9==2!1.0", "A._-9", "", "", ""},
      {"a ; extra == 'x'", "a", "", "", "extra == 'x'"},
  };

  for (const auto& row : rows) {
    const auto found = python_requirement(row.text);
    if (row.text.contains('!') && !row.text.contains("!=")) {
      EXPECT_TRUE(found) << "an epoch";
      EXPECT_EQ(found->pinned_version(), "2!1.0");
      continue;
    }
    ASSERT_TRUE(found) << row.text;
    EXPECT_EQ(found->name, row.name) << row.text;
    EXPECT_EQ(found->specifiers, row.specifiers) << row.text;
    EXPECT_EQ(found->pinned_version(), row.pinned) << row.text;
    EXPECT_EQ(found->marker, row.marker) << row.text;
  }
  const auto address = python_requirement("a[x] @ https://example.org/a;b.zip ; os_name == 'x'");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->address, "https://example.org/a;b.zip");
  EXPECT_EQ(address->marker, "os_name == 'x'");
  EXPECT_EQ(address->pinned_version(), "");
}

// The reader of pip itself decides what is a requirement.
TEST(PythonName, RefusesWhatPackagingRefuses) {
  const std::vector<std::string> texts{"a",          "a==1.0",      "a == 1.0",
                                       "a[b]",       "a[b,c]>=1",   "a [b] >= 1 , < 2",
                                       "a (>=1)",    "a; x",        "",
                                       "==1.0",      "a 1.0",       "a[b",
                                       "a=1.0",      "a=='1.0'",    "a b",
                                       "{{ a }}",    "a|b==1",      "a @ https://x/y",
                                       "a @",        "a==1.0 @ x",  "-a==1.0",
                                       ".a==1.0",    "a!=1.0",      "a>=1.0;python_version<'3'",
                                       "a==1.0.*",   "a~=1.0",      "a<1,>0",
                                       "a==1.0+x.y", "a===anything"};
  std::vector<std::string> arguments{
      "/usr/bin/python3",
      "-c",
      "import sys\n"
      "from packaging.requirements import Requirement, InvalidRequirement\n"
      "for text in sys.argv[1:]:\n"
      "    try: Requirement(text); print('yes')\n"
      "    except InvalidRequirement as e: print('marker' if 'arker' in str(e) else 'no')\n"};
  arguments.insert(arguments.end(), texts.begin(), texts.end());
  const auto answer = base::run_program(arguments);
  if (!answer || answer->exit_status != 0) GTEST_SKIP() << "python3-packaging is needed";
  const auto lines = base::split(answer->out, '\n');
  ASSERT_GE(lines.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (lines[i] == "marker" || texts[i] == "a; x") continue; // markers are not judged here
    EXPECT_EQ(python_requirement(texts[i]).has_value(), lines[i] == "yes") << texts[i];
  }
}

TEST(PythonName, ReadsHashes) {
  EXPECT_EQ(python_hash("md5:D41D8CD98F00B204E9800998ECF8427E"),
            "md5:d41d8cd98f00b204e9800998ecf8427e");
  for (const std::string_view text : {"", ":", "md5", "md5:", "md5:0", "sha256:zz", "x:00"})
    EXPECT_EQ(python_hash(text), "") << text;
}

TEST(PythonName, ListsDependencies) {
  PythonDependencies dependencies;
  for (const std::string_view text :
       {"b>=1", "a ; python_version<'3'", "b", "c ; extra == 'x'", "==1", "d[e] @ https://x/y"})
    dependencies.add(text);
  EXPECT_THAT(dependencies.take(), ElementsAre("a", "b", "d"));
  EXPECT_THAT(dependencies.take(), IsEmpty());
}

} // namespace
} // namespace portique::inventory
