#pragma once

// What Docker's daemon asks an authorization plugin, and how it wants to be answered.

#include <chrono>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "portique/access/gate.h"
#include "portique/access/pass_book.h"
#include "portique/base/result.h"
#include "portique/http/server.h"

namespace portique::access {

/// What the daemon was asked, in our own terms.
struct PluginQuestion {
  EngineRequest request;
  Identity caller;
  int status = 0;     ///< of the engine's answer; AuthZRes only; 0 if the request failed
  std::string answer; ///< its body
};

/// The JSON of AuthZReq and AuthZRes.
base::Result<PluginQuestion> parse_plugin_question(std::string_view json);

class PluginProtocol {
public:
  /// `view_token`: requests that only look and carry it in the header "Portique-View" are the
  /// judge's own; "" if there are none. The judge must outlive this.
  /// `passes`: what a guard has let through is not judged again; null: there is no guard.
  PluginProtocol(Judge& judge, std::string view_token, PassBook* passes = nullptr);

  /// From several threads.
  http::Response answer(const http::Request& request);

  /// The same if it needs no question to the engine, else nothing.
  std::optional<http::Response> answer_at_once(const http::Request& request);

  /// The same if it needs no judge, else nothing.
  std::optional<http::Response> answer_blindly(const http::Request& request);

  /// What the daemon gets if a decision takes too long.
  static http::Response late_answer();

private:
  /// A ruling that waits for the engine's answer.
  struct Pending {
    std::string key;
    Ruling ruling;
    std::chrono::steady_clock::time_point since;
  };

  std::optional<http::Response> judge_request(std::string_view body, bool may_wait);
  http::Response note_answer(std::string_view body);
  void remember(std::string key, Ruling ruling);
  bool take(std::string_view key, Ruling& ruling);
  bool needs_no_note(std::string_view body);

  Judge& judge_;
  std::string view_token_;
  PassBook* passes_;
  std::mutex mutex_;
  std::list<Pending> pending_; ///< the oldest one first
};

} // namespace portique::access
