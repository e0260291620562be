// Whatever is read as a review is decided and defaulted, answers are JSON, and defaulting an object
// that has been defaulted changes nothing.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "portique/access/kubernetes/admission.h"

namespace {

namespace kubernetes = portique::access::kubernetes;

kubernetes::Admission& admission() {
  static kubernetes::Admission one = [] {
    auto policy = kubernetes::load_admission_policy("fuzz",
                                                    R"(
rules:
  - {name: a, on: request, deny: request.privileged = true or request.engine_socket = true}
  - {name: b, on: request, warn: request.host_paths pmatch (/etc) or request.unlimited exists}
admission:
  pod_security: [{level: restricted}]
  defaults: [{set: [drop-capabilities, seccomp, non-root, read-only-root, no-privilege-escalation, no-token]}]
)",
                                                    {},
                                                    {});
    if (!policy) std::abort();
    return kubernetes::Admission(
        {}, std::make_shared<const kubernetes::AdmissionPolicy>(*std::move(policy)));
  }();
  return one;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  portique::base::Limits limits;
  limits.admission_values = 5000;
  auto request =
      kubernetes::parse_admission_review({reinterpret_cast<const char*>(data), size}, limits);
  if (!request) return 0;
  const kubernetes::AdmissionCall call;
  const auto validated = admission().validate(*request, call);
  if (validated.uid != request->uid) std::abort();
  if (!validated.allowed && validated.message.empty()) std::abort();
  boost::json::parse(kubernetes::admission_review_text(validated));
  const auto mutated = admission().mutate(*request, call);
  boost::json::parse(kubernetes::admission_review_text(mutated));
  if (mutated.patch.empty()) return 0;
  kubernetes::PodDefaults defaults;
  for (const auto name : kubernetes::pod_default_names())
    kubernetes::set_pod_default(defaults, name);
  defaults.pin_images = false;
  boost::json::value object = request->object;
  kubernetes::default_pod(*request, defaults, nullptr, object);
  request->object = object;
  if (!kubernetes::default_pod(*request, defaults, nullptr, object).empty()) std::abort();
  return 0;
}
