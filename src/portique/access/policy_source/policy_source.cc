#include "portique/access/policy_source/policy_source.h"

#include <algorithm>
#include <utility>

#include "portique/access/policy_source/change_watch.h"
#include "portique/access/policy_source/policy_signature.h"
#include "portique/base/digest.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

std::string document_of(const LastGoodPolicy& policy) {
  return policy_document(policy.name, policy.text, policy.included);
}

std::string digest_of(const LastGoodPolicy& policy) {
  return base::digest_of(base::as_bytes(document_of(policy))).text();
}

PolicyText
shown_text(const LastGoodPolicy& policy, const std::string& digest, std::string revision) {
  return {.name = policy.name,
          .text = policy.text,
          .included = policy.included,
          .digest = digest,
          .revision = std::move(revision),
          .approvals = policy.approvals};
}

std::string shown_revision(const LastGoodPolicy& policy) {
  if (policy.serial > 0) return "serial " + std::to_string(policy.serial);
  return policy.revision;
}

} // namespace

PolicySource::PolicySource(PolicySourceOptions options,
                           Load load,
                           std::unique_ptr<PolicyOrigin> origin)
    : options_(std::move(options)), load_(std::move(load)),
      store_(options_.state_folder, options_.origin.location), origin_(std::move(origin)) {
  status_.location = options_.origin.location;
}

PolicySource::~PolicySource() = default;

base::Time PolicySource::now() const {
  return options_.clock ? options_.clock() : base::now();
}

base::Result<std::unique_ptr<PolicySource>> PolicySource::open(PolicySourceOptions options,
                                                               Load load) {
  options.origin.wants_signature = !options.keys.empty();
  auto origin = PQ_TRY(open_origin(options.origin));
  std::unique_ptr<PolicySource> source(
      new PolicySource(std::move(options), std::move(load), std::move(origin)));
  PQ_TRY(source->start());
  return source;
}

/// The last good copy tells which serial numbers are past, and serves where the origin does not.
base::Result<void> PolicySource::start() {
  const std::lock_guard refreshing(refreshing_);
  auto kept = PQ_TRY(store_.load());
  std::optional<base::Time> expires;
  if (kept && !options_.keys.empty()) {
    // A copy of before a change of keys is worth nothing, its serial number included.
    const auto statement = verify_policy(document_of(*kept), kept->signature, options_.keys);
    if (statement)
      expires = statement->expires;
    else
      kept.reset();
  }
  if (kept) policy_.serial = kept->serial;
  if (kept && kept->serial > 0) {
    policy_.name = kept->name;
    policy_.text = kept->text;
    policy_.included = kept->included;
  }
  const auto fresh = refresh();
  if (fresh) return {};
  if (!kept) return std::unexpected(fresh.error());
  const auto taken = take(*std::move(kept), expires, true);
  if (!taken) return std::unexpected(fresh.error());
  const base::Error problem = fresh.error();
  note_problem(&problem);
  return {};
}

base::Result<LastGoodPolicy> PolicySource::verified(OriginText read,
                                                    std::optional<base::Time>& expires) const {
  LastGoodPolicy policy{.name = std::move(read.name),
                        .text = std::move(read.text),
                        .included = std::move(read.included),
                        .signature = std::move(read.signature),
                        .revision = std::move(read.revision),
                        .approvals = std::move(read.approvals)};
  if (options_.keys.empty()) return policy;
  const PolicyStatement statement =
      PQ_TRY(verify_policy(document_of(policy), policy.signature, options_.keys));
  if (statement.expires && *statement.expires <= now())
    return fail(Code::DigestMismatch,
                "the policy's signature expired at " + base::format_time(*statement.expires));
  const std::lock_guard guard(guard_);
  if (statement.serial < policy_.serial)
    return fail(Code::DigestMismatch,
                "the policy has serial number " + std::to_string(statement.serial) +
                    ", which is older than " + std::to_string(policy_.serial) +
                    " that has been taken already");
  if (statement.serial == policy_.serial && statement.serial > 0 &&
      document_of(policy) != document_of(policy_))
    return fail(Code::DigestMismatch,
                "serial number " + std::to_string(statement.serial) +
                    " stands for two different policies");
  policy.serial = statement.serial;
  expires = statement.expires;
  return policy;
}

