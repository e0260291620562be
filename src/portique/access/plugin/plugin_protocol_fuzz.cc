// Any bytes are denied or are a request; a question is never answered with "Allow" beside "Err".
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "portique/access/plugin/plugin_protocol.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto question = portique::access::parse_plugin_question(text);
  if (!question) return 0;
  if (question->request.method.empty() || question->request.target.empty()) std::abort();
  if (question->request.body_state == portique::access::BodyState::Empty) std::abort();
  if (question->caller.proof == portique::access::Proof::None && !question->caller.user.empty())
    std::abort();
  return 0;
}
