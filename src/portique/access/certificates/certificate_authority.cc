#include "portique/access/certificates/certificate_authority.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portique/access/certificates/certificate_names.h"
#include "portique/access/certificates/x509_build.h"
#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

/// 100,000 certificates take 40 MB.
constexpr std::uint64_t kIndexBytes = 64ULL << 20U;
constexpr std::uint64_t kPemBytes = 64ULL << 10U;
/// Clocks of two machines differ, and a certificate is used at once.
constexpr std::chrono::minutes kClockSkew{5};
/// Certificates may not outlive their authority, and a century is a slip.
constexpr std::chrono::days kLongest{36'525};

/// A new file; an existing one is an error that names it.
base::Result<void> write_new(const fs::path& path, std::string_view content, mode_t mode) {
  const base::Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file.valid() && errno == EEXIST)
    return base::fail(base::Code::InvalidArgument,
                      path.string() + " is there already; it is not overwritten");
  if (!file.valid()) return base::fail_errno("cannot make " + path.string(), errno);
  PQ_TRY(base::at(path.string(), base::write_all(file, base::as_bytes(content))));
  if (::fchmod(file.get(), mode) != 0 || ::fsync(file.get()) != 0)
    return base::fail_errno("cannot write " + path.string(), errno);
  return {};
}

base::Result<void> make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return base::fail_errno("cannot make " + path.string(), error.value());
  return {};
}

/// The lock of a folder, held as long as the descriptor lives: two who issue at a time must not
/// write the same list.
base::Result<base::Fd> lock(const fs::path& folder) {
  const fs::path path = folder / "lock";
  base::Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.valid()) return base::fail_errno("cannot open " + path.string(), errno);
  if (::flock(file.get(), LOCK_EX) != 0)
    return base::fail_errno("cannot lock " + path.string(), errno);
  return file;
}

json::array to_json(const std::vector<std::string>& texts) {
  json::array array;
  for (const std::string& text : texts)
    array.emplace_back(text);
  return array;
}

std::vector<std::string> texts_of(const json::object& members, std::string_view name) {
  std::vector<std::string> texts;
  for (const json::value& item : base::json_items(&members, name))
    if (item.is_string()) texts.emplace_back(item.get_string());
  return texts;
}

json::object to_json(const IssuedCertificate& one) {
  json::object members{{"serial", one.serial},
                       {"kind", one.kind},
                       {"cn", one.subject.common_name},
                       {"o", to_json(one.subject.organizations)},
                       {"ou", to_json(one.subject.organization_units)},
                       {"names", to_json(one.names)},
                       {"not_after", base::format_time(one.not_after)},
                       {"fingerprint", one.fingerprint}};
  if (one.revoked) members["revoked"] = base::format_time(*one.revoked);
  return members;
}

base::Result<IssuedCertificate> from_json(const json::value& value) {
  const json::object* members = base::json_object(&value);
  const auto not_after = base::parse_time(base::json_string(members, "not_after"));
  const std::string serial(base::json_string(members, "serial"));
  const bool is_hex = std::ranges::all_of(
      serial, [](char c) { return base::is_digit(c) || (c >= 'a' && c <= 'f'); });
  if (members == nullptr || !not_after || serial.empty() || serial.size() > 40 || !is_hex)
    return base::fail(base::Code::Malformed, "issued.json: not an issued certificate");
  IssuedCertificate one{.serial = serial,
                        .kind = std::string(base::json_string(members, "kind")),
                        .subject = {.common_name = std::string(base::json_string(members, "cn")),
                                    .organizations = texts_of(*members, "o"),
                                    .organization_units = texts_of(*members, "ou")},
                        .names = texts_of(*members, "names"),
                        .not_after = *not_after,
                        .fingerprint = std::string(base::json_string(members, "fingerprint"))};
  const std::string_view revoked = base::json_string(members, "revoked");
  if (revoked.empty()) return one;
  one.revoked = base::parse_time(revoked);
  if (!one.revoked)
    return base::fail(base::Code::Malformed, "issued.json: not a time of revocation");
  return one;
}

} // namespace

struct CertificateAuthority::State {
  fs::path folder;
  Certificate certificate{nullptr, &X509_free};
  PrivateKey key{nullptr, &EVP_PKEY_free};
  std::vector<IssuedCertificate> issued;
  std::int64_t list_number = 0;

