#pragma once

// The built program in the background, with its log.

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace portique::e2e {

class RunningProgram {
public:
  /// `portique ARGUMENTS`; what it writes to standard error goes into `log`.
  RunningProgram(std::filesystem::path log, std::vector<std::string> arguments);
  /// Kills it.
  ~RunningProgram();
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  [[nodiscard]] std::string log() const;

  /// Whether the log says so within some seconds.
  [[nodiscard]] bool says(const std::string& text, int seconds = 20) const;

  /// The word behind `text` in the log, "" if it does not say so.
  [[nodiscard]] std::string word_behind(const std::string& text) const;

  void signal(int number) const;

  /// Its exit status, -1 if a signal ended it.
  int wait();

  [[nodiscard]] pid_t pid() const { return pid_; }

private:
  std::filesystem::path log_;
  pid_t pid_ = -1;
};

} // namespace portique::e2e
