#include "e2e/running_program.h"

#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace portique::e2e {

RunningProgram::RunningProgram(std::filesystem::path log, std::vector<std::string> arguments)
    : log_(std::move(log)) {
  arguments.insert(arguments.begin(), PORTIQUE_PROGRAM);
  std::vector<char*> pointers;
  for (std::string& argument : arguments)
    pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 2, log_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  EXPECT_EQ(posix_spawn(&pid_, PORTIQUE_PROGRAM, &actions, nullptr, pointers.data(), environ), 0);
  posix_spawn_file_actions_destroy(&actions);
}

RunningProgram::~RunningProgram() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::string RunningProgram::log() const {
  std::ifstream in(log_);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool RunningProgram::says(const std::string& text, int seconds) const {
  for (int i = 0; i < seconds * 50; ++i) {
    if (log().contains(text)) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

std::string RunningProgram::word_behind(const std::string& text) const {
  const std::string written = log();
  std::size_t at = written.find(text);
  if (at == std::string::npos) return "";
  at = written.find_first_not_of(' ', at + text.size());
  return at == std::string::npos ? "" : written.substr(at, written.find_first_of(" \n", at) - at);
}

void RunningProgram::signal(int number) const {
  ::kill(pid_, number);
}

int RunningProgram::wait() {
  int status = -1;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace portique::e2e
