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

/// How long a name stands for the same content, and how long a registry is taken to be down.
constexpr std::chrono::seconds kRemembered{60};
constexpr std::chrono::seconds kFailureRemembered{5};

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
  for (std::size_t i = 0; i < std::max<std::size_t>(options_.threads, 1); ++i)
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
}

KnownImages::~KnownImages() {
  // All at once: each may have a registry to wait for.
  for (std::jthread& thread : threads_)
    thread.request_stop();
}

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
  const bool stale = !found || is_stale(*found);
  // An id alone ("sha256:...") names no registry.
  if (stale && options_.look_up && named && !base::Digest::parse(reference))
    enqueue(std::string(reference));
  return standing;
}

bool KnownImages::is_stale(const Known& known) const {
  return known.signers.empty() && known.asked + options_.unsigned_for < now();
}

/// With guard_ held. What is known of a name without asking.
std::optional<base::Result<ImageStanding>> KnownImages::at_hand(const image::Reference& reference) {
  const auto answer = answers_.find(reference.text());
  const bool answered =
      answer != answers_.end() && std::chrono::steady_clock::now() < answer->second.until;
  std::string digest = reference.digest.text();
  if (digest.empty() && answered && answer->second.digest) digest = answer->second.digest->text();
  const auto found = digest.empty() ? std::nullopt : known(digest);
  if (found && !is_stale(*found)) {
    ImageStanding standing;
    standing.is_signed = !found->signers.empty();
    standing.signers = found->signers;
    return standing;
  }
  if (answered && !answer->second.digest) return std::unexpected(answer->second.digest.error());
  return std::nullopt;
}

void KnownImages::begin(std::string_view reference) {
  const auto named = image::parse_reference(reference);
  if (!named) return;
  const std::lock_guard guard(guard_);
  if (!at_hand(*named)) push(named->text(), true);
}

base::Result<ImageStanding> KnownImages::finish(std::string_view reference,
                                                std::chrono::steady_clock::time_point deadline) {
  const image::Reference named = PQ_TRY(image::parse_reference(reference));
  const std::string name = named.text();
  std::unique_lock guard(guard_);
  if (auto known = at_hand(named)) return *std::move(known);
  push(name, true);
  if (!changed_.wait_until(guard, deadline, [&] { return !queued_.contains(name); }))
    return base::fail(base::Code::Timeout, "the registry did not answer in time");
  if (auto known = at_hand(named)) return *std::move(known);
  return base::fail(base::Code::LimitExceeded, "too many images are being looked up");
}

/// With guard_ held.
void KnownImages::push(const std::string& reference, bool first) {
  if (queue_.size() >= kQueue || queued_.contains(reference)) return;
  if (first)
    queue_.push_front(reference); // somebody waits
  else
    queue_.push_back(reference);
  queued_.insert(reference);
  changed_.notify_all();
}

/// With guard_ held.
void KnownImages::enqueue(const std::string& reference) {
  if (queue_.size() >= kQueue || queued_.contains(reference)) return;
  if (const auto asked = asked_.find(reference); asked != asked_.end()) {
    if (asked->second + kRetry > now()) return;
    asked_.erase(asked);
  }
  push(reference, false);
}

void KnownImages::work(const std::stop_token& stop) {
  std::unique_lock guard(guard_);
  while (changed_.wait(guard, stop, [this] { return !queue_.empty(); })) {
    const std::string reference = queue_.front();
    queue_.pop_front();
    ++busy_;
    guard.unlock();
    const auto named = image::parse_reference(reference);
    // What cannot be asked stays unknown, and is asked for again later.
    auto found = named ? look_up(*named) : std::unexpected(named.error());
    guard.lock();
    const auto until =
        std::chrono::steady_clock::now() + (found ? kRemembered : kFailureRemembered);
    if (answers_.size() >= kKnown) answers_.clear();
    answers_.insert_or_assign(reference,
                              found ? Answer{std::move(found->digest), until}
                                    : Answer{std::unexpected(std::move(found).error()), until});
    queued_.erase(reference);
    if (asked_.size() >= kQueue) asked_.clear();
    asked_[reference] = now();
    --busy_;
    changed_.notify_all();
  }
}

void KnownImages::wait_until_idle() {
  std::unique_lock guard(guard_);
  changed_.wait(guard, [this] { return queue_.empty() && busy_ == 0; });
}

} // namespace portique::access
