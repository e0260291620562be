#include "portique/access/install/authz_status.h"

#include <algorithm>

#include "portique/access/audit/entry_line.h"
#include "portique/access/audit/line_reader.h"
#include "portique/access/audit/trail_files.h"
#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

namespace {

/// Files of the trail that are searched for the last word about the policy.
constexpr std::size_t kFilesSearched = 8;
constexpr std::uint64_t kHeadBytes = 1ULL << 20U;

/// A gate that refuses the question is there all the same.
bool is_refusal(const base::Error& error) {
  return error.message().contains("with status 403");
}

GateAnswer plugin_answer(const StatusOptions& options) {
  GateAnswer answer{.name = "plugin", .socket = options.plugin_socket.string()};
  const auto probed = probe_plugin(options.plugin_socket);
  answer.answers = probed.has_value();
  if (!probed) answer.problem = probed.error().text();
  return answer;
}

GateAnswer guard_answer(const StatusOptions& options) {
  GateAnswer answer{.name = "guard", .socket = options.guard_socket.string()};
  const auto probed = probe_engine(options.guard_socket);
  answer.answers = probed.has_value() || is_refusal(probed.error());
  if (!answer.answers) answer.problem = probed.error().text();
  return answer;
}

void note_policy(const boost::json::object& line, ServingPolicy& policy) {
  const bool allow = base::json_string(&line, "decision") == "allow";
  if (!allow) {
    policy.problem = std::string(base::json_string(&line, "reason"));
    return;
  }
  policy.version = std::string(base::json_string(&line, "policy"));
  policy.name = std::string(base::json_string(&line, "resource"));
  policy.since = std::string(base::json_string(&line, "time"));
  policy.problem.clear();
}

/// A line of the newest file: the trail ends with it, as far as we know. `members` are null if they
/// cannot be read.
void note_end(const LineStart& start, const boost::json::object* members, TrailState& trail) {
  trail.last_line = start.number;
  trail.refused += start.kind == "refused" ? 1 : 0;
  if (members == nullptr) return;
  if (members->contains("time")) trail.last_time = std::string(base::json_string(members, "time"));
  if (start.kind == "decision" && !base::json_string(members, "policy").empty())
    trail.last_policy = std::string(base::json_string(members, "policy"));
}

/// Reads one file of the trail; the newest one also tells where the trail ends.
base::Result<void> read_file_of_trail(const TrailFile& file, bool newest, AuthzStatus& status) {
  ServingPolicy policy;
  LineReader reader(PQ_TRY(base::open_file(file.path)));
  while (true) {
    const auto line = PQ_TRY(reader.next());
    if (!line) break;
    const auto start = read_line_start(line->bytes);
    if (!start) continue;
    const bool about_policy =
        start->kind == "decision" && line->bytes.contains("\"action\":\"policy.load\"");
    if (!about_policy && !newest) continue;
    const auto parsed = base::parse_json(line->bytes);
    const auto* members = parsed ? base::json_object(&*parsed) : nullptr;
    if (newest) note_end(*start, members, status.trail);
    if (members != nullptr && about_policy) note_policy(*members, policy);
  }
  if (status.policy.version.empty() && status.policy.problem.empty())
    status.policy = std::move(policy);
  else if (status.policy.version.empty())
    status.policy.version = policy.version; // a newer file has only refused offers
  return {};
}

base::Result<void> read_trail(const std::filesystem::path& folder, AuthzStatus& status) {
  const auto files = PQ_TRY(list_trail_files(folder));
  status.trail.files = files.size();
  if (files.empty())
    return base::fail(base::Code::NotFound, "there is no trail in " + folder.string());
  const auto head = base::read_file(folder / kHeadFile, kHeadBytes);
  if (head)
    if (const auto parsed = base::parse_json(*head))
      status.trail.signed_at = std::string(base::json_string(base::json_object(&*parsed), "time"));
  std::size_t searched = 0;
  for (auto file = files.rbegin(); file != files.rend() && searched < kFilesSearched; ++file) {
    PQ_TRY(read_file_of_trail(*file, searched++ == 0, status));
    if (!status.policy.version.empty()) break;
  }
  // Long ago it began to serve; decisions name it all the same.
  if (status.policy.version.empty()) status.policy.version = status.trail.last_policy;
  return {};
}

} // namespace

bool AuthzStatus::is_well() const {
  return std::ranges::all_of(gates, &GateAnswer::answers) && engine && trail.problem.empty() &&
         policy.problem.empty() && !policy.version.empty();
}

AuthzStatus look_at_gates(const StatusOptions& options) {
  AuthzStatus status;
  if (!options.plugin_socket.empty()) status.gates.push_back(plugin_answer(options));
  if (!options.guard_socket.empty()) status.gates.push_back(guard_answer(options));
  auto engine = probe_engine(options.engine_socket);
  if (engine) {
    status.bypasses = judge_daemon(engine->version);
    status.daemon_names_plugin =
        std::ranges::find(engine->plugins, options.plugin) != engine->plugins.end();
    status.engine = std::move(*engine);
  } else {
    status.engine_problem = engine.error().text();
  }
  if (const auto read = read_trail(options.trail, status); !read)
    status.trail.problem = read.error().text();
  return status;
}

} // namespace portique::access