  [[nodiscard]] Issuer issuer() const { return {certificate.get(), key.get()}; }

  base::Result<void> load();
  base::Result<void> save(base::Time now);
  base::Result<IssuedCertificate>
  issue(CertificateContent content, std::string kind, const fs::path& into);
};

base::Result<void> CertificateAuthority::State::load() {
  const fs::path path = folder / "issued.json";
  const std::string text = PQ_TRY(base::read_file(path, kIndexBytes));
  const json::value value = PQ_TRY(base::at(path.string(), base::parse_json(text)));
  const auto number = base::json_integer(base::json_object(&value), "list_number");
  const json::value* items = base::json_member(base::json_object(&value), "issued");
  if (!number || base::json_array(items) == nullptr)
    return base::fail(base::Code::Malformed, path.string() + ": not a list of certificates");
  list_number = *number;
  issued.clear();
  for (const json::value& item : *base::json_array(items))
    issued.push_back(PQ_TRY(base::at(path.string(), from_json(item))));
  return {};
}

/// The list of what is revoked is written first: what it lacks would be let in.
base::Result<void> CertificateAuthority::State::save(base::Time now) {
  ++list_number;
  const std::string list = PQ_TRY(build_revocation_list(issued, issuer(), list_number, now));
  json::array items;
  for (const IssuedCertificate& one : issued)
    items.push_back(to_json(one));
  PQ_TRY(base::write_file_atomically(folder / "crl.pem", list));
  return base::write_file_atomically(
      folder / "issued.json",
      base::pretty_json({{"list_number", list_number}, {"issued", std::move(items)}}));
}

CertificateAuthority::CertificateAuthority(std::unique_ptr<State> state)
    : state_(std::move(state)) {}

CertificateAuthority::~CertificateAuthority() = default;
CertificateAuthority::CertificateAuthority(CertificateAuthority&&) noexcept = default;
CertificateAuthority& CertificateAuthority::operator=(CertificateAuthority&&) noexcept = default;

base::Result<CertificateAuthority> CertificateAuthority::create(const fs::path& folder,
                                                                const std::string& name,
                                                                std::chrono::days validity,
                                                                base::Time now) {
  PQ_TRY(check_subject_name(name));
  if (validity.count() < 1 || validity > kLongest)
    return base::fail(base::Code::InvalidArgument, "an authority is valid for 1 to 36525 days");
  PQ_TRY(make_folder(folder));
  const base::Fd held = PQ_TRY(lock(folder));
  auto state = std::make_unique<State>();
  state->folder = folder;
  state->key = PQ_TRY(new_private_key());
  const CertificateContent content{.use = CertificateUse::Authority,
                                   .subject = {.common_name = name},
                                   .not_before = now - kClockSkew,
                                   .not_after = now + validity};
  state->certificate = PQ_TRY(build_certificate(content, *state->key, {}));
  // The certificate first: if it is there the key of another authority stays.
  PQ_TRY(write_new(folder / "ca.pem", pem_of(*state->certificate), 0644));
  PQ_TRY(write_new(folder / "ca-key.pem", pem_of(*state->key), 0600));
  PQ_TRY(state->save(now));
  return CertificateAuthority(std::move(state));
}

base::Result<CertificateAuthority> CertificateAuthority::open(const fs::path& folder) {
  auto state = std::make_unique<State>();
  state->folder = folder;
  const std::string pem = PQ_TRY(base::read_file(folder / "ca.pem", kPemBytes));
  state->certificate = PQ_TRY(base::at((folder / "ca.pem").string(), parse_certificate(pem)));
  const std::string key = PQ_TRY(base::read_file(folder / "ca-key.pem", kPemBytes));
  state->key = PQ_TRY(base::at((folder / "ca-key.pem").string(), parse_private_key(key)));
  if (X509_check_private_key(state->certificate.get(), state->key.get()) != 1)
    return base::fail(base::Code::Malformed,
                      folder.string() + ": ca-key.pem is not the key of ca.pem");
  PQ_TRY(state->load());
  return CertificateAuthority(std::move(state));
}

