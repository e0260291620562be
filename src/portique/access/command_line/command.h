#pragma once

// One command of Docker's client, and what its requests are made with.

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "portique/access/command_line/docker_command_line.h"
#include "portique/access/command_line/words.h"

namespace portique::access {

using Query = std::vector<std::pair<std::string, std::string>>;

/// Collects the requests of one command line.
class CommandContext {
public:
  CommandContext(const CommandLineOptions& options, CommandLine& line)
      : options_(options), line_(line) {}

  /// `path` is without version and not yet encoded; a parameter without value is left out.
  void add(std::string_view method, std::string_view path, const Query& query = {});
  void add_json(std::string_view method,
                std::string_view path,
                const boost::json::value& body,
                const Query& query = {});
  /// With a body that flows by: a tar archive, a file.
  void add_stream(std::string_view method, std::string_view path, const Query& query = {});
  /// The connection becomes a stream of both sides.
  void add_upgrade(std::string_view path, const Query& query, const boost::json::value* body);
  void note(std::string text);

  [[nodiscard]] const CommandLineOptions& options() const { return options_; }

  [[nodiscard]] base::Result<std::string> read_file(const std::string& path) const;
  [[nodiscard]] const char* environment(const std::string& name) const;
  /// Below the folder where the line is typed, without "." and "..".
  [[nodiscard]] std::string absolute(std::string_view path) const;

private:
  EngineRequest& append(std::string_view method, std::string_view path, const Query& query);

  const CommandLineOptions& options_;
  CommandLine& line_;
};

/// A request of its own for each argument, or one for none.
struct PlainCall {
  std::string_view method;
  std::string_view path;  ///< "{}" is the argument
  std::string_view query; ///< "t=time force": parameter and flag; "filters" holds --filter
};

using BuildCommand = base::Result<void> (*)(const Words&, CommandContext&);

struct Command {
  std::string_view names; ///< "stop|container stop"
  std::string_view flags; ///< as Words::parse() takes them
  std::size_t fewest = 0; ///< arguments
  std::size_t most = 0;
  BuildCommand build = nullptr; ///< or else
  PlainCall plain;
  FlagPlaces places = FlagPlaces::Anywhere;
};

inline constexpr std::size_t kManyArguments = 10'000;

std::span<const Command> container_commands();
std::span<const Command> image_commands();
std::span<const Command> engine_commands();
std::span<const Command> swarm_commands();

/// "Filters" as the engine wants them: {"status":{"running":true}}; "" if there are none.
base::Result<std::string> encode_filters(const std::vector<std::string>& filters);

} // namespace portique::access
