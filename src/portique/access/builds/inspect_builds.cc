#include "portique/access/builds/inspect_builds.h"

#include <memory>
#include <string>
#include <utility>

#include "portique/access/builds/build_inspector.h"
#include "portique/access/builds/context_inspector.h"
#include "portique/access/docker/engine_call.h"
#include "portique/base/json.h"

namespace portique::access {

namespace {

using base::Result;

/// Asks the judge about what a request's stream turned out to hold.
class Asker {
public:
  Asker(Judge& judge, EngineRequest request, Identity caller)
      : judge_(&judge), request_(std::move(request)), caller_(std::move(caller)) {}

  Result<void> operator()(std::string_view action, const WorkloadFacts& facts) const {
    const Ruling ruling = judge_->judge_stream(Gate::Guard, request_, action, facts, caller_);
    if (ruling.decision.allow) return {};
    return base::fail(base::Code::InvalidArgument, ruling.decision.reason);
  }

private:
  Judge* judge_;
  EngineRequest request_; ///< without its body
  Identity caller_;
};

class BuildStream final : public StreamInspector {
public:
  BuildStream(BuildConnection kind, std::string session, BuildSessions& sessions, Asker ask)
      : inspector_(kind, std::move(session), sessions, std::move(ask)) {}

  Result<void> on_client_bytes(std::string_view bytes) override {
    return inspector_.from_client(bytes);
  }

  Result<void> on_engine_bytes(std::string_view bytes) override {
    return inspector_.from_engine(bytes);
  }

private:
  BuildInspector inspector_;
};

class ContextStream final : public StreamInspector {
public:
  ContextStream(std::string_view dockerfile, BuildArguments arguments, Asker ask)
      : inspector_(
            dockerfile, std::move(arguments), [ask = std::move(ask)](const WorkloadFacts& facts) {
              return ask("images.build", facts);
            }) {}

  Result<void> on_client_bytes(std::string_view bytes) override { return inspector_.feed(bytes); }

  Result<void> on_engine_bytes(std::string_view) override { return {}; }

private:
  ContextInspector inspector_;
};

std::string_view query_value(const EngineCall& call, std::string_view key) {
  for (const auto& [name, value] : call.query)
    if (name == key) return value;
  return {};
}

/// `buildargs`: a JSON object; null stands for a name without value.
Result<BuildArguments> build_arguments(const EngineCall& call) {
  BuildArguments arguments;
  const std::string_view text = query_value(call, "buildargs");
  if (text.empty()) return arguments;
  const auto json = PQ_TRY(base::at("buildargs", base::parse_json(text)));
  const boost::json::object* members = base::json_object(&json);
  if (members == nullptr) return base::fail(base::Code::Malformed, "buildargs is no JSON object");
  for (const auto& member : *members)
    if (const auto* value = member.value().if_string())
      arguments.insert_or_assign(std::string(member.key()), std::string(*value));
  return arguments;
}

} // namespace

InspectStream inspect_builds(Judge& judge, BuildSessions& sessions) {
  return [&judge, &sessions](const EngineRequest& request,
                             const Identity& caller,
                             const Ruling&) -> Result<std::unique_ptr<StreamInspector>> {
    const EngineCall call = PQ_TRY(parse_engine_call(request));
    EngineRequest head = request;
    head.body.clear();
    Asker ask(judge, std::move(head), caller);
    if (call.action->name == "session.start")
      return std::make_unique<BuildStream>(
          BuildConnection::Session,
          std::string(http::header_value(request.headers, "X-Docker-Expose-Session-Uuid")),
          sessions,
          std::move(ask));
    if (call.action->name == "grpc.start")
      return std::make_unique<BuildStream>(
          BuildConnection::Grpc, std::string(), sessions, std::move(ask));
    if (call.action->name != "images.build") return nullptr;
    BuildArguments arguments = PQ_TRY(build_arguments(call));
    if (query_value(call, "version") == "2") {
      sessions.began(query_value(call, "session"), arguments);
      return nullptr;
    }
    return std::make_unique<ContextStream>(
        query_value(call, "dockerfile"), std::move(arguments), std::move(ask));
  };
}

} // namespace portique::access
