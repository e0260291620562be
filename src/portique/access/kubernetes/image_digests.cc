#include "portique/access/kubernetes/image_digests.h"

#include <future>
#include <thread>

#include "portique/image/reference.h"
#include "portique/image/registry_client.h"

namespace portique::access::kubernetes {

using base::Digest;
using base::Result;

namespace {

/// A tag may move; a rollout is over in a minute.
constexpr std::chrono::seconds kRemembered{60};
/// A registry that was down may be back.
constexpr std::chrono::seconds kFailureRemembered{5};
constexpr std::size_t kMostRemembered = 10'000;

Result<Digest> ask(const image::Reference& reference,
                   const image::RegistryOptions& options,
                   std::chrono::steady_clock::time_point deadline) {
  const auto client = PQ_TRY(image::RegistryClient::open(reference, options));
  std::promise<Result<Digest>> promise;
  std::future<Result<Digest>> answer = promise.get_future();
  const std::jthread thread([&] {
    auto manifest = client->manifest(reference.version());
    if (manifest)
      promise.set_value(std::move(manifest->digest));
    else
      promise.set_value(std::unexpected(std::move(manifest).error()));
  });
  if (answer.wait_until(deadline) != std::future_status::ready) {
    client->stop(); // the thread ends within a second
    return base::fail(base::Code::Timeout, "the registry did not answer in time");
  }
  return answer.get();
}

} // namespace

Result<Digest> RegistryDigests::digest(std::string_view image,
                                       std::chrono::steady_clock::time_point deadline) {
  const image::Reference reference = PQ_TRY(image::parse_reference(image));
  if (!reference.digest.empty()) return reference.digest;
  const std::string name = reference.text();
  const auto now = std::chrono::steady_clock::now();
  {
    const std::scoped_lock lock(guard_);
    const auto found = remembered_.find(name);
    if (found != remembered_.end() && now < found->second.until) return found->second.digest;
  }
  Result<Digest> answer = ask(reference, options_, deadline);
  const std::scoped_lock lock(guard_);
  if (remembered_.size() >= kMostRemembered) remembered_.clear();
  remembered_.insert_or_assign(
      name, Remembered{answer, now + (answer ? kRemembered : kFailureRemembered)});
  return answer;
}

} // namespace portique::access::kubernetes
