#include "portique/base/random.h"

#include <cerrno>

#include <sys/random.h>
#include <sys/types.h>

#include "portique/base/text.h"

namespace portique::base {

Result<std::string> random_word(std::size_t bytes) {
  std::string raw(bytes, '\0');
  if (::getrandom(raw.data(), raw.size(), 0) != static_cast<ssize_t>(raw.size()))
    return fail_errno("cannot get random bytes", errno);
  return to_hex(raw);
}

} // namespace portique::base
