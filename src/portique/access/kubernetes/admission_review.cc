#include "portique/access/kubernetes/admission_review.h"

#include <array>
#include <optional>

#include <fmt/format.h>

#include "portique/access/kubernetes/review_json.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access::kubernetes {

namespace json = boost::json;
using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::string_view kVersion = "admission.k8s.io/v1";
constexpr std::array<std::string_view, 4> kOperations{"CREATE", "UPDATE", "DELETE", "CONNECT"};

/// Names in Kubernetes have at most 253 characters; those of users are not bounded by it.
constexpr std::size_t kLongestName = 1024;

std::unexpected<base::Error> malformed(std::string message) {
  return fail(Code::Malformed, std::move(message));
}

/// A text that may be left out.
Result<std::string> text_of(const json::object& object, std::string_view name) {
  const json::value* value = base::json_member(&object, name);
  if (value == nullptr || value->is_null()) return std::string();
  if (!value->is_string()) return malformed(fmt::format("'{}' is no text", name));
  const std::string_view text = value->get_string();
  if (text.size() > kLongestName) return malformed(fmt::format("'{}' is too long", name));
  return std::string(text);
}

Result<std::string> required_text(const json::object& object, std::string_view name) {
  std::string text = PQ_TRY(text_of(object, name));
  if (text.empty()) return malformed(fmt::format("'{}' is missing", name));
  return text;
}

Result<const json::object*> required_object(const json::object& object, std::string_view name) {
  const json::object* found = base::json_object(base::json_member(&object, name));
  if (found == nullptr) return malformed(fmt::format("'{}' is missing", name));
  return found;
}

Result<bool> flag_of(const json::object& object, std::string_view name) {
  const json::value* value = base::json_member(&object, name);
  if (value == nullptr || value->is_null()) return false;
  if (!value->is_bool()) return malformed(fmt::format("'{}' is neither true nor false", name));
  return value->get_bool();
}

/// An object, or null if there is none.
Result<json::value> object_of(json::object& request, std::string_view name) {
  json::value* value = request.if_contains(name);
  if (value == nullptr || value->is_null()) return json::value();
  if (!value->is_object()) return malformed(fmt::format("'{}' is no object", name));
  return std::move(*value);
}

Result<void> read_user(const json::object& request, AdmissionRequest& out) {
  const json::object& user = *PQ_TRY(required_object(request, "userInfo"));
  out.user = PQ_TRY(text_of(user, "username"));
  const json::value* groups = base::json_member(&user, "groups");
  if (groups == nullptr || groups->is_null()) return {};
  if (!groups->is_array()) return malformed("'groups' is no list");
  for (const json::value& group : groups->get_array()) {
    if (!group.is_string()) return malformed("a group is no text");
    out.groups.emplace_back(group.get_string());
  }
  return {};
}

Result<Operation> operation_of(const json::object& request) {
  const std::string name = PQ_TRY(required_text(request, "operation"));
  for (std::size_t i = 0; i < kOperations.size(); ++i)
    if (kOperations.at(i) == name) return static_cast<Operation>(i);
  return malformed(fmt::format("there is no operation '{}'", base::printable(name)));
}

/// Whether an object says that it is of the kind that the request is about.
Result<void> check_kind(const json::value& object, const GroupVersionKind& kind) {
  if (object.is_null()) return {};
  const json::object& members = object.get_object();
  const std::string version = kind.group.empty() ? kind.version : kind.group + "/" + kind.version;
  if (base::json_string(&members, "kind") != kind.kind ||
      base::json_string(&members, "apiVersion") != version)
    return malformed(fmt::format("the request is about a {} of {}, and its object is another",
                                 base::printable(kind.kind),
                                 base::printable(version)));
  return {};
}

Result<void> check_objects(const AdmissionRequest& request) {
  const bool makes = request.operation == Operation::Create ||
                     request.operation == Operation::Update ||
                     request.operation == Operation::Connect;
  if (makes && request.object.is_null()) return malformed("'object' is missing");
  if (request.operation == Operation::Update && request.old_object.is_null())
    return malformed("'oldObject' is missing");
  PQ_TRY(check_kind(request.object, request.kind));
  return check_kind(request.old_object, request.kind);
}

