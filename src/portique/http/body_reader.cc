#include "portique/http/body_reader.h"

namespace portique::http {

base::Result<std::size_t> BodyReader::take(std::string_view bytes, std::string* content) {
  switch (framing_) {
  case Framing::None:
    return 0;
  case Framing::Chunked:
    return chunks_.feed(bytes, content);
  case Framing::Length:
    bytes = bytes.substr(0, left_);
    left_ -= bytes.size();
    break;
  case Framing::Close:
    break;
  }
  if (content != nullptr) content->append(bytes);
  return bytes.size();
}

bool BodyReader::done() const {
  switch (framing_) {
  case Framing::None:
    return true;
  case Framing::Length:
    return left_ == 0;
  case Framing::Chunked:
    return chunks_.done();
  case Framing::Close:
    return false;
  }
  return true;
}

} // namespace portique::http
