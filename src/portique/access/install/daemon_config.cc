#include "portique/access/install/daemon_config.h"

#include <algorithm>

#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

constexpr std::string_view kMember = "authorization-plugins";

base::Result<boost::json::object> parse_config(std::string_view text) {
  // An empty file is the same as none.
  if (base::trim(text).empty()) return boost::json::object();
  boost::json::value value = PQ_TRY(base::at("daemon.json", base::parse_json(text)));
  if (!value.is_object()) return fail(Code::Malformed, "daemon.json is no JSON object");
  return std::move(value.get_object());
}

base::Result<std::vector<std::string>> plugins_of(const boost::json::object& config) {
  std::vector<std::string> plugins;
  const auto* member = base::json_member(&config, kMember);
  if (member == nullptr || member->is_null()) return plugins;
  if (!member->is_array()) return fail(Code::Malformed, "authorization-plugins is no list");
  for (const boost::json::value& one : member->get_array()) {
    if (!one.is_string()) return fail(Code::Malformed, "authorization-plugins holds no names");
    plugins.emplace_back(one.get_string());
  }
  return plugins;
}

boost::json::array names(const std::vector<std::string>& plugins) {
  return boost::json::array(plugins.begin(), plugins.end());
}

/// Puts the member behind the brace that opens the object.
std::string inserted(std::string_view text, bool is_empty, const std::string& plugin) {
  const std::size_t brace = text.find('{');
  std::size_t next = brace + 1;
  while (next < text.size() && base::is_space(text[next]))
    ++next;
  const std::string_view blanks = text.substr(brace + 1, next - brace - 1);
  // As the first member stands: on a line of its own, or behind the brace.
  const bool lines = blanks.contains('\n') && !is_empty;
  std::string result(text.substr(0, brace + 1));
  result += is_empty ? "\n  " : lines ? std::string(blanks) : " ";
  result += "\"" + std::string(kMember) + "\": [" +
            boost::json::serialize(boost::json::value(plugin)) + "]";
  result += is_empty ? "\n" : ",";
  result += is_empty ? text.substr(next) : text.substr(brace + 1);
  return result;
}

} // namespace

base::Result<std::vector<std::string>>
authorization_plugins(const std::optional<std::string>& text) {
  if (!text) return std::vector<std::string>{};
  return plugins_of(PQ_TRY(parse_config(*text)));
}

base::Result<std::string> with_authorization_plugin(const std::optional<std::string>& text,
                                                    const std::string& plugin) {
  const std::string present = text && !base::trim(*text).empty() ? *text : "{}\n";
  boost::json::object config = PQ_TRY(parse_config(present));
  std::vector<std::string> plugins = PQ_TRY(plugins_of(config));
  if (std::ranges::find(plugins, plugin) != plugins.end()) return present;
  if (!config.contains(kMember)) {
    std::string edited = inserted(present, config.empty(), plugin);
    // The edit is of text; what it comes to is checked as the daemon reads it.
    config[kMember] = names({plugin});
    if (PQ_TRY(parse_config(edited)) == config) return edited;
  }
  plugins.push_back(plugin);
  config[kMember] = names(plugins);
  return base::pretty_json(config);
}

base::Result<std::string> without_authorization_plugin(const std::string& text,
                                                       const std::string& plugin) {
  boost::json::object config = PQ_TRY(parse_config(text));
  std::vector<std::string> plugins = PQ_TRY(plugins_of(config));
  std::erase(plugins, plugin);
  if (plugins.empty())
    config.erase(kMember);
  else
    config[kMember] = names(plugins);
  return base::pretty_json(config);
}

} // namespace portique::access