base::Result<void>
PolicySource::take(LastGoodPolicy policy, std::optional<base::Time> expires, bool from_disk) {
  const std::string digest = digest_of(policy);
  bool serves = false;
  {
    const std::lock_guard guard(guard_);
    serves = digest == digest_;
  }
  if (!serves) PQ_TRY(load_(shown_text(policy, digest, shown_revision(policy))));
  // The policy serves even if it cannot be kept; the status says that a restart would miss it.
  std::string not_kept;
  if (!from_disk)
    if (const auto stored = store_.store(policy); !stored) not_kept = stored.error().text();
  const std::lock_guard guard(guard_);
  if (!serves) status_.loaded = now();
  status_.from_last_good = from_disk;
  status_.expires = expires;
  policy_ = std::move(policy);
  digest_ = digest;
  not_kept_ = std::move(not_kept);
  return {};
}

void PolicySource::note_problem(const base::Error* error) {
  const std::lock_guard guard(guard_);
  if (error == nullptr) {
    status_.problem.clear();
    status_.problem_since.reset();
    return;
  }
  status_.problem = error->text();
  if (!status_.problem_since) status_.problem_since = now();
}

/// With refreshing_ held.
base::Result<bool> PolicySource::refresh() {
  const auto attempt = [this]() -> base::Result<bool> {
    std::string known;
    std::string before;
    {
      const std::lock_guard guard(guard_);
      // Until something serves, and while the origin's text is in doubt, all of it is wanted.
      if (!digest_.empty() && status_.problem.empty()) known = policy_.revision;
      before = digest_;
    }
    auto read = PQ_TRY(origin_->read(known));
    if (!read) return false;
    std::optional<base::Time> expires;
    LastGoodPolicy policy = PQ_TRY(verified(*std::move(read), expires));
    const std::string digest = digest_of(policy);
    PQ_TRY(take(std::move(policy), expires, false));
    return digest != before;
  };
  const auto outcome = attempt();
  const base::Error* problem = outcome ? nullptr : &outcome.error();
  note_problem(problem);
  return outcome;
}

base::Result<bool> PolicySource::reload() {
  const std::lock_guard refreshing(refreshing_);
  return refresh();
}

base::Result<void> PolicySource::watch() {
  const std::lock_guard refreshing(refreshing_);
  if (thread_.joinable()) return {};
  auto watch = PQ_TRY(ChangeWatch::open());
  thread_ = std::jthread([this, owned = std::move(watch)](const std::stop_token& stop) mutable {
    const std::stop_callback wake(stop, [&owned] { owned.wake(); });
    while (!stop.stop_requested()) {
      std::vector<std::filesystem::path> paths;
      {
        const std::lock_guard held(refreshing_);
        paths = origin_->watched();
      }
      owned.set_paths(paths);
      {
        // What changed before the paths were watched is seen here; errors stand in the status.
        const std::lock_guard held(refreshing_);
        if (!stop.stop_requested()) (void)refresh();
      }
      owned.wait(options_.poll);
    }
  });
  return {};
}

PolicyText PolicySource::current() const {
  const std::lock_guard guard(guard_);
  return shown_text(policy_, digest_, shown_revision(policy_));
}

PolicySourceStatus PolicySource::status() const {
  const std::lock_guard guard(guard_);
  PolicySourceStatus status = status_;
  status.digest = digest_;
  status.revision = shown_revision(policy_);
  status.serial = policy_.serial;
  if (status.problem.empty() && status.expires && *status.expires <= now())
    status.problem = "the policy's signature expired at " + base::format_time(*status.expires) +
                     "; it serves on until there is a newer one";
  if (status.problem.empty() && !not_kept_.empty())
    status.problem = "no last good copy is kept for the next start: " + not_kept_;
  return status;
}

} // namespace portique::access
