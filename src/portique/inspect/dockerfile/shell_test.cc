#include <gtest/gtest.h>

#include "portique/inspect/dockerfile/shell.h"

namespace portique::inspect::dockerfile {
namespace {

std::string shown(std::string_view script) {
  std::string out;
  for (const ShellCommand& command : shell_commands(script)) {
    out += out.empty() ? "" : command.piped ? " | " : " ; ";
    if (command.sudo) out += "sudo:";
    for (std::size_t i = 0; i < command.words.size(); ++i)
      out += (i == 0 ? "" : " ") + command.words[i];
    for (const std::string& file : command.outputs)
      out += " >" + file;
  }
  return out;
}

TEST(Shell, FindsTheCommands) {
  const struct {
    std::string_view script;
    std::string_view commands;
  } rows[] = {
      {"", ""},
      {"a b", "a b"},
      {"a && b || c; d & e", "a ; b ; c ; d ; e"},
      {"a | b |& c", "a | b | c"},
      {"X=1 Y=2 a", "a"},
      {"a 'b c' \"d e\" f\\ g", "a b c d e f g"},
      {"a 'it'\"'\"'s'", "a it's"},
      {"a # comment ; b", "a"},
      {"a > file 2>&1 < in", "a >file"},
      {"a &> all", "a >all"},
      {"if a; then b; else c; fi", "a ; b ; c"},
      {"(a; b)", "a ; b"},
      {"{ a; b; }", "a ; b"},
      {"sudo -E a b", "sudo:a b"},
      {"env A=1 a", "a"},
      {"a $(b c) d", "a $(b c) d ; b c"},
      {"a `b`", "a `b` ; b"},
      {"a \"$(b | c)\"", "a $(b | c) ; b | c"},
      {"bash <(a b)", "bash <(a b) ; a b"},
      {"sh -c 'a | b'", "sh -c a | b ; a | b"},
      {"a ${B:-c d} e", "a ${B:-c d} e"},
      {"a 'open", "a open"},
      {"a $(open", "a $(open ; open"},
      {"while true; do a; done", "true ; a"},
  };

  for (const auto& row : rows)
    EXPECT_EQ(shown(row.script), row.commands) << row.script;
}

TEST(Shell, KnowsFlags) {
  const ShellCommand command = shell_commands("apt-get -qqy install --yes --opt=1 x y").front();
  EXPECT_EQ(command.program(), "apt-get");
  EXPECT_EQ(command.verb(), "install");
  EXPECT_TRUE(command.has_flag("-y"));
  EXPECT_TRUE(command.has_flag("--yes"));
  EXPECT_TRUE(command.has_flag("--opt"));
  EXPECT_FALSE(command.has_flag("--op"));
  EXPECT_FALSE(command.has_flag("-z"));
  EXPECT_EQ(command.operands(), (std::vector<std::string_view>{"x", "y"}));
  EXPECT_EQ(shell_commands("/usr/bin/curl x").front().program(), "curl");
}

TEST(Shell, LooksThroughWrappersOfTheExecForm) {
  const ShellCommand command = command_of_words({"sudo", "-E", "env", "A=1", "apt-get", "update"});
  EXPECT_TRUE(command.sudo);
  EXPECT_EQ(command.words, (std::vector<std::string>{"apt-get", "update"}));
  EXPECT_TRUE(command_of_words({"sudo"}).words.empty());
  EXPECT_FALSE(command_of_words({"echo", "sudo"}).sudo);
}

TEST(Shell, EndsOnDeepNesting) {
  std::string script;
  for (int i = 0; i < 5000; ++i)
    script += "a $(";
  EXPECT_LE(shell_commands(script).size(), 20U);
}

} // namespace
} // namespace portique::inspect::dockerfile
