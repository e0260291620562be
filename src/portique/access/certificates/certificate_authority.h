#pragma once

// A small certificate authority in a folder, for the users and the servers of engines:
//   ca.pem, ca-key.pem          the authority (EC P-256)
//   crl.pem                     what it has revoked
//   issued.json                 what it has issued; the list is made anew from it
//   server/NAME/, users/NAME/   ca.pem, cert.pem, key.pem each, under the names that Docker's
//   client
//                               looks for
// Keys have the mode 0600. Nothing that is there is ever overwritten.

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::access {

struct CertificateHolder {
  std::string common_name;
  std::vector<std::string> organizations;
  std::vector<std::string> organization_units;
};

struct IssuedCertificate {
  std::string serial; ///< hexadecimal, lower case
  std::string kind;   ///< "server", "user"
  CertificateHolder subject;
  std::vector<std::string> names; ///< DNS names and addresses of a server
  base::Time not_after;
  std::string fingerprint; ///< SHA-256 of the DER
  std::optional<base::Time> revoked;
  std::filesystem::path folder; ///< where its files were put; of new ones only
};

class CertificateAuthority {
public:
  /// Makes one. Code::InvalidArgument if there is one already.
  static base::Result<CertificateAuthority> create(const std::filesystem::path& folder,
                                                   const std::string& name,
                                                   std::chrono::days validity,
                                                   base::Time now);

  /// Code::NotFound if there is none.
  static base::Result<CertificateAuthority> open(const std::filesystem::path& folder);

  ~CertificateAuthority();
  CertificateAuthority(CertificateAuthority&&) noexcept;
  CertificateAuthority& operator=(CertificateAuthority&&) noexcept;

  /// For the first of `names` (DNS names, wildcards among them, and IP addresses).
  base::Result<IssuedCertificate>
  issue_server(const std::vector<std::string>& names, std::chrono::days validity, base::Time now);

  base::Result<IssuedCertificate>
  issue_user(const CertificateHolder& subject, std::chrono::days validity, base::Time now);

  /// By serial number, or by the common name of all that is not revoked yet. What was revoked.
  base::Result<std::vector<IssuedCertificate>> revoke(std::string_view which, base::Time now);

  [[nodiscard]] const std::vector<IssuedCertificate>& issued() const;

private:
  struct State;
  explicit CertificateAuthority(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

} // namespace portique::access
