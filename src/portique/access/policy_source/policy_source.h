#pragma once

// The policy of a gate, kept up to date: read from its origin, verified, offered to whoever loads
// it, and kept as the last good one. A source that breaks never takes the policy away: the last
// good one serves on, and status() says so.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "portique/access/policy_source/last_good_policy.h"
#include "portique/access/policy_source/policy_origin.h"
#include "portique/access/trust/public_key.h"
#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::access {

struct PolicySourceOptions {
  OriginOptions origin; ///< its wants_signature is set by the keys
  /// Ed25519 keys; if there are any, a text counts only with a signature of one of them.
  std::vector<PublicKey> keys;
  std::filesystem::path state_folder; ///< "": no last good copy on disk
  /// How often the origin is asked without being told of a change. Files and checkouts are watched
  /// besides.
  std::chrono::milliseconds poll{60'000};
  std::function<base::Time()> clock; ///< empty: the machine's
};

struct PolicyText {
  std::string name; ///< of its own file, as its includes are named
  std::string text;
  policy::IncludedFiles included; ///< all that it includes
  std::string
      digest; ///< "sha256:..." of the text and of what it includes; not the policy's version
  std::string revision;  ///< commit, ETag or "serial 7"; "" for plain files
  std::string approvals; ///< of other people, "" if there are none; who loads it judges them
};

struct PolicySourceStatus {
  std::string location;
  std::string digest;
  std::string revision;
  std::uint64_t serial = 0; ///< 0 without signatures
  base::Time loaded;        ///< when this version began to serve here
  std::optional<base::Time> expires;
  bool from_last_good = false; ///< read from disk because the origin was of no use at the start
  std::string problem;         ///< why the origin's present text does not serve; "" if it does
  std::optional<base::Time> problem_since;
};

class PolicySource {
public:
  /// Loads a text; an error means that it is not good and the one before serves on. Called one at
  /// a time, on the thread of open(), reload() or the watch.
  using Load = std::function<base::Result<void>(const PolicyText&)>;

  /// Offers the origin's text to `load`, or the last good copy if that does not serve. An error if
  /// neither does.
  static base::Result<std::unique_ptr<PolicySource>> open(PolicySourceOptions options, Load load);
  ~PolicySource();
  PolicySource(const PolicySource&) = delete;
  PolicySource& operator=(const PolicySource&) = delete;

  /// Asks the origin now, from any thread (SIGHUP). True if a new version serves; an error is what
  /// status() shows from then on.
  base::Result<bool> reload();

  /// Asks by itself from now on, on a thread of its own, until the end of this object.
  base::Result<void> watch();

  [[nodiscard]] PolicyText current() const;
  [[nodiscard]] PolicySourceStatus status() const;

private:
  PolicySource(PolicySourceOptions options, Load load, std::unique_ptr<PolicyOrigin> origin);

  base::Result<void> start();
  base::Result<bool> refresh();
  base::Result<LastGoodPolicy> verified(OriginText read, std::optional<base::Time>& expires) const;
  base::Result<void> take(LastGoodPolicy policy, std::optional<base::Time> expires, bool from_disk);
  void note_problem(const base::Error* error);
  [[nodiscard]] base::Time now() const;

  PolicySourceOptions options_;
  Load load_;
  LastGoodStore store_;
  std::mutex refreshing_; ///< guards origin_ and load_; taken before guard_
  std::unique_ptr<PolicyOrigin> origin_;
  mutable std::mutex guard_; ///< guards what follows
  LastGoodPolicy policy_;
  std::string digest_;
  PolicySourceStatus status_;
  std::string not_kept_; ///< why the last good copy could not be written
  std::jthread thread_;
};

} // namespace portique::access
