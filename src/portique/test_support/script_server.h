#pragma once

// A Python script of this folder that serves until its standard input is closed.

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace portique::test_support {

class ScriptServer {
public:
  /// Waits for the script's first line. Nothing if python3 is absent or the script says nothing.
  static std::optional<ScriptServer> start(const std::string& script,
                                           const std::vector<std::string>& arguments);
  ~ScriptServer();
  ScriptServer(ScriptServer&& other) noexcept;
  ScriptServer& operator=(ScriptServer&&) = delete;
  ScriptServer(const ScriptServer&) = delete;
  ScriptServer& operator=(const ScriptServer&) = delete;

  [[nodiscard]] const std::string& first_line() const { return first_line_; }

private:
  ScriptServer(pid_t pid, int keep_alive, std::string first_line)
      : pid_(pid), keep_alive_(keep_alive), first_line_(std::move(first_line)) {}

  pid_t pid_ = -1;
  int keep_alive_ = -1; ///< the script ends when this end of its standard input is closed
  std::string first_line_;
};

} // namespace portique::test_support
