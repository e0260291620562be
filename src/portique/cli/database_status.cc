#include "portique/cli/database_status.h"

#include <optional>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::cli {

namespace json = boost::json;

namespace {

std::string place(const model::DatabaseInfo& info, const std::filesystem::path& file) {
  return info.embedded ? "inside the program (starter)" : file.string();
}

std::string date_and_age(const std::optional<base::Time>& time, base::Time now) {
  if (!time) return "unknown";
  return fmt::format("{} ({} ago)", base::format_date(*time), base::format_age(now - *time));
}

json::value time_value(const std::optional<base::Time>& time) {
  return time ? json::value(base::format_time(*time)) : json::value(nullptr);
}

} // namespace

std::string
status_table(const model::DatabaseInfo& info, const std::filesystem::path& file, base::Time now) {
  std::string text =
      fmt::format("database  {}\nschema    {}\nbuilt     {}\n\n{:<6}{:>10}  {:<28}{}\n",
                  place(info, file),
                  info.schema_version,
                  date_and_age(info.built, now),
                  "FEED",
                  "RECORDS",
                  "NEWEST",
                  "SOURCE");
  for (const model::FeedInfo& feed : info.feeds)
    text += fmt::format("{:<6}{:>10}  {:<28}{}\n",
                        base::printable(feed.name),
                        feed.records,
                        date_and_age(feed.updated, now),
                        base::printable(feed.source));
  text += fmt::format(
      "\n{} {}:", info.ecosystems.size(), info.ecosystems.size() == 1 ? "ecosystem" : "ecosystems");
  for (const std::string& ecosystem : info.ecosystems)
    text += (&ecosystem == info.ecosystems.data() ? " " : ", ") + base::printable(ecosystem);
  text += '\n';
  if (info.embedded)
    text +=
        "\nThis is the small database that comes with the program. Run `portique db update` for "
        "all of it.\n";
  return text;
}

std::string
status_json(const model::DatabaseInfo& info, const std::filesystem::path& file, base::Time now) {
  json::array feeds;
  for (const model::FeedInfo& feed : info.feeds) {
    json::object item{{"name", feed.name},
                      {"source", feed.source},
                      {"updated", time_value(feed.updated)},
                      {"age_seconds", nullptr},
                      {"records", feed.records}};
    if (feed.updated) item["age_seconds"] = (now - *feed.updated).count();
    feeds.emplace_back(std::move(item));
  }
  json::array ecosystems;
  for (const std::string& ecosystem : info.ecosystems)
    ecosystems.emplace_back(ecosystem);
  json::object object{{"path", nullptr},
                      {"embedded", info.embedded},
                      {"schema_version", info.schema_version},
                      {"built", time_value(info.built)},
                      {"age_seconds", nullptr},
                      {"feeds", feeds},
                      {"ecosystems", ecosystems}};
  if (!info.embedded) object["path"] = file.string();
  if (info.built) object["age_seconds"] = (now - *info.built).count();
  return base::pretty_json(object);
}

} // namespace portique::cli
