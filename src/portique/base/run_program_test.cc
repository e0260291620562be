#include <gtest/gtest.h>

#include "portique/base/run_program.h"

namespace portique::base {
namespace {

TEST(RunProgram, GivesBothStreamsAndTheStatus) {
  const auto output = run_program({"sh", "-c", "printf out; printf err >&2; exit 3"});
  ASSERT_TRUE(output) << output.error().text();
  EXPECT_EQ(output->out, "out");
  EXPECT_EQ(output->err, "err");
  EXPECT_EQ(output->exit_status, 3);
}

TEST(RunProgram, PassesArgumentsWithoutAShell) {
  const auto output = run_program({"printf", "%s|", "a b", "$(id)", ";ls"});
  ASSERT_TRUE(output);
  EXPECT_EQ(output->out, "a b|$(id)|;ls|");
}

TEST(RunProgram, GivesItsInput) {
  EXPECT_EQ(run_program({"cat"}, {}, "a question\n")->out, "a question\n");
  EXPECT_EQ(run_program({"cat"})->out, "") << "without input: an empty one";
  const std::string much(300'000, 'x');
  EXPECT_EQ(run_program({"cat"}, {}, much)->out, much);
}

TEST(RunProgram, SaysThatAProgramIsAbsent) {
  const auto output = run_program({"portique-no-such-program"});
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code(), Code::NotFound);
}

TEST(RunProgram, KillsWhatRunsTooLong) {
  for (const char* script : {"sleep 30", "exec >&- 2>&-; sleep 30"}) {
    const auto output = run_program({"sh", "-c", script}, {.time = std::chrono::milliseconds(200)});
    ASSERT_FALSE(output) << script;
    EXPECT_EQ(output.error().code(), Code::Timeout);
  }
}

TEST(RunProgram, DropsOutputOverTheLimit) {
  const auto output = run_program({"sh", "-c", "head -c 100000 /dev/zero"}, {.output_bytes = 1000});
  ASSERT_TRUE(output);
  EXPECT_EQ(output->out.size(), 1000U);
  EXPECT_EQ(output->exit_status, 0);
}

TEST(RunProgram, ReportsASignal) {
  const auto output = run_program({"sh", "-c", "kill -9 $$"});
  ASSERT_TRUE(output);
  EXPECT_EQ(output->exit_status, 137);
}

} // namespace
} // namespace portique::base
