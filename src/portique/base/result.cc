#include "portique/base/result.h"

#include <cctype>
#include <system_error>

namespace portique::base {

std::string_view code_name(Code code) {
  switch (code) {
  case Code::InvalidArgument:
    return "invalid-argument";
  case Code::NotFound:
    return "not-found";
  case Code::Malformed:
    return "malformed";
  case Code::Truncated:
    return "truncated";
  case Code::LimitExceeded:
    return "limit-exceeded";
  case Code::DigestMismatch:
    return "digest-mismatch";
  case Code::Unsupported:
    return "unsupported";
  case Code::Io:
    return "io";
  case Code::Network:
    return "network";
  case Code::Timeout:
    return "timeout";
  case Code::WorkerDied:
    return "worker-died";
  }
  return "unknown";
}

Error Error::at(std::string place) && {
  places_.push_back(std::move(place));
  return std::move(*this);
}

std::string Error::text() const {
  std::string text;
  for (auto place = places_.rbegin(); place != places_.rend(); ++place) {
    text += *place;
    text += ": ";
  }
  return text + message_;
}

std::unexpected<Error> fail_errno(std::string_view what, int error_number) {
  std::string reason = std::generic_category().message(error_number);
  if (!reason.empty())
    reason[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(reason[0])));
  const bool missing = error_number == ENOENT || error_number == ENOTDIR;
  return fail(missing ? Code::NotFound : Code::Io, std::string(what) + ": " + reason);
}

} // namespace portique::base
