#include "portique/access/kubernetes/image_scan_program.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "portique/base/json.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"

namespace portique::access::kubernetes {

namespace json = boost::json;
using base::Code;
using base::fail;
using base::Result;

namespace {

/// A report lists every package: that of a large image has some 50 MB.
constexpr std::uint64_t kReportBytes = 256ULL << 20U;

std::string last_line(std::string_view text) {
  text = base::trim(text);
  return base::printable(text.substr(text.rfind('\n') + 1).substr(0, 500));
}

std::string reason_of(const json::object* verdict) {
  std::vector<std::string> messages;
  for (const json::value& item : base::json_items(verdict, "hits")) {
    const json::object* hit = item.if_object();
    const json::value* exception = base::json_member(hit, "exception");
    if (exception != nullptr && !exception->is_null()) continue;
    if (base::json_string(hit, "decision") == "allow") continue;
    if (messages.size() == 3) { // the hardest come first
      messages.emplace_back("...");
      break;
    }
    messages.emplace_back(base::json_string(hit, "message"));
  }
  return fmt::format("{}", fmt::join(messages, "; "));
}

} // namespace

Result<ImageVerdict> scan_by_program(const ImageScanProgram& scan, const std::string& image) {
  std::vector<std::string> arguments{scan.program.string(), "scan", "--quiet"};
  arguments.insert(arguments.end(), {"--policy", scan.policy, "--format", "json"});
  arguments.insert(arguments.end(), scan.flags.begin(), scan.flags.end());
  arguments.push_back(scan.source + ":" + image);
  const base::ProgramOutput output =
      PQ_TRY(base::run_program(arguments, {.time = scan.time, .output_bytes = kReportBytes}));
  constexpr int kIncomplete = 4;
  const bool has_report =
      output.exit_status == 0 || output.exit_status == 1 || output.exit_status == kIncomplete;
  if (!has_report)
    return fail(Code::Unsupported,
                fmt::format("status {}: {}", output.exit_status, last_line(output.err)));
  const json::value report = PQ_TRY(base::parse_json(output.out));
  const json::object* verdict = base::json_object(base::json_member(report.if_object(), "verdict"));
  if (verdict == nullptr) return fail(Code::Malformed, "the report has no verdict");
  const json::object* found = base::json_object(base::json_member(report.if_object(), "subject"));
  ImageVerdict result{std::string(base::json_string(verdict, "decision")),
                      reason_of(verdict),
                      std::string(base::json_string(found, "digest")),
                      std::string(base::json_string(verdict, "version")),
                      base::now()};
  if (output.exit_status == kIncomplete && result.decision == "allow") {
    result.decision = "warn";
    result.reason = "not everything in it could be read";
  }
  return result;
}

} // namespace portique::access::kubernetes
