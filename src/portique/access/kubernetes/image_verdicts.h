#pragma once

// What scans said of images, kept across restarts, and the queue of those that nobody has scanned
// yet. A question never waits for a scan.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include "portique/access/image_trust.h"
#include "portique/base/result.h"

namespace portique::access::kubernetes {

/// What one scan said.
struct ImageVerdict {
  std::string decision; ///< "allow", "warn", "deny"
  std::string reason;   ///< messages of the rules that decided
  std::string digest;   ///< of the manifest that was scanned, "" if unknown
  std::string policy;   ///< version of the policy
  base::Time scanned;
};

/// Scans one image. Called on one thread, which may take minutes.
using ScanImage = std::function<base::Result<ImageVerdict>(const std::string& image)>;

struct KnownImage {
  ImageStanding standing; ///< of a verdict that counts
  std::string reason;     ///< of the decision, or why the last scan failed; "" if there was none
};

struct ImageVerdictOptions {
  std::filesystem::path file;                  ///< "": kept in memory alone
  std::chrono::seconds max_age{7 * 24 * 3600}; ///< older verdicts do not count
  std::size_t images = 50'000;                 ///< more than that: the oldest goes
  std::size_t queue = 256;           ///< scans that wait; further ones are dropped and counted
  std::chrono::seconds retry{60};    ///< how long a failed scan is not tried again
  std::function<base::Time()> clock; ///< empty: the machine's
};

struct ImageVerdictCounts {
  std::uint64_t queued = 0; ///< waiting now
  std::uint64_t scanned = 0;
  std::uint64_t failed = 0;
  std::uint64_t dropped = 0; ///< the queue was full
  std::uint64_t known = 0;
};

class ImageVerdicts final : public ImageTrust {
public:
  /// Reads what is kept; a file that cannot be read is an error. Without `scan` nothing is scanned.
  static base::Result<std::unique_ptr<ImageVerdicts>> open(ImageVerdictOptions options,
                                                           ScanImage scan);
  ~ImageVerdicts() override;

  base::Result<ImageStanding> standing(std::string_view reference, std::string_view id) override;

  /// The same for a reference alone, with what the scan said or why there is none.
  [[nodiscard]] KnownImage look_up(std::string_view reference) const;

  enum class Wish : std::uint8_t { Queued, Waiting, Failed, Full, Unscannable };
  /// Asks for a scan; does not wait. `Waiting`: it is queued or under way already. `Failed`: the
  /// last one failed a moment ago.
  Wish want_scan(std::string_view image);

  /// Verdicts of policies of other versions no longer count.
  void set_policy(std::string version);
  void set_max_age(std::chrono::seconds age);

  [[nodiscard]] ImageVerdictCounts counts() const;

  /// Whether a scan is under way, which the end of this object would wait for.
  [[nodiscard]] bool is_scanning() const;

private:
  struct Failure {
    base::Time when;
    std::string reason;
  };

  ImageVerdicts(ImageVerdictOptions options, ScanImage scan);

  base::Result<void> load();
  base::Result<void> save() const;
  void work(const std::stop_token& stop);
  void take(const std::string& image, base::Result<ImageVerdict> verdict);
  [[nodiscard]] base::Time now() const;
  [[nodiscard]] bool counts_still(const ImageVerdict& verdict) const;

  ImageVerdictOptions options_;
  ScanImage scan_;
  mutable std::mutex guard_; ///< guards what follows
  std::condition_variable_any woken_;
  std::string policy_;
  std::map<std::string, ImageVerdict, std::less<>> verdicts_; ///< by name_of_image()
  std::map<std::string, Failure, std::less<>> failures_;
  std::deque<std::string> queue_;
  std::set<std::string, std::less<>> wanted_; ///< queued or under way
  ImageVerdictCounts counts_;
  std::jthread thread_; ///< goes first: it uses what is above
};

/// One spelling for all of one image: "docker.io/library/nginx:1.27", or with a digest
/// "docker.io/library/nginx@sha256:..."; "" for what is no reference.
std::string name_of_image(std::string_view reference);

} // namespace portique::access::kubernetes
