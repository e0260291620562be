#pragma once

// The answers of gates about images, out of what is at hand: verdicts that scans left in the cache,
// and signatures that were looked up before. What nobody looked up yet is asked for in the
// background, so that the next request knows.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "portique/access/image_trust.h"
#include "portique/access/trust/cosign.h"
#include "portique/access/trust/image_signatures.h"
#include "portique/image/registry_options.h"
#include "portique/scan/verdict_store.h"

namespace portique::access {

struct KnownImagesOptions {
  std::filesystem::path cache_folder; ///< of `portique scan`; signatures are kept there, too
  std::vector<TrustedKey> keys;
  image::RegistryOptions registry;
  /// Versions of policies ("sha256:...") whose verdicts count; empty: any.
  std::vector<std::string> scan_policies;
  /// Whether registries are asked about images that nobody asked about before.
  bool look_up = true;
  /// How long "nobody trusted signed it" holds before it is asked for anew. What was signed stays
  /// so: digests do not change.
  std::chrono::seconds unsigned_for{300};
  std::size_t threads = 1;           ///< registries that are asked at a time
  std::function<base::Time()> clock; ///< empty: the machine's
};

class KnownImages final : public ImageTrust, public SignatureSearch {
public:
  explicit KnownImages(KnownImagesOptions options);
  ~KnownImages() override;

  /// `reference` gives the registry to ask, `id` the image: without an id only a reference with a
  /// digest can be known.
  base::Result<ImageStanding> standing(std::string_view reference, std::string_view id) override;

  void begin(std::string_view reference) override;
  base::Result<ImageStanding> finish(std::string_view reference,
                                     std::chrono::steady_clock::time_point deadline) override;

  /// Asks the registry now, and keeps the answer for standing().
  base::Result<SignatureFindings> look_up(const image::Reference& reference);

  /// Until nothing is left to be asked; for tests and for the end.
  void wait_until_idle();

private:
  /// What is kept of one image.
  struct Known {
    base::Time asked;
    std::vector<std::string> signers;
  };

  /// What a registry said of a name a moment ago.
  struct Answer {
    base::Result<base::Digest> digest;
    std::chrono::steady_clock::time_point until;
  };

  [[nodiscard]] base::Time now() const;
  [[nodiscard]] std::string key_of(std::string_view id) const;
  std::optional<Known> known(std::string_view id);
  void remember(const SignatureFindings& findings);
  [[nodiscard]] bool is_stale(const Known& known) const;
  std::optional<base::Result<ImageStanding>> at_hand(const image::Reference& reference);
  void push(const std::string& reference, bool first);
  void enqueue(const std::string& reference);
  void work(const std::stop_token& stop);

  KnownImagesOptions options_;
  scan::VerdictStore verdicts_;
  std::filesystem::path folder_;
  std::string keys_id_; ///< digest of names and keys: other keys, other answers
  std::mutex guard_;    ///< guards what follows
  std::condition_variable_any changed_;
  std::map<std::string, Known, std::less<>> known_;
  std::deque<std::string> queue_;
  std::set<std::string, std::less<>> queued_;
  std::map<std::string, base::Time, std::less<>> asked_; ///< references
  std::map<std::string, Answer, std::less<>> answers_;   ///< by reference
  std::size_t busy_ = 0;
  std::vector<std::jthread> threads_;
};

} // namespace portique::access
