#include "portique/access/audit/signing_key.h"

#include <cerrno>

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include "portique/base/digest.h"
#include "portique/base/file.h"

namespace portique::access {

namespace {

using PKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

constexpr std::uint64_t kKeyFileBytes = 16ULL << 10U; // an Ed25519 key in PEM has 119 bytes
constexpr std::size_t kSignatureBytes = 64;

Bio bio_over(std::string_view text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free};
}

std::string bio_text(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

/// A pass phrase is never asked for on a terminal.
int no_pass_phrase(char* /*into*/, int /*size*/, int /*writing*/, void* /*context*/) {
  return -1;
}

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

base::Result<void>
write_new_file(const std::filesystem::path& path, std::string_view content, mode_t mode) {
  const base::Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file.valid()) return base::fail_errno("cannot make " + path.string(), errno);
  PQ_TRY(base::at(path.string(), base::write_all(file, base::as_bytes(content))));
  if (::fchmod(file.get(), mode) != 0 || ::fsync(file.get()) != 0)
    return base::fail_errno("cannot write " + path.string(), errno);
  return {};
}

} // namespace

struct VerifyingKey::State {
  PKey key{nullptr, &EVP_PKEY_free};
  std::string pem;
  std::string fingerprint;
};

VerifyingKey::VerifyingKey(std::unique_ptr<State> state) : state_(std::move(state)) {}

VerifyingKey::~VerifyingKey() = default;
VerifyingKey::VerifyingKey(VerifyingKey&&) noexcept = default;
VerifyingKey& VerifyingKey::operator=(VerifyingKey&&) noexcept = default;

base::Result<VerifyingKey> VerifyingKey::parse(std::string_view pem) {
  if (pem.size() > kKeyFileBytes)
    return base::fail(base::Code::LimitExceeded, "too long for a public key");
  const Bio in = bio_over(pem);
  auto state = std::make_unique<State>();
  state->key.reset(PEM_read_bio_PUBKEY(in.get(), nullptr, &no_pass_phrase, nullptr));
  if (state->key == nullptr || EVP_PKEY_get_id(state->key.get()) != EVP_PKEY_ED25519)
    return base::fail(base::Code::Malformed, "not the PEM of an Ed25519 public key");
  const Bio out(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PUBKEY(out.get(), state->key.get());
  state->pem = bio_text(out.get());
  const Bio der(BIO_new(BIO_s_mem()), &BIO_free);
  i2d_PUBKEY_bio(der.get(), state->key.get());
  state->fingerprint = base::digest_of(base::as_bytes(bio_text(der.get()))).hex();
  return VerifyingKey(std::move(state));
}

base::Result<VerifyingKey> VerifyingKey::read(const std::filesystem::path& file) {
  const std::string pem = PQ_TRY(base::read_file(file, kKeyFileBytes));
  return base::at(file.string(), parse(pem));
}

bool VerifyingKey::verify(std::string_view message, std::string_view signature) const {
  if (signature.size() != kSignatureBytes) return false;
  const DigestContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, state_->key.get()) == 1 &&
         EVP_DigestVerify(
             context.get(), octets(signature), signature.size(), octets(message), message.size()) ==
             1;
}

const std::string& VerifyingKey::pem() const {
  return state_->pem;
}

const std::string& VerifyingKey::fingerprint() const {
  return state_->fingerprint;
}

struct SigningKey::State {
  PKey key{nullptr, &EVP_PKEY_free};
};

SigningKey::SigningKey(std::unique_ptr<State> state) : state_(std::move(state)) {}

SigningKey::~SigningKey() = default;
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;

base::Result<SigningKey> SigningKey::generate() {
  auto state = std::make_unique<State>();
  state->key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (state->key == nullptr)
    return base::fail(base::Code::Unsupported, "OpenSSL cannot make an Ed25519 key");
  return SigningKey(std::move(state));
}

base::Result<SigningKey> SigningKey::read(const std::filesystem::path& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0)
    return base::fail_errno("cannot read the key " + file.string(), errno);
  if ((status.st_mode & 077U) != 0)
    return base::fail(base::Code::InvalidArgument,
                      file.string() + ": others may read this key; its mode must be 0600");
  const std::string pem = PQ_TRY(base::read_file(file, kKeyFileBytes));
  const Bio in = bio_over(pem);
  auto state = std::make_unique<State>();
  state->key.reset(PEM_read_bio_PrivateKey(in.get(), nullptr, &no_pass_phrase, nullptr));
  if (state->key == nullptr || EVP_PKEY_get_id(state->key.get()) != EVP_PKEY_ED25519)
    return base::fail(base::Code::Malformed,
                      file.string() + ": not the PEM of an Ed25519 private key");
  return SigningKey(std::move(state));
}

base::Result<SigningKey> SigningKey::read_or_make(const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) return read(file);
  SigningKey made = PQ_TRY(generate());
  const Bio out(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PrivateKey(
      out.get(), made.state_->key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PQ_TRY(write_new_file(file, bio_text(out.get()), 0600));
  return made;
}

base::Result<std::string> SigningKey::sign(std::string_view message) const {
  const DigestContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::string signature(kSignatureBytes, '\0');
  std::size_t size = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, state_->key.get()) != 1 ||
      EVP_DigestSign(context.get(),
                     reinterpret_cast<unsigned char*>(signature.data()),
                     &size,
                     octets(message),
                     message.size()) != 1)
    return base::fail(base::Code::Unsupported, "OpenSSL cannot sign");
  return signature;
}

base::Result<VerifyingKey> SigningKey::verifying_key() const {
  const Bio out(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PUBKEY(out.get(), state_->key.get());
  return VerifyingKey::parse(bio_text(out.get()));
}

} // namespace portique::access
