// Which conditions are refused, with which sentence, and what the caret points to.
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "portique/policy/condition_test_support.h"

namespace portique::policy {
namespace {

struct Row {
  std::string condition;
  std::string message; ///< the beginning of it
  std::string marked;

  friend std::ostream& operator<<(std::ostream& out, const Row& row) {
    return out << row.condition;
  }
};

class RefusedCondition : public testing::TestWithParam<Row> {};

TEST_P(RefusedCondition, SaysWhyAndWhere) {
  const auto result = run_condition(Domain::Event, GetParam().condition, "{}");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().message.substr(0, GetParam().message.size()), GetParam().message);
  EXPECT_EQ(result.error().marked, GetParam().marked);
}

INSTANTIATE_TEST_SUITE_P(
    Syntax,
    RefusedCondition,
    testing::Values(
        Row{"", "the condition is empty", ""},
        Row{"  \n ", "the condition is empty", ""},
        Row{"proc.name", "expected an operator behind the field, not the end", ""},
        Row{"proc.name =", "expected a value, not the end of the condition", ""},
        Row{"proc.name = bash and", "expected a field, a macro or '(', not the end", ""},
        Row{"proc.name = bash fd.num = 3",
            "expected 'and', 'or' or the end, not 'fd.num'",
            "fd.num"},
        Row{"proc.name = bash an fd.num = 3",
            "expected 'and', 'or' or the end, not 'an'; did you mean and?",
            "an"},
        Row{"(proc.name = bash", "the '(' here is not closed", "("},
        Row{"proc.name = bash)", "a ')' that nothing opens", ")"},
        Row{"(proc.name = bash x)", "expected 'and', 'or' or ')', not 'x'", "x"},
        Row{"proc.name = \"bash", "the quote that begins here is not closed", "\""},
        Row{"proc.name in (a, b", "the list that begins here is not closed", "("},
        Row{"proc.name in (a b)", "expected ',' or ')' in the list, not 'b'", "b"},
        Row{"proc.name in a", "there is no list 'a'", "a"},
        Row{"proc.name in shels", "there is no list 'shels'; did you mean shells?", "shels"},
        Row{"proc.name in \"a\"", "expected '(' or the name of a list behind 'in', not '\"'", "\""},
        Row{"proc.name contain x",
            "there is no operator 'contain'; did you mean contains?",
            "contain"},
        Row{"proc.name starswith x",
            "there is no operator 'starswith'; did you mean startswith?",
            "starswith"},
        Row{"proc.name is x", "there is no operator 'is'", "is"},
        Row{"proc.name ~ x", "there is no operator '~'; there are: =", "~"},
        Row{"proc.name = (a, b)", "'=' takes one value", "("},
        Row{"and proc.name = x", "expected a field, a macro or '(', not 'and'", "and"},
        Row{"not", "expected a field, a macro or '(', not the end", ""},
        Row{"1 = 1", "expected a field, a macro or '(', not '1'", "1"},
        Row{"proc.aname[] = x", "expected an argument inside the brackets", "]"},
        Row{"proc.aname[1 = x", "expected ']', not ' '", " "},
        Row{"proc.aname[1][2] = x", "nothing may follow the argument of proc.aname", "[2]"},
        Row{"lower(proc.name) = x", "there is no transformer 'lower'", "lower"},
        Row{"tolower(proc.name = x", "expected ')' behind the argument of tolower()", "="},
        Row{"tolower() = x", "expected a field or a transformer, not ')'", ")"}));

INSTANTIATE_TEST_SUITE_P(
    Names,
    RefusedCondition,
    testing::Values(
        Row{"proc.nme = bash", "unknown field 'proc.nme'; did you mean proc.name?", "proc.nme"},
        Row{"evt.typ in (open)", "unknown field 'evt.typ'; did you mean evt.type?", "evt.typ"},
        Row{"zebra.crossing = x", "unknown field 'zebra.crossing'", "zebra.crossing"},
        Row{"finding.severity = high",
            "unknown field 'finding.severity': rules on event do not have it, rules on image do",
            "finding.severity"},
        Row{"name = bash", "'name' is no field; fields have a dot in their names", "name"},
        Row{"shell_proc",
            "there is no macro 'shell_proc'; did you mean shell_procs?",
            "shell_proc"},
        Row{"zebra", "there is no macro 'zebra'", "zebra"},
        Row{"shell_procs and loop", "the macro 'loop' leads back to itself", "loop"},
        Row{"broken", "unknown field 'proc.nam'; did you mean proc.name?", "proc.nam"},
        Row{"proc.name[1] = x", "proc.name takes no argument", "[1]"},
        Row{"evt.arg = x", "evt.arg needs an argument in brackets", "evt.arg"},
        Row{"proc.aname[x] = y", "the argument of proc.aname is a number from 0", "[x]"},
        Row{"proc.aname[-1] = y", "the argument of proc.aname is a number from 0", "[-1]"}));

INSTANTIATE_TEST_SUITE_P(
    Types,
    RefusedCondition,
    testing::Values(
        Row{"fd.num = three", "'three' is no whole number", "three"},
        Row{"fd.num = 3.5", "'3.5' is no whole number", "3.5"},
        Row{"fd.num = 99999999999999999999",
            "'99999999999999999999' is no whole number",
            "99999999999999999999"},
        Row{"fd.num = 0xZZ", "'0xZZ' is no whole number", "0xZZ"},
        Row{"fd.num = --3", "'--3' is no whole number", "--3"},
        Row{"fd.num in (1, x)", "'x' is no whole number", "x"},
        Row{"fd.num contains 3",
            "'contains' does not fit fd.num, which is of type integer",
            "contains"},
        Row{"proc.name > 3", "'>' does not fit proc.name, which is of type text", ">"},
        Row{"evt.is_open_read = maybe", "'maybe' is no boolean", "maybe"},
        Row{"evt.is_open_read < true", "'<' does not fit evt.is_open_read", "<"},
        Row{"fd.sip = localhost", "'localhost' is no address and no network", "localhost"},
        Row{"fd.sip in (10.0.0.0/33)", "'10.0.0.0/33' is no address and no network", "10.0.0.0/33"},
        Row{"fd.sip startswith 10",
            "'startswith' does not fit fd.sip, which is of type address",
            "startswith"},
        Row{"evt.buffer bcontains 4x", "'bcontains' takes bytes as hexadecimal digits", "4x"},
        Row{"evt.buffer bcontains 414", "'bcontains' takes bytes as hexadecimal digits", "414"},
        Row{"proc.name regex '('", "no valid regular expression: missing ): (", "'('"},
        Row{"proc.name regex '[z-a]'",
            "no valid regular expression: invalid character class",
            "'[z-a]'"},
        Row{"proc.name glob '!(x)'", "patterns with !(...) are not supported", "'!(x)'"},
        Row{"proc.name glob '@(x'", "a group of the pattern is not closed", "'@(x'"},
        Row{"proc.name = val(proc.pid)",
            "proc.name is of type text, proc.pid of type integer",
            "val(proc.pid)"},
        Row{"proc.name regex val(proc.pname)",
            "'regex' takes a value, not a field",
            "val(proc.pname)"},
        Row{"tolower(proc.pid) = 3",
            "tolower() takes a text; proc.pid is of type integer",
            "proc.pid"},
        Row{"tolower(proc.name, proc.name) = 3",
            "tolower() takes one argument",
            "tolower(proc.name, proc.name)"},
        Row{"join(proc.name) = 3", "join() takes two arguments", "join(proc.name)"},
        Row{"len(proc.name) = long", "'long' is no whole number", "long"}));

TEST(RefusedConditionOfImages, NamesTheNearestWord) {
  const std::vector<Row> rows{
      {"finding.severity >= hihg", "'hihg' is no severity; did you mean high?", "hihg"},
      {"finding.sevrity = high",
       "unknown field 'finding.sevrity'; did you mean finding.severity?",
       "finding.sevrity"},
      {"severity = high", "'severity' is no field", "severity"},
      {"image.age > 90x", "'90x' is no duration", "90x"},
      {"image.size > big", "'big' is no size", "big"},
      {"finding.epss in (1, 2)", "'in' does not fit finding.epss", "in"},
      {"finding.epss > x", "'x' is no number", "x"}};
  for (const Row& row : rows) {
    const auto result = run_condition(Domain::Image, row.condition, "{}");
    ASSERT_FALSE(result.has_value()) << row;
    EXPECT_EQ(result.error().message.substr(0, row.message.size()), row.message);
    EXPECT_EQ(result.error().marked, row.marked);
  }
}

TEST(RefusedCondition, IsBoundedInDepthAndLength) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '(') + "proc.name = x" + std::string(depth, ')');
  };
  EXPECT_TRUE(run_condition(Domain::Event, nested(100), "{}").has_value());
  EXPECT_EQ(run_condition(Domain::Event, nested(200), "{}").error().message,
            "parentheses nest deeper than 128");
  EXPECT_EQ(run_condition(Domain::Event, nested(100'000), "{}").error().message,
            "parentheses nest deeper than 128");
  std::string transformers = "proc.name";
  for (int i = 0; i < 200; ++i)
    transformers = "tolower(" + transformers + ")";
  EXPECT_EQ(run_condition(Domain::Event, transformers + " = x", "{}").error().message,
            "transformers nest deeper than 128");
  std::string nots;
  for (int i = 0; i < 10'000; ++i)
    nots += "not ";
  EXPECT_TRUE(run_condition(Domain::Event, nots + "proc.name = x", "{}").has_value());
  std::string chain = "proc.name = x";
  for (int i = 0; i < 30'000; ++i)
    chain += " or fd.num=" + std::to_string(i % 10);
  EXPECT_EQ(run_condition(Domain::Event, chain, "{}").error().message,
            "the condition is longer than 262144 bytes");
  chain.resize(chain.rfind(" or", 250'000));
  EXPECT_EQ(run_condition(Domain::Event, chain, "{}").error().message,
            "the condition has more than 20000 comparisons, macros put in");
}

TEST(RefusedCondition, MacrosThatDoubleAreBounded) {
  const base::Limits limits;
  Definitions definitions;
  const auto add = [&](const std::string& name, std::string text) {
    Macro& macro = definitions.macros[name];
    macro.name = name;
    macro.text = std::move(text);
    macro.expr = *parse_condition(macro.text, limits);
  };
  add("m0", "proc.name = x");
  for (int i = 1; i < 60; ++i)
    add("m" + std::to_string(i),
        "m" + std::to_string(i - 1) + " and m" + std::to_string(i - 1) + " or fd.num = 1");
  Program program(Domain::Event);
  Compiler compiler(program, definitions, limits);
  const std::string text = "m59";
  const auto node = compiler.compile(*parse_condition(text, limits), text);
  ASSERT_FALSE(node.has_value());
  EXPECT_EQ(node.error().message, "the condition has more than 20000 comparisons, macros put in");
}

} // namespace
} // namespace portique::policy
