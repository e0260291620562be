#include "portique/inspect/secrets/secret_salt.h"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <unistd.h>

#include "portique/base/fd.h"
#include "portique/base/file.h"
#include "portique/base/random.h"
#include "portique/base/text.h"

namespace portique::inspect {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kSaltBytes = 32;
constexpr std::size_t kSaltTextLimit = 4096;

/// Written beside and linked, so that of two processes which begin at once both get one salt.
base::Result<void> keep(const fs::path& file, const std::string& salt) {
  std::string name = file.string() + ".XXXXXX";
  const base::Fd beside(::mkostemp(name.data(), O_CLOEXEC)); // 0600
  if (!beside.valid()) return base::fail_errno("cannot write beside " + file.string(), errno);
  auto written = base::write_all(beside, base::as_bytes(salt));
  if (written && ::link(name.c_str(), file.c_str()) != 0 && errno != EEXIST)
    written = base::fail_errno("cannot write " + file.string(), errno);
  ::unlink(name.c_str());
  return written;
}

} // namespace

base::Result<SecretSalt> SecretSalt::of_installation(const fs::path& folder) {
  std::string fresh = PQ_TRY(base::random_word(kSaltBytes));
  if (folder.empty()) return SecretSalt(std::move(fresh));
  const fs::path file = folder / "secret-salt";
  auto known = base::read_file(file, kSaltTextLimit);
  if (!known || known->empty()) {
    std::error_code ignored;
    fs::create_directories(folder, ignored);
    // Where nothing can be kept the salt serves this run.
    if (!keep(file, fresh)) return SecretSalt(std::move(fresh));
    known = base::read_file(file, kSaltTextLimit);
    if (!known || known->empty()) return SecretSalt(std::move(fresh));
  }
  return SecretSalt(*std::move(known));
}

std::string SecretSalt::fingerprint(std::string_view secret) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> code{};
  unsigned size = 0;
  const base::Bytes bytes = base::as_bytes(secret);
  ::HMAC(::EVP_sha256(),
         salt_.data(),
         static_cast<int>(salt_.size()),
         reinterpret_cast<const unsigned char*>(bytes.data()),
         bytes.size(),
         code.data(),
         &size);
  constexpr unsigned kShown = 16;
  return base::to_hex(
      std::string_view(reinterpret_cast<const char*>(code.data()), std::min(size, kShown)));
}

} // namespace portique::inspect
