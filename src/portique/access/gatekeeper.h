#pragma once

// The Judge behind plugin and guard: what a request means, what the engine knows of what it is
// about, what the policy says, and a line in the trail before anybody gets an answer.

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/access/audit/trail.h"
#include "portique/access/docker/engine_call.h"
#include "portique/access/docker/engine_view.h"
#include "portique/access/gate.h"
#include "portique/access/image_trust.h"
#include "portique/access/owner_book.h"
#include "portique/access/redaction.h"
#include "portique/access/roles/access_policy.h"
#include "portique/access/roles/break_glass.h"
#include "portique/base/limits.h"

namespace portique::access {

/// What the gatekeeper asks. All of it outlives the gatekeeper and may be asked by several threads.
struct GatekeeperParts {
  EngineView* view = nullptr;
  Trail* trail = nullptr;
  OwnerBook* owners = nullptr; ///< null: nobody owns anything
  ImageTrust* trust = nullptr; ///< null: no image was ever scanned or signed
  /// The facts of a call; for the engine it is workload_facts().
  std::function<base::Result<WorkloadFacts>(const EngineCall&, EngineView&)> facts;
};

struct GatekeeperOptions {
  /// Where break-glass grants lie; "": there are none.
  std::filesystem::path grants_folder;
  /// Where it is kept who approves policies; "": forgotten at the end of the process.
  std::filesystem::path state_folder;
  base::Limits limits;
  std::function<base::Time()> clock; ///< empty: the machine's
};

/// A policy that is to serve from now on.
struct PolicyOffer {
  std::string name; ///< of its file; includes are looked for beside it
  std::string text;
  std::string approvals;                           ///< text of NAME.approvals, "" if there is none
  const policy::IncludedFiles* included = nullptr; ///< all that it may include; null: on disk
};

struct GatekeeperStatus {
  std::string policy;  ///< name of the one that serves, "" if none does
  std::string version; ///< of the one that serves
  std::string problem; ///< why the last offer does not serve, "" if it does
  std::uint64_t allowed = 0;
  std::uint64_t denied = 0;
  std::uint64_t late = 0;      ///< denied because the deadline passed
  std::uint64_t unwritten = 0; ///< denied because the trail took no line
  std::vector<std::string> grant_issues;
};

struct GateCase;

class Gatekeeper final : public Judge {
public:
  /// Denies everything until a policy was taken.
  Gatekeeper(GatekeeperParts parts, GatekeeperOptions options);
  ~Gatekeeper() override;

  /// Takes a policy if it is sound, approved as the serving one (or itself, if there is none) asks,
  /// and stands in the trail; else the one before serves on, and the error says why. Requests under
  /// way keep the policy that they began with. From any thread.
  base::Result<void> offer(const PolicyOffer& offer);

  [[nodiscard]] std::shared_ptr<const AccessPolicy> policy() const;
  [[nodiscard]] GatekeeperStatus status() const;

  [[nodiscard]] std::chrono::milliseconds deadline() const override;
  bool may_ask_engine(const EngineRequest& request) override;
  Ruling judge(Gate gate, const EngineRequest& request, const Identity& caller) override;
  Ruling judge_stream(Gate gate,
                      const EngineRequest& request,
                      std::string_view action,
                      const WorkloadFacts& facts,
                      const Identity& caller) override;
  bool wants_body(const EngineRequest& head) override;
  void completed(const Ruling& ruling,
                 const Identity& caller,
                 int status,
                 std::string_view body) override;

private:
  Ruling rule(GateCase& made);
  void decide_case(GateCase& made);
  void write_down(GateCase& made);
  void own(std::string_view created,
           const Ruling& ruling,
           const Identity& caller,
           std::string_view body);
  void refresh_grants(base::Time now);
  void note(std::string action, std::string resource, Decision decision);
  [[nodiscard]] std::shared_ptr<const std::vector<Grant>> grants() const;
  [[nodiscard]] base::Time now() const;
  base::Result<void> take(const PolicyOffer& offer);
  [[nodiscard]] base::Result<void> check_approvals(const AccessPolicy& candidate,
                                                   const PolicyOffer& offer) const;

  GatekeeperParts parts_;
  GatekeeperOptions options_;
  std::mutex offering_;                        ///< one offer at a time
  mutable std::mutex guard_;                   ///< guards what follows, for the moment of a copy
  std::shared_ptr<const AccessPolicy> policy_; ///< shared with the decisions under way
  std::string problem_;
  std::shared_ptr<const std::vector<Grant>> grants_; ///< shared likewise
  std::vector<std::string> grant_issues_;
  std::mutex refreshing_; ///< one look at the grants at a time
  std::atomic<std::int64_t> grants_seen_{0};
  std::atomic<std::uint64_t> allowed_{0};
  std::atomic<std::uint64_t> denied_{0};
  std::atomic<std::uint64_t> late_{0};
  std::atomic<std::uint64_t> unwritten_{0};
};

} // namespace portique::access
