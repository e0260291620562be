#pragma once

// Values of flags as Docker's client reads them.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "portique/access/command_line/command.h"
#include "portique/base/result.h"

namespace portique::access {

/// "512m", "1.5g", "64KiB" in bytes, k being 1024 (docker/go-units RAMInBytes).
base::Result<std::int64_t> parse_bytes(std::string_view text);
/// The same, with -1 for no limit.
base::Result<std::int64_t> parse_bytes_or_unlimited(std::string_view text);
/// "1.5" in billionths.
base::Result<std::int64_t> parse_cpus(std::string_view text);
/// "1m30s" in nanoseconds (time.ParseDuration).
base::Result<std::int64_t> parse_duration(std::string_view text);
base::Result<std::int64_t> parse_integer(std::string_view text);

/// One record of comma-separated values (encoding/csv), quotes and all.
base::Result<std::vector<std::string>> parse_csv(std::string_view text);
/// "key=value"; without "=" the value is "".
std::pair<std::string, std::string> key_and_value(std::string_view text);

/// {"Name":"nofile","Hard":2048,"Soft":1024} of "nofile=1024:2048".
base::Result<boost::json::array> parse_ulimits(const std::vector<std::string>& texts);
/// {"Name":"on-failure","MaximumRetryCount":3} of "on-failure:3".
base::Result<boost::json::object> parse_restart_policy(std::string_view text);
boost::json::object parse_map(const std::vector<std::string>& texts);
boost::json::array strings(const std::vector<std::string>& texts);
/// Capabilities as the client sends them: upper case, "CAP_" before them, sorted, once each.
boost::json::array parse_capabilities(const std::vector<std::string>& texts);
/// Files first, then flags; a name alone is taken out of the environment if it is there.
base::Result<std::vector<std::string>> read_environment(const Words& words,
                                                        const CommandContext& context);
base::Result<boost::json::object> read_labels(const Words& words, const CommandContext& context);

/// A member only if there is something to say.
void set_if(boost::json::object& object, std::string_view name, boost::json::value value);

} // namespace portique::access
