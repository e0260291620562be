#include "portique/advisory/feed_state.h"

#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::advisory {

namespace json = boost::json;

namespace {

constexpr std::uint64_t kStateBytes = 16ULL << 20U;
constexpr std::int64_t kForm = 1;
constexpr const char* kFile = "state.json";

json::array path_list(const std::vector<std::filesystem::path>& paths) {
  json::array list;
  for (const auto& path : paths)
    list.emplace_back(path.string());
  return list;
}

std::vector<std::string> strings(const json::object& object, std::string_view name) {
  std::vector<std::string> list;
  for (const json::value& item : base::json_items(&object, name))
    if (item.is_string()) list.emplace_back(item.get_string());
  return list;
}

std::vector<std::filesystem::path> paths(const json::object& object, std::string_view name) {
  const auto list = strings(object, name);
  return {list.begin(), list.end()};
}

std::string time_text(const std::optional<base::Time>& time) {
  return time ? base::format_time(*time) : std::string();
}

} // namespace

std::optional<FeedState> load_feed_state(const std::filesystem::path& folder) {
  const auto text = base::read_file(folder / kFile, kStateBytes);
  if (!text) return std::nullopt;
  const auto value = base::parse_json(*text);
  const json::object* object = value ? base::json_object(&*value) : nullptr;
  if (object == nullptr || base::json_integer(object, "form") != kForm) return std::nullopt;
  FeedState state;
  FeedContent& content = state.content;
  content.info.name = base::json_string(object, "name");
  content.info.source = base::json_string(object, "source");
  content.info.updated = base::parse_time(base::json_string(object, "updated"));
  content.osv = paths(*object, "osv");
  content.apt_fixes = paths(*object, "apt_fixes");
  content.kev = base::json_string(object, "kev");
  content.epss = base::json_string(object, "epss");
  content.unread = strings(*object, "unread");
  for (const auto& [name, fields] : base::json_fields(object, "files")) {
    const json::object* file = fields.if_object();
    state.files[std::string(name)] = {
        .etag = std::string(base::json_string(file, "etag")),
        .last_modified = std::string(base::json_string(file, "last_modified")),
        .fetched = base::parse_time(base::json_string(file, "fetched")),
        .newest = std::string(base::json_string(file, "newest"))};
  }
  return state;
}

base::Result<void> save_feed_state(const std::filesystem::path& folder, const FeedState& state) {
  json::object files;
  for (const auto& [name, file] : state.files)
    files[name] = {{"etag", file.etag},
                   {"last_modified", file.last_modified},
                   {"fetched", time_text(file.fetched)},
                   {"newest", file.newest}};
  const FeedContent& content = state.content;
  json::array unread;
  for (const std::string& line : content.unread)
    unread.emplace_back(base::to_utf8(line)); // it may quote a file
  const json::object object{{"form", kForm},
                            {"name", content.info.name},
                            {"source", content.info.source},
                            {"updated", time_text(content.info.updated)},
                            {"osv", path_list(content.osv)},
                            {"apt_fixes", path_list(content.apt_fixes)},
                            {"kev", content.kev.string()},
                            {"epss", content.epss.string()},
                            {"unread", unread},
                            {"files", files}};
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  return base::write_file_atomically(folder / kFile, base::pretty_json(object));
}

} // namespace portique::advisory
