#pragma once

// Callers, resources and policies for tests.

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "portique/access/roles/decide.h"
#include "portique/base/text.h"

namespace portique::access {

/// The moment at which tests decide.
inline constexpr base::Time kTestTime{std::chrono::days(20'600)}; // 2026-05-27

/// Loads a text that has no errors.
inline std::shared_ptr<const AccessPolicy> loaded_policy(std::string text) {
  LoadedAccessPolicy loaded =
      AccessPolicy::load_text("access.yaml", std::move(text), base::Limits(), kTestTime);
  for (const policy::Diagnostic& diagnostic : loaded.diagnostics)
    if (diagnostic.level == policy::Level::Error) ADD_FAILURE() << diagnostic.text();
  return loaded.policy;
}

/// "alice" with a certificate; "alice@dev" in a group; "uid:1000" by the guard's socket;
/// "container:ID" from inside a container; "nobody" through the engine's own socket.
inline Identity test_caller(std::string_view who) {
  Identity caller;
  if (who == "nobody") return caller;
  if (who.starts_with("uid:")) {
    caller.proof = Proof::Socket;
    caller.local = LocalCaller{};
    caller.local->uid = base::parse_int<std::uint32_t>(who.substr(4)).value();
    caller.user = caller.local->uid == 0 ? "root" : "user" + std::string(who.substr(4));
    return caller;
  }
  if (who.starts_with("container:")) {
    caller.proof = Proof::Socket;
    caller.user = "root";
    caller.local = LocalCaller{};
    caller.local->container = who.substr(10);
    return caller;
  }
  caller.proof = Proof::Certificate;
  caller.user = who.substr(0, who.find('@'));
  if (who.find('@') != std::string_view::npos)
    caller.groups.emplace_back(who.substr(who.find('@') + 1));
  caller.certificate = std::string(62, 'a') + "01";
  caller.address = "192.0.2.1:4711";
  return caller;
}

inline Resource test_container(std::string name, std::string owner) {
  return {.kind = "container",
          .names = {std::move(name), std::string(64, 'c')},
          .exists = true,
          .images = {"nginx:1.27"},
          .networks = {"front"},
          .owner = std::move(owner),
          .running = true};
}

} // namespace portique::access