Result<AdmissionRequest> read_request(json::object& request) {
  AdmissionRequest out;
  out.uid = PQ_TRY(required_text(request, "uid"));
  if (!base::is_word(out.uid)) return malformed("'uid' is not printable");
  const json::object& kind = *PQ_TRY(required_object(request, "kind"));
  out.kind = {PQ_TRY(text_of(kind, "group")),
              PQ_TRY(required_text(kind, "version")),
              PQ_TRY(required_text(kind, "kind"))};
  const json::object& resource = *PQ_TRY(required_object(request, "resource"));
  out.resource = {PQ_TRY(text_of(resource, "group")),
                  PQ_TRY(required_text(resource, "version")),
                  PQ_TRY(required_text(resource, "resource"))};
  out.sub_resource = PQ_TRY(text_of(request, "subResource"));
  out.name = PQ_TRY(text_of(request, "name"));
  out.space = PQ_TRY(text_of(request, "namespace"));
  out.operation = PQ_TRY(operation_of(request));
  PQ_TRY(read_user(request, out));
  out.dry_run = PQ_TRY(flag_of(request, "dryRun"));
  out.object = PQ_TRY(object_of(request, "object"));
  out.old_object = PQ_TRY(object_of(request, "oldObject"));
  PQ_TRY(check_objects(out));
  return out;
}

/// One line of at most `limit` bytes.
std::string line_of(std::string_view text, std::size_t limit) {
  std::string line = base::printable(text);
  if (line.size() <= limit) return line;
  std::size_t end = limit - 3;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U)
    --end; // not inside a character
  return line.substr(0, end) + "...";
}

json::array warnings_of(const AdmissionAnswer& answer) {
  constexpr std::size_t kLongest = 256;
  constexpr std::size_t kTogether = 4096;
  json::array lines;
  std::size_t all = 0;
  for (const std::string& warning : answer.warnings) {
    std::string line = line_of(warning, kLongest);
    all += line.size();
    if (all > kTogether) break;
    lines.emplace_back(std::move(line));
  }
  return lines;
}

} // namespace

std::string_view operation_name(Operation operation) {
  return kOperations.at(static_cast<std::size_t>(operation));
}

Result<AdmissionRequest> parse_admission_review(std::string_view body, const base::Limits& limits) {
  json::value review = PQ_TRY(parse_review_json(body, limits));
  json::object* members = review.if_object();
  if (members == nullptr) return malformed("it is no object");
  const std::string version = PQ_TRY(required_text(*members, "apiVersion"));
  if (PQ_TRY(required_text(*members, "kind")) != "AdmissionReview")
    return malformed("its kind is not AdmissionReview");
  if (version != kVersion)
    return fail(Code::Unsupported,
                fmt::format("its version is {}; this webhook speaks {} alone: set "
                            "admissionReviewVersions: [v1] in its configuration",
                            base::printable(version),
                            kVersion));
  json::value* request = members->if_contains("request");
  if (request == nullptr || !request->is_object()) return malformed("'request' is missing");
  return base::at("request", read_request(request->get_object()));
}

std::string admission_review_text(const AdmissionAnswer& answer) {
  // The API server cuts nothing off a message; clients show all of it on one terminal.
  constexpr std::size_t kLongestMessage = 8192;
  json::object response{{"uid", answer.uid}, {"allowed", answer.allowed}};
  if (!answer.message.empty() || answer.code != 0) {
    json::object status;
    if (!answer.message.empty()) status["message"] = line_of(answer.message, kLongestMessage);
    if (!answer.reason.empty()) status["reason"] = answer.reason;
    if (answer.code != 0) status["code"] = answer.code;
    response["status"] = std::move(status);
  }
  if (json::array warnings = warnings_of(answer); !warnings.empty())
    response["warnings"] = std::move(warnings);
  if (!answer.audit_annotations.empty()) {
    json::object annotations;
    for (const auto& [name, value] : answer.audit_annotations)
      annotations[name] = line_of(value, kLongestMessage);
    response["auditAnnotations"] = std::move(annotations);
  }
  if (!answer.patch.empty()) {
    response["patchType"] = "JSONPatch";
    response["patch"] = base::to_base64(json::serialize(answer.patch));
  }
  const json::object review{
      {"apiVersion", kVersion}, {"kind", "AdmissionReview"}, {"response", std::move(response)}};
  return json::serialize(review);
}

} // namespace portique::access::kubernetes
