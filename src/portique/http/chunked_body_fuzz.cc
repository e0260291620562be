// Whole reading and reading byte by byte agree on the end and on the content, which is never longer
// than what was sent.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "portique/http/chunked_body.h"

using portique::http::ChunkedBody;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto trailers : {ChunkedBody::Trailers::Refuse, ChunkedBody::Trailers::Pass}) {
    ChunkedBody whole(trailers);
    std::string content;
    const auto used = whole.feed(text, &content);
    ChunkedBody pieces(trailers);
    std::string same;
    std::size_t at = 0;
    bool good = true;
    for (; at < text.size() && good && !pieces.done(); ++at)
      good = pieces.feed(text.substr(at, 1), &same).has_value();
    if (good != used.has_value()) std::abort();
    if (!good) continue;
    if (*used != at || content != same || content.size() != whole.size() || content.size() > at ||
        whole.done() != pieces.done())
      std::abort();
  }
  return 0;
}
