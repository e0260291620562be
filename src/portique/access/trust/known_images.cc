#include "portique/access/trust/known_images.h"

#include <algorithm>
#include <stop_token>

#include "portique/base/codec.h"
#include "portique/base/digest.h"
#include "portique/base/text.h"
#include "portique/scan/cache_file.h"

namespace portique::access {

namespace {

/// Images whose answers stay in memory; what falls out is read from disk again.
constexpr std::size_t kKnown = 10'000;
/// Images that wait to be asked for; what comes when it is full is asked for by a later request.
constexpr std::size_t kQueue = 1'000;
/// A registry that does not answer, or whose tag stands for another image than the engine's, is
/// left alone for so long.
constexpr std::chrono::seconds kRetry{60};

/// Nobody waits for an answer, but the end of the program does.
constexpr std::chrono::seconds kPatience{30};

std::string keys_id(const std::vector<TrustedKey>& keys) {
  std::string text;
  for (const TrustedKey& key : keys) {
    text += key.name + " " + key.key.id();
    for (const std::string& predicate : key.predicates)
      text += " " + predicate;
    text += '\n';
  }
  return base::digest_of(base::as_bytes(text)).text();
}

} // namespace

KnownImages::KnownImages(KnownImagesOptions options)
    : options_(std::move(options)), verdicts_(options_.cache_folder),
      keys_id_(keys_id(options_.keys)) {
  options_.registry.http.total_timeout = kPatience;
  options_.registry.http.retries = 1;
  if (!options_.cache_folder.empty()) folder_ = options_.cache_folder / "signatures";
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

KnownImages::~KnownImages() = default;

base::Time KnownImages::now() const {
  return options_.clock ? options_.clock() : base::now();
}

std::string KnownImages::key_of(std::string_view id) const {
  return "signatures 1 " + keys_id_ + " " + std::string(id);
}

/// With guard_ held.
std::optional<KnownImages::Known> KnownImages::known(std::string_view id) {
  if (const auto found = known_.find(id); found != known_.end()) return found->second;
  if (folder_.empty()) return std::nullopt;
  const auto content = scan::load_cache_file(folder_, key_of(id));
  Known known;
  std::int64_t asked = 0;
  if (!content || !base::decode(base::as_bytes(*content), asked, known.signers))
    return std::nullopt;
  known.asked = base::Time(std::chrono::seconds(asked));
  if (known_.size() >= kKnown) known_.clear();
  known_[std::string(id)] = known;
  return known;
}

void KnownImages::remember(const SignatureFindings& findings) {
  const Known known{.asked = now(), .signers = findings.signers};
  const std::string content = base::encode(
      static_cast<std::int64_t>(known.asked.time_since_epoch().count()), known.signers);
  const std::lock_guard guard(guard_);
  for (const std::string& id : findings.ids) {
    if (known_.size() >= kKnown) known_.clear();
    known_[id] = known;
    // It can be asked for again: a full disk costs time only.
    if (!folder_.empty()) (void)scan::store_cache_file(folder_, key_of(id), content);
  }
}

base::Result<SignatureFindings> KnownImages::look_up(const image::Reference& reference) {
  SignatureFindings findings =
      PQ_TRY(find_image_signatures(reference, options_.keys, options_.registry));
  remember(findings);
  return findings;
}

base::Result<ImageStanding> KnownImages::standing(std::string_view reference, std::string_view id) {
  ImageStanding standing;
  const auto named = image::parse_reference(reference);
  std::string digest(id);
  if (digest.empty() && named) digest = named->digest.text();
  if (digest.empty()) return standing;
  if (const auto parsed = base::Digest::parse(digest)) {
    const auto verdict = verdicts_.load(*parsed);
    const bool counts =
        verdict && (options_.scan_policies.empty() ||
                    std::ranges::find(options_.scan_policies, verdict->policy_version) !=
                        options_.scan_policies.end());
    if (counts) {
      standing.scanned = verdict->scanned;
      standing.decision = verdict->decision;
    }
  }
  if (options_.keys.empty()) return standing;
  const std::lock_guard guard(guard_);
  const auto found = known(digest);
  if (found) {
    standing.is_signed = !found->signers.empty();
    standing.signers = found->signers;
  }
  const bool stale =
      !found || (found->signers.empty() && found->asked + options_.unsigned_for < now());
  // An id alone ("sha256:...") names no registry.
  if (stale && options_.look_up && named && !base::Digest::parse(reference))
    enqueue(std::string(reference));
  return standing;
}

/// With guard_ held.
void KnownImages::enqueue(const std::string& reference) {
  if (queue_.size() >= kQueue || queued_.contains(reference)) return;
  if (const auto asked = asked_.find(reference); asked != asked_.end()) {
    if (asked->second + kRetry > now()) return;
    asked_.erase(asked);
  }
  queue_.push_back(reference);
  queued_.insert(reference);
  changed_.notify_all();
}

void KnownImages::work(const std::stop_token& stop) {
  std::unique_lock guard(guard_);
  while (changed_.wait(guard, stop, [this] { return !queue_.empty(); })) {
    const std::string reference = queue_.front();
    queue_.pop_front();
    busy_ = true;
    guard.unlock();
    const auto named = image::parse_reference(reference);
    // What cannot be asked stays unknown, and is asked for again later.
    if (named) (void)look_up(*named);
    guard.lock();
    queued_.erase(reference);
    if (asked_.size() >= kQueue) asked_.clear();
    asked_[reference] = now();
    busy_ = false;
    changed_.notify_all();
  }
}

void KnownImages::wait_until_idle() {
  std::unique_lock guard(guard_);
  changed_.wait(guard, [this] { return queue_.empty() && !busy_; });
}

} // namespace portique::access
