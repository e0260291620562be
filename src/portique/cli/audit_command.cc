#include "portique/cli/audit_command.h"

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "portique/access/audit/proof.h"
#include "portique/access/audit/search_trail.h"
#include "portique/access/audit/verify_trail.h"
#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/cli/open_trail.h"
#include "portique/cli/terminal_options.h"

namespace portique::cli {

namespace {

namespace json = boost::json;

/// Where the gates of an installed service write.
/// A proof holds two lines of up to 1 MiB, with JSON's escapes.
constexpr std::uint64_t kProofBytes = 16ULL << 20U;

struct Flags {
  std::string trail = kDefaultTrail;
  std::string format = "table";
  std::string public_key;
  std::string head;
  std::string output;
  std::string proof;
  std::string since;
  std::string until;
  std::uint64_t number = 0;
  std::uint64_t limit = 0;
  bool follow = false;
  access::TrailQuery query;
};

// --- verify
// ---------------------------------------------------------------------------------------

std::string verification_json(const access::TrailVerification& done) {
  json::array defects;
  for (const access::TrailDefect& defect : done.defects)
    defects.push_back({{"kind", access::defect_name(defect.kind)},
                       {"first", defect.first},
                       {"last", defect.last},
                       {"file", defect.file},
                       {"row", defect.row},
                       {"text", defect.text}});
  json::array notes(done.notes.begin(), done.notes.end());
  return base::pretty_json(
      {{"whole", done.is_whole()},
       {"files", done.files},
       {"lines", done.lines},
       {"bytes", done.bytes},
       {"first", done.first},
       {"last", done.last},
       {"heads", done.heads},
       {"vouched", done.vouched},
       {"vouched_at", done.vouched_at ? json::value(base::format_time(*done.vouched_at)) : nullptr},
       {"key", done.key},
       {"own_key", done.is_own_key},
       {"defects", std::move(defects)},
       {"more_defects", done.has_more_defects},
       {"notes", std::move(notes)}});
}

std::string verification_text(const access::TrailVerification& done, const std::string& trail) {
  std::string text;
  for (const access::TrailDefect& defect : done.defects)
    text += fmt::format("{}:{}: {}: {}\n",
                        base::printable(defect.file),
                        defect.row,
                        access::defect_name(defect.kind),
                        defect.text);
  if (done.has_more_defects) text += "there is more amiss; the rest was not looked at\n";
  for (const std::string& note : done.notes)
    text += "note: " + note + '\n';
  if (done.is_own_key)
    text += "note: the public key lies beside the trail; --public-key takes one that was kept "
            "elsewhere\n";
  if (done.vouched == 0)
    text += "no signature vouches for any line\n";
  else
    text += fmt::format("signatures vouch for lines {} to {}, the newest of {}\n",
                        done.first,
                        done.vouched,
                        base::format_time(*done.vouched_at));
  if (done.is_whole() && done.last > done.vouched)
    text += fmt::format(
        "lines {} to {} are chained, but not signed yet\n", done.vouched + 1, done.last);
  text += fmt::format("{}: {}, {} lines in {} files\n",
                      base::printable(trail),
                      done.is_whole() ? "whole" : "BROKEN",
                      done.lines,
                      done.files);
  return text;
}

base::Result<int> verify(const Flags& flags) {
  access::VerifyOptions options;
  if (!flags.public_key.empty()) options.public_key = flags.public_key;
  if (!flags.head.empty()) options.head = flags.head;
  const auto done = PQ_TRY(access::verify_trail(flags.trail, options));
  PQ_TRY(write_to_stdout(flags.format == "json" ? verification_json(done)
                                                : verification_text(done, flags.trail)));
  return done.is_whole() ? 0 : static_cast<int>(ExitCode::Gate);
}

// --- search
// ---------------------------------------------------------------------------------------

/// A time, or how long ago: "30m", "2h", "7d".
base::Result<std::optional<base::Time>> moment(const std::string& text, base::Time now) {
  if (text.empty()) return std::nullopt;
  if (const auto time = base::parse_time(text)) return time;
  const std::string_view digits = std::string_view(text).substr(0, text.size() - 1);
  const auto count = base::parse_int<std::uint32_t>(digits);
  const std::size_t unit = std::string_view("smhd").find(text.back());
  constexpr std::array<std::int64_t, 4> kSeconds{1, 60, 3600, 86400};
  if (!count || unit == std::string_view::npos)
    return base::fail(base::Code::InvalidArgument,
                      "'" + base::printable(text) +
                          "' is no time; write 2026-03-01, 2026-03-01T10:00:00Z, or 2h for two "
                          "hours ago (s, m, h, d)");
  return now - std::chrono::seconds(*count * kSeconds.at(unit));
}

std::string row(const json::object& members) {
  const auto member = [&](std::string_view name) {
    return base::printable(base::json_string(&members, name));
  };
  const bool is_decision = member("kind") == "decision";
  std::string what = member("reason");
  if (const std::string command = member("command"); !command.empty())
    what += (what.empty() ? "" : "; ") + std::string("command: ") + command;
  std::string user = member("user");
  if (user.empty() && is_decision) {
    const auto uid = base::json_integer(&members, "uid");
    user = uid ? fmt::format("uid {}", *uid) : "?";
  }
  return fmt::format("{:>8}  {:20}  {:6}  {:14}  {:24}  {:24}  {}\n",
                     base::json_integer(&members, "n").value_or(0),
                     member("time"),
                     is_decision ? member("decision") : "-",
                     user,
                     is_decision ? member("action") : "(" + member("kind") + ")",
                     member("resource"),
                     what);
}

std::string heading() {
  return fmt::format("{:>8}  {:20}  {:6}  {:14}  {:24}  {:24}  {}\n",
                     "LINE",
                     "TIME",
                     "",
                     "USER",
                     "ACTION",
                     "RESOURCE",
                     "REASON");
}

base::Result<int> search(const Flags& flags) {
  access::TrailQuery query = flags.query;
  query.since = PQ_TRY(moment(flags.since, base::now()));
  query.until = PQ_TRY(moment(flags.until, base::now()));
  const bool as_json = flags.format == "json";
  auto cursor = PQ_TRY(access::TrailCursor::open(flags.trail));
  if (!as_json) PQ_TRY(write_to_stdout(heading()));
  base::Result<void> written;
  std::deque<std::string> newest;
  bool is_following = false;
  const auto found = [&](const access::FoundLine& line) {
    std::string shown = as_json ? std::string(line.line) + '\n' : row(line.members);
    if (flags.limit == 0 || is_following) {
      written = write_to_stdout(shown);
      return written.has_value();
    }
    newest.push_back(std::move(shown));
    if (newest.size() > flags.limit) newest.pop_front();
    return true;
  };
  std::uint64_t unread = PQ_TRY(access::search_trail(cursor, query, found));
  PQ_TRY(std::move(written));
  for (const std::string& shown : newest)
    PQ_TRY(write_to_stdout(shown));
  is_following = true;
  while (flags.follow) {
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    unread += PQ_TRY(access::search_trail(cursor, query, found));
    PQ_TRY(std::move(written));
  }
  if (unread == 0) return 0;
  std::fputs(
      fmt::format("portique: {} lines could not be read; see: portique audit verify\n", unread)
          .c_str(),
      stderr);
  return static_cast<int>(ExitCode::Incomplete);
}

base::Result<int> show(const Flags& flags) {
  auto cursor = PQ_TRY(access::TrailCursor::open(flags.trail, flags.number));
  while (const auto line = PQ_TRY(cursor.next())) {
    const auto start = access::read_line_start(*line);
    if (!start || start->number != flags.number) continue;
    if (flags.format == "json") {
      PQ_TRY(write_to_stdout(std::string(*line) + '\n'));
      return 0;
    }
    const auto value = PQ_TRY(base::parse_json(*line));
    std::string text;
    for (const auto& [name, member] :
         base::json_object(&value) == nullptr ? json::object() : *base::json_object(&value))
      text += fmt::format("{:16}  {}\n",
                          base::printable(std::string_view(name)),
                          base::printable(member.is_string() ? std::string(member.get_string())
                                                             : json::serialize(member)));
    PQ_TRY(write_to_stdout(text));
    return 0;
  }
  return base::fail(base::Code::NotFound, fmt::format("there is no line {}", flags.number));
}

// --- proofs
// ---------------------------------------------------------------------------------------

base::Result<int> proof(const Flags& flags) {
  const std::string text = PQ_TRY(access::make_proof(flags.trail, flags.number));
  if (flags.output.empty())
    PQ_TRY(write_to_stdout(text));
  else
    PQ_TRY(base::write_file_atomically(flags.output, text));
  return 0;
}

base::Result<int> verify_proof(const Flags& flags) {
  const std::string text =
      PQ_TRY(base::read_file(flags.proof == "-" ? "/dev/stdin" : flags.proof, kProofBytes));
  std::optional<access::VerifyingKey> key;
  if (!flags.public_key.empty()) key = PQ_TRY(access::VerifyingKey::read(flags.public_key));
  const auto checked = base::at(flags.proof, access::check_proof(text, key ? &*key : nullptr));
  if (!checked) {
    // That it proves nothing is an answer; that it cannot be read is not.
    complain(checked.error());
    return static_cast<int>(
        checked.error().code() == base::Code::DigestMismatch ? ExitCode::Gate : ExitCode::Failed);
  }
  PQ_TRY(write_to_stdout(checked->entry + '\n'));
  std::fputs(fmt::format("line {} is in the trail: signed at {} by head {}, key {}{}\n",
                         checked->number,
                         base::format_time(checked->signed_at),
                         checked->head,
                         checked->key,
                         checked->is_own_key
                             ? "\nnote: the key came with the proof; --public-key takes one that "
                               "was kept elsewhere"
                             : "")
                 .c_str(),
             stderr);
  return 0;
}

// --- flags
// ----------------------------------------------------------------------------------------

using Verb = base::Result<int> (*)(const Flags&);

CLI::App* add_verb(CLI::App& command,
                   Invocation& invocation,
                   const std::string& name,
                   const std::string& about,
                   Verb verb,
                   const std::shared_ptr<Flags>& flags) {
  CLI::App* below = command.add_subcommand(name, about);
  below->callback([&invocation, flags, verb] {
    invocation.run = [flags, verb]() -> ExitCode {
      const auto code = verb(*flags);
      return code ? static_cast<ExitCode>(*code) : complain(code.error());
    };
  });
  return below;
}

void add_trail_argument(CLI::App& verb, Flags& flags) {
  verb.add_option("--trail", flags.trail, "folder of the trail, or one file of it")
      ->type_name("DIR|FILE")
      ->capture_default_str();
}

void add_format(CLI::App& verb, Flags& flags) {
  verb.add_option("-f,--format", flags.format, "table or json")
      ->check(CLI::IsMember({"table", "json"}));
  verb.add_flag_callback("--json", [&flags] { flags.format = "json"; }, "same as --format json");
}

void add_search(CLI::App& command, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* verb = add_verb(
      command, invocation, "search", "Find decisions by who, what and when", search, flags);
  add_trail_argument(*verb, *flags);
  add_format(*verb, *flags);
  access::TrailQuery& query = flags->query;
  verb->add_option("--user", query.user, "who asked (one * may stand for anything)");
  verb->add_option("--group", query.group, "a group of theirs");
  verb->add_option("--resource,--container", query.resource, "name or id of what was acted upon");
  verb->add_option("--action", query.action, "containers.exec, images.*, ...");
  verb->add_option("--gate", query.gate, "plugin, guard, admission, policy");
  verb->add_option("--rule", query.rule, "the rule that decided");
  verb->add_option("--decision", query.decision, "allow or deny")
      ->check(CLI::IsMember({"allow", "deny"}));
  verb->add_option("--since", flags->since, "2026-03-01, 2026-03-01T10:00:00Z, or 2h ago: 2h")
      ->type_name("TIME");
  verb->add_option("--until", flags->until, "the same; not included")->type_name("TIME");
  verb->add_option("--text", query.text, "anywhere in the line");
  verb->add_option("-n,--limit", flags->limit, "only the newest so many");
  verb->add_flag("--all", query.all_kinds, "also what happened to the trail itself");
  verb->add_flag("--follow", flags->follow, "go on with what is written from now on");
}

} // namespace

void add_audit_command(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("audit", "Verify and search what the gates wrote down");
  command->require_subcommand(1);
  const auto flags = std::make_shared<Flags>();
  CLI::App* verb = add_verb(
      *command, invocation, "verify", "Name what was changed, removed or put in", verify, flags);
  verb->add_option("TRAIL", flags->trail, "folder of the trail, or one file of it")
      ->type_name("DIR|FILE")
      ->capture_default_str();
  verb->add_option("--public-key", flags->public_key, "key that was kept elsewhere (PEM)")
      ->type_name("FILE");
  verb->add_option("--head", flags->head, "signed head that was kept elsewhere")->type_name("FILE");
  add_format(*verb, *flags);
  add_search(*command, invocation);
  CLI::App* one = add_verb(*command, invocation, "show", "Print one line", show, flags);
  one->add_option("LINE", flags->number, "its number")->required();
  add_trail_argument(*one, *flags);
  add_format(*one, *flags);
  CLI::App* proving = add_verb(*command,
                               invocation,
                               "proof",
                               "Export one line with what is needed to verify it elsewhere",
                               proof,
                               flags);
  proving->add_option("LINE", flags->number, "its number")->required();
  add_trail_argument(*proving, *flags);
  proving->add_option("-o,--output", flags->output, "where to (default: standard output)")
      ->type_name("FILE");
  CLI::App* checking =
      add_verb(*command, invocation, "verify-proof", "Check an exported line", verify_proof, flags);
  checking->add_option("PROOF", flags->proof, "the exported file; - is standard input")
      ->required()
      ->type_name("FILE");
  checking->add_option("--public-key", flags->public_key, "key that was kept elsewhere (PEM)")
      ->type_name("FILE");
}

} // namespace portique::cli