base::Result<IssuedCertificate> CertificateAuthority::State::issue(CertificateContent content,
                                                                   std::string kind,
                                                                   const fs::path& into) {
  const base::Time now = content.not_before + kClockSkew;
  if (content.not_after <= now || content.not_after > now + kLongest)
    return base::fail(base::Code::InvalidArgument, "a certificate is valid for 1 to 36525 days");
  if (X509_cmp_time(X509_get0_notAfter(certificate.get()), nullptr) < 0)
    return base::fail(base::Code::InvalidArgument, "the authority's own certificate has expired");
  std::time_t end = content.not_after.time_since_epoch().count();
  if (X509_cmp_time(X509_get0_notAfter(certificate.get()), &end) < 0)
    return base::fail(base::Code::InvalidArgument,
                      "the certificate would outlive its authority; ask for fewer days");
  const base::Fd held = PQ_TRY(lock(folder));
  PQ_TRY(load());
  std::error_code error;
  if (fs::exists(into / "cert.pem", error) || fs::exists(into / "key.pem", error))
    return base::fail(base::Code::InvalidArgument,
                      into.string() +
                          " has a certificate already; it is not overwritten. Revoke it and move "
                          "the folder away, or choose another name");
  const PrivateKey made_key = PQ_TRY(new_private_key());
  const Certificate made = PQ_TRY(build_certificate(content, *made_key, issuer()));
  IssuedCertificate one{.serial = serial_of(*made),
                        .kind = std::move(kind),
                        .subject = std::move(content.subject),
                        .names = std::move(content.names),
                        .not_after = content.not_after,
                        .fingerprint = fingerprint_of(*made)};
  // It is on record before it exists: what is on no record could not be revoked.
  issued.push_back(one);
  PQ_TRY(save(now));
  PQ_TRY(make_folder(into));
  PQ_TRY(write_new(into / "key.pem", pem_of(*made_key), 0600));
  PQ_TRY(write_new(into / "cert.pem", pem_of(*made), 0644));
  if (!fs::exists(into / "ca.pem", error))
    PQ_TRY(write_new(into / "ca.pem", pem_of(*certificate), 0644));
  one.folder = into;
  return one;
}

base::Result<IssuedCertificate> CertificateAuthority::issue_server(
    const std::vector<std::string>& names, std::chrono::days validity, base::Time now) {
  if (names.empty())
    return base::fail(base::Code::InvalidArgument,
                      "a server needs at least one DNS name or IP address");
  for (const std::string& name : names)
    PQ_TRY(parse_server_name(name));
  std::string folder = names.front();
  std::ranges::replace(folder, '*', '_');
  std::ranges::replace(folder, ':', '_');
  CertificateContent content{.use = CertificateUse::Server,
                             // Common names end at 64 characters; what counts is in the names.
                             .subject = {.common_name = names.front().substr(0, 64)},
                             .names = names,
                             .not_before = now - kClockSkew,
                             .not_after = now + validity};
  return state_->issue(std::move(content), "server", state_->folder / "server" / folder);
}

base::Result<IssuedCertificate> CertificateAuthority::issue_user(const CertificateHolder& subject,
                                                                 std::chrono::days validity,
                                                                 base::Time now) {
  PQ_TRY(check_subject_name(subject.common_name));
  for (const auto* names : {&subject.organizations, &subject.organization_units})
    for (const std::string& name : *names)
      PQ_TRY(check_subject_name(name));
  CertificateContent content{.use = CertificateUse::User,
                             .subject = subject,
                             .not_before = now - kClockSkew,
                             .not_after = now + validity};
  return state_->issue(std::move(content), "user", state_->folder / "users" / subject.common_name);
}

base::Result<std::vector<IssuedCertificate>> CertificateAuthority::revoke(std::string_view which,
                                                                          base::Time now) {
  const base::Fd held = PQ_TRY(lock(state_->folder));
  PQ_TRY(state_->load());
  std::vector<IssuedCertificate> revoked;
  bool is_known = false;
  for (IssuedCertificate& one : state_->issued) {
    if (one.serial != which && one.subject.common_name != which) continue;
    is_known = true;
    if (one.revoked) continue;
    one.revoked = now;
    revoked.push_back(one);
  }
  if (!is_known)
    return base::fail(base::Code::NotFound,
                      "nothing was issued to '" + base::printable(which) +
                          "', and it is no serial number");
  if (!revoked.empty()) PQ_TRY(state_->save(now));
  return revoked;
}

const std::vector<IssuedCertificate>& CertificateAuthority::issued() const {
  return state_->issued;
}

} // namespace portique::access
