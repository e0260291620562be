#include <gtest/gtest.h>

#include "portique/inspect/dockerfile/dockerfile.h"
#include "portique/inspect/dockerfile/expand.h"

namespace portique::inspect::dockerfile {
namespace {

Dockerfile parse(std::string_view text) {
  return parse_dockerfile(text, base::Limits{}).value();
}

TEST(Dockerfile, JoinsContinuedLines) {
  const Dockerfile file = parse("FROM a:1\n"
                                "RUN one \\\n"
                                "  # a comment between\n"
                                "\n"
                                "  two \\  \n"
                                "  three\n"
                                "USER 1 \\");
  const Stage& stage = *file.final_stage();
  ASSERT_EQ(stage.instructions.size(), 2U);
  const Instruction& run = stage.instructions[0];
  EXPECT_EQ(run.text, "one   two   three");
  EXPECT_EQ(run.lines, (model::LineRange{2, 6}));
  EXPECT_EQ(run.line_at(run.text.find("one")), 2U);
  EXPECT_EQ(run.line_at(run.text.find("two")), 5U);
  EXPECT_EQ(run.line_at(run.text.find("three")), 6U);
  EXPECT_EQ(stage.instructions[1].text, "1") << "a continued line may end the file";
  EXPECT_TRUE(file.problems.empty());
}

TEST(Dockerfile, TakesTheEscapeOfItsDirective) {
  const Dockerfile file = parse("# escape=`\nFROM a:1\nCOPY a c:\\\nRUN a `\n b\n");
  ASSERT_EQ(file.final_stage()->instructions.size(), 2U);
  EXPECT_EQ(file.final_stage()->instructions[0].words.back(), "c:\\");
  EXPECT_EQ(file.final_stage()->instructions[1].text, "a  b");
  // Behind anything else it is a comment.
  EXPECT_EQ(parse("# hello\n# escape=`\nFROM a:1\n").escape, '\\');
  EXPECT_EQ(parse("\n# escape=`\nFROM a:1\n").escape, '\\');
  EXPECT_EQ(parse("#syntax = docker/dockerfile:1 \nFROM a:1\n").syntax, "docker/dockerfile:1");
}

TEST(Dockerfile, GathersHereDocuments) {
  const Dockerfile file = parse("FROM a:1\n"
                                "RUN <<-EOF bash\n"
                                "\tone\n"
                                "\tEOF\n"
                                "COPY <<\"A B\" <<two /x/\n"
                                "$x\n"
                                "A B\n"
                                "2\n"
                                "two\n"
                                "RUN a <<< word\n"
                                "USER 1\n");
  const auto& instructions = file.final_stage()->instructions;
  ASSERT_EQ(instructions.size(), 4U);
  ASSERT_EQ(instructions[0].heredocs.size(), 1U);
  EXPECT_EQ(instructions[0].heredocs[0].content, "one\n");
  EXPECT_EQ(instructions[0].lines, (model::LineRange{2, 4}));
  ASSERT_EQ(instructions[1].heredocs.size(), 2U);
  EXPECT_EQ(instructions[1].heredocs[0].name, "A B");
  EXPECT_FALSE(instructions[1].heredocs[0].expand);
  EXPECT_EQ(instructions[1].heredocs[0].content, "$x\n");
  EXPECT_EQ(instructions[1].heredocs[1].content, "2\n");
  EXPECT_EQ(instructions[1].heredocs[1].line, 8U);
  EXPECT_TRUE(instructions[2].heredocs.empty());
  EXPECT_EQ(instructions[3].lines.first, 11U);
}

TEST(Dockerfile, ReadsFlagsAndForms) {
  const Dockerfile file = parse("FROM --platform=linux/amd64 a:1 AS Build\n"
                                "COPY --from=x --chmod=755 a b /c/\n"
                                "CMD [\"a\", \"b c\"]\n"
                                "ENTRYPOINT ['a']\n"
                                "ENV A=1 B=\"2 3\" C=x\\ y\n"
                                "ENV D e f\n"
                                "HEALTHCHECK --interval=1s CMD [\"x\"]\n"
                                "ONBUILD ADD a b\n");
  const Stage& stage = *file.final_stage();
  EXPECT_EQ(stage.name, "build");
  EXPECT_EQ(stage.platform, "linux/amd64");
  const auto& list = stage.instructions;
  ASSERT_EQ(list.size(), 7U);
  EXPECT_EQ(*list[0].flag("from"), "x");
  EXPECT_EQ(*list[0].flag("chmod"), "755");
  EXPECT_EQ(list[0].words, (std::vector<std::string>{"a", "b", "/c/"}));
  EXPECT_TRUE(list[1].json);
  EXPECT_EQ(list[1].words[1], "b c");
  EXPECT_FALSE(list[2].json);
  ASSERT_EQ(list[3].pairs.size(), 3U);
  EXPECT_EQ(list[3].pairs[1].value, "\"2 3\"");
  EXPECT_TRUE(list[4].legacy_pairs);
  EXPECT_EQ(list[4].pairs[0].value, "e f");
  EXPECT_TRUE(list[5].json);
  EXPECT_TRUE(list[6].on_build);
  EXPECT_EQ(list[6].keyword, "ADD");
}

TEST(Dockerfile, SubstitutesByScope) {
  const Dockerfile file = parse("ARG TAG=12\n"
                                "ARG EMPTY\n"
                                "FROM debian:${TAG} AS a\n"
                                "ENV DIR=/srv\n"
                                "WORKDIR $DIR/${TAG:-none}\n"
                                "FROM a\n"
                                "ARG TAG\n"
                                "ARG DIR=/other\n"
                                "WORKDIR ${DIR}/$TAG\n"
                                "FROM x:$EMPTY\n"
                                "FROM x:$NOBODY\n");
  ASSERT_EQ(file.stages.size(), 4U);
  EXPECT_EQ(file.stages[0].base, "debian:12");
  EXPECT_EQ(file.stages[0].instructions[1].substituted[0], "/srv/none")
      << "an ARG before FROM is not seen in a stage";
  EXPECT_EQ(file.stages[1].parent, 0U);
  EXPECT_EQ(file.stages[1].instructions[2].substituted[0], "/srv/12")
      << "ENV of the parent goes before ARG; ARG without value takes the global one";
  EXPECT_FALSE(file.stages[2].known);
  EXPECT_FALSE(file.stages[3].known);
  ASSERT_EQ(file.undefined.size(), 1U);
  EXPECT_EQ(file.undefined[0].first, "NOBODY");
  EXPECT_EQ(file.undefined[0].second, 11U);
}

TEST(Dockerfile, TellsWhatBuildKitRefuses) {
  const struct {
    std::string_view text;
    std::uint32_t line;
    std::string_view message;
  } rows[] = {
      {"", 1, "there is no FROM"},
      {"# only comments\n", 1, "there is no FROM"},
      {"RUN a\nFROM b:1\n", 1, "RUN stands before FROM"},
      {"FROM a:1\nFOO b\n", 2, "there is no instruction 'FOO'"},
      {"FROM a:1\nRUN\n", 2, "RUN needs an argument"},
      {"FROM a:1\nENV a\n", 2, "ENV needs a name and a value"},
      {"FROM a:1\nRUN <<X\nb\n", 2, "the here-document 'X' does not end"},
      {"FROM a:1 b\n", 1, "FROM takes an image and, behind AS, a name"},
      {"FROM a:1\nONBUILD FROM b\n", 2, "FROM is not allowed behind ONBUILD"},
      {"FROM a:1\nSHELL bash\n", 2, "SHELL takes a JSON list of strings"},
      {"FROM a:1\nHEALTHCHECK x\n", 2, "HEALTHCHECK takes CMD or NONE"},
  };

  for (const auto& row : rows) {
    const Dockerfile file = parse(row.text);
    ASSERT_EQ(file.problems.size(), 1U) << row.text;
    EXPECT_EQ(file.problems[0].line, row.line) << row.text;
    EXPECT_EQ(file.problems[0].message, row.message);
  }
}

TEST(Dockerfile, KeepsItsBounds) {
  base::Limits limits;
  limits.dockerfile_bytes = 100;
  EXPECT_EQ(parse_dockerfile(std::string(101, 'a'), limits).error().code(),
            base::Code::LimitExceeded);
  limits.dockerfile_instructions = 2;
  EXPECT_FALSE(parse_dockerfile("FROM a\nRUN b\nRUN c\n", limits));
  EXPECT_FALSE(parse_dockerfile(std::string_view("FROM a\0b", 8), base::Limits{}));
  // A variable that doubles itself with every line ends as unknown.
  std::string text = "FROM a:1\nENV A=0123456789\n";
  for (int i = 0; i < 60; ++i)
    text += "ENV A=$A$A\n";
  const Dockerfile file = parse(text + "WORKDIR $A\n");
  EXPECT_TRUE(file.final_stage()->instructions.back().unknown);
}

TEST(Expand, KnowsEveryForm) {
  const Variables variables{{"A", "value"}, {"E", ""}, {"P", "/a/b/c.tar.gz"}, {"U", std::nullopt}};

  const struct {
    std::string_view word;
    std::string_view text;
    bool unknown = false;
  } rows[] = {
      {"$A", "value"},
      {"x${A}y", "xvaluey"},
      {"'$A'", "$A"},
      {"\"$A\"", "value"},
      {"\\$A", "$A"},
      {"${A:-d}", "value"},
      {"${E:-d}", "d"},
      {"${E-d}", ""},
      {"${N:-d}", "d"},
      {"${N:-${A}}", "value"},
      {"${A:+s}", "s"},
      {"${E:+s}", ""},
      {"${E+s}", "s"},
      {"${N:+s}", ""},
      {"${P#*/}", "a/b/c.tar.gz"},
      {"${P##*/}", "c.tar.gz"},
      {"${P%.*}", "/a/b/c.tar"},
      {"${P%%.*}", "/a/b/c"},
      {"${P/a/x}", "/x/b/c.tar.gz"},
      {"${P//a/x}", "/x/b/c.txr.gz"},
      {"$U", "", true},
      {"$N", "", true},
      {"${N:?needed}", "", true},
      {"${A", "${A"},
      {"$", "$"},
      {"a$1b", "a$1b"},
      {"\"a b\"", "a b"},
      {"a\\ b", "a b"},
  };

  for (const auto& row : rows) {
    const Expansion expansion = expand(row.word, variables, '\\');
    EXPECT_EQ(expansion.text, row.text) << row.word;
    EXPECT_EQ(expansion.unknown, row.unknown) << row.word;
  }
}

} // namespace
} // namespace portique::inspect::dockerfile
