#include "portique/image/engine_socket.h"

#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>

#include "portique/base/fd.h"
#include "portique/base/text.h"

namespace portique::image {

int connect_error(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& name = path.native();
  if (name.size() >= sizeof(address.sun_path)) return ENAMETOOLONG;
  std::memcpy(address.sun_path, name.c_str(), name.size());
  const base::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return errno;
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0)
    return 0;
  return errno;
}

std::optional<base::Error> unreachable_socket(std::string what, const std::filesystem::path& path) {
  const int error = connect_error(path);
  if (error == 0) return std::nullopt;
  what += ": " + base::to_lower(::strerrordesc_np(error));
  if (error == EACCES || error == EPERM)
    return base::Error(base::Code::Network,
                       what + "; run as root, or as a user who may use that socket");
  const bool is_absent = error == ENOENT || error == ECONNREFUSED;
  return base::Error(is_absent ? base::Code::NotFound : base::Code::Network,
                     what + "; is it running?");
}

} // namespace portique::image
