#include "portique/cli/db_command.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "portique/advisory/build.h"
#include "portique/advisory/database.h"
#include "portique/advisory/feed_build.h"
#include "portique/advisory/feeds.h"
#include "portique/advisory/starter.h"
#include "portique/advisory/update.h"
#include "portique/base/text.h"
#include "portique/cli/database_status.h"
#include "portique/cli/locations.h"
#include "portique/cli/progress_line.h"

namespace portique::cli {

namespace fs = std::filesystem;

namespace {

struct Flags {
  std::vector<std::string> osv;
  std::string kev;
  std::string epss;
  std::string output;
  std::vector<std::string> feeds;
  advisory::FeedChoices choices;
  std::string cache_dir;
  std::string database;
  std::string format = "table";
  bool allow_incomplete = false;
  bool quiet = false;
};

fs::path cache_dir(const Flags& flags) {
  return flags.cache_dir.empty() ? default_cache_dir() : fs::path(flags.cache_dir);
}

fs::path database(const Flags& flags) {
  return flags.database.empty() ? default_database(cache_dir(flags)) : fs::path(flags.database);
}

void say(const std::string& line) {
  std::fputs((line + '\n').c_str(), stderr);
}

ExitCode run_build(const Flags& flags) {
  advisory::BuildInputs inputs;
  inputs.osv.assign(flags.osv.begin(), flags.osv.end());
  if (!flags.kev.empty()) inputs.kev = flags.kev;
  if (!flags.epss.empty()) inputs.epss = flags.epss;
  const fs::path output =
      flags.output.empty() ? default_database(default_cache_dir()) : fs::path(flags.output);
  std::error_code ignored;
  if (output.has_parent_path()) fs::create_directories(output.parent_path(), ignored);
  ProgressLine line(flags.quiet);
  const auto summary = advisory::build_database(
      inputs, output, base::now(), base::Limits{}, [&](std::uint64_t records) {
        line.show("records read", records, 0);
      });
  line.clear();
  if (!summary) return complain(summary.error());
  for (const std::string& reason : summary->reasons)
    say("refused: " + base::printable(reason));
  if (!flags.quiet)
    say(fmt::format("{}: {} records, {} of them withdrawn, {} refused",
                    output.string(),
                    summary->records,
                    summary->withdrawn,
                    summary->refused));
  return ExitCode::Ok;
}

ExitCode run_update(const Flags& flags) {
  const base::Limits limits;
  const base::Time now = base::now();
  ProgressLine line(flags.quiet);
  advisory::UpdateRequest request{.feeds = flags.feeds,
                                  .choices = flags.choices,
                                  .cache_dir = cache_dir(flags),
                                  .database = database(flags),
                                  .now = now};
  request.progress = [&](std::string_view what, std::uint64_t done, std::uint64_t total) {
    line.show(what, done, total);
  };
  request.build = [&](const std::vector<advisory::FeedContent>& feeds, const fs::path& output) {
    line.show("building the database, feeds", feeds.size(), 0);
    return advisory::build_from_feeds(feeds, output, now, limits);
  };
  const auto outcome = advisory::update_database(request, limits);
  line.clear();
  if (!outcome) {
    const ExitCode code = complain(outcome.error());
    std::error_code ignored;
    if (fs::exists(request.database, ignored))
      say("portique: the database stays as it was: " + request.database.string());
    return code;
  }
  for (const std::string& note : outcome->notes)
    say("note: " + base::printable(note));
  for (const std::string& unread : outcome->unread)
    say("not read: " + base::printable(unread));
  if (!flags.quiet)
    say(request.database.string() + (outcome->rebuilt ? ": updated" : ": nothing new"));
  const bool incomplete = !outcome->unread.empty() && !flags.allow_incomplete;
  return incomplete ? ExitCode::Incomplete : ExitCode::Ok;
}

ExitCode run_status(const Flags& flags) {
  const fs::path file = database(flags);
  auto opened = advisory::Database::open(file);
  if (!opened && flags.database.empty() && opened.error().code() == base::Code::NotFound)
    opened = advisory::open_starter(cache_dir(flags));
  if (!opened) return complain(opened.error());
  const bool as_json = flags.format == "json";
  const std::string text = as_json ? status_json(opened->info(), file, base::now())
                                   : status_table(opened->info(), file, base::now());
  std::fputs(text.c_str(), stdout);
  return ExitCode::Ok;
}

ExitCode run_verify(const Flags& flags) {
  const fs::path file = database(flags);
  if (const auto verified = advisory::verify_database(file); !verified)
    return complain(verified.error());
  if (!flags.quiet) say(file.string() + ": good");
  return ExitCode::Ok;
}

/// What the verbs share. The flags live as long as the verb that runs with them.
CLI::App* add_verb(CLI::App& db,
                   const std::string& name,
                   const std::string& about,
                   const std::shared_ptr<Flags>& flags) {
  CLI::App* verb = db.add_subcommand(name, about);
  verb->add_flag("-q,--quiet", flags->quiet, "say only what is wrong");
  return verb;
}

void add_places(CLI::App& verb, Flags& flags) {
  verb.add_option("--db", flags.database, "database file")->type_name("FILE");
  verb.add_option("--cache-dir", flags.cache_dir, "cache folder")->type_name("DIR");
}

void add_build(CLI::App& db, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* verb = add_verb(db, "build", "Build a database from advisories on this machine", flags);
  verb->add_option("--osv",
                   flags->osv,
                   "folders laid out like the OSV export, single zips, or OSV JSON files")
      ->type_name("PATH")
      ->required();
  verb->add_option("--kev", flags->kev, "CISA's catalogue of exploited vulnerabilities")
      ->type_name("FILE");
  verb->add_option("--epss", flags->epss, "FIRST's EPSS scores, CSV, also gzip")->type_name("FILE");
  verb->add_option("-o,--output",
                   flags->output,
                   "where to write it (default: the place that scan "
                   "reads)")
      ->type_name("FILE");
  verb->callback([&invocation, flags] { invocation.run = [flags] { return run_build(*flags); }; });
}

void add_update(CLI::App& db, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* verb = add_verb(db, "update", "Fetch advisories and rebuild the database", flags);
  std::string feeds;
  for (const advisory::Feed& feed : advisory::feeds())
    feeds += fmt::format("\n{}: {}", feed.name, feed.about);
  verb->add_option("--feed", flags->feeds, "feeds to fetch (default: osv,kev,epss)" + feeds)
      ->delimiter(',')
      ->type_name("NAME,...");
  advisory::FeedChoices& choices = flags->choices;
  verb->add_option("--mirror", choices.osv_mirror, "another place laid out like the OSV export")
      ->type_name("URL|DIR");
  verb->add_option("--ecosystem", choices.ecosystems, "OSV ecosystems (default: all that match)")
      ->delimiter(',')
      ->type_name("NAME,...");
  verb->add_option("--kev", choices.kev_source, "another place of CISA's catalogue")
      ->type_name("URL|FILE");
  verb->add_option("--epss", choices.epss_source, "another place of FIRST's EPSS scores")
      ->type_name("URL|FILE");
  verb->add_option("--apt-source",
                   choices.apt_source,
                   "security archive instead of apt's own, \"URL SUITE [COMPONENT...]\"")
      ->type_name("SOURCE");
  verb->add_option("--apt-keyring", choices.apt_keyring, "keys that may sign it")
      ->type_name("FILE");
  verb->add_flag("--allow-incomplete",
                 flags->allow_incomplete,
                 "exit with 0 although packages of a feed could not be read");
  add_places(*verb, *flags);
  verb->callback([&invocation, flags] { invocation.run = [flags] { return run_update(*flags); }; });
}

void add_status(CLI::App& db, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* verb = add_verb(db, "status", "Say what the database has and how old it is", flags);
  verb->add_option("-f,--format", flags->format, "table or json")
      ->check(CLI::IsMember({"table", "json"}));
  add_places(*verb, *flags);
  verb->callback([&invocation, flags] { invocation.run = [flags] { return run_status(*flags); }; });
}

void add_verify(CLI::App& db, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* verb = add_verb(db, "verify", "Read all of the database and check it", flags);
  add_places(*verb, *flags);
  verb->callback([&invocation, flags] { invocation.run = [flags] { return run_verify(*flags); }; });
}

} // namespace

void add_db_command(CLI::App& app, Invocation& invocation) {
  CLI::App* db = app.add_subcommand("db", "Build, update and inspect the advisory database");
  db->require_subcommand(1);
  add_build(*db, invocation);
  add_update(*db, invocation);
  add_status(*db, invocation);
  add_verify(*db, invocation);
}

} // namespace portique::cli
