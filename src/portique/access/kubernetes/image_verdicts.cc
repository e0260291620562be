// The file: {"version": 1, "images": [{"image", "decision", "reason", "digest", "policy",
// "scanned"}]}, written beside and renamed.
#include "portique/access/kubernetes/image_verdicts.h"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/limits.h"
#include "portique/image/reference.h"

namespace portique::access::kubernetes {

namespace json = boost::json;
using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::int64_t kFileVersion = 1;

std::optional<std::pair<std::string, ImageVerdict>> read_entry(const json::value& item) {
  const json::object* entry = item.if_object();
  const auto scanned = base::parse_time(base::json_string(entry, "scanned"));
  std::string image(base::json_string(entry, "image"));
  ImageVerdict verdict{std::string(base::json_string(entry, "decision")),
                       std::string(base::json_string(entry, "reason")),
                       std::string(base::json_string(entry, "digest")),
                       std::string(base::json_string(entry, "policy")),
                       scanned.value_or(base::Time())};
  const bool decided =
      verdict.decision == "allow" || verdict.decision == "warn" || verdict.decision == "deny";
  if (image.empty() || !scanned || !decided) return std::nullopt;
  return std::pair(std::move(image), std::move(verdict));
}

} // namespace

std::string name_of_image(std::string_view reference) {
  const auto parsed = image::parse_reference(reference);
  if (!parsed) return "";
  if (!parsed->digest.empty()) return parsed->name() + "@" + parsed->digest.text();
  return parsed->text();
}

ImageVerdicts::ImageVerdicts(ImageVerdictOptions options, ScanImage scan)
    : options_(std::move(options)), scan_(std::move(scan)) {}

ImageVerdicts::~ImageVerdicts() = default;

Result<std::unique_ptr<ImageVerdicts>> ImageVerdicts::open(ImageVerdictOptions options,
                                                           ScanImage scan) {
  std::unique_ptr<ImageVerdicts> verdicts(new ImageVerdicts(std::move(options), std::move(scan)));
  PQ_TRY(base::at("image verdicts", verdicts->load()));
  if (verdicts->scan_)
    verdicts->thread_ =
        std::jthread([raw = verdicts.get()](const std::stop_token& stop) { raw->work(stop); });
  return verdicts;
}

base::Time ImageVerdicts::now() const {
  return options_.clock ? options_.clock() : base::now();
}

Result<void> ImageVerdicts::load() {
  std::error_code error;
  if (options_.file.empty() || !std::filesystem::exists(options_.file, error)) return {};
  const std::string text =
      PQ_TRY(base::read_file(options_.file, base::Limits().image_verdict_bytes));
  const json::value document = PQ_TRY(base::parse_json(text));
  const json::object* root = document.if_object();
  if (base::json_integer(root, "version") != kFileVersion)
    return fail(Code::Unsupported,
                fmt::format("{} is of another version; move it away", options_.file.string()));
  for (const json::value& item : base::json_items(root, "images")) {
    auto entry = read_entry(item);
    if (!entry) return fail(Code::Malformed, fmt::format("{} is damaged", options_.file.string()));
    if (verdicts_.size() < options_.images) verdicts_.insert(std::move(*entry));
  }
  return {};
}

Result<void> ImageVerdicts::save() const {
  if (options_.file.empty()) return {};
  json::array images;
  for (const auto& [image, verdict] : verdicts_)
    images.push_back(json::object{{"image", image},
                                  {"decision", verdict.decision},
                                  {"reason", verdict.reason},
                                  {"digest", verdict.digest},
                                  {"policy", verdict.policy},
                                  {"scanned", base::format_time(verdict.scanned)}});
  const json::object root{{"version", kFileVersion}, {"images", std::move(images)}};
  return base::write_file_atomically(options_.file, json::serialize(root));
}

bool ImageVerdicts::counts_still(const ImageVerdict& verdict) const {
  const auto age = now() - verdict.scanned;
  // One from the future was written by a clock that is not to be trusted.
  return age <= options_.max_age && age >= -std::chrono::hours(1) &&
         (policy_.empty() || verdict.policy == policy_);
}

Result<ImageStanding> ImageVerdicts::standing(std::string_view reference, std::string_view /*id*/) {
  return look_up(reference).standing;
}

KnownImage ImageVerdicts::look_up(std::string_view reference) const {
  const std::string name = name_of_image(reference);
  const std::scoped_lock lock(guard_);
  KnownImage known;
  const auto found = verdicts_.find(name);
  if (found != verdicts_.end() && counts_still(found->second)) {
    known.standing.scanned = found->second.scanned;
    known.standing.decision = found->second.decision;
    known.reason = found->second.reason;
    return known;
  }
  const auto failure = failures_.find(name);
  if (failure != failures_.end()) known.reason = "the last scan failed: " + failure->second.reason;
  return known;
}

ImageVerdicts::Wish ImageVerdicts::want_scan(std::string_view image) {
  std::string name = name_of_image(image);
  const std::scoped_lock lock(guard_);
  if (name.empty() || !scan_) return Wish::Unscannable;
  if (wanted_.contains(name)) return Wish::Waiting;
  const auto failure = failures_.find(name);
  if (failure != failures_.end() && now() - failure->second.when < options_.retry)
    return Wish::Failed;
  if (queue_.size() >= options_.queue) {
    ++counts_.dropped;
    return Wish::Full;
  }
  wanted_.insert(name);
  queue_.push_back(std::move(name));
  woken_.notify_one();
  return Wish::Queued;
}

void ImageVerdicts::set_policy(std::string version) {
  const std::scoped_lock lock(guard_);
  policy_ = std::move(version);
}

void ImageVerdicts::set_max_age(std::chrono::seconds age) {
  const std::scoped_lock lock(guard_);
  options_.max_age = age;
}

ImageVerdictCounts ImageVerdicts::counts() const {
  const std::scoped_lock lock(guard_);
  ImageVerdictCounts counts = counts_;
  counts.queued = queue_.size();
  counts.known = verdicts_.size();
  return counts;
}

bool ImageVerdicts::is_scanning() const {
  const std::scoped_lock lock(guard_);
  return wanted_.size() > queue_.size();
}

void ImageVerdicts::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::string image;
    {
      std::unique_lock lock(guard_);
      if (!woken_.wait(lock, stop, [&] { return !queue_.empty(); })) return;
      image = std::move(queue_.front());
      queue_.pop_front();
    }
    take(image, scan_(image));
  }
}

void ImageVerdicts::take(const std::string& image, Result<ImageVerdict> verdict) {
  const std::scoped_lock lock(guard_);
  wanted_.erase(image);
  if (!verdict) {
    ++counts_.failed;
    if (failures_.size() >= options_.images) failures_.clear();
    failures_.insert_or_assign(image, Failure{now(), verdict.error().text()});
    return;
  }
  ++counts_.scanned;
  failures_.erase(image);
  // The same content by its digest, which is how a pod that was pinned asks for it.
  if (const auto parsed = image::parse_reference(image);
      parsed && parsed->digest.empty() && !verdict->digest.empty())
    verdicts_.insert_or_assign(parsed->name() + "@" + verdict->digest, *verdict);
  verdicts_.insert_or_assign(image, *std::move(verdict));
  while (verdicts_.size() > options_.images)
    verdicts_.erase(std::ranges::min_element(
        verdicts_, {}, [](const auto& entry) { return entry.second.scanned; }));
  // What cannot be written is scanned again after a restart.
  if (auto saved = save(); !saved) ++counts_.failed;
}

} // namespace portique::access::kubernetes
