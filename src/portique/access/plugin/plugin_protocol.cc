// https://docs.docker.com/engine/extend/plugins_authorization/ and the daemon's pkg/authorization:
//
//   {"User":"alice","UserAuthNMethod":"TLS","RequestMethod":"POST","RequestUri":"/v1.41/...",
//    "RequestBody":"<base64>","RequestHeaders":{"Content-Type":"..."},
//    "RequestPeerCertificates":["<base64 of PEM>"],
//    "ResponseStatusCode":201,"ResponseBody":"<base64>","ResponseHeaders":{...}}
//
// Members that are empty are left out. A body is left out, too, if it is not JSON, if it is 1 MiB
// or longer, and in ways that the daemon does not know of: what is not there is Unseen, never
// Empty. The daemon takes {"Allow":true,"Err":"..."} for a yes; a no is said with Allow false
// alone.

#include "portique/access/plugin/plugin_protocol.h"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>
#include <openssl/crypto.h>

#include "portique/base/digest.h"
#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/http/certificate.h"

namespace portique::access {

namespace json = boost::json;

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::string_view kViewHeader = "Portique-View";
/// Creations under way at a time; a daemon that never answers must not fill our memory.
constexpr std::size_t kPending = 4096;
/// A build or a pull may take long.
constexpr std::chrono::hours kPendingTime{6};

http::Response plugin_answer(const json::object& content) {
  http::Response response;
  response.headers.push_back({"Content-Type", "application/vnd.docker.plugins.v1.1+json"});
  response.body = json::serialize(content);
  return response;
}

http::Response allowed() {
  return plugin_answer({{"Allow", true}});
}

http::Response denied(std::string_view why) {
  return plugin_answer({{"Allow", false}, {"Msg", base::to_utf8(why)}});
}

Result<std::string> bytes_of(const json::object& question, std::string_view name) {
  auto bytes = base::from_base64(base::json_string(&question, name));
  if (!bytes) return fail(Code::Malformed, "the daemon's question holds no base64");
  return *std::move(bytes);
}

/// The certificate that TLS verified: the first of the list.
Result<void> add_certificate(const json::object& question, Identity& caller) {
  const json::array& certificates = base::json_items(&question, "RequestPeerCertificates");
  if (certificates.empty()) return {}; // daemons before 1.13: only the name
  if (!certificates.front().is_string())
    return fail(Code::Malformed, "the daemon's question holds no certificate");
  const auto pem = base::from_base64(std::string_view(certificates.front().get_string()));
  if (!pem) return fail(Code::Malformed, "the daemon's question holds no certificate");
  const http::PeerCertificate certificate = PQ_TRY(http::read_certificate_pem(*pem));
  // Two readings of one certificate would be two users.
  if (certificate.common_name != caller.user)
    return fail(Code::Malformed, "the certificate does not name the user that the daemon names");
  caller.groups = certificate.organizations;
  caller.groups.insert(caller.groups.end(),
                       certificate.organization_units.begin(),
                       certificate.organization_units.end());
  caller.certificate = certificate.fingerprint;
  return {};
}

Result<Identity> identify(const json::object& question) {
  Identity caller;
  const std::string_view method = base::json_string(&question, "UserAuthNMethod");
  caller.user = base::json_string(&question, "User");
  if (method.empty() && caller.user.empty()) return caller;
  if (method != "TLS") return fail(Code::Malformed, "the daemon knows its user by no certificate");
  caller.proof = Proof::Certificate;
  PQ_TRY(add_certificate(question, caller));
  return caller;
}

/// Requests that are alike in all of this cannot be told apart, and need not be.
std::string key_of(const PluginQuestion& question) {
  base::Hasher hasher;
  for (const std::string* part : {&question.request.method,
                                  &question.request.target,
                                  &question.caller.user,
                                  &question.caller.certificate,
                                  &question.request.body}) {
    const std::string text = std::to_string(part->size()) + ":" + *part;
    hasher.update(std::as_bytes(std::span(text)));
  }
  return hasher.finish().text();
}

/// Whether the question is about a request that only looks. In JSON this text can be nothing but a
/// member: inside a string its quotes would be escaped.
bool only_looks(std::string_view question) {
  return question.find(R"("RequestMethod":"GET")") != std::string_view::npos ||
         question.find(R"("RequestMethod":"HEAD")") != std::string_view::npos;
}

bool is_same_secret(std::string_view a, std::string_view b) {
  return !a.empty() && a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace

Result<PluginQuestion> parse_plugin_question(std::string_view text) {
  const json::value value = PQ_TRY(base::parse_json(text));
  const json::object* object = base::json_object(&value);
  if (object == nullptr) return fail(Code::Malformed, "the daemon's question is no object");
  PluginQuestion question;
  question.request.method = base::json_string(object, "RequestMethod");
  question.request.target = base::json_string(object, "RequestUri");
  if (question.request.method.empty() || question.request.target.empty())
    return fail(Code::Malformed, "the daemon's question names no request");
  for (const auto& [name, header] : base::json_fields(object, "RequestHeaders")) {
    if (!header.is_string())
      return fail(Code::Malformed, "the daemon sent a header that is no text");
    question.request.headers.push_back(
        {std::string(name), std::string(std::string_view(header.get_string()))});
  }
  question.request.body_state = BodyState::Unseen;
  if (base::json_member(object, "RequestBody") != nullptr) {
    question.request.body = PQ_TRY(bytes_of(*object, "RequestBody"));
    question.request.body_state = BodyState::Whole;
  }
  question.caller = PQ_TRY(identify(*object));
  question.status =
      static_cast<int>(base::json_integer(object, "ResponseStatusCode").value_or(0) % 1000);
  question.answer = PQ_TRY(bytes_of(*object, "ResponseBody"));
  return question;
}

PluginProtocol::PluginProtocol(Judge& judge, std::string view_token, PassBook* passes)
    : judge_(judge), view_token_(std::move(view_token)), passes_(passes) {}

http::Response PluginProtocol::late_answer() {
  return denied("no decision came in time");
}

http::Response PluginProtocol::answer(const http::Request& request) {
  if (request.method != "POST") return {.status = 405};
  if (request.target == "/Plugin.Activate")
    return plugin_answer({{"Implements", json::array{"authz"}}});
  if (request.target == "/AuthZPlugin.AuthZReq") return *judge_request(request.body, true);
  if (request.target == "/AuthZPlugin.AuthZRes") return note_answer(request.body);
  return {.status = 404};
}

std::optional<http::Response> PluginProtocol::answer_at_once(const http::Request& request) {
  if (request.method == "POST" && request.target == "/AuthZPlugin.AuthZReq")
    return judge_request(request.body, false);
  return std::nullopt;
}

std::optional<http::Response> PluginProtocol::answer_blindly(const http::Request& request) {
  if (request.method == "POST" && request.target == "/AuthZPlugin.AuthZRes" &&
      needs_no_note(request.body))
    return allowed();
  return std::nullopt;
}

/// Nothing if it would have to wait and must not.
std::optional<http::Response> PluginProtocol::judge_request(std::string_view body, bool may_wait) {
  auto question = parse_plugin_question(body);
  if (!question) return denied(question.error().message());
  const EngineRequest& request = question->request;
  if ((request.method == "GET" || request.method == "HEAD") &&
      is_same_secret(http::header_value(request.headers, kViewHeader), view_token_))
    return allowed();
  if (passes_ != nullptr && passes_->redeem(http::header_value(request.headers, kPassHeader),
                                            request.method,
                                            request.target))
    return allowed();
  if (!may_wait && judge_.may_ask_engine(request)) return std::nullopt;
  Ruling ruling = judge_.judge(Gate::Plugin, request, question->caller);
  if (!ruling.decision.allow) return denied(ruling.decision.reason);
  if (ruling.changes) remember(key_of(*question), std::move(ruling));
  return allowed();
}

/// The request was allowed and is done; whatever is said here only hides the answer.
http::Response PluginProtocol::note_answer(std::string_view body) {
  if (needs_no_note(body)) return allowed();
  const auto question = parse_plugin_question(body);
  Ruling ruling;
  if (question && take(key_of(*question), ruling))
    judge_.completed(ruling, question->caller, question->status, question->answer);
  return allowed();
}

bool PluginProtocol::needs_no_note(std::string_view body) {
  if (only_looks(body)) return true;
  const std::scoped_lock lock(mutex_);
  return pending_.empty();
}

void PluginProtocol::remember(std::string key, Ruling ruling) {
  const auto now = std::chrono::steady_clock::now();
  const std::scoped_lock lock(mutex_);
  while (!pending_.empty() &&
         (pending_.size() >= kPending || pending_.front().since + kPendingTime < now))
    pending_.pop_front();
  pending_.push_back({std::move(key), std::move(ruling), now});
}

bool PluginProtocol::take(std::string_view key, Ruling& ruling) {
  const std::scoped_lock lock(mutex_);
  const auto found =
      std::ranges::find_if(pending_, [&](const Pending& pending) { return pending.key == key; });
  if (found == pending_.end()) return false;
  ruling = std::move(found->ruling);
  pending_.erase(found);
  return true;
}

} // namespace portique::access
