#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inventory/go/go_mod.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Analysis analyze(std::string_view text, const base::Limits& limits = {}) {
  return analyze_go_mod({"src/go.mod", base::as_bytes(text)}, limits);
}

std::vector<std::string> rows(const Analysis& analysis) {
  std::vector<std::string> out;
  for (const model::Package& p : analysis.packages) {
    EXPECT_EQ(p.type, "golang");
    EXPECT_TRUE(p.declared);
    EXPECT_EQ(p.path, "src/go.mod");
    out.push_back((p.ns.empty() ? p.name : p.ns + '/' + p.name) + ' ' + p.version);
  }
  return out;
}

std::vector<std::string> messages(const Analysis& analysis) {
  std::vector<std::string> out;
  for (const model::Issue& issue : analysis.issues)
    out.push_back(issue.message);
  return out;
}

TEST(GoMod, ReadsWhatIsRequired) {
  const Analysis found = analyze("module a.example/app\n\ngo 1.21\n\n"
                                 "require b.example/one v1.2.3\n"
                                 "require (\n"
                                 "\tb.example/two v0.4.0 // indirect\n"
                                 "\t// b.example/three v1.0.0\n"
                                 "\n"
                                 "\t\"b.example/four\" `v4.0.0`//comment\n"
                                 ")\n"
                                 "require b.example/five/v5 v5.0.1-0.20210101000000-abcdef012345");
  EXPECT_THAT(rows(found),
              ElementsAre("b.example/one v1.2.3",
                          "b.example/two v0.4.0",
                          "b.example/four v4.0.0",
                          "b.example/five/v5 v5.0.1-0.20210101000000-abcdef012345"));
  EXPECT_THAT(found.issues, IsEmpty());
  EXPECT_EQ(analyze(""), Analysis{});
}

TEST(GoMod, AppliesReplacementsAndExclusions) {
  const Analysis found = analyze("require (\n"
                                 " a.example/all v1.0.0\n"
                                 " a.example/this v1.0.0\n"
                                 " a.example/other v2.0.0\n"
                                 " a.example/both v1.0.0\n"
                                 " a.example/folder v1.5.0\n"
                                 " a.example/staging v0.0.0\n"
                                 " a.example/gone v1.0.0\n"
                                 " a.example/kept v1.0.0\n"
                                 ")\n"
                                 "replace a.example/all => b.example/fork v9.0.0\n"
                                 "replace (\n"
                                 " a.example/this v1.0.0 => b.example/this v1.0.1\n"
                                 " a.example/other v1.0.0 => b.example/other v1.0.1\n"
                                 " a.example/both => b.example/all v1.0.1\n"
                                 " a.example/both v1.0.0 => b.example/one v1.0.2\n"
                                 " a.example/folder => ../folder\n"
                                 " a.example/staging => ./staging\n"
                                 ")\n"
                                 "exclude a.example/gone v1.0.0\n"
                                 "exclude (\n a.example/kept v0.9.0\n)\n"
                                 "retract v1.0.0 // published by accident\n"
                                 "retract [v1.0.0, v1.9.9]\n"
                                 "godebug default=go1.21\ntool a.example/all/cmd/x\n");
  EXPECT_THAT(rows(found),
              ElementsAre("b.example/fork v9.0.0",
                          "b.example/this v1.0.1",
                          "a.example/other v2.0.0",
                          "b.example/one v1.0.2",
                          "a.example/folder v1.5.0",
                          "a.example/staging ",
                          "a.example/kept v1.0.0"));
  EXPECT_THAT(found.issues, IsEmpty());
}

TEST(GoMod, TellsTheStandardLibraryWhereTheFileNamesARelease) {
  const struct {
    std::string_view text;
    std::string_view row; ///< "" for none
  } rows_of[] = {
      {"go 1.20\n", ""}, // only the language
      {"go 1.22.3\n", "stdlib 1.22.3"},
      {"go 1.21\ntoolchain go1.22.5\n", "stdlib 1.22.5"},
      {"toolchain go1.22.5\ngo 1.22.0\n", "stdlib 1.22.5"},
      {"go 1.21.0\ntoolchain default\n", "stdlib 1.21.0"},
  };

  for (const auto& row : rows_of) {
    const Analysis found = analyze(row.text);
    if (row.row.empty())
      EXPECT_THAT(found.packages, IsEmpty()) << row.text;
    else
      EXPECT_THAT(rows(found), ElementsAre(std::string(row.row))) << row.text;
  }
}

TEST(GoMod, ReportsWhatIsBrokenAndReadsTheRest) {
  const Analysis found = analyze("require a.example/one\n"
                                 "require \"a.example/two v1.0.0\n"
                                 "require a.example/three v1.0.0 v2.0.0\n"
                                 "replace a => b => c\n"
                                 "replace => b\n"
                                 "go\n"
                                 "exclude a.example/x\n"
                                 "require a.example/last v1.0.0\n"
                                 "require (\n"
                                 " a.example/open v1.0.0\n");
  EXPECT_THAT(rows(found), ElementsAre("a.example/last v1.0.0", "a.example/open v1.0.0"));
  EXPECT_THAT(messages(found),
              ElementsAre("line 1: \"require a.example/one\" is not understood",
                          "line 2: \"require \"a.example/two v1.0.0\" is not understood",
                          "line 3: \"require a.example/three v1.0.0 v2.0.0\" is not understood",
                          "line 4: \"replace a => b => c\" is not understood",
                          "line 5: \"replace => b\" is not understood",
                          "line 6: \"go\" is not understood",
                          "line 7: \"exclude a.example/x\" is not understood",
                          "the file ends inside \"require (\""));
}

TEST(GoMod, KeepsWithinItsLimits) {
  base::Limits limits;
  limits.packages = 2;
  const Analysis found =
      analyze("require (\na.b/c v1.0.0\na.b/d v1.0.0\na.b/e v1.0.0\na.b/f v1.0.0\n)", limits);
  EXPECT_THAT(found.packages, SizeIs(2));
  EXPECT_THAT(messages(found), ElementsAre("too many packages; the rest is not read"));
  std::string garbage;
  for (int i = 0; i < 5000; ++i)
    garbage += "require \n";
  EXPECT_THAT(analyze(garbage).issues, SizeIs(100));
  // Many replacements of many modules, found without comparing each with each.
  std::string many;
  for (int i = 0; i < 50000; ++i)
    many += "require a.b/m" + std::to_string(i) + " v1.0.0\nreplace a.b/m" + std::to_string(i) +
            " => a.b/n" + std::to_string(i) + " v2.0.0\n";
  EXPECT_THAT(analyze(many).packages, SizeIs(50000));
}

TEST(GoMod, ReadsRealFiles) {
  PQ_SHARED_DATA_OR_SKIP(path, "pkgdb/lang/go-mod/trivy-fixtures-repo-gomod/go.mod");
  const Analysis found = analyze(base::read_file(path, 1U << 20U).value());
  EXPECT_THAT(found.packages, SizeIs(18));
  EXPECT_THAT(rows(found), Contains("github.com/docker/docker v20.10.11+incompatible"));
  EXPECT_THAT(found.issues, IsEmpty());
}

} // namespace
} // namespace portique::inventory
